"""Staff's apps book, look at, change and cancel appointments; patients' apps ask to (api-contract.md 3.3, 3.13, 6.1)."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from flask import Flask

from mibo import booking, clock, db
from mibo.booking import Appointment, Status
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.web.api.shown import instant
from tests import make
from tests.booking import changes
from tests.booking.changes import World, moves_of, now_of, refunds_of, told
from tests.web.api.conftest import App

pytestmark = pytest.mark.usefixtures("database")


class Staff(App):
    """An app of staff, with the verbs that patients' apps do not need."""

    def put(self, path: str, sent: object = None) -> Any:
        return self.client.put("/api" + path, json=sent, headers=self.headers)

    def patch(self, path: str, sent: object = None) -> Any:
        return self.client.patch("/api" + path, json=sent, headers=self.headers)

    def delete(self, path: str, sent: object = None) -> Any:
        return self.client.delete("/api" + path, json=sent, headers=self.headers)


@pytest.fixture
def world(app: Flask) -> World:
    return changes.world()


@pytest.fixture
def of(app: Flask, signed_in: Callable[..., App]) -> Callable[[object], Staff]:
    def app_of(who: object) -> Staff:
        found = signed_in(who)
        return Staff(app.test_client(), found.headers["Authorization"].removeprefix("Bearer "))

    return app_of


@pytest.fixture
def desk(world: World, of: Callable[[Account], Staff]) -> Staff:
    return of(world.accounts["desk"])


@pytest.fixture
def manager(world: World, of: Callable[[Account], Staff]) -> Staff:
    return of(world.accounts["manager"])


def path(one: Appointment, more: str = "") -> str:
    return f"/appointments/{one.id}{more}"


def test_an_appointment_is_shown_to_its_centre_its_clinician_and_its_patient(world, of, desk):
    one = world.book()
    row = desk.get(path(one)).get_json()["data"]
    assert (row["id"], row["status"], row["patientName"]) == (str(one.id), "CONFIRMED", "Asha Menon")
    assert (row["durationMinutes"], row["version"], row["rescheduleCount"]) == (60, 1, 0)
    own = of(world.accounts["anita"]).get(path(one)).get_json()["data"]
    assert "•" in own["patientPhone"]
    assert of(world.asha).get(path(one)).get_json()["data"]["id"] == str(one.id)


def test_what_is_not_within_reach_was_never_there(world, of):
    one = world.book()
    with db.transaction():
        elsewhere, ravi = make.staff(Role.FRONT_DESK, world.mumbai), make.patient("Ravi Kumar")
    for who in (elsewhere, ravi):
        app = of(who)
        refused, never = app.get(path(one)), app.get("/appointments/999999999")
        assert (refused.status_code, refused.get_json()["message"]) == (404, never.get_json()["message"])
    colleague = of(world.accounts["binu"])
    assert [colleague.get(each).status_code for each in (path(one), "/appointments/999999999")] == [403, 404]


def test_the_free_times_are_a_bare_list_in_both_casings(world, of):
    world.book("10:00")
    app = of(world.asha)
    day = str(make.tomorrow())
    for names in ("clinicianId centreId date", "clinician_id centre_id date"):
        asked = dict(zip(names.split(), (world.anita.id, world.kochi.id, day), strict=True))
        found = app.get("/appointments/availability", **asked).get_json()["data"]
        assert [one["startTime"] for one in found] == [f"{hour:02d}:00" for hour in (9, 11, 12, 13, 14, 15, 16, 17)]
    assert app.get("/appointments/availability", clinicianId=world.anita.id).status_code == 400


# ---- booking


def wish(world: World, face: str = "10:00", **more: object) -> dict[str, object]:
    return {
        "patient_id": str(world.asha.id), "clinician_id": str(world.anita.id), "centre_id": str(world.kochi.id),
        "appointment_type": "IN_PERSON", "scheduled_start_at": instant(make.at(face)), **more,
    }  # fmt: skip


def test_a_booking_is_held_at_the_slots_length_without_a_link_and_keeps_the_patients_words(world, desk):
    answer = desk.post("/appointments", wish(world, duration_minutes=30, patient_notes="Prefers Malayalam"))
    assert answer.status_code == 201
    row = answer.get_json()["data"]
    assert (row["status"], row["durationMinutes"], row["patientNotes"]) == ("PENDING", 60, "Prefers Malayalam")
    assert row["source"] == "ADMIN_FRONT_DESK"
    with db.reading() as session:
        assert told(session.get_one(Appointment, int(row["id"]))) == []


def test_a_follow_up_knows_what_it_follows(world, desk):
    earlier = world.book("09:00")
    answer = desk.post("/appointments", wish(world, appointment_type="FOLLOW_UP", parent_appointment_id=earlier.id))
    row = answer.get_json()["data"]
    assert (row["appointmentType"], row["sessionType"]) == ("FOLLOW_UP", "IN_PERSON")
    assert row["parentAppointmentId"] == str(earlier.id)
    with db.transaction():
        others = make.appointment(make.patient("Ravi Kumar"), world.anita, world.kochi, make.at("14:00"))
    refused = desk.post("/appointments", wish(world, "15:00", parent_appointment_id=others.id))
    assert refused.status_code == 409
    with db.reading() as session:
        assert session.query(Appointment).filter_by(starts_at=make.at("15:00")).count() == 0


def test_a_taken_time_is_a_409_and_one_outside_the_hours_a_400(world, desk):
    world.book("10:00", who=world.other_patient())
    assert desk.post("/appointments", wish(world)).status_code == 409
    assert desk.post("/appointments", wish(world, "20:00")).status_code == 400
    for missing in ("patient_id", "clinician_id", "centre_id", "appointment_type", "scheduled_start_at"):
        assert desk.post("/appointments", wish(world) | {missing: None}).status_code == 400


def test_clinicians_and_patients_do_not_book_for_others(world, of):
    for who in (world.accounts["anita"], world.asha):
        assert of(who).post("/appointments", wish(world)).status_code == 403


# ---- moving


@pytest.mark.parametrize("key", ["scheduledStartAt", "scheduled_start_at"])
def test_a_new_time_keeps_the_length_and_the_state(world, desk, key):
    one = world.book(minutes=40)
    answer = desk.put(path(one), {key: instant(make.at("15:00")), "duration_minutes": 30})
    assert answer.status_code == 200
    told_back = answer.get_json()
    assert told_back["message"] == "Appointment rescheduled successfully"
    assert (told_back["data"]["status"], told_back["data"]["durationMinutes"]) == ("CONFIRMED", 40)
    assert (now_of(one).starts_at, now_of(one).moves) == (make.at("15:00"), 1)


def test_all_the_names_of_the_path_do_the_same(world, desk):
    one = world.book()
    for n, ask in enumerate((desk.put, desk.patch)):
        assert ask(path(one), {"scheduledStartAt": instant(make.at(f"{12 + n}:00"))}).status_code == 200
    assert desk.put(path(one, "/reschedule"), {"scheduledStartAt": instant(make.at("15:00"))}).status_code == 200
    assert len(moves_of(one)) == 3


def test_a_move_onto_somebody_is_a_409_with_fresh_times_and_a_bad_date_a_400(world, desk):
    one = world.book()
    world.book("15:00", who=world.other_patient())
    answer = desk.put(path(one), {"scheduledStartAt": instant(make.at("15:00"))})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "SLOT_TAKEN")
    assert "freshSlots" in answer.get_json()["error"]
    for bad in ({"scheduledStartAt": "tomorrow"}, {"scheduledStartAt": "2031-02-31T10:00:00Z"}, {}):
        assert desk.put(path(one), bad).status_code == 400
    assert desk.put(path(one), {"scheduledStartAt": instant(make.at("20:00"))}).status_code == 400
    assert moves_of(one) == []


def test_a_stale_version_is_a_409_that_says_who(world, desk, manager):
    one = world.book()
    desk.put(path(one), {"scheduledStartAt": instant(make.at("15:00"))})
    answer = manager.put(path(one), {"scheduledStartAt": instant(make.at("16:00")), "version": 1})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "CHANGED_MEANWHILE")
    assert "Deepa moved this at" in answer.get_json()["message"]


def test_status_counts_before_notes_and_notes_before_a_new_time(world, manager):
    one = world.book()
    both = {"status": "CANCELLED", "reason": "Ill", "notes": "x", "scheduledStartAt": instant(make.at("15:00"))}
    assert manager.put(path(one), both | {"status": ""}).status_code == 400
    assert now_of(one).starts_at == make.at("10:00")
    assert manager.put(path(one), both).get_json()["message"] == "Appointment status updated successfully"
    assert (now_of(one).status, moves_of(one)) == ("CANCELLED", [])


def test_a_missing_one_is_a_404_and_a_clinician_may_not_move(world, of, desk):
    sent = {"scheduledStartAt": instant(make.at("15:00"))}
    assert desk.put("/appointments/999999999", sent).status_code == 404
    assert desk.put("/appointments/abc", sent).status_code == 400
    assert of(world.accounts["anita"]).put(path(world.book()), sent).status_code == 403
    assert of(world.asha).put(path(world.book("12:00")), sent).status_code == 403


# ---- states

ALLOWED = {
    (Status.PENDING, "CANCELLED"), (Status.CONFIRMED, "CANCELLED"), (Status.IN_PROGRESS, "CANCELLED"),
    (Status.CANCELLATION_REQUESTED, "CANCELLED"), (Status.CANCELLATION_REQUESTED, "CONFIRMED"),
    (Status.NO_SHOW, "CONFIRMED"), (Status.CONFIRMED, "NO_SHOW"), (Status.IN_PROGRESS, "NO_SHOW"),
}  # fmt: skip


@pytest.mark.parametrize(("now", "wanted"), list(product(Status, Status)))
def test_every_step_of_the_table_and_no_other(world, of, now, wanted):
    one = world.book(status=now, held_until=make.at("14:00"))
    with time_machine.travel(make.at("10:05")):
        answer = of(world.accounts["manager"]).put(path(one, "/status"), {"status": wanted, "reason": "As we agreed"})
    if (now, wanted) in ALLOWED:
        assert (answer.status_code, now_of(one).status) == (200, wanted)
    else:
        assert (answer.status_code, now_of(one).status) == (400, now)


def test_completed_when_it_is_over(world, of):
    one = world.book()
    with time_machine.travel(make.at("11:05")):
        answer = of(world.accounts["manager"]).patch(path(one), {"status": "COMPLETED"})
    assert answer.get_json()["data"]["status"] == "COMPLETED"


def test_its_clinician_starts_and_ends_it_by_state_and_no_other_does(world, of):
    one = world.book()
    with time_machine.travel(make.at("10:00")):
        assert of(world.accounts["binu"]).put(path(one), {"status": "IN_PROGRESS"}).status_code == 404
        own = of(world.accounts["anita"])
        assert own.put(path(one), {"status": "IN_PROGRESS"}).status_code == 200
        assert own.put(path(one), {"status": "COMPLETED"}).status_code == 200
    assert now_of(one).status == "COMPLETED"
    assert now_of(one).ended_at is not None


def test_words_nobody_knows_are_a_400(world, manager):
    one = world.book()
    assert manager.put(path(one), {"status": "GONE"}).status_code == 400


# ---- cancelling


def test_the_clinic_cancels_with_a_reason(world, desk):
    one = world.book()
    for nothing in ({}, {"reason": ""}, None):
        assert desk.delete(path(one), nothing).status_code == 400
    answer = desk.delete(path(one), {"reason": "Dr. Anita is ill"})
    assert answer.get_json() == {"success": True, "data": None, "message": "Appointment cancelled successfully"}
    assert refunds_of(one) == [(170_000, "CANCELLED_BY_CLINIC")]
    again = desk.delete(path(one), {"reason": "Dr. Anita is ill"})
    assert (again.status_code, "is cancelled" in again.get_json()["message"]) == (400, True)
    assert desk.delete("/appointments/999999999", {"reason": "x"}).status_code == 404


def test_clinicians_and_patients_do_not_cancel_for_the_clinic(world, of):
    one = world.book()
    for who in (world.accounts["anita"], world.asha):
        assert of(who).delete(path(one), {"reason": "Ill"}).status_code == 403


def test_a_patient_asks_to_cancel_at_any_time_before_it_begins(world, of):
    with db.transaction():
        at = clock.now().replace(second=0, microsecond=0) + timedelta(hours=2)
        one = make.appointment(world.asha, world.anita, world.kochi, at)
    app = of(world.asha)
    asked = f"/patient/appointments/{one.id}/cancel"
    assert app.post(asked, {"reason": "no"}).status_code == 400
    answer = app.post(asked, {"reason": "I have to travel"}).get_json()
    assert answer["data"]["status"] == "CANCELLATION_REQUESTED"
    again = app.post(asked, {"reason": "I have to travel"})
    assert (again.status_code, again.get_json()["message"]) == (400, "Cancellation already requested")
    with db.transaction():
        ravi = make.patient("Ravi Kumar")
    assert of(ravi).post(asked, {"reason": "I have to travel"}).status_code == 404


def test_a_front_desk_does_not_decide_a_wish(world, desk):
    one = world.book()
    with db.transaction():
        booking.ask_to_cancel(one.id, reason="I have to travel", by=world.by)
    for status in ("CANCELLED", "CONFIRMED"):
        assert desk.put(path(one), {"status": status}).status_code == 403
    assert now_of(one).status == "CANCELLATION_REQUESTED"


@pytest.mark.usefixtures("incumbent")
def test_older_apps_get_twins_and_their_words(world, desk):
    row = desk.post("/appointments", wish(world)).get_json()["data"]
    assert (row["status"], row["scheduled_start_at"], row["patient_name"]) == (
        "BOOKED", instant(make.at("10:00")), "Asha Menon",
    )  # fmt: skip
