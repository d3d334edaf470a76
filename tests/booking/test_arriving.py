"""Checked in, late, no-show, closed; and every step that is not in the table is refused (R-CHG-9, security.md line 42)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import product

import pytest
import time_machine
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Appointment, ChangedMeanwhile, NotAllowed, Status, actions
from mibo.booking.rules import ALLOWED
from mibo.errors import Invalid, Missing, Refused
from mibo.identity.permissions import Role
from mibo.messaging import Message
from tests import make
from tests.booking import changes
from tests.booking.changes import World, now_of, steps_of, told
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")
Verb = Callable[..., Appointment]


@pytest.fixture
def world() -> World:
    return changes.world()


def do(verb: Verb, one: Appointment, by: object, at: str = "10:05", **more: object) -> Appointment:
    with time_machine.travel(make.at(at, clock.clinic_day(one.starts_at))), db.transaction():
        return verb(one.id, by=by, **more)


def test_a_check_in_is_noted_once_and_tells_nobody(world):
    one = world.book()
    do(booking.check_in, one, world.desk, "09:50", version=one.version)
    do(booking.check_in, one, world.desk, "09:51", version=one.version)
    after = now_of(one)
    assert after.arrived_at.replace(second=0, microsecond=0) == make.at("09:50")
    assert (after.version, after.status, told(one)) == (one.version + 1, "CONFIRMED", [])


def test_a_check_in_from_a_stale_page_hears_who_was_faster(world):
    one = world.book()
    do(booking.check_in, one, world.desk, "09:50", version=one.version)
    with pytest.raises(ChangedMeanwhile, match="Deepa checked this in at"):
        do(booking.check_in, one, world.manager, "09:51", version=one.version)


def test_a_check_in_can_be_undone_while_nothing_followed(world):
    one = world.book()
    do(booking.check_in, one, world.desk)
    do(booking.undo_check_in, one, world.desk)
    assert now_of(one).arrived_at is None
    do(booking.check_in, one, world.desk)
    with db.transaction() as session:
        actions.change_status(session.get_one(Appointment, one.id), Status.IN_PROGRESS, by=None)
    with pytest.raises(NotAllowed, match="in progress"):
        do(booking.undo_check_in, one, world.desk)


def test_nobody_is_checked_in_on_another_day(world):
    one = world.book()
    with pytest.raises(NotAllowed, match="not today"), db.transaction():
        booking.check_in(one.id, by=world.desk)


def test_a_late_patient_is_expected_within_the_time_only(world):
    one = world.book()
    do(booking.expect_late, one, world.desk, expected_at=make.at("10:20"))
    assert now_of(one).expected_at == make.at("10:20")
    for face in ("10:00", "11:00", "09:00"):
        with pytest.raises(Invalid):
            do(booking.expect_late, one, world.desk, expected_at=make.at(face))
    do(booking.check_in, one, world.desk)
    assert now_of(one).expected_at is None
    with pytest.raises(NotAllowed, match="here already"):
        do(booking.expect_late, one, world.desk, expected_at=make.at("10:20"))


def test_a_no_show_only_after_the_start(world):
    one = world.book()
    with pytest.raises(NotAllowed, match="not begun"):
        do(booking.mark_no_show, one, world.desk, "09:59")
    do(booking.mark_no_show, one, world.desk, "10:00")
    assert now_of(one).status == "NO_SHOW"
    assert steps_of(one)[-1].by_account_id == world.desk.account_id


def test_who_was_missed_hears_so_kindly_once_the_time_is_over_and_not_when_they_came_after_all(world):
    one, other, old = world.book("10:00"), world.book("12:00"), world.book("14:00")

    def told(of):
        with db.reading() as session:
            rows = session.scalars(select(Message).where(Message.about_id == of.id).order_by(Message.id))
            return [(each.template, each.status) for each in rows]

    do(booking.mark_no_show, one, world.desk, "10:05")
    assert told(one) == [("mibo_missed_you", "PENDING")]
    with db.reading() as session:
        waits = session.scalars(select(Message.next_at - Message.created_at)).one()
    assert timedelta(minutes=54) < waits < timedelta(minutes=56)
    do(booking.undo_no_show, one, world.desk, "10:10")
    assert told(one) == [("mibo_missed_you", "DROPPED")]
    do(booking.mark_no_show, other, world.desk, "13:30")
    assert told(other) == [("mibo_missed_you", "PENDING")]
    with time_machine.travel(make.at("10:00") + timedelta(days=3)), db.transaction():
        booking.mark_no_show(old.id, by=world.manager)
    assert told(old) == []


def test_who_is_checked_in_is_no_no_show(world):
    one = world.book()
    do(booking.check_in, one, world.desk)
    with pytest.raises(NotAllowed, match="checked in"):
        do(booking.mark_no_show, one, world.desk)


def test_a_no_show_by_mistake_is_corrected_the_same_day_by_the_desk_and_later_by_a_manager(world):
    one = world.book()
    for by, at in ((world.desk, "10:30"), (world.manager, "10:40")):
        do(booking.mark_no_show, one, world.desk)
        do(booking.undo_no_show, one, by, at)
        assert now_of(one).status == "CONFIRMED"
    do(booking.mark_no_show, one, world.desk)
    with time_machine.travel(make.at("10:00") + timedelta(days=1)):
        with pytest.raises(NotAllowed, match="another day"), db.transaction():
            booking.undo_no_show(one.id, by=world.desk)
        with db.transaction():
            booking.undo_no_show(one.id, by=world.manager)
    assert now_of(one).status == "CONFIRMED"


def test_a_no_show_whose_time_somebody_has_by_now_stays_one(world):
    one = world.book()
    do(booking.mark_no_show, one, world.desk)
    world.book("10:00", who=world.other_patient())
    with pytest.raises(NotAllowed, match="Somebody else"):
        do(booking.undo_no_show, one, world.desk)
    assert now_of(one).status == "NO_SHOW"


def test_what_nobody_closed_is_completed_when_it_is_over(world):
    one = world.book()
    with pytest.raises(NotAllowed, match="not over"):
        do(booking.complete, one, world.desk, "10:59")
    do(booking.complete, one, world.desk, "11:00")
    assert now_of(one).status == "COMPLETED"
    assert now_of(one).ended_at is None


def test_its_clinician_may_close_what_is_begun_and_nobody_elses(world):
    one = world.book()
    with db.transaction() as session:
        kept = session.get_one(Appointment, one.id)
        actions.change_status(kept, Status.IN_PROGRESS, by=None)
        kept.started_at = make.at("10:00") - timedelta(days=2)
    own = make.actor(world.accounts["anita"], Role.CLINICIAN, centres=(world.kochi,), clinician=world.anita)
    other = make.actor(world.accounts["binu"], Role.CLINICIAN, centres=(world.kochi,), clinician=world.binu)
    with pytest.raises(Missing):
        do(booking.complete, one, other, "10:40")
    with pytest.raises(NotAllowed):
        do(booking.complete, one, world.desk, "10:40")
    do(booking.complete, one, own, "10:40")
    assert now_of(one).ended_at is not None


def test_a_patient_marks_nothing(world):
    one = world.book()
    for verb in (booking.check_in, booking.undo_check_in, booking.mark_no_show, booking.undo_no_show, booking.complete):
        with pytest.raises(Refused):
            do(verb, one, world.by)


def test_of_two_who_check_in_at_once_one_is_noted_and_the_other_hears_of_it(world):
    one = world.book()

    def check_in(by: object) -> object:
        with db.transaction():
            return booking.check_in(one.id, by=by, version=one.version)

    with time_machine.travel(make.at("09:50")):
        outcomes = at_once(partial(check_in, world.desk), partial(check_in, world.manager))
    assert sorted(each if isinstance(each, str) else "done" for each in outcomes) == ["ChangedMeanwhile", "done"]


# ---- the whole table: what each verb may do from each state

VERBS: dict[str, tuple[Status, Callable[[Appointment, World], object]]] = {
    "call off": (Status.CANCELLED, lambda one, w: booking.call_off(one.id, reason="Illness", by=w.manager)),
    "ask": (Status.CANCELLATION_REQUESTED, lambda one, w: booking.ask_to_cancel(one.id, reason="Travel", by=w.by)),
    "grant": (Status.CANCELLED, lambda one, w: booking.grant_cancellation(one.id, by=w.manager)),
    "refuse": (Status.CONFIRMED, lambda one, w: booking.refuse_cancellation(one.id, by=w.manager)),
    "miss": (Status.NO_SHOW, lambda one, w: booking.mark_no_show(one.id, by=w.manager)),
    "correct": (Status.CONFIRMED, lambda one, w: booking.undo_no_show(one.id, by=w.manager)),
    "close": (Status.COMPLETED, lambda one, w: booking.complete(one.id, by=w.manager)),
}
MAY = {
    "call off": {Status.PENDING, Status.CONFIRMED, Status.CANCELLATION_REQUESTED, Status.IN_PROGRESS},
    "ask": {Status.CONFIRMED},
    "grant": {Status.CANCELLATION_REQUESTED},
    "refuse": {Status.CANCELLATION_REQUESTED},
    "miss": {Status.CONFIRMED, Status.IN_PROGRESS},
    "correct": {Status.NO_SHOW},
    "close": {Status.CONFIRMED, Status.IN_PROGRESS},
}
WHEN = {"miss": "10:05", "correct": "10:05", "close": "11:05"}


@pytest.mark.parametrize(("name", "status"), list(product(VERBS, Status)))
def test_each_verb_from_each_state_does_its_step_or_is_refused_with_the_state_as_it_was(world, name, status):
    one = world.book(status=status, held_until=make.at("12:00"))
    wanted, verb = VERBS[name]
    with time_machine.travel(make.at(WHEN.get(name, "08:00"))):
        if status in MAY[name]:
            with db.transaction():
                verb(one, world)
            assert now_of(one).status == wanted
            assert (steps_of(one)[-1].previous, steps_of(one)[-1].next) == (status, wanted)
        else:
            with pytest.raises((NotAllowed, booking.CannotCancel)), db.transaction():
                verb(one, world)
            assert (now_of(one).status, len(steps_of(one))) == (status, 1)


@pytest.mark.parametrize(("current", "wanted"), list(product(Status, Status)))
def test_the_table_alone_says_which_step_there_is(world, current, wanted):
    one = world.book(status=current)
    with db.transaction() as session:
        kept = session.get_one(Appointment, one.id)
        if wanted in ALLOWED[current]:
            actions.change_status(kept, wanted, by=None)
            if wanted == Status.CONFIRMED:
                kept.held_until = None
        else:
            with pytest.raises(NotAllowed, match=current.lower().replace("_", " ")):
                actions.change_status(kept, wanted, by=None)
