"""A consultation begins and ends: by whom, when, once, and one at a time."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from mibo import booking, care, clock, db
from mibo.booking import Appointment, Status
from mibo.care import CannotEnd, CannotStart, StillInConsultation
from mibo.errors import Missing, Refused
from mibo.identity.permissions import Role
from tests import make
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A clinician with an account, and a colleague at the same centre and one elsewhere."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.anita, self.anitas = self.clinician("Dr. Anita Kurian", self.kochi)
            self.ravi, self.ravis = self.clinician("Dr. Ravi Nair", self.kochi)
            self.far, self.fars = self.clinician("Dr. Far Away", self.mumbai)

    def clinician(self, name, centre):
        account = make.staff(Role.CLINICIAN, centre, name=name)
        made = make.clinician(centre, name=name, account=account)
        make.hours(made, centre)
        return made, make.actor(account, Role.CLINICIAN, centres=(centre,), clinician=made)

    def book(self, face="10:00", name="Asha Menon", **more):
        with db.transaction():
            return make.appointment(make.patient(name), self.anita, self.kochi, make.at(face), **more)

    def start(self, one, by=None):
        with db.transaction():
            return care.start(one.id, by=by or self.anitas)

    def end(self, one, by=None):
        with db.transaction():
            return care.end(one.id, by=by or self.anitas)


@pytest.fixture
def world():
    return World()


def now_of(one):
    with db.reading() as session:
        return session.get_one(Appointment, one.id)


def steps_of(one):
    with db.reading():
        return [step.next for step in booking.history_of(one.id)]


def at(face):
    return time_machine.travel(make.at(face), tick=False)


def test_it_starts_and_ends_once_with_its_times_and_its_history(world):
    one = world.book("10:00")
    with at("09:58"):
        began = clock.now()
        world.start(one)
        world.start(one)
    with at("10:50"):
        ended = clock.now()
        world.end(one)
    kept = now_of(one)
    assert (kept.status, kept.started_at, kept.ended_at) == (Status.COMPLETED, began, ended)
    assert steps_of(one) == [Status.CONFIRMED, Status.IN_PROGRESS, Status.COMPLETED]


def test_it_starts_a_quarter_of_an_hour_before_its_time_and_not_earlier(world):
    one = world.book("10:00")
    with at("09:44"), pytest.raises(CannotStart, match="15 minutes before"):
        world.start(one)
    with at("09:45"):
        assert world.start(one).status == Status.IN_PROGRESS


def test_the_end_of_what_nobody_started_says_that_it_began_when_it_was_due(world):
    one = world.book("10:00")
    with at("10:55"):
        world.end(one)
    kept = now_of(one)
    assert (kept.started_at, kept.ended_at) == (make.at("10:00"), make.at("10:55"))


def test_what_is_still_to_come_cannot_be_ended(world):
    one = world.book("15:00")
    with at("10:00"), pytest.raises(CannotEnd, match="still to come"):
        world.end(one)


def test_ended_before_its_own_time_it_began_no_later_than_it_ended(world):
    one = world.book("10:00")
    with at("09:50"):
        world.end(one)
    kept = now_of(one)
    assert kept.started_at == kept.ended_at == make.at("09:50")


@pytest.mark.parametrize(
    "status",
    [Status.PENDING, Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW, Status.CANCELLATION_REQUESTED, Status.COMPLETED],
)
def test_nothing_but_what_is_confirmed_can_be_started_or_ended(world, status):
    one = world.book("10:00", status=status)
    with at("10:00"):
        with pytest.raises(CannotStart):
            world.start(one)
        with pytest.raises(CannotEnd):
            world.end(one)
    assert now_of(one).status == status


def test_a_second_one_has_to_wait_and_the_first_is_named(world):
    first, second = world.book("10:00", "Asha Menon"), world.book("11:00", "Ravi Kumar")
    with at("10:50"):
        world.start(first)
        with pytest.raises(StillInConsultation, match=r"Asha Menon.*10:00 am") as refused:
            world.start(second)
        assert refused.value.appointment_id == first.id
        past = update(Appointment).where(Appointment.id == second.id).values(status=Status.IN_PROGRESS)
        with pytest.raises(IntegrityError, match="uq_appointment_in_consultation"), db.transaction() as session:
            session.execute(past)
        world.end(first)
        world.start(second)
    assert now_of(second).status == Status.IN_PROGRESS


def test_only_the_clinician_whose_it_is_starts_or_ends_it(world):
    one = world.book("10:00")
    with db.transaction():
        desk = make.actor(make.staff(Role.FRONT_DESK, world.kochi), Role.FRONT_DESK, centres=(world.kochi,))
    with at("10:00"):
        for by, refusal in ((world.ravis, Refused), (desk, Refused), (world.fars, Missing)):
            for verb in (world.start, world.end):
                with pytest.raises(refusal):
                    verb(one, by)
        with pytest.raises(Missing):
            world.start(Appointment(id=world.kochi.id))
    assert now_of(one).status == Status.CONFIRMED


def test_two_starts_of_two_appointments_at_once_are_one(world):
    for hour in (9, 12, 15):
        first = world.book(f"{hour:02}:00", f"Asha {hour}")
        second = world.book(f"{hour + 1}:00", f"Ravi {hour}")
        with at(f"{hour:02}:50"):
            outcomes = at_once(partial(world.start, first), partial(world.start, second))
            assert sorted(each if isinstance(each, str) else "started" for each in outcomes) == [
                "StillInConsultation", "started",
            ]  # fmt: skip
            [began] = [each for each in outcomes if not isinstance(each, str)]
            world.end(began)


def test_one_start_pressed_many_times_at_once_is_one_step(world):
    one = world.book("10:00")
    with at("10:00"):
        outcomes = at_once(*[partial(world.start, one)] * 5)
    assert not [each for each in outcomes if isinstance(each, str)]
    assert steps_of(one) == [Status.CONFIRMED, Status.IN_PROGRESS]


def test_the_day_shows_ones_own_and_what_is_still_open_from_yesterday(world):
    today = clock.today()
    with db.transaction():
        who = make.patient("Asha Menon")
        old = make.appointment(who, world.anita, world.kochi, make.at("09:00", today - timedelta(days=1)),
                               status=Status.IN_PROGRESS)  # fmt: skip
        make.appointment(who, world.anita, world.kochi, make.at("09:00", today - timedelta(days=8)),
                         status=Status.COMPLETED)  # fmt: skip
        mine = make.appointment(who, world.anita, world.kochi, make.at("10:00", today))
        make.appointment(make.patient(), world.ravi, world.kochi, make.at("10:00", today))
        make.appointment(make.patient(), world.anita, world.kochi, make.at("11:00", today), status=Status.PENDING,
                         held_until=clock.now() - timedelta(minutes=1))  # fmt: skip
    with db.reading():
        day = care.my_day(today, by=world.anitas)
        assert care.my_visit(mine.id, by=world.anitas).nth == 2
        with pytest.raises(Refused):
            care.my_visit(mine.id, by=world.ravis)
        with pytest.raises(Missing):
            care.my_visit(mine.id, by=world.fars)
    assert [(visit.appointment.id, visit.nth) for visit in day] == [(old.id, 2), (mine.id, 2)]


def test_every_step_is_in_the_audit(world):
    from mibo.audit.models import AuditEntry

    one = world.book("10:00")
    with at("10:00"):
        world.start(one)
        world.end(one)
    with db.reading() as session:
        noted = session.scalar(select(func.count()).where(AuditEntry.subject_id == one.id))
    assert noted == 2
