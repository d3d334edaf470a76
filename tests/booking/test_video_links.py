"""The link of an online appointment: pasted, asked for again, moved along, and an alarm while it is missing."""

from datetime import timedelta

import pytest

from mibo import booking, care, clock, db, video
from mibo.booking import Appointment, video_links, video_list
from mibo.booking.video_list import LinkState
from mibo.errors import Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.video import Meeting
from tests import make
from tests.counting import statements
from tests.machine import Sandbox
from tests.web.pages.visitor import Clinic, clinic, now_of

pytestmark = pytest.mark.usefixtures("database")
LINK = "https://meet.google.com/abc-defg-hij"


@pytest.fixture
def world() -> Clinic:
    return clinic()


def desk(world: Clinic, at: str = "kochi") -> Actor:
    where = getattr(world, at)
    with db.transaction():
        return make.actor(make.staff(Role.FRONT_DESK, where), Role.FRONT_DESK, centres=(where,))


def online(world: Clinic, starts_at=None, status: str = "WANTED", **more) -> Appointment:
    """A confirmed one online, with its meeting."""
    with db.transaction() as session:
        one = make.appointment(
            more.pop("who", world.asha), world.anita, world.kochi, starts_at or make.at("10:00"), mode="ONLINE", **more
        )
        link = "https://meet.google.com/made-by-google" if status == "READY" else None
        meeting = Meeting(starts_at=one.starts_at, ends_at=one.ends_at, status=status, join_url=link)
        session.add(meeting)
        session.flush()
        one.meeting_id = meeting.id
    return one


def meeting_of(one: Appointment) -> Meeting:
    with db.reading() as session:
        return session.get_one(Meeting, now_of(one).meeting_id or 0)


def paste(one: Appointment, by: Actor, link: str = LINK) -> None:
    with db.transaction():
        video_links.paste_link(one.id, link, by=by)


def test_a_pasted_link_is_the_link_and_the_provider_making_its_own_changes_nothing(world, sandbox: Sandbox, work):
    one, by = online(world), desk(world)
    paste(one, by)
    pasted = meeting_of(one)
    assert (pasted.status, pasted.join_url, pasted.pasted_by) == ("READY", LINK, by.account_id)
    with db.transaction():  # as if the provider had only now answered whoever was making it
        assert video.actions._ready(
            pasted.id, "the-event", "https://meet.google.com/late", (pasted.starts_at, pasted.ends_at)
        )
    assert (meeting_of(one).join_url, meeting_of(one).event_id) == (LINK, "the-event")


def test_a_pasted_link_stays_when_the_appointment_moves_and_goes_when_it_is_cancelled(world, sandbox, work):
    one, by = online(world), desk(world)
    paste(one, by)
    with db.transaction():
        booking.reschedule(one.id, starts_at=make.at("15:00"), by=by, centre_id=world.kochi.id, mode="ONLINE")
    work()
    assert (meeting_of(one).status, meeting_of(one).join_url) == ("READY", LINK)
    assert meeting_of(one).starts_at == make.at("15:00")
    with db.transaction():
        booking.call_off(one.id, reason="The clinician is ill", by=by)
    work()
    assert (meeting_of(one).status, meeting_of(one).join_url) == ("CANCELLED", None)


def test_one_that_was_given_up_is_made_once_staff_ask_again(world, sandbox: Sandbox, work):
    one, by = online(world, status="FAILED"), desk(world)
    with db.transaction():
        video_links.make_again(one.id, by=by)
    work()
    assert (meeting_of(one).status, bool(meeting_of(one).join_url)) == ("READY", True)
    with pytest.raises(video_links.LinkStands), db.transaction():
        video_links.make_again(one.id, by=by)
    made = {str(call["body"]) for call in sandbox.calls("google") if call["path"].endswith("/events")}
    assert len(made) == 1  # a token that ran out makes one try two


def test_only_an_online_one_that_takes_place_has_a_link(world):
    by, here = desk(world), world.book("12:00")
    over = online(world, make.at("14:00"), status="READY", who=make_patient("Ravi"))
    with db.transaction():
        booking.call_off(over.id, reason="Not needed", by=by)
    for one in (here, over):
        with pytest.raises(video_links.NoMeeting):
            paste(one, by)


def make_patient(name: str):
    with db.transaction():
        return make.patient(name)


def test_another_centres_desk_and_a_patient_cannot_paste(world):
    one = online(world)
    with pytest.raises(Missing):
        paste(one, desk(world, "mumbai"))
    with pytest.raises(Refused):
        paste(one, make.actor(world.asha))
    assert meeting_of(one).join_url is None


def elsewhere(world: Clinic, name: str) -> Clinic:
    """Another patient with another clinician of the same centre."""
    with db.transaction():
        return Clinic(world.kochi, world.mumbai, make.clinician(world.kochi), make.patient(name))


def test_a_call_that_begins_soon_without_a_link_is_an_alarm_and_no_other_is(world):
    now, by = clock.now(), desk(world)
    soon = online(world, now + timedelta(minutes=20), "FAILED")
    begun = online(elsewhere(world, "Begun"), now - timedelta(minutes=10))
    online(elsewhere(world, "Over"), now - timedelta(hours=3))
    online(elsewhere(world, "Later"), now + timedelta(minutes=45), "FAILED")
    online(elsewhere(world, "Ready"), now + timedelta(minutes=5), "READY")
    with db.reading(), statements() as asked:
        alarms = video_list.without_link(by=by)
    assert [found.row.id for found in alarms] == [begun.id, soon.id]
    assert len(asked) == 1
    stranger = desk(world, "mumbai")
    with db.reading():
        assert (video_list.count_without_link(by=by), care.waiting(by=by).no_link) == (2, 2)
        assert (video_list.count_without_link(by=stranger), care.waiting(by=stranger).no_link) == (0, 0)


def test_the_list_is_of_the_days_the_state_and_the_centre_that_were_asked_for(world):
    by, day = desk(world), make.tomorrow()
    ready = online(world, make.at("10:00"), "READY")
    failed = online(world, make.at("11:00"), "FAILED", who=make_patient("Failed"))
    missing = online(world, make.at("12:00"), who=make_patient("Missing"))
    world.book("14:00", who=make_patient("In person"))
    online(world, make.at("10:00", day + timedelta(days=1)), who=make_patient("Later"))

    def found(state=None, centre_id=None):
        with db.reading():
            listed = video_list.links(by=by, first=day, last=day, state=state, centre_id=centre_id)
        return [each.row.id for each in listed]

    assert found() == [ready.id, failed.id, missing.id]
    assert found(LinkState.READY) == [ready.id]
    assert found(LinkState.MISSING) == [failed.id, missing.id]
    assert found(LinkState.FAILED) == [failed.id]
    assert found(centre_id=world.mumbai.id) == []
    with db.reading():
        assert video_list.counts(by=by, first=day, last=day) == {"ready": 1, "missing": 2, "failed": 1}
