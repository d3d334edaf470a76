"""What is easy to miss: points of the checklist of api-contract.md 9 that no other module has, each by its number."""

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from mibo import clock, db
from mibo.booking import Appointment
from mibo.payments import Attempt
from tests import make
from tests.web.api.contract.world import World

pytestmark = pytest.mark.usefixtures("database", "sandbox")
WHERE = ("contract/test_checklist.py", "test_contract.py", "test_patients.py")


@pytest.fixture
def world(app: Flask, client: FlaskClient, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setitem(app.config, "API_DIALECT", "incumbent")
    return World(client, lambda: request.getfixturevalue("sandbox"), request.getfixturevalue("work"))


def data(answer):
    assert answer.status_code in (200, 201), answer.text
    return answer.get_json()["data"]


def test_every_point_of_the_checklist_has_a_test_that_bears_its_number() -> None:
    here = Path(__file__).parents[1]
    found = {int(n) for name in WHERE for n in re.findall(r"def test_(\d\d)_", (here / name).read_text())}
    assert found == set(range(1, 36))


def test_12_the_patients_words_are_kept_for_the_user_id_that_creating_them_answered(world: World) -> None:
    desk = world.door("FD")
    added = data(desk.ask("POST", "/patients", {"fullName": "Meera Das", "phone": "9811100001"}))
    sent = {
        "patient_id": added["userId"], "clinician_id": world.clinician.id, "centre_id": world.centre.id,
        "appointment_type": "IN_PERSON", "scheduled_start_at": f"{make.tomorrow()}T14:00:00", "patient_notes": "Quiet, please",
    }  # fmt: skip
    one = data(desk.ask("POST", "/appointments", sent))
    assert (one["patient_id"], one["patient_notes"]) == (added["userId"], "Quiet, please")
    with db.reading() as session:
        assert session.get_one(Appointment, int(one["id"])).patient_note == "Quiet, please"


def test_15_a_row_has_both_names_and_stands_once_after_a_failed_and_a_good_payment(world: World) -> None:
    with db.transaction() as session:
        failed = Attempt(
            payment_id=world.kept.payment_id, kind="ORDER", paise=170_000, status="OPEN", failed_at=clock.now()
        )
        session.add(failed)
    rows = [one for one in data(world.door("FD").ask("GET", "/appointments")) if one["id"] == str(world.kept.id)]
    assert len(rows) == 1
    assert rows[0]["patient_name"] == rows[0]["patientName"] == "Asha Menon"
    assert rows[0]["scheduled_start_at"] == rows[0]["scheduledStartAt"]


def test_16_a_time_without_a_zone_is_the_clinics(world: World) -> None:
    day = make.tomorrow()
    path = f"/appointments/{world.kept.id}"
    moved = data(world.door("FD").ask("PUT", path, {"scheduledStartAt": f"{day}T16:00:00"}))
    assert moved["scheduledStartAt"] == f"{day}T10:30:00.000Z"
    assert moved["durationMinutes"] == 60


def test_18_hours_are_taken_in_every_spelling_at_once(world: World) -> None:
    rules = [
        world.rule(),
        world.rule(dayOfWeek="2", slotDurationMinutes="60", startTime="13:00:00", endTime="15:00:00"),
    ]
    path = f"/users/clinicians/{world.clinician.id}/availability"
    kept = data(world.door("M").ask("PUT", path, {"availability_rules": rules}))["availabilityRules"]
    assert [(one["day_of_week"], one["start_time"], one["mode"], one["centre_id"]) for one in kept] == [
        (1, "09:00:00", "ONLINE", str(world.centre.id)), (2, "13:00:00", "ONLINE", str(world.centre.id)),
    ]  # fmt: skip


def test_19_slots_of_a_range_say_the_day_the_time_the_state_and_the_true_mode(world: World) -> None:
    world.block()
    asked = world.where(startDate=make.tomorrow(), endDate=make.tomorrow())
    slots = {one["startTime"]: one for one in data(world.door("FD").ask("GET", "/booking/clinician-slots", asked))}
    assert {one["date"] for one in slots.values()} == {str(make.tomorrow())}
    told = [(slots[face]["status"], slots[face]["mode"]) for face in ("10:00", "14:00", "15:00")]
    assert told == [("booked", "BOTH"), ("available", "BOTH"), ("blocked", "BOTH")]


def test_20_what_blocks_a_slot_is_told_opens_it_again_and_it_is_free(world: World) -> None:
    world.block()
    desk, path = world.door("M"), f"/users/clinicians/{world.clinician.id}/slots"

    def slot():
        found = data(desk.ask("GET", path, {"date": make.tomorrow()}))
        return next(one for one in found if one["startTime"] == "15:00")

    assert slot()["status"] == "blocked"
    assert desk.ask("POST", f"/admin/slots/unblock/{slot()['blockedSlotId']}", {}).status_code == 200
    assert slot()["status"] == "available"


def test_21_closing_time_always_tells_who_was_booked_there(world: World) -> None:
    door = world.door("M")
    assert data(door.ask("POST", "/admin/slots/block", world.slot("16:00", "17:00")))["affected_patients"] == []
    several = data(door.ask("POST", "/admin/slots/block-multiple", {"slots": [world.slot()]}))
    assert several["affected_patients"] == []
    day = {"clinician_id": world.clinician.id, "centre_id": world.centre.id, "date": str(make.tomorrow())}
    assert isinstance(data(door.ask("POST", "/admin/slots/block-day", day))["affected_patients"], list)


def test_23_a_profile_is_completed_by_everybody(world: World) -> None:
    for gender in ("NON_BINARY", "PREFER_NOT_TO_SAY", "female", "MALE", "OTHER"):
        told = {"firstName": "Asha", "lastName": "Menon", "age": 31, "gender": gender}
        assert data(world.door("PT").ask("PUT", "/patient/profile", told))["profile"]["gender"] == gender.upper()


def test_25_the_dashboard_begins_with_the_next_appointment_and_has_a_phone(world: World) -> None:
    told = data(world.door("PT").ask("GET", "/patient/dashboard"))
    starts = [one["scheduled_start_at"] for one in told["upcomingAppointments"]]
    assert starts == sorted(starts)
    assert len(starts) >= 3
    assert told["patient"]["phone"] == "919876500001"


def test_26_staff_have_their_centre_and_no_hash(world: World) -> None:
    rows = data(world.door("A").ask("GET", "/users", {"roleId": 6}))
    assert [(one["isActive"], one["centreName"]) for one in rows] == [(True, "Kochi")]
    one = world.door("A").ask("GET", f"/users/{rows[0]['id']}")
    assert (data(one)["isActive"], data(one)["centreId"]) == (True, str(world.centre.id))
    assert not re.search("hash|argon", one.text)


def test_27_the_toggle_is_the_clinicians_and_the_next_list_knows(world: World) -> None:
    idle, door = world.idle_clinician(), world.door("M")
    before = door.ask("GET", "/clinicians")
    assert data(door.ask("PATCH", f"/clinicians/{idle}/toggle-active", {"isActive": False}))["isActive"] is False
    asked = {**door.headers, "If-None-Match": before.headers["ETag"]}
    after = door.client.get("/api/clinicians", headers=asked)
    assert {one["id"]: one["isActive"] for one in data(after)} == {str(idle): False, str(world.clinician.id): True}
    assert "max-age" not in after.headers["Cache-Control"]


def test_29_a_picture_is_sent_as_the_field_that_apps_use(world: World) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (80, 80), "teal").save(picture, "PNG")
    sent = {"profilePicture": (io.BytesIO(picture.getvalue()), "anita.png")}
    door = world.door("M")
    told = data(door.client.post("/api/upload/clinician-profile", data=sent, headers=door.headers))
    assert told["imageUrl"].startswith("http")
    assert (told["originalName"], told["size"]) == ("anita.png", len(picture.getvalue()))
