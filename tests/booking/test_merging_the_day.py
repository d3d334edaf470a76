"""Two records become one: their numbers in the queue and their series go along, and come back when it is undone."""

import pytest

from mibo import booking, clock, db
from mibo.booking import QueueEntry, Series
from mibo.identity.permissions import Role
from mibo.people import PatientMerge
from tests import make

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A manager, a desk, and one person on two phones."""

    def __init__(self):
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.anita = make.clinician(self.kochi)
            self.manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
            self.kept = make.patient("Asha Menon", phone="+919876543210")
            self.double = make.patient("Aasha Menon", phone="+919876500002")

    def join(self, who):
        with db.transaction():
            return booking.queue.join(who.id, self.kochi.id, last_four=who.phone[-4:], by=self.manager).id

    def series(self, who):
        with db.transaction() as session:
            made = Series(
                patient_id=who.id, clinician_id=self.anita.id, centre_id=self.kochi.id, mode="ONLINE",
                first_starts_at=clock.now(), every_weeks=1, planned=4, created_by=self.manager.account_id,
            )  # fmt: skip
            session.add(made)
            session.flush()
            return made.id

    def merge(self):
        with db.transaction():
            return booking.merge(self.kept.id, self.double.id, "0002", by=self.manager).id

    def undo(self, merge_id):
        with db.transaction():
            booking.undo_merge(merge_id, by=self.manager)


def now_of(kind, key):
    with db.reading() as session:
        one = session.get_one(kind, key)
        return one.patient_id, getattr(one, "status", "")


@pytest.fixture
def world():
    return World()


def test_a_number_and_a_series_go_along_and_come_back(world):
    entry, series = world.join(world.double), world.series(world.double)
    done = world.merge()
    assert now_of(QueueEntry, entry) == (world.kept.id, "WAITING")
    assert now_of(Series, series)[0] == world.kept.id
    world.undo(done)
    assert now_of(QueueEntry, entry) == (world.double.id, "WAITING")
    assert now_of(Series, series)[0] == world.double.id


def test_who_waits_under_both_keeps_one_number_and_gets_the_other_back(world):
    first, second = world.join(world.kept), world.join(world.double)
    with db.transaction():
        booking.queue.call(second, by=world.manager)
    done = world.merge()
    assert now_of(QueueEntry, first) == (world.kept.id, "WAITING")
    assert now_of(QueueEntry, second) == (world.kept.id, "LEFT")
    world.undo(done)
    assert now_of(QueueEntry, first) == (world.kept.id, "WAITING")
    assert now_of(QueueEntry, second) == (world.double.id, "CALLED")


def test_what_the_kept_record_joined_by_itself_stays_with_it(world):
    done = world.merge()
    entry = world.join(world.kept)
    world.undo(done)
    assert now_of(QueueEntry, entry) == (world.kept.id, "WAITING")


def test_a_merge_of_before_there_was_a_queue_can_still_be_undone(world):
    done = world.merge()
    with db.transaction() as session:
        kept = session.get_one(PatientMerge, done)
        kept.moved = {name: what for name, what in kept.moved.items() if name not in ("queue", "series", "left_queue")}
    world.undo(done)
    with db.reading() as session:
        assert session.get_one(PatientMerge, done).undone_at


def test_a_merged_record_cannot_join(world):
    from mibo.errors import Missing

    world.merge()
    with pytest.raises(Missing):
        world.join(world.double)
