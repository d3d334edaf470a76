"""A booking and a closing at the same moment: whoever comes second sees what the first has done (R-ACL-5)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import delete, select, update

from mibo import booking, db, people
from mibo.booking import Appointment, Status, closing, leaving
from mibo.clinics import Centre
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.people import Clinician, ClinicianCentre, Patient
from mibo.scheduling import WeeklyHours
from tests import make
from tests.booking import money
from tests.together import PATIENCE_S, at_once

pytestmark = pytest.mark.usefixtures("database")
World = tuple[Clinician, Centre, Patient]


@pytest.fixture
def world() -> World:
    """A clinician with hours every day at one centre, and a patient."""
    with db.transaction():
        where = make.centre()
        who = make.clinician(where)
        make.hours(who, where)
        return who, where, make.patient()


@pytest.fixture
def boss(world: World) -> Actor:
    with db.transaction():
        return make.actor(make.staff(Role.ADMIN), Role.ADMIN)


def hold(world: World, face: str = "10:00") -> Appointment:
    who, where, asha = world
    with db.transaction():
        return booking.hold(
            patient_id=asha.id, clinician_id=who.id, centre_id=where.id, mode="IN_PERSON",
            starts_at=make.at(face), by=make.actor(asha),
        )  # fmt: skip


def close_centre(world: World) -> None:
    db.session().execute(select(Centre.id).where(Centre.id == world[1].id).with_for_update())
    db.session().execute(update(Centre).where(Centre.id == world[1].id).values(active=False))


def close_clinician(world: World) -> None:
    db.session().execute(select(Clinician.id).where(Clinician.id == world[0].id).with_for_update())
    db.session().execute(update(Clinician).where(Clinician.id == world[0].id).values(active=False))


def take_from_the_centre(world: World) -> None:
    db.session().execute(select(Clinician.id).where(Clinician.id == world[0].id).with_for_update())
    db.session().execute(delete(ClinicianCentre).where(ClinicianCentre.clinician_id == world[0].id))


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[Callable[[], object]]:
    """Begin `act` in a thread of its own; what is given waits for it and answers what it gave, or its error's name."""
    outcome: list[object] = []
    begun = Event()

    def run() -> None:
        begun.set()
        try:
            outcome.append(act())
        except Exception as error:
            outcome.append(type(error).__name__)

    thread = Thread(target=run)

    def ended() -> object:
        thread.join(PATIENCE_S)
        return outcome[0]

    thread.start()
    begun.wait(PATIENCE_S)
    yield ended
    thread.join(PATIENCE_S)


def somebody_waits() -> bool:
    """Whether somebody waits for one of our rows, now or within some seconds."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if db.rows("select 1 from pg_locks where not granted and locktype in ('transactionid', 'tuple')", {}):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("closing_act", [close_centre, close_clinician, take_from_the_centre])
def test_what_closes_while_a_time_is_taken_takes_no_booking(world: World, closing_act: Callable[[World], None]) -> None:
    with db.transaction():
        closing_act(world)
        with meanwhile(lambda: hold(world)) as ended:
            assert somebody_waits()
            db.session().commit()
            assert ended() == "NotOffered"
    with db.reading() as session:
        assert session.scalars(select(Appointment.id)).all() == []


@pytest.mark.parametrize("what", ["centre", "clinician"])
def test_a_booking_and_a_closing_at_the_same_moment_never_both_succeed(world: World, boss: Actor, what: str) -> None:
    def close() -> object:
        with db.transaction():
            if what == "centre":
                return bool(closing.close_centre(world[1].id, by=boss))
            return bool(leaving.close_clinician(world[0].id, by=boss))

    outcomes = [each if isinstance(each, str) else "done" for each in at_once(lambda: hold(world), close)]
    assert outcomes in (["done", "StillBooked"], ["done", "VisitsToCome"], ["NotOffered", "done"], ["Missing", "done"])


def test_money_that_comes_for_an_ended_hold_opens_no_closed_centre_and_goes_back() -> None:
    for closing_act in (close_centre, close_clinician, take_from_the_centre):
        late = money.held(minutes_left=-1)
        with db.transaction():
            db.session().execute(
                update(Appointment).where(Appointment.id == late.id).values(status=Status.EXPIRED, version=2)
            )
            db.session().add(booking.StatusChange(appointment_id=late.id, previous=Status.PENDING, next=Status.EXPIRED))
            closing_act((late.clinician, late.centre, late.patient))
        with db.transaction():
            assert booking.actions.reseat(booking.actions.locked(late.id), reason="Paid late") is False
        assert money.standing(late).appointment == Status.EXPIRED


def test_money_that_comes_late_does_not_sit_down_inside_a_buffer() -> None:
    late = money.held(at="10:00", minutes_left=-1)
    with db.transaction():
        db.session().get_one(Clinician, late.clinician.id).buffer_minutes = 15
        late.clinician.buffer_minutes = 15
        db.session().get_one(Appointment, late.id).status = Status.EXPIRED
        db.session().add(booking.StatusChange(appointment_id=late.id, previous=Status.PENDING, next=Status.EXPIRED))
    beside = money.held(at="11:00", status=Status.CONFIRMED, beside=late)  # begins the minute the late one would end
    with db.transaction():
        assert booking.actions.reseat(booking.actions.locked(late.id), reason="Paid late") is False
    assert money.standing(late).appointment == Status.EXPIRED
    assert money.told(late) == []
    with db.transaction():
        moved = db.session().get_one(Appointment, beside.id)
        moved.starts_at, moved.ends_at = (each + timedelta(minutes=15) for each in (moved.starts_at, moved.ends_at))
    with db.transaction():
        assert booking.actions.reseat(booking.actions.locked(late.id), reason="Paid late") is True


def test_hours_end_at_a_centre_that_is_taken_away(world: World, boss: Actor) -> None:
    who, where, _ = world
    with db.transaction():
        other = make.centre()
        who_now = people.clinician(who.id)
        leaving.change_clinician(
            who.id, people.profile_of(who_now), people.contact_of(who_now),
            people.Places(centre_ids=frozenset({other.id}), primary_id=other.id), by=boss,
        )  # fmt: skip
    with db.reading() as session:
        assert session.scalars(select(WeeklyHours.id).where(WeeklyHours.active)).all() == []
        assert booking.open_slots(who.id, make.tomorrow(), centre_id=where.id) == []
