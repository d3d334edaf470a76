"""Who gets through which door of the API: one table for every operation and everybody (security.md line 33).

It says who is let in; whether what they then send makes sense is another matter. Everybody else is answered 401 (strangers) or 403.
"""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mibo import db
from mibo.identity import Account
from mibo.identity.permissions import Role
from tests import make
from tests.machine import Bell
from tests.web.api.conftest import App, Clinic

pytestmark = pytest.mark.usefixtures("database", "sandbox")

STAFF = set(Role) - {Role.PATIENT}
SIGNED_IN = set(Role)
STRANGER = "stranger"
ANYBODY = {*Role, STRANGER}
BOTH = {Role.ADMIN, Role.MANAGER}
MANAGERS = {*BOTH, Role.CENTRE_MANAGER}
TABLE = [
    (
        BOTH,
        """
        POST /notifications/appointment-reminder
        GET /notifications/history
        GET /notifications/stats
        GET /video/links
    """,
    ),
    (
        MANAGERS,
        """
        GET /analytics/dashboard
        GET /analytics/leads-by-source
        GET /analytics/revenue
        GET /analytics/top-doctors
        GET /notifications/<notification_id>
        DELETE /video/appointment/<appointment_id>/meet-link
        PUT /video/appointment/<appointment_id>/meet-link
    """,
    ),
    (
        ANYBODY,
        """
        GET /
        POST /auth/login/phone-otp
        POST /auth/login/phone-password
        POST /auth/login/username-password
        POST /auth/logout
        POST /auth/refresh
        POST /auth/refresh-token
        POST /auth/send-otp
        GET /booking/available-slots
        GET /booking/clinician-slots
        GET /booking/clinician/<clinician_id>/slots-range
        GET /booking/dates-with-slots
        GET /centres
        GET /centres/<centre_id>
        GET /clinicians
        GET /clinicians/<clinician_id>
        GET /clinicians/<clinician_id>/availability
        GET /clinicians/<clinician_id>/slots
        GET /docs
        GET /health
        POST /hooks/gallabox
        GET /openapi.json
        POST /patient-auth/login-with-password
        POST /patient-auth/logout
        POST /patient-auth/refresh
        POST /patient-auth/refresh-token
        POST /patient-auth/send-otp
        POST /patient-auth/verify-otp
        POST /payments/admin-webhook
        POST /payments/webhook
        POST /webhooks/razorpay
    """,
    ),
    (
        {Role.PATIENT},
        """
        GET /booking/<appointment_id>
        POST /booking/<appointment_id>/cancel
        POST /booking/create
        GET /booking/my-appointments
        GET /patient-auth/me
        POST /patient/appointments/<appointment_id>/cancel
        GET /payments/<appointment_id>
        POST /payments/create-order
        POST /payments/failure
        GET /payments/history
        GET /payments/registration-fee-status
        POST /payments/verify
    """,
    ),
    (
        SIGNED_IN,
        """
        GET /appointments
        GET /appointments/<appointment_id>
        GET /appointments/availability
        GET /auth/me
        GET /patient/appointments
        GET /patient/dashboard
        GET /patient/notifications
        GET /video/appointment/<appointment_id>/meet-link
        PUT /patient/notifications/<notice_id>/read
        GET /patient/notifications/unread-count
        GET /patient/payments
        GET /patient/profile
        PUT /patient/profile
    """,
    ),
    (
        STAFF,
        """
        PATCH /appointments/<appointment_id>
        PUT /appointments/<appointment_id>
        PUT /appointments/<appointment_id>/reschedule
        PUT /appointments/<appointment_id>/status
        GET /patients/<patient_id>
        GET /patients/<patient_id>/appointments
    """,
    ),
    (
        STAFF - {Role.CLINICIAN},
        """
        POST /appointments
        DELETE /appointments/<appointment_id>
        POST /booking/front-desk
        POST /notifications/appointment-confirmation
        POST /video/generate-meet-link
        GET /patients
        POST /patients
        PUT /patients/<patient_id>
    """,
    ),
    (
        STAFF - {Role.CLINICIAN, Role.CENTRE_MANAGER},
        """
        POST /appointments/<appointment_id>/confirm-direct-payment
        POST /appointments/<appointment_id>/send-payment-link
        POST /payments/create-link
        POST /payments/send-link
        POST /payments/send-payment-link
    """,
    ),
    (
        (STAFF - {Role.CLINICIAN, Role.CENTRE_MANAGER}) | {Role.PATIENT},
        """
        GET /payments/link-status/<link_id>
        GET /payments/verify/<link_id>
    """,
    ),
    (
        STAFF - {Role.CARE_COORDINATOR},
        """
        POST /admin/slots/affected-patients
        POST /admin/slots/block
        POST /admin/slots/block-day
        POST /admin/slots/block-multiple
        GET /admin/slots/blocked
        POST /admin/slots/unblock/<block_id>
    """,
    ),
    (
        MANAGERS | {Role.CLINICIAN},
        """
        PUT /clinicians/<clinician_id>/availability
        GET /clinicians/<clinician_id>/availability/by-day
        DELETE /clinicians/<clinician_id>/availability/<rule_id>
        POST /clinicians/<clinician_id>/availability/delete-by-day
    """,
    ),
    (
        MANAGERS,
        """
        PUT /centres/<centre_id>
        POST /clinicians
        PUT /clinicians/<clinician_id>
        DELETE /clinicians/<clinician_id>
        POST /clinicians/<clinician_id>/slot-exceptions
        GET /clinicians/<clinician_id>/slot-exceptions
        DELETE /clinicians/<clinician_id>/slot-exceptions/<block_id>
        PATCH /clinicians/<clinician_id>/toggle-active
        POST /upload/clinician-profile
        DELETE /upload/image
    """,
    ),
    (
        BOTH,
        """
        POST /centres
        PATCH /centres/<centre_id>/toggle-active
        PATCH /clinicians/<clinician_id>/credentials
        GET /users
        GET /users/<user_id>
        PATCH /users/<user_id>/toggle-active
        POST /users/front-desk
    """,
    ),
    (
        {Role.ADMIN},
        """
        DELETE /centres/<centre_id>
        POST /users
        PUT /users/<user_id>
        DELETE /users/<user_id>
        POST /users/care-coordinators
        POST /users/centre-managers
        POST /users/managers
    """,
    ),
    (
        {Role.ADMIN, Role.CLINICIAN},
        """
        POST /patients/<patient_id>/notes
    """,
    ),
    (
        {*BOTH, Role.CLINICIAN},
        """
        PATCH /appointments/<appointment_id>/notes
    """,
    ),
    (
        {Role.CLINICIAN},
        """
        POST /appointments/<appointment_id>/clinician-notes
        GET /appointments/<appointment_id>/previous-notes
        POST /appointments/<appointment_id>/end-session
        POST /appointments/<appointment_id>/schedule-followup
        POST /appointments/<appointment_id>/start-session
        GET /appointments/dashboard/appointments
        GET /appointments/dashboard/stats
        GET /appointments/my-appointments
    """,
    ),
]
TWINS = {"/payment/": "/payments/", "/users/clinicians": "/clinicians"}  # the same under another name
NOT_SO_FAST = ("/auth/", "/patient-auth/")  # may answer 429 to whoever asks often


def told() -> dict[str, set[str]]:
    """The table, row by row."""
    return {row.strip(): {str(each) for each in who} for who, block in TABLE for row in block.strip().splitlines()}


def operations(app: Flask) -> dict[str, str]:
    """Every path below /api with each of its methods, as the table writes them, and the endpoint behind it."""
    return {
        f"{method} {re.sub(r'<[^>]*:', '<', rule.rule).removeprefix('/api') or '/'}": rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule == "/api" or rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def twin(row: str) -> str:
    """The row of the table that speaks for this one."""
    row = re.sub(r" /v1(?=/|$)", " ", row)
    for name, other in TWINS.items():
        row = row.replace(f" {name}", f" {other}", 1)
    method, path = row.split(" ", 1)
    return f"{method} {path or '/'}"


def test_every_operation_stands_in_the_table_and_its_twins_ask_for_the_same(app: Flask) -> None:
    found = operations(app)
    assert {twin(row) for row in found} == set(told())
    marks = {row: app.view_functions[endpoint].access for row, endpoint in found.items()}  # type: ignore[attr-defined]
    assert [row for row, mark in marks.items() if mark != marks[twin(row)]] == []


@pytest.fixture
def addresses(clinic: Clinic) -> dict[str, int]:
    """Something real behind every id, within everybody's reach."""
    with db.transaction():
        one = make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"))
        other = make.staff(Role.FRONT_DESK, clinic.centre, name="Other Desk")
    return {
        "appointment_id": one.id, "patient_id": clinic.patient.id, "clinician_id": clinic.clinician.id,
        "centre_id": clinic.centre.id, "user_id": other.id,
    }  # fmt: skip


def test_everybody_gets_exactly_through_the_doors_that_the_table_says(
    app: Flask,
    client: FlaskClient,
    clinic: Clinic,
    addresses: dict[str, int],
    signed_in: Callable[..., App],
    request: pytest.FixtureRequest,
) -> None:
    bell: Bell = request.getfixturevalue("_redis")
    with db.transaction() as session:
        people = {role: make.staff(role, clinic.centre) for role in STAFF - {Role.CLINICIAN}}
        people |= {Role.PATIENT: clinic.patient, Role.CLINICIAN: session.get_one(Account, clinic.clinician.account_id)}
    rows, wrong = told(), []
    doors: dict[str, App] = {}
    for row, expected in rows.items():
        bell.clean()  # the table has more rows than a stranger may ask in a minute
        method, path = row.split()
        real = addresses if method == "GET" else {}  # whoever is let in to change something finds nothing there
        path = re.sub(r"<([^>]+)>", lambda found, real=real: str(real.get(found[1], 999_999_999)), path)
        for who in sorted(ANYBODY):
            if who not in doors or method != "GET":  # anew: what was asked before may have ended the last
                doors[who] = App(client) if who == STRANGER else signed_in(people[Role(who)])
            door = doors[who]
            sent = {} if method in ("GET", "DELETE") else {"json": {}}
            answer = client.open(f"/api{path}", method=method, headers=door.headers, **sent)
            refused = 401 if who == STRANGER else 403
            let_in = answer.status_code not in (401, 403) and answer.status_code < 500
            right = let_in if who in expected else answer.status_code == refused
            if not right or (answer.status_code == 429 and not path.startswith(NOT_SO_FAST)):
                wrong.append(f"{row}: {who} gets {answer.status_code}")
            answer.close()
    assert wrong == []
