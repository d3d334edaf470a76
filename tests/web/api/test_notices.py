"""What a patient was told, over the API (api-contract.md 5.1)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Appointment
from mibo.identity import Role
from mibo.people import Notice
from tests import make
from tests.web.api.conftest import App, Clinic

pytestmark = pytest.mark.usefixtures("database")

NOTICES = "/patient/notifications"


def told(clinic: Clinic, at: str, what: str, **more: Any) -> Appointment:
    with db.transaction():
        one = make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at(at))
    with db.transaction():
        getattr(booking.telling, what)(booking.locked(one.id), **more)
    return one


@pytest.mark.usefixtures("incumbent")
def test_a_patients_app_lists_counts_and_reads_notices(patients_app: App, clinic: Clinic) -> None:
    one = told(clinic, "09:00", "confirmed")
    told(clinic, "10:00", "cancelled", refund_paise=5000)
    body = patients_app.get(NOTICES).get_json()["data"]
    assert (body["total"], body["unread_count"]) == (3, 3)
    assert [row["notification_type"] for row in body["notifications"]] == [
        "REFUND_INITIATED", "APPOINTMENT_CANCELLED", "GENERAL",
    ]  # fmt: skip
    row = body["notifications"][-1]
    assert row | {"created_at": "", "updated_at": "", "message": ""} == row | {
        "patient_id": clinic.patient.id, "title": "Booked", "appointment_id": one.id, "blocked_slot_id": None,
        "metadata": {}, "is_read": False, "read_at": None, "created_at": "", "updated_at": "", "message": "",
    }  # fmt: skip
    assert one.reference in row["message"]
    done = patients_app.client.put(f"/api{NOTICES}/{row['id']}/read", json={}, headers=patients_app.headers)
    assert (done.status_code, done.get_json()) == (200, {"success": True, "message": "Notification marked as read"})
    again = patients_app.client.put(f"/api{NOTICES}/{row['id']}/read", headers=patients_app.headers)
    assert again.status_code == 200
    assert patients_app.get(f"{NOTICES}/unread-count").get_json()["data"] == {"unread_count": 2, "unreadCount": 2}
    unread = patients_app.get(NOTICES, unread_only="true", limit=1, offset=1).get_json()["data"]
    assert (unread["total"], [row["notification_type"] for row in unread["notifications"]]) == (
        2,
        ["APPOINTMENT_CANCELLED"],
    )
    kinds = patients_app.get(NOTICES, notification_type="REFUND_INITIATED").get_json()["data"]
    assert (kinds["total"], kinds["unread_count"]) == (1, 2)
    today = clock.today().isoformat()
    assert patients_app.get(NOTICES, date_from=today, date_to=today).get_json()["data"]["total"] == 3
    assert patients_app.get(NOTICES, date_from=make.tomorrow().isoformat()).get_json()["data"]["total"] == 0


def test_an_appointment_that_closed_time_cancelled_says_so(patients_app: App, clinic: Clinic) -> None:
    with db.transaction() as session:
        one = make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("09:00"))
        at = make.at("09:00").replace(tzinfo=None)
        block = make.block(at, at.replace(hour=23), who=clinic.clinician)
        one.displaced_by, one.cancel_reason = block.id, "Training"
        session.flush()
    with db.transaction():
        booking.telling.called_off(booking.locked(one.id), 0, clinician_too=False, wait_s=0)
    (row,) = patients_app.get(NOTICES, notificationType="APPOINTMENT_BLOCKED").get_json()["data"]["notifications"]
    local = clock.local(one.starts_at)
    assert (row["notificationType"], row["blockedSlotId"], row["metadata"]) == (
        "APPOINTMENT_BLOCKED",
        block.id,
        {
            "clinician_name": "Dr. Anita Kurian", "appointment_date": f"{local:%Y-%m-%d}",
            "appointment_time": f"{local:%H:%M}", "reason": "Training", "refund_eligible": False,
        },
    )  # fmt: skip
    assert patients_app.get(NOTICES, notificationType="APPOINTMENT_CANCELLED").get_json()["data"]["total"] == 0


def test_what_is_not_theirs_is_not_there_and_staff_have_no_inbox(
    patients_app: App, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    with db.transaction():
        other, admin = make.patient("Meera Nair"), make.staff(Role.ADMIN)
    told(Clinic(clinic.centre, clinic.clinician, other), "09:00", "confirmed")
    with db.reading() as session:
        theirs = session.scalar(select(Notice.id))
    for notice, status, code in ((theirs, 404, "NOTIFICATION_NOT_FOUND"), ("abc", 400, "INVALID_NOTIFICATION_ID")):
        answer = patients_app.client.put(f"/api{NOTICES}/{notice}/read", headers=patients_app.headers)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)
    assert patients_app.get(NOTICES).get_json()["data"]["total"] == 0
    answer = signed_in(admin).get(f"{NOTICES}/unread-count")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "PATIENT_NOT_FOUND")
    assert patients_app.get(NOTICES, limit=0).status_code == 400
