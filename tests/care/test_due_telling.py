"""A follow-up that comes near is told once, when nothing is booked."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from mibo import care, clinics, clock, db
from mibo.booking import Appointment, Status
from mibo.care import FollowUp, due_telling
from mibo.clinics.policy import Policy
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Patient
from tests import make
from tests.web.pages.visitor import Clinic, clinic

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> Clinic:
    return clinic()


@pytest.fixture(autouse=True)
def noon():  # type: ignore[no-untyped-def]
    with time_machine.travel(make.at("12:00"), tick=False) as now:
        yield now


def due(world: Clinic, days: int = 5, *, said_days_ago: int = 20, name: str = "Asha Menon") -> FollowUp:
    """Of a visit that is over, wanted in so many days."""
    with db.transaction() as session:
        starts = clock.now() - timedelta(days=said_days_ago, hours=2)
        who = make.patient(name)
        parent = make.appointment(who, world.anita, world.kochi, starts, status=Status.COMPLETED)
        one = FollowUp(
            parent_id=parent.id, wanted_on=clock.today() + timedelta(days=days), created_by=who.account_id,
            created_at=clock.now() - timedelta(days=said_days_ago),
        )  # fmt: skip
        session.add(one)
    return one


def told() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Message.dedupe_key).order_by(Message.id)))


def test_one_that_is_near_is_told_once_however_often_the_clock_rings(world):
    one = due(world)
    for _ in range(3):
        due_telling.tell_due()
    assert told() == [f"come-again:{one.id}"]
    with db.reading() as session:
        message = session.scalars(select(Message)).one()
        assert (message.template, message.link, message.about_id) == ("mibo_come_again", "my", one.parent_id)
    with db.reading():
        found = care.follow_ups_due(by=make.actor(world.asha, Role.ADMIN))
    assert [bool(each.told_at) for each in found] == [True]


def test_far_off_past_just_said_or_unwanted_ones_are_not_told(world):
    due(world, 8)
    due(world, -1, said_days_ago=21)
    due(world, 5, said_days_ago=0)
    silent = due(world, 5, said_days_ago=22)
    off = due(world, 5, said_days_ago=23)
    with db.transaction() as session:
        session.get_one(FollowUp, off.id).status = "CANCELLED"
        quiet = select(Patient).join(Appointment, Appointment.patient_id == Patient.id)
        session.scalars(quiet.where(Appointment.id == silent.parent_id)).one().no_messages = True
    due_telling.tell_due()
    assert told() == []


def test_who_has_booked_with_the_same_clinician_is_not_asked_to(world):
    one = due(world)
    with db.transaction() as session:
        who = session.get_one(Patient, session.get_one(Appointment, one.parent_id).patient_id)
        make.appointment(who, world.anita, world.kochi, clock.now() + timedelta(days=3))
    due_telling.tell_due()
    assert told() == []


def test_in_the_quiet_hours_nobody_is_told_and_in_the_morning_they_are(world, noon, monkeypatch):
    monkeypatch.setattr(clinics, "policy_in_force", Policy)
    one = due(world)
    noon.shift(timedelta(hours=10))
    due_telling.tell_due()
    assert told() == []
    noon.shift(timedelta(hours=12))
    due_telling.tell_due()
    assert told() == [f"come-again:{one.id}"]
