"""Names that are kept for older apps say what to use instead; polled answers cost nothing when nothing has changed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from mibo import db
from mibo.identity import Role
from mibo.web.api import aliases
from mibo.web.api.aliases import PREFIX, alias_of
from tests import make
from tests.web.api.conftest import App, Clinic


def test_each_alias_is_a_path_and_leads_to_one(app: Flask) -> None:
    rules = {
        PREFIX.sub("", rule.rule): rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and not rule.rule.startswith("/api/v1")
    }
    found = {path: alias_of(path) for path in rules}
    used = {kept[0] for kept in found.values() if kept}
    assert used == set(aliases.ALIASES)
    for path, kept in found.items():
        if kept is not None:
            assert kept[1].partition("?")[0] in rules, path
            assert alias_of(kept[1].partition("?")[0]) is None, "an alias leads to another"


@pytest.mark.parametrize("prefix", ["/api", "/api/v1"])
def test_an_old_name_says_since_when_and_what_to_use(stranger: App, clinic: Clinic, prefix: str) -> None:
    answer = stranger.client.get(f"{prefix}/users/clinicians/{clinic.clinician.id}/slots?date={make.tomorrow()}")
    assert answer.status_code == 200
    assert answer.headers["Deprecation"] == f"@{int(aliases.SINCE.timestamp())}"
    assert "Sunset" not in answer.headers
    assert answer.headers.getlist("Link") == [
        f'<{prefix}/clinicians/{clinic.clinician.id}/slots>; rel="successor-version"',
        '</api/docs#versions>; rel="deprecation"; type="text/html"',
    ]
    new = stranger.client.get(f"{prefix}/clinicians/{clinic.clinician.id}/slots?date={make.tomorrow()}")
    assert new.get_json() == answer.get_json()
    assert not {"Deprecation", "Link", "Sunset"} & set(new.headers.keys())


def test_an_old_name_that_ends_says_when(stranger: App, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    ending = aliases.Alias(r"^/users/clinicians(?=/|$)", "/clinicians", sunset=datetime(2031, 4, 7, tzinfo=UTC))
    monkeypatch.setattr(aliases, "alias_of", lambda path: (ending, "/clinicians"))
    assert stranger.get("/users/clinicians").headers["Sunset"] == "Mon, 07 Apr 2031 00:00:00 GMT"


def again(app: App, path: str) -> tuple[Any, Any]:
    """The answer, and the one to whoever has it already."""
    first = app.get(path)
    assert first.status_code == 200, path
    same = app.client.get("/api" + path, headers={**app.headers, "If-None-Match": first.headers["ETag"]})
    return first, same


POLLED = [
    ("patient", "/patient/notifications/unread-count"), ("patient", "/patient/notifications"), ("patient", "/patient/dashboard"),
    ("patient", "/patient/appointments"), ("patient", "/booking/my-appointments"), ("desk", "/appointments"), ("desk", "/patients"),
    ("clinician", "/appointments/dashboard/stats"), ("clinician", "/appointments/dashboard/appointments"),
    ("clinician", "/appointments/my-appointments"), ("patient", "/clinicians"), ("patient", "/centres"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "path"), POLLED)
def test_what_has_not_changed_is_a_304_and_what_is_about_people_is_kept_by_no_browser(
    who: str, path: str, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    with db.transaction() as session:
        desk = make.staff(Role.FRONT_DESK, clinic.centre)
        hers = session.get_one(type(desk), clinic.clinician.account_id)
        make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"))
    app = signed_in({"patient": clinic.patient, "desk": desk, "clinician": hers}[who])
    first, same = again(app, path)
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert {"Authorization", "Origin"} <= {one.strip() for one in same.headers["Vary"].split(",")}
    assert first.headers["Cache-Control"] == ("no-cache" if path == "/clinicians" else "no-store")


def test_what_has_changed_is_told_again(signed_in: Callable[..., App], clinic: Clinic) -> None:
    with db.transaction():
        app = signed_in(make.staff(Role.FRONT_DESK, clinic.centre))
    first = app.get("/appointments")
    with db.transaction():
        make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"))
    told = app.client.get("/api/appointments", headers={**app.headers, "If-None-Match": first.headers["ETag"]})
    assert (told.status_code, told.get_json()["meta"]["total"]) == (200, 1)


def test_a_record_that_is_opened_is_given_whole_and_the_reading_noted(
    signed_in: Callable[..., App], clinic: Clinic
) -> None:
    with db.transaction():
        app = signed_in(make.staff(Role.FRONT_DESK, clinic.centre))
        one = make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"))
    for path in (f"/appointments/{one.id}", f"/patients/{clinic.patient.id}"):
        assert "ETag" not in app.get(path).headers
        assert app.client.get("/api" + path, headers={**app.headers, "If-None-Match": "*"}).status_code == 200


def test_a_preflight_lets_a_browser_send_and_read_all_that_an_app_needs(stranger: App) -> None:
    asked = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}
    said = stranger.client.options("/api/booking/create", headers=asked).headers["Access-Control-Allow-Headers"]
    assert {"Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"} <= set(said.split(", "))
    shown = stranger.client.get("/api/centres", headers={"Origin": "http://localhost:5173"})
    assert {
        "ETag", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After", "Idempotent-Replayed",
        "Deprecation", "Sunset", "Link",
    } <= set(shown.headers["Access-Control-Expose-Headers"].split(", "))  # fmt: skip
    assert int(shown.headers["RateLimit-Limit"]) == 100
    assert 0 < int(shown.headers["RateLimit-Reset"]) <= 60


def test_ten_megabytes_are_refused_in_the_words_of_the_contract(stranger: App, patients_app: App) -> None:
    for app in (stranger, patients_app):
        answer = app.client.post(
            "/api/booking/create", data=b'{"a":"' + b"x" * 10_500_000 + b'"}', headers=app.headers,
            content_type="application/json",
        )  # fmt: skip
        told = answer.get_json()
        if app is stranger:
            assert (answer.status_code, told["code"]) == (401, "TOKEN_EXPIRED")
            continue
        assert (answer.status_code, told["success"], told["code"]) == (413, False, "PAYLOAD_TOO_LARGE")
        assert told["message"] == told["error"]["message"] == "That is too large to send."
