"""A clinician runs late: who is told, once, and how it is taken back."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import select, update

from mibo import booking, clock, db
from mibo.booking import Status
from mibo.booking.lateness import GoneAlready
from mibo.errors import Invalid, Missing
from mibo.identity.permissions import Role
from mibo.messaging import Message, rendered
from tests import make
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A clinician's day tomorrow at Kochi, looked at from ten o'clock."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.anita = make.clinician(self.kochi, self.mumbai)
            self.desk = self.member(Role.FRONT_DESK, self.kochi)
            self.anitas = self.member(Role.CLINICIAN, self.kochi, clinician=self.anita)

    def member(self, role, centre, **more):
        return make.actor(make.staff(role, centre), role, centres=(centre,), **more)

    def book(self, face, name="Asha Menon", **more):
        with db.transaction():
            return make.appointment(
                make.patient(name), self.anita, more.pop("centre", self.kochi), make.at(face), **more
            )

    def tell(self, minutes=20, by=None):
        with db.transaction():
            told = booking.lateness.tell_running_late(self.anita.id, self.kochi.id, minutes, by=by or self.desk)
            return [one.id for one in told]

    def take_back(self, minutes=20, by=None):
        with db.transaction():
            return booking.lateness.take_back_running_late(self.anita.id, self.kochi.id, minutes, by=by or self.desk)

    def waiters(self, minutes=20, by=None):
        with db.reading():
            found = booking.lateness.who_waits(self.anita.id, self.kochi.id, minutes, by=by or self.desk)
            return [(one.appointment.id, one.told_minutes) for one in found]


@pytest.fixture
def world():
    return World()


@pytest.fixture(autouse=True)
def ten():
    with time_machine.travel(make.at("10:00"), tick=False) as now:
        yield now


def messages():
    with db.reading() as session:
        return session.scalars(select(Message).order_by(Message.id)).all()


def today(face):
    return make.at(face, clock.today())


@pytest.fixture
def day(world):
    """Three to come, and all that a delay does not touch."""
    with db.transaction():
        at = partial(make.at, day=clock.today())

        def book(face, name, **more):
            where = more.pop("centre", world.kochi)
            return make.appointment(make.patient(name), world.anita, where, at(face), **more)

        book("08:00", "Over Already", status=Status.COMPLETED)
        book("09:00", "In Consultation", status=Status.IN_PROGRESS, minutes=45)
        due = book("09:50", "Due Just Now", minutes=10)
        book("11:00", "Called Off", status=Status.CANCELLED)
        one = book("11:00", "Asha Menon")
        book("12:00", "Unpaid", status=Status.PENDING)
        book("14:00", "At Mumbai", centre=world.mumbai)
        two = book("13:00", "Ravi Kumar")
        book("16:00", "Much Later")
        return [due.id, one.id, two.id]


def test_the_next_patients_are_told_and_nobody_else(world, day):
    assert [one for one, _ in world.waiters()] == day
    assert world.tell() == day
    said = messages()
    assert [message.about_id for message in said] == day
    assert rendered(said[1].template, said[1].body).startswith("Hello Asha, your appointment on ")
    assert "about 20 minutes late" in rendered(said[1].template, said[1].body)
    assert all(message.phone for message in said)


def test_who_was_due_long_ago_is_not_among_them(world, day):
    assert [one for one, _ in world.waiters(minutes=5)] == day[1:]


def test_told_twice_it_is_one_message_and_a_longer_delay_is_another(world, day):
    world.tell(20)
    assert world.tell(20) == []
    assert [told for _, told in world.waiters(20)] == [20, 20, 20]
    assert world.tell(40) == day
    assert len(messages()) == 6


def test_two_who_tell_at_once_tell_once(world, day):
    outcomes = at_once(partial(world.tell, 20), partial(world.tell, 20))
    assert sorted(one for told in outcomes for one in told) == day
    assert len(messages()) == 3


def test_for_a_moment_it_can_be_taken_back_and_said_again(world, day):
    world.tell(20)
    assert {message.status for message in messages()} == {"PENDING"}
    assert all(message.next_at > message.created_at for message in messages())
    assert world.take_back(20) == 3
    assert {message.status for message in messages()} == {"DROPPED"}
    assert [told for _, told in world.waiters(20)] == [None] * 3
    assert world.tell(20) == day


def test_what_has_left_cannot_be_taken_back(world, day):
    world.tell(20)
    with db.transaction() as session:
        session.execute(update(Message).values(status="SENT"))
    with pytest.raises(GoneAlready):
        world.take_back(20)


def test_other_messages_about_the_appointment_stay(world, day):
    from mibo import messaging
    from mibo.messaging import wording

    with db.transaction():
        other = messaging.tell(
            wording.booking_moved("Asha Menon", when=clock.local(clock.now()), reference="MB-1"),
            phone="+919876500001", name="Asha Menon", dedupe_key="other", about_id=day[1], wait_s=20,
        )  # fmt: skip
    world.tell(20)
    world.take_back(20)
    assert [message.status for message in messages() if message.id == other] == ["PENDING"]


@pytest.mark.parametrize("minutes", [0, 4, 181])
def test_a_delay_that_is_none_is_refused_at_its_field(world, minutes):
    with pytest.raises(Invalid) as refused:
        world.tell(minutes)
    assert refused.value.problems[0].field == "minutes"


def test_only_for_a_clinician_of_a_centre_of_ones_own_or_oneself(world, day):
    with db.transaction():
        elsewhere = world.member(Role.FRONT_DESK, world.mumbai)
        colleague = world.member(Role.CLINICIAN, world.kochi, clinician=make.clinician(world.kochi, name="Dr. Ravi"))
    for outsider in (elsewhere, colleague):
        for verb in (world.tell, world.take_back, world.waiters):
            with pytest.raises(Missing):
                verb(by=outsider)
    assert world.tell(by=world.anitas) == day


def test_a_message_that_comes_too_late_is_not_sent(world, day):
    world.tell(20)
    by_appointment = {message.about_id: message.not_after for message in messages()}
    assert by_appointment[day[1]] == today("11:00") + timedelta(minutes=20)
