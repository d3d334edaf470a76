"""When a patient is due to come again: said, said again, booked, called off, and found when it is due."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from mibo import care, clock, db
from mibo.booking import Appointment, Status
from mibo.booking.actions import change_status
from mibo.care import FollowUp, FollowUpClosed
from mibo.errors import Conflict, Invalid, Missing, Refused
from mibo.identity.permissions import Role
from tests import make
from tests.counting import statements
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A clinician, her completed appointment of an hour ago, and the desk of its centre."""

    def __init__(self):
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            account = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Anita Kurian")
            self.anita = make.clinician(self.kochi, account=account)
            self.anitas = make.actor(account, Role.CLINICIAN, centres=(self.kochi,), clinician=self.anita)
            self.desk = self.member(Role.FRONT_DESK, self.kochi)
            self.elsewhere = self.member(Role.FRONT_DESK, self.mumbai)
            self.nowhere = make.actor(make.staff(Role.FRONT_DESK), Role.FRONT_DESK)
            self.manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
            self.asha = make.patient("Asha Menon")
            self.parent = self.seen(self.asha)

    def member(self, role, centre):
        return make.actor(make.staff(role, centre), role, centres=(centre,))

    def seen(self, who, days_ago=1, face="10:00", status=Status.COMPLETED):
        day = clock.today() - timedelta(days=days_ago)
        return make.appointment(who, self.anita, self.kochi, make.at(face, day), status=status)

    def want(self, days=14, note="Bring the diary.", parent=None, by=None):
        with db.transaction():
            on = clock.today() + timedelta(days=days)
            return care.recommend((parent or self.parent).id, on, note, by=by or self.anitas)

    def book(self, who=None, face="10:00", **more):
        with db.transaction():
            return make.appointment(who or self.asha, self.anita, self.kochi, make.at(face), **more)

    def link(self, follow_up, appointment, by=None):
        with db.transaction():
            return care.link(follow_up.id, appointment.id, by=by or self.desk)

    def call_off(self, follow_up, reason="Moved abroad", by=None):
        with db.transaction():
            return care.call_off(follow_up.id, reason, by=by or self.desk)

    def due(self, by=None, **more):
        with db.reading():
            return care.follow_ups_due(by=by or self.desk, **more)


@pytest.fixture
def world():
    return World()


def how_many():
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(FollowUp))


def test_said_twice_it_is_one_with_what_was_said_last(world):
    first = world.want(14, "Two weeks")
    second = world.want(21, "Three weeks, please")
    assert (first.id, how_many()) == (second.id, 1)
    [due] = world.due()
    assert (due.wanted_on, due.note) == (clock.today() + timedelta(days=21), "Three weeks, please")


def test_said_many_times_at_once_it_is_one(world):
    outcomes = at_once(*[partial(world.want, 14)] * 6)
    assert len({each.id for each in outcomes}) == 1
    assert how_many() == 1


@pytest.mark.parametrize("days", [0, -1, 731])
def test_a_day_that_is_not_to_come_is_refused_at_its_field(world, days):
    with pytest.raises(Invalid) as refused:
        world.want(days)
    assert [problem.field for problem in refused.value.problems] == ["wanted_on"]


def test_it_comes_of_a_consultation_of_ones_own(world):
    with db.transaction():
        ahead = make.appointment(world.asha, world.anita, world.kochi, make.at("12:00"))
    with pytest.raises(Invalid):
        world.want(parent=ahead)
    with pytest.raises(Refused):
        world.want(by=world.desk)
    with pytest.raises(Missing):
        world.want(by=world.elsewhere)


def test_booked_it_is_closed_and_both_know_of_each_other(world):
    wanted, booked = world.want(), world.book()
    for _ in range(2):
        kept = world.link(wanted, booked)
    assert (kept.status, kept.booked_id, kept.closed_by) == ("BOOKED", booked.id, world.desk.account_id)
    with db.reading() as session:
        child = session.get_one(Appointment, booked.id)
    assert (child.parent_id, child.purpose) == (world.parent.id, "FOLLOW_UP")
    assert world.due() == []


def test_said_again_after_it_was_booked_the_booking_stands(world):
    wanted = world.want(14)
    world.link(wanted, world.book())
    assert world.want(14).id == wanted.id
    assert how_many() == 1


def test_another_patients_booking_is_not_linked(world):
    wanted = world.want()
    with db.transaction():
        other = make.patient("Ravi Kumar")
    with pytest.raises(Conflict, match="another patient"):
        world.link(wanted, world.book(other))
    assert len(world.due()) == 1


def test_called_off_needs_a_reason_and_happens_once(world):
    wanted = world.want()
    with pytest.raises(Invalid) as refused:
        world.call_off(wanted, "  ")
    assert refused.value.problems[0].field == "reason"
    assert world.call_off(wanted).close_reason == "Moved abroad"
    with pytest.raises(FollowUpClosed):
        world.call_off(wanted)
    with pytest.raises(FollowUpClosed):
        world.link(wanted, world.book())
    assert world.due() == []


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED, "ended hold"])
def test_a_booking_that_came_to_nothing_leaves_it_due_again(world, status):
    wanted, booked = world.want(), world.book(status=Status.CONFIRMED if status == Status.CANCELLED else Status.PENDING)
    world.link(wanted, booked)
    assert world.due() == []
    with db.transaction() as session:
        kept = session.get_one(Appointment, booked.id)
        if status == "ended hold":
            kept.held_until = clock.now() - timedelta(minutes=1)
        else:
            change_status(kept, status, by=None, reason="Came to nothing")
    [due] = world.due()
    assert due.fell_through
    again = world.book(face="12:00")
    assert world.link(wanted, again).booked_id == again.id


def test_only_those_within_reach_see_it_and_close_it(world):
    wanted, booked = world.want(), world.book()
    for outsider in (world.elsewhere, world.nowhere):
        assert world.due(by=outsider) == []
        with pytest.raises(Missing):
            world.call_off(wanted, by=outsider)
        with pytest.raises(Missing):
            world.link(wanted, booked, by=outsider)
    for insider in (world.desk, world.manager, world.anitas):
        assert len(world.due(by=insider)) == 1


def test_the_longest_due_come_first_and_pages_go_on_where_the_last_ended(world):
    with db.transaction():
        parents = [world.seen(make.patient(f"Patient {n}"), days_ago=n + 2) for n in range(7)]
    for n, parent in enumerate(parents):
        world.want(5 + n % 3, parent=parent)
    with db.transaction() as session:
        session.execute(FollowUp.__table__.update().where(FollowUp.parent_id == parents[4].id).values(
            wanted_on=clock.today() - timedelta(days=9)))  # fmt: skip
    whole = world.due()
    assert whole[0].parent_id == parents[4].id
    assert whole[0].days_left(clock.today()) == -9
    assert [one.place for one in whole] == sorted(one.place for one in whole)
    paged, after = [], None
    while rows := world.due(limit=3, after=after):
        paged += rows
        after = rows[-1].place
    assert paged == list(whole)
    with db.reading():
        assert care.count_follow_ups_due(by=world.desk) == 7
        assert care.count_follow_ups_due(by=world.desk, until=care.due_soon(clock.today())) == 1
        assert care.count_follow_ups_due(by=world.desk, centre_id=world.mumbai.id) == 0
        assert care.count_follow_ups_due(by=world.desk, clinician_id=world.anita.id) == 7


def test_the_list_is_one_statement(world):
    world.want()
    with db.reading(), statements() as asked:
        care.follow_ups_due(by=world.desk)
    assert len(asked) == 1
