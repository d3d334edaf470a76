"""What apps rely on: the checklist of api-contract.md 9, as far as its endpoints stand."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from mibo import clock, db, identity
from mibo.clinics import Holiday
from mibo.identity import Role
from tests import make
from tests.machine import Sandbox
from tests.web.api.conftest import App, Clinic

GARBAGE = {"Authorization": "Bearer garbage"}


def test_01_a_stale_token_does_not_hide_what_is_public(client: FlaskClient, clinic: Clinic) -> None:
    for path in ("/api/users/clinicians?isActive=true", "/api/clinicians", "/api/centres", "/api/health"):
        answer = client.get(path, headers=GARBAGE)
        assert answer.status_code == 200, path
    told = client.get("/api/users/clinicians?isActive=true", headers=GARBAGE).get_json()["data"]
    assert [one["fullName"] for one in told] == ["Dr. Anita Kurian"]


@pytest.mark.usefixtures("incumbent")
def test_02_a_centre_is_shown_to_anybody_with_its_address(stranger: App, clinic: Clinic) -> None:
    told = stranger.get(f"/centres/{clinic.centre.id}").get_json()["data"]
    assert (told["id"], told["name"], told["address_line_1"]) == (
        str(clinic.centre.id),
        "Mibo Kochi",
        clinic.centre.address_line_1,
    )
    assert told["address"] == f"{clinic.centre.address_line_1}, Ernakulam"


def test_03_ids_are_strings_and_the_same_everywhere(patients_app: App, clinic: Clinic) -> None:
    centre = patients_app.get("/centres").get_json()["data"][0]["id"]
    clinician = patients_app.get("/clinicians").get_json()["data"][0]
    held = patients_app.post("/booking/create", clinic.booking()).get_json()["data"]
    assert {centre, clinician["primaryCentreId"], held["centre"]["id"]} == {str(clinic.centre.id)}
    assert {clinician["id"], held["clinician"]["id"]} == {str(clinic.clinician.id)}
    assert held["patient"]["id"] == str(clinic.patient.id)


def test_04_every_refusal_has_its_text_at_both_places(stranger: App, patients_app: App, clinic: Clinic) -> None:
    answers = [
        stranger.get("/nowhere"),
        stranger.get("/centres/abc"),
        stranger.get("/centres/999999999"),
        stranger.get("/booking/available-slots"),
        stranger.get("/patient-auth/me"),
        stranger.post("/patient-auth/verify-otp", {"phone": "919876500001", "otp": "000000"}),
        stranger.post("/auth/login/username-password", {"username": "nobody", "password": "wrong-password"}),
        stranger.post("/centres"),
        patients_app.get("/booking/999999999"),
        stranger.client.post("/api/auth/refresh", data="{", content_type="application/json"),
        stranger.client.post("/api/auth/refresh", data="<x/>", content_type="text/xml"),
    ]
    assert [one.status_code for one in answers] == [404, 400, 404, 400, 401, 400, 401, 401, 404, 400, 415]
    for one in answers:
        told = one.get_json()
        assert told["success"] is False
        assert told["message"] == told["error"]["message"] != ""
        assert told["code"] == told["error"]["code"] != ""


def test_05_parallel_refreshes_with_one_token_all_succeed(client: FlaskClient, clinic: Clinic) -> None:
    with db.transaction() as session:
        tokens = identity.start_api_sign_in(session.get_one(identity.Account, clinic.patient.account_id))
    sent = {"refreshToken": tokens.refresh}
    answers = [client.post("/api/patient-auth/refresh-token", json=sent) for _ in range(4)]
    assert [one.status_code for one in answers] == [200] * 4
    assert all(set(one.get_json()["data"]) == {"accessToken", "refreshToken"} for one in answers)
    fresh = answers[-1].get_json()["data"]["accessToken"]
    assert client.get("/api/patient-auth/me", headers={"Authorization": f"Bearer {fresh}"}).status_code == 200


def test_06_a_refreshed_clinician_is_still_that_clinician(client: FlaskClient, clinic: Clinic) -> None:
    with db.transaction() as session:
        tokens = identity.start_api_sign_in(session.get_one(identity.Account, clinic.clinician.account_id))
    fresh = client.post("/api/auth/refresh", json={"refreshToken": tokens.refresh}).get_json()["data"]["accessToken"]
    told = client.get("/api/auth/me", headers={"Authorization": f"Bearer {fresh}"}).get_json()["data"]["user"]
    assert (told["clinicianId"], told["role"]) == (str(clinic.clinician.id), "CLINICIAN")


def test_07_signing_out_needs_no_body_and_ends_the_sign_in(patients_app: App) -> None:
    assert patients_app.client.post("/api/auth/logout", headers=patients_app.headers).status_code == 200
    assert patients_app.get("/patient-auth/me").status_code == 401
    assert patients_app.client.post("/api/patient-auth/logout").get_json() == {
        "success": True,
        "message": "Logged out successfully",
    }


def test_08_a_token_that_was_never_set_is_a_401(client: FlaskClient, clinic: Clinic) -> None:
    answer = client.get("/api/patient-auth/me", headers={"Authorization": "Bearer null"})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "TOKEN_EXPIRED")


def test_09_money_is_numbers_and_an_order_is_in_paise(patients_app: App, clinic: Clinic, sandbox: Sandbox) -> None:
    clinician = patients_app.get(f"/clinicians/{clinic.clinician.id}").get_json()["data"]
    status = patients_app.get("/payments/registration-fee-status").get_json()["data"]
    held = patients_app.post("/booking/create", clinic.booking()).get_json()["data"]
    order = patients_app.post("/payments/create-order", {"appointmentId": held["appointment"]["id"]}).get_json()["data"]
    assert clinician["consultationFee"] == held["clinician"]["consultationFee"] == order["consultationFee"] == 1600
    assert status == {"hasPaidRegistrationFee": False, "registrationFee": 100}
    assert (order["registrationFee"], order["amount"], order["currency"]) == (100, 170_000, "INR")
    again = patients_app.post("/payment/create-order", {"appointment_id": held["appointment"]["id"], "amount": 1})
    assert (again.get_json()["data"]["orderId"], again.get_json()["data"]["amount"]) == (order["orderId"], 170_000)


def test_10_days_are_an_array_and_slots_an_object(stranger: App, clinic: Clinic) -> None:
    day = make.tomorrow()
    where = {"clinicianId": clinic.clinician.id, "centreId": clinic.centre.id}
    days = stranger.get("/booking/dates-with-slots", **where, startDate=day, endDate=day).get_json()["data"]
    assert days == [{"date": str(day), "slotCount": 3, "firstSlot": "09:00"}]
    told = stranger.get(
        "/booking/available-slots", clinician_id=clinic.clinician.id, centre_id=clinic.centre.id, date=day
    )
    assert told.get_json()["data"] == {
        "date": str(day),
        "slots": [
            {"startTime": start, "endTime": end, "available": True, "mode": "BOTH"}
            for start, end in (("09:00", "10:00"), ("10:00", "11:00"), ("11:00", "12:00"))
        ],
    }


def test_11_booking_takes_the_patients_words_and_needs_no_utc(patients_app: App, clinic: Clinic) -> None:
    answer = patients_app.post("/booking/create", clinic.booking(patientNotes="A quiet room, please", unknown=1))
    told = answer.get_json()["data"]["appointment"]
    assert (answer.status_code, told["status"], told["notes"]) == (201, "PENDING", "A quiet room, please")
    assert told["scheduledStartAt"] == make.at("09:00").strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert told["durationMinutes"] == 60


@pytest.mark.parametrize("spelt", ["9876500001", "919876500001", "+91 98765 00001", "09876500001"])
def test_13_one_phone_is_one_patient_however_it_is_spelt(
    spelt: str, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre)
    answer = signed_in(desk).post(
        "/booking/front-desk", clinic.booking(patientPhone=spelt, patientName="Asha Menon", notes="Prefers mornings")
    )
    told = answer.get_json()["data"]
    assert answer.status_code == 201
    assert (told["patient"]["id"], told["patient"]["phone"]) == (str(clinic.patient.id), "919876500001")
    assert (told["paymentRequired"], told["amount"], told["registrationFee"]) == (True, 1600, 100)


def test_14_who_the_desk_added_signs_in_as_the_same_patient(
    stranger: App, clinic: Clinic, signed_in: Callable[..., App], sandbox: Sandbox, work: Callable[[], None]
) -> None:
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre)
    added = signed_in(desk).post(
        "/booking/front-desk", clinic.booking(patientPhone="9876511111", patientName="Ravi Kumar")
    )
    stranger.post("/patient-auth/send-otp", {"phone": "+919876511111"})
    work()
    told = stranger.post("/patient-auth/verify-otp", {"phone": "919876511111", "otp": sandbox.otp("919876511111")})
    assert told.get_json()["data"]["user"]["id"] == added.get_json()["data"]["patient"]["id"]
    assert told.get_json()["data"]["isNewUser"] is False


@pytest.mark.usefixtures("incumbent")
def test_17_hours_are_told_in_both_spellings(stranger: App, clinic: Clinic) -> None:
    rows = stranger.get(f"/users/clinicians/{clinic.clinician.id}/availability").get_json()["data"]
    assert [row["day_of_week"] for row in rows] == list(range(7))
    assert {(row["start_time"], row["mode"], row["slot_duration_minutes"]) for row in rows} == {
        ("09:00:00", "BOTH", 60)
    }
    assert all(row["id"].isdigit() and row["dayOfWeek"] == row["day_of_week"] for row in rows)
    inside = stranger.get(f"/clinicians/{clinic.clinician.id}").get_json()["data"]["availabilityRules"]
    assert inside == rows


def test_22_a_word_that_is_no_yes_or_no_asks_for_nothing(stranger: App, clinic: Clinic) -> None:
    with db.transaction():
        make.centre("Mibo Closed", active=False)
    assert len(stranger.get("/centres", isActive="perhaps").get_json()["data"]) == 2
    assert [one["name"] for one in stranger.get("/centres", isActive="false").get_json()["data"]] == ["Mibo Closed"]
    assert [one["name"] for one in stranger.get("/centres", is_active="true").get_json()["data"]] == ["Mibo Kochi"]


def test_24_a_short_reason_is_reason_enough(patients_app: App, clinic: Clinic) -> None:
    held = patients_app.post("/booking/create", clinic.booking()).get_json()["data"]["appointment"]["id"]
    told = patients_app.post(f"/booking/{held}/cancel", {"cancellationReason": "ill"}).get_json()
    assert told["data"] == {"appointmentId": held, "status": "CANCELLED", "refundStatus": "NOT_APPLICABLE"}


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("CANCELLED", "Appointment is already cancelled"),
        ("EXPIRED", "Appointment is already cancelled"),
        ("COMPLETED", "Cannot cancel completed appointment"),
        ("CANCELLATION_REQUESTED", "Cancellation already requested"),
    ],
)
def test_28_apps_know_these_sentences_by_heart(status: str, text: str, patients_app: App, clinic: Clinic) -> None:
    with db.transaction():
        gone = make.appointment(
            clinic.patient,
            clinic.clinician,
            clinic.centre,
            make.at("09:00"),
            status=status,  # type: ignore[arg-type]
        )
    answer = patients_app.post(f"/booking/{gone.id}/cancel")
    assert (answer.status_code, answer.get_json()["error"]["message"]) == (400, text)


def test_28_staff_who_may_not_sign_in_are_told_in_known_words(stranger: App, clinic: Clinic) -> None:
    with db.transaction():
        closed = make.staff(Role.FRONT_DESK, clinic.centre, active=False)
        make.staff(Role.FRONT_DESK, clinic.centre, username="deepa")
    code = {"otp": "000000"}
    answers = [
        stranger.post("/auth/login/phone-otp", {"phone": "9000000009", **code}),
        stranger.post("/auth/login/phone-otp", {"phone": closed.phone, **code}),
        stranger.post("/auth/login/username-password", {"username": "deepa", "password": "not-the-password"}),
        stranger.post("/auth/login/phone-otp", {"phone": closed.phone.replace("97", "96"), **code}),
    ]
    assert [(one.status_code, one.get_json()["message"]) for one in answers] == [
        (403, "Access denied"),
        (403, "Account inactive"),
        (401, "Invalid credentials"),
        (403, "Access denied"),
    ]


def test_31_payment_and_payments_are_the_same(patients_app: App, clinic: Clinic) -> None:
    held = patients_app.post("/booking/create", clinic.booking()).get_json()["data"]["appointment"]["id"]
    for path in ("history", "registration-fee-status", held):
        assert patients_app.get(f"/payment/{path}").get_json() == patients_app.get(f"/payments/{path}").get_json()
    row = patients_app.get("/payments/history").get_json()["data"]["payments"][0]
    assert (row["appointmentId"], row["amount"], row["status"]) == (held, 1700, "PENDING")


def test_32_nothing_redirects_and_preflights_are_answered(client: FlaskClient, clinic: Clinic) -> None:
    ours = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}
    for path in ("/api/centres", "/api/centres/", f"/api/v1/centres/{clinic.centre.id}/", "/api/booking/create/"):
        asked = client.options(path, headers=ours)
        assert asked.status_code == 204
        assert asked.headers["Access-Control-Allow-Origin"] == "http://localhost:5173"
        assert asked.headers["Access-Control-Allow-Credentials"] == "true"
    assert client.get("/api/centres/").status_code == client.get("/api/centres").status_code == 200
    strange = client.get("/api/centres", headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in strange.headers


def test_34_a_role_is_one_word(clinic: Clinic, signed_in: Callable[..., App]) -> None:
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre, name="Deepa Desk", username="deepa")
    told = signed_in(desk).get("/auth/me").get_json()["data"]["user"]
    assert (told["role"], told["fullName"], told["username"]) == ("FRONT_DESK", "Deepa Desk", "deepa")
    assert told["centreIds"] == [told["assignedCentreId"]] == [str(clinic.centre.id)]
    assert told["phone"] == desk.phone[-10:]


def test_35_a_hundred_requests_a_minute_are_welcome_and_more_are_not(client: FlaskClient, clinic: Clinic) -> None:
    with time_machine.travel(clock.now(), tick=False):
        answers = [client.get("/api/centres").status_code for _ in range(101)]
        refused = client.get("/api/centres")
    assert answers == [200] * 100 + [429]
    assert (refused.get_json()["error"]["code"], int(refused.headers["Retry-After"]) > 0) == (
        "RATE_LIMIT_EXCEEDED",
        True,
    )
    assert client.get("/api/health").status_code == 200


@pytest.mark.usefixtures("incumbent")
def test_older_clients_hear_their_own_words_in_both_spellings(patients_app: App, clinic: Clinic) -> None:
    held = patients_app.post("/booking/create", clinic.booking()).get_json()["data"]["appointment"]
    assert (held["status"], held["scheduled_start_at"]) == ("BOOKED", held["scheduledStartAt"])
    row = patients_app.get("/booking/my-appointments", status="BOOKED").get_json()["data"]["appointments"][0]
    assert (row["payment"]["status"], row["payment_status"], row["meeting_link"]) == ("CREATED", "CREATED", None)
    everything = patients_app.get("/clinicians").get_json()
    assert set(everything) == {"success", "data"}
    assert everything["data"][0]["primary_centre_id"] == str(clinic.centre.id)


def test_a_list_goes_on_where_its_cursor_points(stranger: App, clinic: Clinic) -> None:
    with db.transaction():
        make.centre("Mibo Aluva")
        make.centre("Mibo Fort")
    first = stranger.get("/centres", limit=2).get_json()
    assert [one["name"] for one in first["data"]] == ["Mibo Aluva", "Mibo Fort"]
    assert first["meta"]["total"] == 3
    rest = stranger.get("/centres", limit=2, cursor=first["meta"]["nextCursor"]).get_json()
    assert ([one["name"] for one in rest["data"]], rest["meta"]) == (["Mibo Kochi"], {"total": 3, "nextCursor": None})
    assert stranger.get("/centres", cursor="made-up").status_code == 400
    assert stranger.get("/centres", limit=501).status_code == 400


def test_centres_of_a_city_nobody_knows_are_a_mistake(stranger: App) -> None:
    assert [one["name"] for one in stranger.get("/centres", city="KOCHI").get_json()["data"]] == ["Mibo Kochi"]
    assert stranger.get("/centres", city="atlantis").status_code == 400


def test_a_day_off_has_no_slots(stranger: App, clinic: Clinic) -> None:
    with db.transaction() as session:
        session.add(Holiday(centre_id=clinic.centre.id, day=make.tomorrow(), reason="Onam"))
    asked: dict[str, Any] = {"clinicianId": clinic.clinician.id, "centreId": clinic.centre.id}
    told = stranger.get("/booking/available-slots", **asked, date=make.tomorrow()).get_json()["data"]
    assert told["slots"] == []
