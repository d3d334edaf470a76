"""The bell rings for what stands, once, for those who may act on it, and is silent when it waits no more."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from mibo import booking, clock, db
from mibo.booking import Status
from mibo.booking.bell_models import Ring
from mibo.booking.ringing import forget_rings, ring_bell
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.video import Meeting
from tests import make

pytestmark = pytest.mark.usefixtures("database")


class World:
    """Two centres, and an appointment of tomorrow at the first."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai")
            self.anita = make.clinician(self.kochi)
            self.one = make.appointment(make.patient(), self.anita, self.kochi, make.at("10:00"), mode="ONLINE")
            self.manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
            self.desk = self.at(Role.FRONT_DESK, self.kochi)
            self.lead = self.at(Role.CENTRE_MANAGER, self.kochi)
            self.elsewhere = self.at(Role.CENTRE_MANAGER, self.mumbai)

    def at(self, role: Role, centre: Any) -> Actor:
        return make.actor(make.staff(role, centre), role, centres=(centre,))

    def hear(self, who: Actor) -> list[str]:
        with db.reading():
            return [one.kind for one in booking.bell.rings(by=who, unseen=True, limit=50)]


@pytest.fixture
def world() -> World:
    return World()


def ask_to_cancel(world: World) -> None:
    with db.transaction():
        booking.change_status(booking.locked(world.one.id), Status.CANCELLATION_REQUESTED, by=world.manager.account_id)


def test_a_wish_to_cancel_rings_once_for_those_who_decide_it_there(world: World) -> None:
    ask_to_cancel(world)
    ring_bell()
    ring_bell()
    heard = {name: world.hear(getattr(world, name)) for name in ("manager", "lead", "desk", "elsewhere")}
    assert heard == {"manager": ["WISH"], "lead": ["WISH"], "desk": [], "elsewhere": []}
    with db.reading() as session:
        assert session.scalar(select(func.count(Ring.id))) == 1


def test_what_waits_no_more_is_settled_and_rings_again_when_it_is_asked_for_again(world: World) -> None:
    ask_to_cancel(world)
    ring_bell()
    with db.transaction():
        booking.change_status(booking.locked(world.one.id), Status.CONFIRMED, by=world.manager.account_id)
    ring_bell()
    assert world.hear(world.lead) == []
    with db.reading():
        assert [one.settled_at is not None for one in booking.bell.rings(by=world.lead, unseen=False, limit=5)] == [
            True
        ]
    ask_to_cancel(world)
    ring_bell()
    assert world.hear(world.lead) == ["WISH"]


def test_seen_by_one_it_still_waits_for_another_and_all_can_be_seen_at_once(world: World) -> None:
    ask_to_cancel(world)
    ring_bell()
    with db.reading():
        [one] = booking.bell.rings(by=world.lead, unseen=True, limit=5)
    with db.transaction():
        booking.bell.see(one.id, by=world.lead)
        booking.bell.see(one.id, by=world.lead)
    assert (world.hear(world.lead), world.hear(world.manager)) == ([], ["WISH"])
    with db.transaction():
        booking.bell.see_all(by=world.manager)
    assert world.hear(world.manager) == []
    with db.reading():
        assert booking.bell.heard(by=world.manager).unseen == 0


def test_a_message_that_failed_and_an_online_visit_soon_without_its_link_ring_at_the_desk(world: World) -> None:
    with db.transaction() as session:
        meeting = Meeting(starts_at=world.one.starts_at, ends_at=world.one.ends_at)
        session.add(meeting)
        session.add(
            Message(dedupe_key="x", template="mibo_hold_ended", phone="+919876500001", name="Asha", body={},
                    about_id=world.one.id, status="FAILED", kind="CHANGE")
        )  # fmt: skip
        session.flush()
        starts_at = clock.now() + timedelta(minutes=29)
        values = {"meeting_id": meeting.id, "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=50)}
        session.execute(update(booking.Appointment).where(booking.Appointment.id == world.one.id).values(values))
    ring_bell()
    assert sorted(world.hear(world.desk)) == ["MEETING", "MESSAGE"]
    with db.transaction() as session:  # until it is decided a wish to cancel changes nothing, as on the list of links
        asked = session.get_one(booking.Appointment, world.one.id)
        booking.change_status(asked, booking.Status.CANCELLATION_REQUESTED, by=None)
    ring_bell()
    assert sorted(world.hear(world.desk)) == ["MEETING", "MESSAGE"]
    with db.reading():
        assert booking.video_list.count_without_link(by=world.desk) == 1
    with db.transaction() as session:
        session.execute(update(Meeting).values(status="READY", join_url="https://meet.example/a"))
    ring_bell()
    assert world.hear(world.desk) == ["MESSAGE"]


def test_a_clinician_and_somebody_of_no_centre_hear_nothing(world: World) -> None:
    ask_to_cancel(world)
    ring_bell()
    nowhere = replace(world.lead, centre_ids=frozenset())
    with db.transaction():
        clinician = make.actor(make.staff(Role.CLINICIAN), Role.CLINICIAN, clinician=world.anita)
    assert (world.hear(nowhere), world.hear(clinician)) == ([], [])


def test_after_ninety_days_what_is_settled_goes(world: World) -> None:
    ask_to_cancel(world)
    ring_bell()
    long_ago = clock.now() - timedelta(days=91)
    with db.transaction() as session:
        session.execute(update(Ring).values(rung_at=long_ago))
    forget_rings()
    with db.transaction() as session:
        assert session.scalar(select(func.count(Ring.id))) == 1
        session.execute(update(Ring).values(settled_at=clock.now()))
    forget_rings()
    with db.reading() as session:
        assert session.scalar(select(func.count(Ring.id))) == 0
