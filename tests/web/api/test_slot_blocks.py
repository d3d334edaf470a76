"""Closed time over the API: the contract's shapes in both spellings, by overlap, scoped, and one model (P2)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Appointment, Status
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.scheduling import TimeBlock
from tests import make
from tests.web.api.conftest import App, Clinic

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def of(signed_in, clinic):
    def made(role: Role, *centres) -> App:
        with db.transaction():
            account = make.staff(role, *centres)
        return signed_in(account)

    return made


@pytest.fixture
def boss(of) -> App:
    return of(Role.MANAGER)


def slot(clinic: Clinic, opens: str = "10:00", closes: str = "11:00", **more) -> dict:
    return {
        "clinician_id": clinic.clinician.id, "centre_id": str(clinic.centre.id), "date": str(make.tomorrow()),
        "start_time": opens, "end_time": closes, **more,
    }  # fmt: skip


def book(clinic: Clinic, face: str = "10:00", **more) -> Appointment:
    with db.transaction():
        return make.appointment(make.patient(), clinic.clinician, clinic.centre, make.at(face), **more)


def state(one: Appointment) -> str:
    with db.reading() as session:
        return session.get_one(Appointment, one.id).status


def free(clinic: Clinic) -> list[int]:
    with db.reading():
        slots = booking.open_slots(clinic.clinician.id, make.tomorrow(), centre_id=clinic.centre.id)
    return [clock.local(one.starts_at).hour for one in slots if one.is_free]


def test_a_block_cancels_by_overlap_and_answers_who_was_affected(boss, clinic, incumbent):
    one = book(clinic, "09:00")
    answer = boss.post("/admin/slots/block", slot(clinic, "09:30", "10:15", reason="Ill"))
    assert answer.status_code == 200
    data = answer.json["data"]
    made, [affected] = data["blocked_slot"], data["affected_patients"]
    assert data["blockedSlot"]["id"] == made["id"]
    assert (made["clinician_id"], made["centre_id"]) == (clinic.clinician.id, clinic.centre.id)
    assert (made["blocked_date"], made["start_time"], made["end_time"]) == (
        str(make.tomorrow()),
        "09:30:00",
        "10:15:00",
    )
    assert (made["reason"], made["is_blocked"], made["unblocked_at"]) == ("Ill", True, None)
    assert made["clinician_name"] == "Dr. Anita Kurian"
    assert (affected["appointment_id"], affected["refund_eligible"], affected["payment_status"]) == (
        str(one.id), True, "SUCCESS",
    )  # fmt: skip
    assert affected["patient_phone"].isdigit()
    assert state(one) == Status.CANCELLED
    assert free(clinic) == [11]
    row = boss.get(f"/appointments/{one.id}").json["data"]
    assert (row["status"], row["blocked_slot_id"]) == ("CANCELLED_BY_ADMIN", made["id"])


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"date": "2020-01-01"}, 400, "PAST_SLOT_BLOCKING"),
        ({"start_time": "11:00", "end_time": "10:00"}, 400, "INVALID_TIME_RANGE"),
        ({"start_time": None}, 400, "VALIDATION_ERROR"),
        ({"date": "soon"}, 400, "VALIDATION_ERROR"),
        ({"reason": "x" * 501}, 400, "VALIDATION_ERROR"),
        ({"clinician_id": 999_999_999}, 404, "NOT_FOUND"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_code(boss, clinic, wrong, status, code):
    answer = boss.post("/admin/slots/block", slot(clinic) | wrong)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)


def test_missing_fields_a_second_block_and_unblocking_have_the_codes_that_apps_know(boss, clinic):
    assert boss.post("/admin/slots/block", {}).json["error"]["code"] == "MISSING_REQUIRED_FIELDS"
    made = boss.post("/admin/slots/block", slot(clinic)).json["data"]["blockedSlot"]
    again = boss.post("/admin/slots/block", slot(clinic, "10:15", "10:45"))
    assert (again.status_code, again.json["error"]["code"]) == (409, "SLOT_ALREADY_BLOCKED")
    assert again.json["message"] == again.json["error"]["message"]
    unblock = f"/admin/slots/unblock/{made['id']}"
    opened = boss.post(unblock, {})
    assert (opened.status_code, set(opened.json)) == (200, {"success", "message"})
    assert boss.post(unblock).json["error"]["code"] == "SLOT_NOT_BLOCKED"
    assert boss.post("/admin/slots/unblock/999999").json["error"]["code"] == "SLOT_NOT_FOUND"
    assert boss.post("/admin/slots/unblock/abc").json["error"]["code"] == "INVALID_SLOT_ID"
    assert free(clinic) == [9, 10, 11]


def test_several_go_on_past_what_fails(boss, clinic):
    one = book(clinic, "11:00")
    boss.post("/admin/slots/block", slot(clinic, "09:00", "10:00"))
    sent = [slot(clinic, "09:00", "10:00"), slot(clinic, "11:00", "12:00"), slot(clinic, date="2020-01-01"), {}]
    answer = boss.post("/admin/slots/block-multiple", {"slots": sent, "reason": "Leave"})
    told = answer.json["data"]
    assert answer.status_code == 200
    assert (told["blockedCount"], told["failedCount"], len(told["blockedSlotIds"])) == (1, 3, 1)
    assert [each["error"] for each in told["failedSlots"]] == [
        "SLOT_ALREADY_BLOCKED", "PAST_SLOT_BLOCKING", "MISSING_REQUIRED_FIELDS",
    ]  # fmt: skip
    assert told["failedSlots"][0]["slot"] == sent[0] | {"clinician_id": clinic.clinician.id}
    assert [each["appointmentId"] for each in told["affectedPatients"]] == [str(one.id)]
    assert boss.post("/admin/slots/block-multiple", {"slots": []}).status_code == 400


def test_a_day_is_closed_window_by_window_and_each_can_be_opened(boss, clinic):
    with db.transaction():
        make.hours(clinic.clinician, clinic.centre, opens="14:00", closes="16:00")
    one = book(clinic, "14:00")
    day = {"clinicianId": clinic.clinician.id, "centreId": clinic.centre.id, "date": str(make.tomorrow())}
    seen = boss.post("/admin/slots/affected-patients", {"slots": [slot(clinic, "13:00", "15:00")]}).json["data"]
    assert (seen["totalCount"], seen["affectedPatients"][0]["patientName"]) == (1, "Asha Menon")
    assert state(one) == Status.CONFIRMED
    told = boss.post("/admin/slots/block-day", day).json["data"]
    assert (told["blockedCount"], len(told["affectedPatients"])) == (2, 1)
    assert free(clinic) == []
    boss.post(f"/admin/slots/unblock/{told['blockedSlotIds'][0]}")
    assert free(clinic) == [9, 10, 11]
    again = boss.post("/admin/slots/block-day", day).json["data"]
    assert (again["blockedCount"], again["failedCount"]) == (1, 1)
    with db.transaction():
        idle = make.clinician(clinic.centre)
    assert boss.post("/admin/slots/block-day", day | {"clinicianId": idle.id}).status_code == 404
    assert (
        boss.post("/admin/slots/block-day", day | {"date": "2020-01-01"}).json["error"]["code"] == "PAST_SLOT_BLOCKING"
    )


def test_closed_time_is_listed_newest_first_and_filtered(boss, clinic):
    first = boss.post("/admin/slots/block", slot(clinic)).json["data"]["blockedSlot"]
    second = boss.post("/admin/slots/block", slot(clinic, "11:00", "12:00")).json["data"]["blockedSlot"]
    boss.post(f"/admin/slots/unblock/{first['id']}")

    def ids(**query) -> list[int]:
        return [one["id"] for one in boss.get("/admin/slots/blocked", **query).json["data"]["blockedSlots"]]

    assert ids() == [second["id"], first["id"]]
    assert ids(is_blocked="true") == [second["id"]]
    assert ids(is_blocked="no") == [first["id"]]
    assert ids(date_from=str(make.tomorrow() + timedelta(days=1))) == []
    assert ids(blocked_by_admin_id=first["blockedByAdminId"], clinicianId=clinic.clinician.id) == ids()
    page = boss.get("/admin/slots/blocked", limit=1).json["data"]
    assert (len(page["blockedSlots"]), page["total"]) == (1, 2)


def test_who_may_close_whose_time_over_the_api(of, clinic, signed_in, patients_app, stranger):
    with db.transaction():
        other = make.centre("Mibo Mumbai", city="mumbai")
        colleague = make.clinician(clinic.centre, name="Dr. Ravi Nair")
        make.hours(colleague, clinic.centre)
    assert stranger.post("/admin/slots/block", slot(clinic)).status_code == 401
    assert patients_app.post("/admin/slots/block", slot(clinic)).status_code == 403
    assert of(Role.CARE_COORDINATOR, clinic.centre).post("/admin/slots/block", slot(clinic)).status_code == 403
    assert of(Role.FRONT_DESK, other).post("/admin/slots/block", slot(clinic)).status_code == 404
    made = of(Role.FRONT_DESK, clinic.centre).post("/admin/slots/block", slot(clinic, "09:00", "10:00"))
    assert made.status_code == 200
    unblock = f"/admin/slots/unblock/{made.json['data']['blockedSlot']['id']}"
    assert of(Role.CENTRE_MANAGER, other).post(unblock).status_code == 404
    assert of(Role.CENTRE_MANAGER, other).get("/admin/slots/blocked").json["data"]["total"] == 0
    with db.reading() as session:
        herself = signed_in(session.get_one(Account, clinic.clinician.account_id))
    book(clinic, "10:00")
    own = herself.post("/admin/slots/block", slot(clinic))
    assert own.status_code == 200
    assert own.json["data"]["affectedPatients"][0]["patientPhone"] is None
    assert herself.post("/admin/slots/block", slot(clinic, clinician_id=colleague.id)).status_code == 404


@pytest.mark.parametrize("prefix", ["/clinicians", "/users/clinicians"])
def test_a_slot_exception_is_a_block_by_another_name(boss, of, clinic, prefix):
    one = book(clinic)
    path = f"{prefix}/{clinic.clinician.id}/slot-exceptions"
    day = str(make.tomorrow())
    sent = {"centreId": clinic.centre.id, "exceptionDate": day, "startTime": "10:30", "endTime": "11:15",
            "mode": "online", "reason": "Training"}  # fmt: skip
    made = boss.post(path, sent)
    assert made.status_code == 201
    row = made.json["data"]
    assert (row["exceptionDate"], row["startTime"], row["endTime"], row["mode"]) == (
        day,
        "10:30:00",
        "11:15:00",
        "HYBRID",
    )
    assert state(one) == Status.CONFIRMED  # who is booked is not touched
    assert free(clinic) == [9]
    again = boss.post(path, sent | {"reason": "Meeting"})
    assert (again.status_code, again.json["data"]["id"], again.json["data"]["reason"]) == (201, row["id"], "Meeting")
    listed = boss.get(path, startDate=day, endDate=day).json["data"]
    assert [each["id"] for each in listed] == [row["id"]]
    assert boss.get("/admin/slots/blocked").json["data"]["total"] == 1
    assert of(Role.FRONT_DESK, clinic.centre).post(path, sent).status_code == 403
    gone = boss.client.delete(f"/api{path}/{row['id']}", headers=boss.headers)
    assert (gone.status_code, gone.json["data"]) == (200, None)
    assert boss.get(path, startDate=day, endDate=day).json["data"] == []
    assert [
        boss.client.delete(f"/api{path}/{key}", headers=boss.headers).status_code for key in (row["id"], 999999)
    ] == [404, 404]
    with db.reading() as session:
        assert len(session.scalars(select(TimeBlock)).all()) == 1
