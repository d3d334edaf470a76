"""The queue of those who walk in: numbers without gaps, one table of steps, and nothing of yesterday."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from mibo import booking, clock, db
from mibo.audit.models import AuditEntry
from mibo.booking import ChangedMeanwhile, NotAllowed, QueueEntry, WrongPatient
from mibo.booking.queue_rules import HERE, STEPS, AlreadyWaiting
from mibo.errors import Conflict, DomainError, Invalid, Missing
from mibo.identity.permissions import Role
from tests import make
from tests.counting import statements
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")

VERBS: dict[str, Callable[..., QueueEntry]] = {
    "CALLED": booking.queue.call,
    "SKIPPED": booking.queue.skip,
    "DONE": booking.queue.finish,
    "LEFT": booking.queue.leave,
    "WAITING": booking.queue.bring_back,
}


class World:
    """A centre, its desk and clinician, and another centre."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre(), make.centre(city="mumbai")
            self.anita = make.clinician(self.kochi)
            self.ravi = make.clinician(self.kochi, name="Dr. Ravi Nair")
            self.desk = self.member(Role.FRONT_DESK, self.kochi)
            self.elsewhere = self.member(Role.FRONT_DESK, self.mumbai)
            self.anitas = self.member(Role.CLINICIAN, self.kochi, clinician=self.anita)

    def member(self, role, centre, **more):
        return make.actor(make.staff(role, centre), role, centres=(centre,), **more)

    def patient(self, name="Asha Menon"):
        with db.transaction():
            return make.patient(name)

    def join(self, who=None, *, by=None, centre=None, **more):
        who = who or self.patient()
        with db.transaction():
            return booking.queue.join(
                who.id, (centre or self.kochi).id, by=by or self.desk, **{"last_four": who.phone[-4:], **more}
            )

    def step(self, entry, wanted, *, by=None, version=None):
        with db.transaction():
            return VERBS[wanted](entry.id, by=by or self.desk, version=version)

    def rows(self, by=None, centre=None):
        with db.reading():
            return booking.waiting.queue_today((centre or self.kochi).id, by=by or self.desk)

    def version(self):
        with db.reading():
            return booking.waiting.queue_version(self.kochi.id, by=self.desk)


@pytest.fixture
def world():
    return World()


def test_each_gets_the_next_number_of_the_centres_day(world):
    assert [world.join().token for _ in range(3)] == [1, 2, 3]
    with db.transaction():
        mumbai = world.patient()
    assert world.join(mumbai, by=world.elsewhere, centre=world.mumbai).token == 1


def test_many_who_join_at_once_get_numbers_without_gaps(world):
    people = [world.patient(f"Patient {n}") for n in range(8)]
    outcomes = at_once(*[partial(world.join, who) for who in people])
    assert sorted(entry.token for entry in outcomes) == list(range(1, 9))


def test_one_who_is_added_twice_at_once_waits_once(world):
    who = world.patient()
    outcomes = at_once(*[partial(world.join, who)] * 4)
    assert sorted(each if isinstance(each, str) else "joined" for each in outcomes) == ["AlreadyWaiting"] * 3 + [
        "joined"
    ]
    with pytest.raises(AlreadyWaiting, match="number 1"):
        world.join(who)


def test_who_left_may_join_again_and_then_cannot_be_brought_back(world):
    who = world.patient()
    first = world.join(who)
    world.step(first, "LEFT")
    assert world.join(who).token == 2
    with pytest.raises(Conflict, match="another number"):
        world.step(first, "WAITING")


def test_the_wrong_patient_is_not_added(world):
    who = world.patient()
    with pytest.raises(WrongPatient):
        world.join(who, last_four="0000")
    assert world.rows() == []


def test_only_at_ones_own_centre_that_is_open_and_for_a_clinician_of_it(world):
    who = world.patient()
    with pytest.raises(Missing):
        world.join(who, by=world.elsewhere)
    with db.transaction():
        far = make.clinician(world.mumbai, name="Dr. Far Away")
    with pytest.raises(Invalid) as refused:
        world.join(who, clinician_id=far.id)
    assert refused.value.problems[0].field == "clinician"
    with db.transaction() as session:
        session.execute(update(type(world.kochi)).where(type(world.kochi).id == world.kochi.id).values(active=False))
    with pytest.raises(Invalid):
        world.join(who)


def test_called_skipped_called_back_and_done(world):
    with time_machine.travel(make.at("10:00"), tick=False) as now:
        entry = world.join()
        now.shift(timedelta(minutes=12))
        world.step(entry, "CALLED")
        now.shift(timedelta(minutes=5))
        world.step(entry, "SKIPPED")
        world.step(entry, "CALLED")
        world.step(entry, "DONE")
        [row] = world.rows()
    assert (row.status, row.version) == ("DONE", 5)
    with db.reading() as session:
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject_id == entry.id)).all()
    assert sorted(acts) == ["queue.joined"] + ["queue.status"] * 4


def test_waiting_time_runs_until_they_are_called(world):
    with time_machine.travel(make.at("10:00"), tick=False) as now:
        entry = world.join()
        now.shift(timedelta(minutes=12, seconds=30))
        assert world.rows()[0].waited_minutes(clock.now()) == 12
        world.step(entry, "CALLED")
        now.shift(timedelta(minutes=30))
        assert world.rows()[0].waited_minutes(clock.now()) == 12


def test_a_page_that_is_behind_changes_nothing(world):
    entry = world.join()
    world.step(entry, "CALLED", version=1)
    with pytest.raises(ChangedMeanwhile):
        world.step(entry, "LEFT", version=1)
    assert world.rows()[0].status == "CALLED"


def test_two_who_call_one_number_at_once_call_it_once(world):
    entry = world.join()
    outcomes = at_once(*[partial(world.step, entry, "CALLED", version=1)] * 4)
    assert sorted(each if isinstance(each, str) else "called" for each in outcomes) == ["ChangedMeanwhile"] * 3 + [
        "called"
    ]


def test_yesterdays_queue_is_over_at_midnight_without_anybody_closing_it(world):
    with time_machine.travel(make.at("23:50"), tick=False) as now:
        entry, who = world.join(), world.patient("Ravi Kumar")
        world.join(who)
        now.shift(timedelta(minutes=20))
        assert world.rows() == []
        with pytest.raises(Conflict, match="over"):
            world.step(entry, "CALLED")
        assert world.join(who).token == 1


def test_nobody_beyond_their_reach_sees_or_changes_an_entry(world):
    entry = world.join(clinician_id=world.ravi.id)
    assert world.rows(by=world.elsewhere) == []
    assert world.rows(by=world.anitas) == []  # who wants a colleague
    for outsider in (world.elsewhere, world.anitas):
        with pytest.raises(Missing):
            world.step(entry, "CALLED", by=outsider)
    mine, anybody = world.join(clinician_id=world.anita.id), world.join()
    assert [row.id for row in world.rows(by=world.anitas)] == [mine.id, anybody.id]


def test_a_booking_closes_the_entry_and_both_know_of_each_other(world):
    who = world.patient()
    entry = world.join(who)
    with db.transaction():
        booked = make.appointment(who, world.anita, world.kochi, make.at("10:00"))
        other = make.appointment(world.patient("Ravi Kumar"), world.anita, world.kochi, make.at("11:00"))
    with pytest.raises(Conflict), db.transaction():
        booking.queue.link_booking(entry.id, other.id, by=world.desk)
    for _ in range(2):
        with db.transaction():
            kept = booking.queue.link_booking(entry.id, booked.id, by=world.desk)
    assert (kept.status, kept.appointment_id) == ("DONE", booked.id)
    with pytest.raises(NotAllowed, match="booked"):
        world.step(entry, "WAITING")


def test_the_version_changes_with_everything_that_happens(world):
    seen = [world.version()]
    entry = world.join()
    seen.append(world.version())
    for wanted in ("CALLED", "SKIPPED", "LEFT", "WAITING"):
        world.step(entry, wanted)
        seen.append(world.version())
    assert len(set(seen)) == len(seen)


def test_the_queue_is_one_statement_however_long_it_is(world):
    for n in range(3):
        world.join(world.patient(f"Patient {n}"))
    with db.reading(), statements() as asked:
        booking.waiting.queue_today(world.kochi.id, by=world.desk)
    assert len(asked) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([*VERBS, "JOIN"])), max_size=14))
def test_whatever_is_pressed_the_table_holds(world, pressed):
    """Three patients, any buttons in any order: only steps of the table happen, numbers have no gaps, and nobody waits twice."""
    with db.transaction() as session:
        session.execute(QueueEntry.__table__.delete())
    people = [world.patient(f"Patient {n}") for n in range(3)]
    newest: dict[int, QueueEntry] = {}
    for n, verb in pressed:
        before = {row.id: row.status for row in world.rows()}
        try:
            if verb == "JOIN":
                newest[n] = world.join(people[n])
            elif n in newest:
                world.step(newest[n], verb)
        except DomainError:
            assert {row.id: row.status for row in world.rows()} == before
            continue
        for row in world.rows():
            was = before.get(row.id, row.status)
            assert was == row.status or row.status in STEPS[was]
    rows = world.rows()
    assert [row.token for row in rows] == list(range(1, len(rows) + 1))
    here = [row.patient_id for row in rows if row.status in HERE]
    assert len(here) == len(set(here))
    for row in rows:
        assert (row.finished_at is not None) == (row.status in ("DONE", "LEFT"))
        assert (row.called_at is None) or row.status != "WAITING"
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(QueueEntry)) == len(rows)
