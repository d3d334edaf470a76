"""The holes of the system before us stay closed, each by its number (api-contract.md 7.3)."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mibo import db, identity
from mibo.booking import Appointment
from mibo.config import Settings, settings
from mibo.identity import Account, Role, RoleGrant
from mibo.payments import ProviderEvent
from tests import make
from tests.web.api.conftest import App, Clinic

TESTS = Path(__file__).parents[2]
PASSWORD = "rain over the backwaters"
SHUT = (401, 403, 404, 405)


class Door(App):
    """An app that may knock in any way."""

    def knock(self, method: str, path: str, sent: object = None) -> Any:
        return self.client.open("/api" + path, method=method, json=sent, headers=self.headers)


@pytest.fixture
def of(client: FlaskClient, signed_in: Callable[..., App], clinic: Clinic) -> Callable[..., Door]:
    """An app of somebody, or of a new member of staff with a role at some centres."""

    def made(who: Any, *centres: Any) -> Door:
        if isinstance(who, Role):
            with db.transaction():
                who = make.staff(who, *centres)
        door = Door(client)
        door.headers = signed_in(who).headers
        return door

    return made


@pytest.fixture
def booked(clinic: Clinic) -> Appointment:
    with db.transaction():
        return make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"), mode="ONLINE")


def state_of(one: Appointment) -> tuple[object, ...]:
    with db.reading() as session:
        now = session.get_one(Appointment, one.id)
        return now.status, now.starts_at, now.patient_note, now.cancel_reason, now.version


def test_every_hole_has_a_test_that_bears_its_number() -> None:
    named = {
        int(number)
        for path in TESTS.rglob("test_*.py")
        for number in re.findall(r"def test_h(\d+)_", path.read_text(encoding="utf-8"))
    }
    assert named == set(range(1, 26))


def test_h1_health_tells_no_setting(client: FlaskClient) -> None:
    secrets = [str(value) for value in settings().model_dump().values() if isinstance(value, str) and len(value) > 16]
    for path in ("/health", "/healthz", "/readyz", "/api/health", "/api/v1/health"):
        told = client.get(path).get_data(as_text=True)
        assert not [secret for secret in secrets if secret in told]
        assert "postgres" not in told


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/admin/slots"), ("GET", "/admin/slots/clinician-slots"), ("GET", "/admin/slots/blocked"),
    ("GET", "/admin/slots/affected-patients"), ("POST", "/admin/slots/block"), ("POST", "/admin/slots/bulk-block"),
    ("POST", "/admin/slots/unblock"), ("DELETE", "/admin/slots/blocked/1"), ("POST", "/admin/slots/block-centre"),
])  # fmt: skip
def test_h2_no_patient_touches_the_clinics_slots(of, clinic: Clinic, client, method: str, path: str) -> None:
    sent = {"clinicianId": clinic.clinician.id, "date": str(make.tomorrow()), "startTime": "10:00"}
    assert of(clinic.patient).knock(method, path, sent).status_code in SHUT
    assert client.open("/api" + path, method=method, json=sent).status_code in SHUT


def test_h3_an_appointment_is_its_patients_and_nobody_elses(of, clinic: Clinic, booked: Appointment) -> None:
    with db.transaction():
        other = make.patient("Ravi Kumar")
    for path in ("/appointments/{}", "/booking/{}", "/payments/{}"):
        assert of(other).knock("GET", path.format(booked.id)).status_code in SHUT, path
    assert of(clinic.patient).knock("GET", f"/booking/{booked.id}").status_code == 200


@pytest.mark.parametrize("role", [Role.MANAGER, Role.CENTRE_MANAGER])
def test_h4_whoever_adds_a_clinician_makes_no_admin(of, clinic: Clinic, role: Role) -> None:
    sent = {
        "full_name": "Dr. Leela", "phone": "9845011122", "password": PASSWORD, "role_ids": [1, 2], "role": "ADMIN",
        "primary_centre_id": str(clinic.centre.id), "specialization": ["Therapist"], "qualification": ["PhD"],
        "languages": ["English"], "consultation_fee": 1500,
    }  # fmt: skip
    assert of(role, clinic.centre).knock("POST", "/clinicians", sent).status_code == 201
    with db.reading() as session:
        newest = session.scalar(select(func.max(RoleGrant.account_id)))
        assert session.scalars(select(RoleGrant.role).where(RoleGrant.account_id == newest)).all() == [Role.CLINICIAN]


def test_h6_pictures_come_and_go_by_the_hand_of_managers_only(of, clinic: Clinic, client: FlaskClient) -> None:
    for path in ("/upload/image", "/upload/clinician-profile"):
        assert client.open("/api" + path, method="POST").status_code in SHUT
    assert client.delete("/api/upload/image", json={"imageUrl": "/pictures/x.webp"}).status_code == 401
    for who in (clinic.patient, Role.FRONT_DESK, Role.CARE_COORDINATOR, Role.CLINICIAN):
        door = of(who, clinic.centre)
        assert door.knock("POST", "/upload/clinician-profile").status_code == 403
        assert door.knock("DELETE", "/upload/image", {"imageUrl": "/pictures/x.webp"}).status_code == 403


def test_h7_no_answer_about_staff_holds_a_password_hash(of, clinic: Clinic) -> None:
    admin = of(Role.ADMIN)
    sent = {"full_name": "Nila Nair", "phone": "9876540001", "username": "nila_n", "password": PASSWORD,
            "centreId": str(clinic.centre.id)}  # fmt: skip
    made = admin.knock("POST", "/users/front-desk", sent)
    one = f"/users/{made.json['data']['user']['id']}"
    answers = [
        made, admin.knock("GET", "/users"), admin.knock("GET", one), admin.knock("PUT", one, {"designation": "Desk"}),
        admin.knock("PATCH", f"{one}/toggle-active", {"isActive": False}), admin.knock("GET", "/clinicians"),
        admin.knock("GET", f"/clinicians/{clinic.clinician.id}"), admin.knock("GET", "/auth/me"),
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code in (200, 201)
        assert not re.search(r"argon2|\$2[aby]\$|hash|assword", answer.text), answer.request.path


SESSION_ACTS = [
    ("PUT", "/appointments/{}/start"), ("POST", "/appointments/{}/start"), ("PUT", "/appointments/{}/end"),
    ("POST", "/appointments/{}/end"), ("PUT", "/appointments/{}/clinician-notes"),
    ("POST", "/appointments/{}/clinician-notes"), ("POST", "/appointments/{}/schedule-followup"),
    ("PATCH", "/appointments/{}/notes"),
]  # fmt: skip


def test_h8_after_a_refresh_a_clinician_is_still_that_clinician_and_no_other(
    of, clinic: Clinic, client: FlaskClient, booked: Appointment
) -> None:
    with db.transaction() as session:
        account = make.staff(Role.CLINICIAN, clinic.centre, name="Dr. Other")
        make.clinician(clinic.centre, name="Dr. Other", account=account)
        tokens = identity.start_api_sign_in(session.get_one(Account, account.id))
    refreshed = client.post("/api/auth/refresh", json={"refreshToken": tokens.refresh}).json["data"]["accessToken"]
    other = Door(client, refreshed)
    before = state_of(booked)
    assert other.knock("GET", "/auth/me").status_code == 200
    for method, path in SESSION_ACTS:
        sent = {"notes": "x", "reason": "x", "follow_up_date": "2030-01-01"}
        assert other.knock(method, path.format(booked.id), sent).status_code in SHUT, path
    assert state_of(booked) == before


def test_h9_an_appointment_of_another_clinician_or_centre_is_not_changed(
    of, clinic: Clinic, booked: Appointment
) -> None:
    before = state_of(booked)
    with db.transaction():
        elsewhere = make.centre()
        other = make.staff(Role.CLINICIAN, elsewhere, name="Dr. Other")
        make.clinician(elsewhere, name="Dr. Other", account=other)
    sent = {"status": "COMPLETED", "scheduledStartAt": "2031-04-07T09:00:00", "notes": "x"}
    for who in (other, of, Role.CARE_COORDINATOR, Role.FRONT_DESK, Role.CENTRE_MANAGER):
        door = of(other) if who in (other, of) else of(who, elsewhere)
        assert door.knock("PUT", f"/appointments/{booked.id}", sent).status_code in SHUT
        assert door.knock("DELETE", f"/appointments/{booked.id}", {"reason": "Not ours"}).status_code in SHUT
    assert state_of(booked) == before


def test_h10_no_patient_and_no_desk_writes_clinical_notes(of, clinic: Clinic, booked: Appointment) -> None:
    before = state_of(booked)
    for who in (clinic.patient, Role.FRONT_DESK, Role.CARE_COORDINATOR, Role.CENTRE_MANAGER):
        door = of(who, clinic.centre)
        for method, path in (("PATCH", "/appointments/{}/notes"), ("PUT", "/appointments/{}/clinician-notes")):
            assert door.knock(method, path.format(booked.id), {"notes": "overwritten"}).status_code in SHUT
        assert door.knock("POST", f"/patients/{clinic.patient.id}/notes", {"note": "x"}).status_code == 403
    assert state_of(booked) == before


def test_h11_only_the_desk_books_and_asks_for_money(of, clinic: Clinic, client: FlaskClient) -> None:
    sent = clinic.booking(patientPhone="9876599999", patientName="Ravi Kumar")
    link = {"appointmentId": "1", "phone": "9876599999", "amount": 1}
    for door in (of(clinic.patient), of(Role.CLINICIAN, clinic.centre), Door(client)):
        assert door.knock("POST", "/booking/front-desk", sent).status_code in (401, 403)
        for path in ("/payments/send-link", "/payments/create-link"):
            assert door.knock("POST", path, link).status_code in SHUT
    with db.reading() as session:
        assert session.scalar(select(Account.id).where(Account.phone == "+919876599999")) is None


def test_h12_the_link_of_a_session_is_shown_to_its_own_people_only(of, clinic: Clinic, booked: Appointment) -> None:
    with db.transaction():
        other = make.patient("Ravi Kumar")
        elsewhere = make.staff(Role.CLINICIAN, make.centre(), name="Dr. Other")
    for who in (other, elsewhere):
        for path in (f"/video/appointment/{booked.id}/meet-link", f"/video/appointment/{booked.id}"):
            assert of(who).knock("GET", path).status_code in SHUT


def test_h14_whoever_is_closed_is_out_at_once_and_refreshes_no_more(of, clinic: Clinic, client: FlaskClient) -> None:
    with db.transaction() as session:
        desk = make.staff(Role.FRONT_DESK, clinic.centre)
        tokens = identity.start_api_sign_in(session.get_one(Account, desk.id))
    hers = Door(client, tokens.access)
    assert hers.knock("GET", "/patients").status_code == 200
    closed = of(Role.ADMIN).knock("PATCH", f"/users/{desk.id}/toggle-active", {"isActive": False})
    assert closed.status_code == 200
    assert hers.knock("GET", "/patients").status_code == 401
    assert client.post("/api/auth/refresh", json={"refreshToken": tokens.refresh}).status_code == 401


@pytest.mark.parametrize(
    "path", ["/payments/webhook", "/payments/admin-webhook", "/webhooks/razorpay", "/hooks/gallabox"]
)
def test_h16_an_event_with_a_wrong_signature_is_refused_and_not_kept(client: FlaskClient, clinic, path: str) -> None:
    body = b'{"event": "payment.captured", "payload": {}}'
    for signature in ("0" * 64, "", "anything"):
        answer = client.post("/api" + path, data=body, headers={"X-Razorpay-Signature": signature})
        assert answer.status_code in (400, 401)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProviderEvent)) == 0


def test_h18_there_is_no_master_code_and_no_door_for_tests(stranger: App, clinic: Clinic) -> None:
    assert not [name for name in Settings.model_fields if re.search(r"test|otp|bypass|master", name)]
    phone = clinic.patient.phone
    assert stranger.post("/patient-auth/send-otp", {"phone": phone}).status_code == 200
    for code in ("000000", "123456", "111111", "999999"):
        assert stranger.post("/patient-auth/verify-otp", {"phone": phone, "otp": code}).status_code == 400
    for path in ("/test/otp", "/test/otps", "/test", "/auth/test", "/debug"):
        assert stranger.get(path).status_code == 404


def test_h20_a_patient_reads_nothing_that_staff_wrote(of, clinic: Clinic, booked: Appointment) -> None:
    hers = of(clinic.patient)
    with db.transaction() as session:
        session.get_one(type(clinic.patient), clinic.patient.id).notes = "Staff only: owes a form"
    for path in ("/booking/my-appointments", f"/booking/{booked.id}", f"/payments/{booked.id}", "/patient-auth/me"):
        answer = hers.knock("GET", path)
        assert answer.status_code == 200, path
        assert "owes a form" not in answer.text
        for key in (
            "clinicianNotes",
            "clinician_notes",
            "deskNote",
            "desk_note",
            "internalNotes",
            "bookedBy",
            "note_text",
        ):
            assert f'"{key}"' not in answer.text, path


def test_h24_a_manager_closes_no_admin_and_weak_passwords_are_taken_nowhere(of, clinic: Clinic) -> None:
    with db.transaction():
        boss, second = make.staff(Role.ADMIN, name="Boss"), make.staff(Role.ADMIN, name="Second")
    manager, admin = of(Role.MANAGER), of(second)
    assert manager.knock("PATCH", f"/users/{boss.id}/toggle-active", {"isActive": False}).status_code == 403
    with db.reading():
        assert identity.staff_member(boss.id).active
    for path in ("managers", "centre-managers", "care-coordinators", "front-desk"):
        for weak in ("password", "password1234", "12345678", "nila_nair_nila"):
            sent = {"full_name": "Nila Nair", "phone": "9876540001", "username": "nila_nair_nila", "password": weak,
                    "centreId": str(clinic.centre.id)}  # fmt: skip
            assert admin.knock("POST", f"/users/{path}", sent).status_code == 400, (path, weak)
    weak = admin.knock("PATCH", f"/clinicians/{clinic.clinician.id}/credentials", {"password": "password1234"})
    assert weak.status_code == 400
