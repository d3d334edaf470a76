"""Lists of appointments for apps (api-contract.md 3.3 rows 13 and 14, 5.2)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from mibo import clock, db
from mibo.booking import Appointment, Status
from mibo.identity import Account, Role
from mibo.people import Clinician, Patient
from tests import make
from tests.counting import statements
from tests.web.api.conftest import App, Clinic

READ_BY_THE_STAFFS_APP = {
    "id", "patient_id", "patient_name", "patient_phone", "patient_mrn", "clinician_id", "clinician_name", "centre_id",
    "centre_name", "appointment_type", "scheduled_start_at", "scheduled_end_at", "duration_minutes", "status", "notes",
    "patient_notes", "payment_notes", "payment_method", "created_at", "source", "bookedByUserName", "blocked_slot_id",
    "google_meet_link", "session_started_at", "session_ended_at", "patientName", "clinicianName", "scheduledStartAt",
    "payment_status", "centre_city", "centre_address", "patient_email", "cancellation_reason", "refund_eligible",
    "refund_status", "is_active", "parent_appointment_id", "booked_by_user_id",
}  # fmt: skip


@pytest.fixture
def colleague(clinic: Clinic) -> Clinician:
    with db.transaction():
        return make.clinician(clinic.centre, name="Dr. Ravi Nair")


@pytest.fixture
def desk(clinic: Clinic, signed_in: Callable[[Account | Patient], App]) -> App:
    with db.transaction():
        account = make.staff(Role.FRONT_DESK, clinic.centre)
    return signed_in(account)


@pytest.fixture
def hers(clinic: Clinic, signed_in: Callable[[Account | Patient], App]) -> App:
    """The clinician's app."""
    with db.reading() as session:
        return signed_in(session.get_one(Account, clinic.clinician.account_id))


def book(clinic: Clinic, face: str = "10:00", who: Patient | None = None, of: Any = None, **more: Any) -> Appointment:
    with db.transaction():
        day = more.pop("day", None)
        return make.appointment(
            who or clinic.patient, of or clinic.clinician, clinic.centre, make.at(face, day), **more
        )


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.get_json()["data"]]


def test_13_older_apps_get_a_bare_array_with_every_key_they_read(incumbent: None, desk: App, clinic: Clinic) -> None:
    one = book(clinic)
    body = desk.get("/appointments").get_json()
    assert set(body) == {"success", "data"}
    [row] = body["data"]
    assert set(row) >= READ_BY_THE_STAFFS_APP
    assert (row["id"], row["patient_phone"], row["source"], row["payment_status"], row["duration_minutes"]) == (
        str(one.id), "919876500001", "WEB_PATIENT", "SUCCESS", 60,
    )  # fmt: skip
    assert row["scheduled_start_at"].endswith("Z")
    assert row["notes"] is None


def test_13_the_latest_start_comes_first_and_ended_holds_are_not_there(desk: App, clinic: Clinic) -> None:
    early, late = book(clinic, "09:00"), book(clinic, "11:00")
    book(clinic, "10:00", status=Status.EXPIRED)
    held = book(clinic, "12:00", status=Status.PENDING)
    with db.transaction() as session:
        over = clock.now() - timedelta(minutes=1)
        session.execute(update(Appointment).where(Appointment.id == held.id).values(held_until=over))
    assert ids(desk.get("/appointments")) == [str(late.id), str(early.id)]
    assert len(ids(desk.get("/appointments", status="EXPIRED"))) == 2


def test_13_every_filter_holds(desk: App, clinic: Clinic, colleague: Clinician) -> None:
    asha = book(clinic, "10:00")
    with db.transaction():
        farah = make.patient("Farah Khan")
    other = book(clinic, "10:00", who=farah, of=colleague, status=Status.CANCELLED)
    tomorrow = make.tomorrow()
    for asked, found in [
        ({"centreId": clinic.centre.id}, [other, asha]), ({"clinicianId": colleague.id}, [other]),
        ({"patientId": clinic.patient.id}, [asha]), ({"status": "CONFIRMED"}, [asha]), ({"status": "CANCELLED"}, [other]),
        ({"date": str(tomorrow)}, [other, asha]), ({"date": str(tomorrow + timedelta(days=1))}, []),
        ({"clinician_id": colleague.id, "status": "CONFIRMED"}, []), ({"centreId": 999_999_999}, []),
    ]:  # fmt: skip
        assert ids(desk.get("/appointments", **asked)) == [str(one.id) for one in found], asked


@pytest.mark.parametrize(
    "asked", [{"date": "yesterday"}, {"status": "LOST"}, {"centreId": "x"}, {"cursor": "x"}, {"limit": 0}]
)
def test_13_what_makes_no_sense_is_a_400(desk: App, asked: dict[str, object]) -> None:
    assert desk.get("/appointments", **asked).status_code == 400


def test_13_a_day_is_the_clinics(desk: App, clinic: Clinic) -> None:
    day = make.tomorrow()
    early, late = book(clinic, "00:30", day=day, minutes=15), book(clinic, "23:30", day=day, minutes=15)
    assert ids(desk.get("/appointments", date=str(day))) == [str(late.id), str(early.id)]
    assert ids(desk.get("/appointments", date=str(day - timedelta(days=1)))) == []


def test_13_pages_follow_one_another_while_others_are_booked(desk: App, clinic: Clinic) -> None:
    own = [book(clinic, f"{hour:02}:00") for hour in range(9, 14)]
    seen: list[str] = []
    cursor = None
    for hour in range(14, 19):
        answer = desk.get("/appointments", limit=2, **({"cursor": cursor} if cursor else {}))
        body = answer.get_json()
        seen += [row["id"] for row in body["data"]]
        cursor = body["meta"]["nextCursor"]
        book(clinic, f"{hour:02}:00")
        if cursor is None:
            break
    assert seen == [str(one.id) for one in reversed(own)]


def test_13_scope_is_the_servers(clinic: Clinic, desk: App, hers: App, colleague: Clinician,
                                 signed_in: Callable[[Account | Patient], App]) -> None:  # fmt: skip
    with db.transaction():
        mumbai = make.centre("Mibo Mumbai", city="mumbai")
        far = make.patient("Farah Khan")
        make.appointment(far, make.clinician(mumbai, name="Dr. Far"), mumbai, make.at("10:00"))
        nowhere = make.staff(Role.FRONT_DESK, name="Nowhere")
    mine = book(clinic, "10:00")
    with db.transaction():
        other = make.patient("Ravi Kumar")
    theirs = book(clinic, "10:00", who=other, of=colleague)
    assert set(ids(desk.get("/appointments"))) == {str(mine.id), str(theirs.id)}
    assert ids(desk.get("/appointments", centreId=mumbai.id)) == []
    assert ids(signed_in(nowhere).get("/appointments")) == []
    assert ids(hers.get("/appointments")) == [str(mine.id)]
    assert ids(hers.get("/appointments", clinicianId=clinic.clinician.id)) == [str(mine.id)]
    assert hers.get("/appointments", clinicianId=colleague.id).status_code == 403
    own = signed_in(clinic.patient).get("/appointments")
    assert ids(own) == [str(mine.id)]
    assert own.get_json()["data"][0]["bookedByUserName"] is None


def test_13_a_stranger_gets_nothing(stranger: App) -> None:
    for path in ("", "/my-appointments", "/dashboard/stats", "/dashboard/appointments"):
        assert stranger.get(f"/appointments{path}").status_code == 401


def test_13_a_clinician_sees_no_money_and_no_whole_number(hers: App, clinic: Clinic) -> None:
    book(clinic)
    [row] = hers.get("/appointments").get_json()["data"]
    assert (row["patientPhone"], row["patientEmail"], row["paymentMethod"], row["consultationFee"]) == (
        "••••0001", None, None, None,
    )  # fmt: skip


def test_13_the_statements_do_not_grow_with_the_rows(desk: App, clinic: Clinic) -> None:
    book(clinic, "09:00")
    desk.get("/appointments")
    with statements() as few:
        desk.get("/appointments")
    for hour in range(10, 16):
        book(clinic, f"{hour}:00")
    with statements() as many:
        assert len(ids(desk.get("/appointments"))) == 7
    assert len(many) == len(few) <= 5


def test_14_a_clinicians_own_in_three_lists(hers: App, clinic: Clinic) -> None:
    now = clock.now()
    with db.transaction():

        def at(minutes: int, **more: Any) -> str:
            starts = now + timedelta(minutes=minutes)
            return str(
                make.appointment(make.patient("P"), clinic.clinician, clinic.centre, starts, minutes=30, **more).id
            )

        current = at(-20)
        begun = at(-200, status=Status.IN_PROGRESS)
        upcoming = [at(60), at(120)]
        at(180, status=Status.CANCELLED)
        past = [at(-300, status=Status.COMPLETED), at(-400, status=Status.NO_SHOW)]
    told = hers.get("/appointments/my-appointments").get_json()["data"]
    assert [[row["id"] for row in told[part]] for part in ("current", "upcoming", "past")] == [
        [current, begun], upcoming, past,
    ]  # fmt: skip
    assert told["summary"] == {"currentCount": 2, "upcomingCount": 2, "pastCount": 2}
    assert {"patientName", "patientPhone", "centreName", "centreAddress"} <= set(told["upcoming"][0])


def test_14_is_for_clinicians_with_a_record(
    desk: App, clinic: Clinic, signed_in: Callable[[Account | Patient], App]
) -> None:
    assert desk.get("/appointments/my-appointments").status_code == 403
    with db.transaction():
        account = make.staff(Role.CLINICIAN, clinic.centre, name="No Record")
    assert signed_in(account).get("/appointments/my-appointments").status_code == 404


def test_52_a_day_in_numbers_and_the_rows_behind_them(hers: App, clinic: Clinic) -> None:
    day = make.tomorrow()
    for hour, status in enumerate((*Status, Status.CONFIRMED), start=9):
        book(clinic, f"{hour:02}:00", status=status)
    book(clinic, "00:10", day=day + timedelta(days=1), minutes=15)
    days = {"startDate": str(day), "endDate": str(day)}
    assert hers.get("/appointments/dashboard/stats", **days).get_json()["data"] == {
        "total": 8, "waiting": 1, "ongoing": 1, "confirmed": 2, "completed": 1, "cancelled": 1,
    }  # fmt: skip
    rows = hers.get("/appointments/dashboard/appointments", **days).get_json()["data"]
    assert len(rows) == 8
    assert [row["appointmentTime"] for row in rows] == sorted(row["appointmentTime"] for row in rows)
    for word, count in (("BOOKED", 1), ("CONFIRMED", 2), ("CANCELLATION_REQUESTED", 1)):
        found = hers.get("/appointments/dashboard/appointments", status=word, **days)
        assert len(found.get_json()["data"]) == count
    assert hers.get("/appointments/dashboard/stats").get_json()["data"]["total"] == 0, "today is another day"
    wrong = {"startDate": str(day), "endDate": str(day - timedelta(days=1))}
    assert hers.get("/appointments/dashboard/stats", **wrong).status_code == 400


def test_52_is_refused_to_who_does_not_consult(desk: App, patients_app: App) -> None:
    for app in (desk, patients_app):
        assert app.get("/appointments/dashboard/stats").status_code == 403


def test_52_older_apps_read_their_own_words(incumbent: None, hers: App, clinic: Clinic) -> None:
    book(clinic, "10:00", status=Status.PENDING)
    day = str(make.tomorrow())
    [row] = hers.get("/appointments/dashboard/appointments", startDate=day, endDate=day).get_json()["data"]
    assert (row["status"], row["patient_name"]) == ("BOOKED", "Asha Menon")
