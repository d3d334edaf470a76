"""The pages before a video call, for the patient and for the clinician."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking.models import VideoCheck
from mibo.identity.permissions import Role
from mibo.people import Clinician, Patient
from mibo.web.api import booking_shapes
from tests import make
from tests.booking.test_gate import GUARDED, ROOM, joined
from tests.booking.test_video_links import online
from tests.web.pages.visitor import Clinic, Visitor, clinic, problems, words

pytestmark = pytest.mark.usefixtures("database", "sandbox")
SAID = {
    "joins_as": "PATIENT", "private": "NO", "place": "12 Beach Road, Kochi", "contact_name": "Ravi, brother",
    "contact_phone": "98765 00002", "agreed": "y",
}  # fmt: skip


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


@pytest.fixture
def asha(client, world) -> Visitor:
    return Visitor(client).sign_in(world.asha)


@pytest.fixture
def soon(world):
    return online(world, clock.now() + timedelta(minutes=10), "READY")


def doctor(app, world: Clinic) -> Visitor:
    with db.transaction() as session:
        account = make.staff(Role.CLINICIAN, world.kochi, name="Anita Kurian")
        session.get_one(Clinician, world.anita.id).account_id = account.id
    return Visitor(app.test_client()).sign_in(account)


def test_the_room_is_nowhere_before_the_questions_and_then_behind_one_button(asha, soon):
    here = f"/my/{soon.reference}/call"
    assert f'href="{here}"' in asha.get(f"/my/{soon.reference}").text
    page = asha.get(here)
    assert "Reg. no. RCI-1001" in words(page)
    assert "I am Asha Menon" in words(page)
    assert "14416" in page.text
    assert asha.get(f"{here}/room").location == here
    done = asha.post(here, SAID)
    assert (done.status_code, done.location) == (303, here)
    page = asha.get(here)
    assert "Join the video call" in words(page)
    assert "meet.google.com" not in page.text + asha.get(f"/my/{soon.reference}").text
    into = asha.get(f"{here}/room")
    assert (into.status_code, into.location) == (303, ROOM)
    assert joined(soon) == ["PATIENT"]


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(asha, soon):
    here = f"/my/{soon.reference}/call"
    empty = asha.post(here)
    assert empty.status_code == 422
    assert problems(empty) == [
        "Say who is joining.", "Say whether you can speak freely.", "Enter where you are now.",
        "Enter the name of somebody we may call in an emergency.", "Enter their phone number.",
        "Tick this to join by video, or ask us to call you.",
    ]  # fmt: skip
    wrong = asha.post(here, {**SAID, "agreed": "", "contact_phone": "12", "place": "<b>Kochi & town</b>"})
    assert wrong.status_code == 422
    assert 'value="&lt;b&gt;Kochi &amp; town&lt;/b&gt;"' in wrong.text
    late = asha.post(here, {**SAID, "agreed": ""})
    assert problems(late) == ["Tick this to join by video, or ask us to call you."]


def test_before_it_opens_the_page_says_when_and_asks_nothing(asha, world):
    one = online(world, status="READY")
    page = asha.get(f"/my/{one.reference}/call")
    assert "It opens at 9:45 am" in words(page)
    assert 'name="place"' not in page.text
    assert asha.post(f"/my/{one.reference}/call", SAID).status_code == 303
    assert asha.get(f"/my/{one.reference}/call/room").location == f"/my/{one.reference}/call"
    assert joined(one) == []


def test_what_was_said_the_last_time_is_filled_in(asha, world, soon):
    asha.post(f"/my/{soon.reference}/call", SAID)
    with db.transaction() as session:  # they move to another time, and come back to the questions
        session.scalars(select(VideoCheck)).one().said_at = clock.now() - timedelta(days=7)
    page = asha.get(f"/my/{soon.reference}/call")
    assert 'value="12 Beach Road, Kochi"' in page.text
    assert 'value="98765 00002"' in page.text


def test_a_forwarded_address_opens_nothing_for_another_patient_or_a_stranger(app, asha, world, soon):
    asha.post(f"/my/{soon.reference}/call", SAID)
    with db.transaction():
        other = make.patient("Ravi Kumar")
    ravi, stranger = Visitor(app.test_client()).sign_in(other), Visitor(app.test_client())
    for path in ("/call/{}", "/my/{}/call", "/my/{}/call/room"):
        assert ravi.get(path.format(soon.reference)).status_code == 404
        assert stranger.get(path.format(soon.reference)).location.startswith("/sign-in")
    assert joined(soon) == []


def test_a_child_is_asked_for_an_adult(asha, world, soon):
    with db.transaction() as session:
        session.get_one(Patient, world.asha.id).age_told = 15
    page = words(asha.get(f"/my/{soon.reference}/call"))
    assert "the patient’s guardian is needed" in page
    assert "Go on" not in page
    with db.transaction() as session:
        for name, value in GUARDED.items():
            setattr(session.get_one(Patient, world.asha.id), name, value)
    assert "I am the parent or guardian of Asha Menon" in words(asha.get(f"/my/{soon.reference}/call"))
    refused = asha.post(f"/my/{soon.reference}/call", SAID)
    assert problems(refused) == ["A parent or guardian must be there for the whole call."]
    at_once = asha.post(f"/my/{soon.reference}/call", {**SAID, "place": ""})
    assert len(problems(at_once)) == 2


def test_the_clinician_is_told_where_the_patient_is_and_joins_by_her_own_button(app, asha, world, soon):
    asha.post(f"/my/{soon.reference}/call", SAID)
    her = doctor(app, world)
    page = her.get(f"/my-day/{soon.id}")
    assert "12 Beach Road, Kochi" in words(page)
    assert "Ravi, brother, 98765 00002" in words(page)
    assert "Somebody may hear the patient." in words(page)
    assert "meet.google.com" not in page.text
    into = her.get(f"/my-day/{soon.id}/room")
    assert (into.status_code, into.location) == (303, ROOM)
    assert joined(soon) == ["CLINICIAN"]
    assert her.get(f"/call/{soon.reference}").location == f"/my-day/{soon.id}"


def test_no_page_of_the_desk_says_where_a_patient_is(app, asha, world, soon):
    asha.post(f"/my/{soon.reference}/call", SAID)
    with db.transaction():
        desk = Visitor(app.test_client()).sign_in(make.staff(Role.ADMIN))
    for path in (f"/desk/appointments/{soon.id}", f"/video-links/{soon.id}", f"/desk/board/{soon.id}", "/video-links"):
        assert "Beach Road" not in desk.get(path).text
    assert desk.get(f"/my-day/{soon.id}").status_code == 403


def test_who_cannot_join_asks_to_be_called_and_the_desk_sees_it_until_it_is_done(app, asha, world, soon):
    page = asha.get(f"/my/{soon.reference}/call")
    assert "Call me instead" in words(page)
    asha.post(f"/my/{soon.reference}/call/phone")
    assert "We know, and call you on" in words(asha.get(f"/my/{soon.reference}/call"))
    with db.transaction():
        desk = Visitor(app.test_client()).sign_in(make.staff(Role.FRONT_DESK, world.kochi))
    listed = desk.get("/video-links")
    assert "To be called by phone" in words(listed)
    assert "Video links 1 waiting" in words(listed, "nav")
    assert desk.post(f"/video-links/{soon.id}/called").status_code == 303
    assert "To be called by phone" not in words(desk.get("/video-links"))
    assert "Call me again" in words(asha.get(f"/my/{soon.reference}/call"))


def test_the_api_gives_the_address_of_the_gate_and_never_of_the_room(asha, soon):
    with asha.client.application.test_request_context(), db.reading():
        one = booking.own_appointment(make.actor(_patient(soon)), appointment_id=soon.id)
        row = booking_shapes.own_row(one)
    assert row.meet_link is not None
    assert row.meet_link.endswith(f"/call/{soon.reference}")
    assert row.meeting_link == row.meet_link


def _patient(one):
    with db.reading() as session:
        return session.get_one(Patient, one.patient_id)
