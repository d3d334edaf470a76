"""A patient's own side for their app (api-contract.md 3.13)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mibo import clock, db
from mibo.booking import Status
from mibo.identity.permissions import Role
from mibo.people import Patient
from tests import make
from tests.web.api.conftest import App, Clinic

pytestmark = pytest.mark.usefixtures("database", "incumbent")


def test_the_dashboard_has_the_next_first_what_was_and_what_was_paid(patients_app: App, clinic: Clinic) -> None:
    with db.transaction():

        def book(at, **more):  # type: ignore[no-untyped-def]
            return make.appointment(clinic.patient, clinic.clinician, clinic.centre, at, **more)

        later, soon = book(make.at("15:00")), book(make.at("09:00"))
        gone = book(clock.now() - timedelta(days=3), status=Status.COMPLETED)
        off = book(make.at("11:00"), status=Status.CANCELLED)
        missed = book(clock.now() - timedelta(days=9), status=Status.NO_SHOW)
        make.appointment(make.patient("Ravi Kumar"), clinic.clinician, clinic.centre, make.at("12:00"))
    told = patients_app.get("/patient/dashboard").get_json()["data"]
    assert [row["id"] for row in told["upcomingAppointments"]] == [str(soon.id), str(later.id)]
    assert [row["id"] for row in told["recentAppointments"]] == [str(one.id) for one in (off, gone, missed)]
    counted = [
        told["statistics"][name] for name in ("totalAppointments", "completedAppointments", "upcomingAppointments")
    ]
    assert counted == [5, 1, 2]
    assert told["statistics"]["totalSpent"] == sum(
        row["amount"] for row in told["recentPayments"] if row["status"] != "FAILED" and row["paid_at"]
    )
    assert told["patient"]["name"] == clinic.patient.full_name
    for row in told["upcomingAppointments"]:
        assert {"clinician_name", "specialization", "centre_name", "meet_link", "payment_status"} <= set(row)
    every = patients_app.get("/patient/appointments").get_json()["data"]["appointments"]
    assert [row["id"] for row in every][:2] == [str(later.id), str(off.id)]
    paid = patients_app.get("/patient/payments").get_json()["data"]["payments"]
    assert (len(paid), paid[0]["centre_name"], "payment_notes" in paid[0]) == (5, clinic.centre.name, False)


def test_a_profile_changes_by_what_is_sent_and_nothing_that_is_not_theirs(patients_app: App, clinic: Clinic) -> None:
    def put(**sent: object):  # type: ignore[no-untyped-def]
        return patients_app.client.put("/api/patient/profile", json=sent, headers=patients_app.headers)

    done = put(
        firstName="Asha",
        lastName="Nair",
        gender="non_binary",
        email="asha@example.com",
        mrn="MRN-1",
        phone="9812300099",
    )
    assert (done.status_code, done.get_json()["message"]) == (200, "Profile updated successfully")
    assert put(emergency_contact_name="Ravi", blood_group="o+", email="").status_code == 200
    assert put().status_code == 200
    told = patients_app.get("/patient/profile").get_json()["data"]
    assert (told["user"]["full_name"], told["user"]["email"]) == ("Asha Nair", None)
    assert (
        told["profile"] | {"gender": "NON_BINARY", "blood_group": "O+", "emergency_contact_name": "Ravi"}
        == told["profile"]
    )
    with db.reading() as session:
        kept = session.get_one(Patient, clinic.patient.id)
        assert (kept.mrn, kept.phone) == (clinic.patient.mrn, clinic.patient.phone)
    for wrong in ({"date_of_birth": make.tomorrow().isoformat()}, {"gender": "ROBOT"}, {"age": 200}, {"email": "x"}):
        refused = put(**wrong)
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "VALIDATION_ERROR")


def test_staff_have_no_such_side(clinic: Clinic, signed_in: Callable[..., App]) -> None:
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre)
    for path in ("dashboard", "appointments", "payments", "profile"):
        assert signed_in(desk).get(f"/patient/{path}").status_code == 404
