"""Video links and messages over the API (api-contract.md 3.10, 3.12)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Appointment
from mibo.identity import Role
from mibo.messaging import Message
from mibo.video import Meeting
from tests import make
from tests.web.api.conftest import App, Clinic

pytestmark = pytest.mark.usefixtures("database", "sandbox")

SignedIn = Callable[..., App]
LINK = "https://meet.google.com/abc-defg-hij"


def booked(clinic: Clinic, *, mode: str = "ONLINE", link: str | None = None) -> Appointment:
    with db.transaction() as session:
        one = make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"), mode=mode)
        if link:
            meeting = Meeting(starts_at=one.starts_at, ends_at=one.ends_at, status="READY", join_url=link)
            session.add(meeting)
            session.flush()
            one.meeting_id = meeting.id
        return one


@pytest.fixture
def manager(signed_in: SignedIn) -> App:
    with db.transaction():
        account = make.staff(Role.MANAGER)
    return signed_in(account)


def put(app: App, one: Appointment, sent: object) -> Any:
    return app.client.put(f"/api/video/appointment/{one.id}/meet-link", json=sent, headers=app.headers)


def test_a_link_is_made_once_and_read_by_the_patient_whose_it_is(
    manager: App, patients_app: App, clinic: Clinic, signed_in: SignedIn
) -> None:
    one = booked(clinic)
    first = manager.post("/video/generate-meet-link", {"appointment_id": str(one.id)})
    again = manager.post("/video/generate-meet-link", {"appointmentId": one.id})
    assert (first.status_code, again.status_code) == (201, 201)
    made = first.get_json()["data"]
    assert made == again.get_json()["data"] == {"appointmentId": str(one.id), "meetLink": made["meetLink"]}
    row = patients_app.get(f"/video/appointment/{one.id}/meet-link").get_json()["data"]
    assert {row[name] for name in ("joinUrl", "meetLink", "googleMeetLink")} == {made["meetLink"]}
    assert (row["provider"], row["hostUrl"], row["videoLinkId"]) == ("GOOGLE_MEET", None, row["id"])
    with db.transaction():
        stranger = make.patient("Meera Nair")
    assert signed_in(stranger).get(f"/video/appointment/{one.id}/meet-link").status_code == 404


def test_what_is_in_person_is_refused_and_a_provider_that_is_away_is_told(
    manager: App, clinic: Clinic, sandbox: Any
) -> None:
    here = booked(clinic, mode="IN_PERSON")
    assert manager.post("/video/generate-meet-link", {"appointment_id": here.id}).status_code == 400
    assert manager.post("/video/generate-meet-link", {"appointment_id": 999_999_999}).status_code == 404
    assert manager.post("/video/generate-meet-link", {}).status_code == 400
    assert manager.get(f"/video/appointment/{here.id}/meet-link").status_code == 404


@pytest.mark.usefixtures("incumbent")
def test_a_link_is_replaced_taken_away_and_listed(manager: App, clinic: Clinic) -> None:
    one = booked(clinic, link="https://meet.google.com/old-olds-old")
    answer = put(manager, one, {"meet_link": LINK})
    row = answer.get_json()["data"]
    assert (answer.status_code, row["join_url"], row["provider"], row["status"]) == (200, LINK, "CUSTOM", "READY")
    assert put(manager, one, {"meet_link": "https://evil.example/x"}).status_code == 400
    assert put(manager, one, {}).status_code == 400
    [listed] = manager.get("/video/links", provider="CUSTOM").get_json()["data"]
    assert (listed["patient_name"], listed["clinician_name"], listed["meet_link"]) == (
        "Asha Menon",
        "Dr. Anita Kurian",
        LINK,
    )
    assert manager.get("/video/links", provider="GOOGLE_MEET").get_json()["data"] == []
    tomorrow = make.tomorrow()
    assert len(manager.get("/video/links", startDate=tomorrow, endDate=tomorrow).get_json()["data"]) == 1
    assert manager.get("/video/links", startDate=tomorrow + timedelta(days=1)).get_json()["data"] == []
    gone = manager.client.delete(f"/api/video/appointment/{one.id}/meet-link", headers=manager.headers)
    assert (gone.status_code, gone.get_json()["data"]) == (200, None)
    assert manager.get(f"/video/appointment/{one.id}/meet-link").status_code == 404
    again = manager.client.delete(f"/api/video/appointment/{one.id}/meet-link", headers=manager.headers)
    assert again.status_code == 404


def test_a_confirmation_and_a_reminder_are_sent_once_more_to_the_bookings_own_phone(
    manager: App, clinic: Clinic
) -> None:
    one = booked(clinic, mode="IN_PERSON")
    first = manager.post("/notifications/appointment-confirmation", {"appointment_id": one.id}).get_json()["data"]
    again = manager.post("/notifications/appointment-confirmation", {"appointment_id": one.id}).get_json()["data"]
    assert first == again == {"success": True, "messageId": first["messageId"], "error": None}
    assert manager.post("/notifications/appointment-reminder", {"appointment_id": one.id}).get_json()["data"]["success"]
    with db.reading() as session:
        told = session.execute(select(Message.template, Message.phone).order_by(Message.id)).all()
    assert [tuple(row) for row in told] == [
        ("mibo_booking_confirmed", clinic.patient.phone), ("mibo_reminder", clinic.patient.phone),
    ]  # fmt: skip
    assert manager.post("/notifications/appointment-reminder", {"appointment_id": 999_999_999}).status_code == 404
    with db.transaction():
        booking.call_off(one.id, reason="The doctor is ill.", by=make.actor(make.staff(Role.ADMIN), Role.ADMIN))
    late = manager.post("/notifications/appointment-confirmation", {"appointment_id": one.id}).get_json()["data"]
    assert (late["success"], late["messageId"]) == (False, None)
    assert late["error"]


@pytest.mark.usefixtures("incumbent")
def test_messages_are_listed_filtered_counted_and_each_is_whose_it_says(
    manager: App, clinic: Clinic, signed_in: SignedIn
) -> None:
    one = booked(clinic, mode="IN_PERSON")
    with db.transaction():
        booking.telling.confirmed(booking.locked(one.id))
        booking.telling.cancelled(booking.locked(one.id))
        elsewhere = make.staff(Role.CENTRE_MANAGER, make.centre("Mibo Mumbai"))
        lead = make.staff(Role.CENTRE_MANAGER, clinic.centre)
    rows = manager.get("/notifications/history", appointmentId=one.id, patientId=clinic.patient.id).get_json()["data"]
    assert [row["notification_type"] for row in rows] == ["APPOINTMENT_CANCELLED", "APPOINTMENT_CONFIRMATION"]
    row = rows[1]
    assert (row["user_id"], row["user_name"], row["phone"], row["recipientPhone"]) == (
        str(clinic.patient.id), "Asha Menon", clinic.patient.phone, clinic.patient.phone,
    )  # fmt: skip
    assert (row["payload_data"]["appointment_id"], row["status"]) == (str(one.id), "PENDING")
    assert one.reference in row["message_content"]
    kinds = manager.get(
        "/notifications/history", notificationType="APPOINTMENT_CANCELLATION", patientId=clinic.patient.id
    ).get_json()["data"]
    assert [each["id"] for each in kinds] == [rows[0]["id"]]
    assert manager.get("/notifications/history", status="FAILED").get_json()["data"] == []
    assert manager.get("/notifications/history", startDate=clock.today() + timedelta(days=1)).get_json()["data"] == []
    assert len(manager.get("/notifications/history", limit=1).get_json()["data"]) == 1
    stats = manager.get("/notifications/stats").get_json()["data"]
    assert {row["count"] for row in stats if row["status"] == "PENDING"} <= {2, 4}
    path = f"/notifications/{row['id']}"
    assert signed_in(lead).get(path).get_json()["data"]["id"] == row["id"]
    assert (signed_in(elsewhere).get(path).status_code, manager.get("/notifications/999999999").status_code) == (
        404,
        404,
    )
