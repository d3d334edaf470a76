"""What is shown to whom, and bodies that are not what they should be."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mibo import db
from mibo.identity import Role
from tests import make
from tests.web.api.conftest import App, Clinic

CONTACT = ("phone", "email", "userId")


def test_h21_only_staff_see_how_to_reach_a_clinician_and_who_has_left(
    stranger: App, patients_app: App, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    with db.transaction():
        gone = make.clinician(clinic.centre, name="Dr. Gone", active=False)
        desk = signed_in(make.staff(Role.FRONT_DESK, clinic.centre))
    for app in (stranger, patients_app):
        rows = app.get("/clinicians").get_json()["data"]
        assert [[row[key] for key in CONTACT] for row in rows] == [[None, None, None]]
        assert app.get("/clinicians", isActive="false").get_json()["data"] == []
        assert app.get(f"/clinicians/{gone.id}").status_code == 404
        assert app.get(f"/clinicians/{gone.id}/availability").status_code == 404
        assert app.get(f"/clinicians/{clinic.clinician.id}").get_json()["data"]["username"] is None
    rows = desk.get("/clinicians").get_json()["data"]
    assert [row["fullName"] for row in rows] == ["Dr. Anita Kurian", "Dr. Gone"]
    assert len(rows[0]["phone"]) == 10
    assert desk.get(f"/clinicians/{clinic.clinician.id}").get_json()["data"]["username"] == "anita"


def test_the_list_of_clinicians_is_always_asked_again_and_cheaply(stranger: App, clinic: Clinic) -> None:
    first = stranger.get("/clinicians")
    assert first.headers["Cache-Control"] == "no-cache"
    assert {"Authorization", "Origin"} <= {one.strip() for one in first.headers["Vary"].split(",")}
    same = stranger.client.get("/api/clinicians", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    with db.transaction():
        make.clinician(clinic.centre, name="Dr. New")
    assert stranger.client.get("/api/clinicians", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_clinicians_are_found_by_part_of_what_they_do_and_where(stranger: App, clinic: Clinic) -> None:
    assert len(stranger.get("/clinicians", specialization="psycho").get_json()["data"]) == 1
    assert stranger.get("/clinicians", specialization="surgeon").get_json()["data"] == []
    assert len(stranger.get("/clinicians", centre_id=clinic.centre.id).get_json()["data"]) == 1
    assert stranger.get("/clinicians", centreId=clinic.clinician.id).get_json()["data"] == []
    assert stranger.get("/clinicians", centreId="x").status_code == 400


def test_a_body_that_is_too_long_or_not_json_is_refused_before_it_is_read(stranger: App) -> None:
    post = stranger.client.post
    long = post("/api/auth/refresh", data=b'{"a":"' + b"x" * 300_000 + b'"}', content_type="application/json")
    assert (long.status_code, long.get_json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
    for body in (b"{", b"[1]", b'"x"', b"\xff\xfe", b"[" * 5000):
        answer = post("/api/auth/refresh", data=body, content_type="application/json")
        assert (answer.status_code, answer.get_json()["code"]) == (400, "VALIDATION_ERROR")


def test_a_form_and_no_body_at_all_are_read_too(stranger: App) -> None:
    form = stranger.client.post("/api/auth/refresh", data={"refresh_token": "x"})
    assert form.status_code == 401
    none = stranger.client.post("/api/auth/refresh")
    assert (none.status_code, none.get_json()["message"]) == (400, "Refresh token is required.")


def test_nothing_that_was_sent_comes_back_or_is_logged(stranger: App, capsys: pytest.CaptureFixture[str]) -> None:
    canary = "canary-4711"
    sent = {"phone": canary, "otp": canary, "username": canary * 30, "password": canary, "refreshToken": [canary]}
    for path in ("/patient-auth/verify-otp", "/auth/login/username-password", "/auth/refresh"):
        answer = stranger.post(path, sent)
        assert answer.status_code == 400
        assert canary not in answer.get_data(as_text=True)
    output = capsys.readouterr()
    assert canary not in output.out + output.err


@pytest.mark.parametrize("path", ["/api/nowhere", "/api/v1/nowhere", "/api/users/abc/def"])
def test_an_unknown_route_is_told_in_json(path: str, client: FlaskClient, clinic: Clinic) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.get_json()["error"]) == (
        404,
        {"code": "NOT_FOUND", "message": "Route not found"},
    )


def test_a_method_that_is_not_there_is_a_405(client: FlaskClient, clinic: Clinic) -> None:
    answer = client.delete("/api/centres", headers={"X-HTTP-Method-Override": "GET"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_h25_an_error_inside_tells_only_its_request_id(
    app: Flask, client: FlaskClient, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(**_: object) -> None:
        raise RuntimeError("select secret from somewhere")

    monkeypatch.setitem(app.view_functions, "api.centres.list_centres", break_down)
    answer = client.get("/api/centres", headers={"X-Request-ID": "from-the-client"})
    told = answer.get_json()
    assert (answer.status_code, told["code"], told["error"]["requestId"]) == (500, "INTERNAL_ERROR", "from-the-client")
    assert "secret" not in answer.get_data(as_text=True)


def test_a_cookie_is_nobody_to_the_api(client: FlaskClient, clinic: Clinic) -> None:
    with client.session_transaction() as session:
        session["key"] = "anything"
    assert client.get("/api/auth/me").status_code == 401


def test_too_many_days_at_once_are_refused(stranger: App, clinic: Clinic) -> None:
    where = {"clinicianId": clinic.clinician.id, "centreId": clinic.centre.id}
    for first, last in (("2031-01-01", "2031-03-04"), ("2031-01-02", "2031-01-01"), ("2199-12-31", "2199-12-30")):
        assert stranger.get("/booking/dates-with-slots", **where, startDate=first, endDate=last).status_code == 400
    missing = {**where, "startDate": "2031-01-01", "endDate": "2031-01-02"}
    assert stranger.get("/booking/dates-with-slots", **{**missing, "clinicianId": clinic.centre.id}).status_code == 404
    assert stranger.get("/booking/dates-with-slots", **{**missing, "centreId": clinic.clinician.id}).status_code == 404
    assert stranger.get("/booking/available-slots", **{**where, "date": "2031-01-01", "centreId": 1}).status_code == 404
