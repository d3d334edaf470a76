"""The clinic calls off, the patient asks to: what comes back, who hears of it, and what holds its time meanwhile."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Appointment, CannotCancel, ChangedMeanwhile, NotAllowed, SlotTaken, Status
from mibo.errors import Invalid, Missing, Refused
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.payments import Attempt
from mibo.people import Clinician
from mibo.scheduling import TimeBlock
from tests import make
from tests.booking import changes
from tests.booking.changes import World, now_of, refunds_of, steps_of, told

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> World:
    return changes.world()


def off(world: World, one: Appointment, reason: str = "The clinician is ill", **more: object) -> Appointment:
    with db.transaction():
        return booking.call_off(one.id, reason=reason, **{"by": world.desk, **more})


def test_called_off_by_the_clinic_all_of_it_goes_back_with_the_registration_of_a_first_visit(world):
    one = world.book()
    off(world, one)
    after = now_of(one)
    assert (after.status, after.cancel_reason) == ("CANCELLED", "The clinician is ill")
    assert refunds_of(one) == [(170_000, "CANCELLED_BY_CLINIC")]
    assert told(one) == [
        (world.asha.phone, "booking_off"),
        (world.asha.phone, "refund_opened"),
        (world.accounts["anita"].phone, "clinician_cancelled"),
    ]
    assert (steps_of(one)[-1].by_account_id, steps_of(one)[-1].reason) == (
        world.desk.account_id, "The clinician is ill",
    )  # fmt: skip


def test_a_later_visit_goes_back_without_what_was_not_paid_for_it(world):
    world.book("09:00")
    later = world.book("11:00")
    off(world, later)
    assert refunds_of(later) == [(160_000, "CANCELLED_BY_CLINIC")]


def test_what_was_never_paid_opens_no_refund_and_promises_none(world):
    one = world.book(paid=False)
    off(world, one)
    assert refunds_of(one) == []
    assert [name for _, name in told(one)] == ["booking_off", "clinician_cancelled"]


def test_an_unpaid_hold_called_off_ends_its_link_and_no_clinician_hears(world):
    one = world.book(status=Status.PENDING, kind="LINK")
    off(world, one)
    with db.reading() as session:
        assert session.scalars(select(Attempt.status)).all() == ["VOID"]
    assert [name for _, name in told(one)] == ["booking_off"]


def test_the_words_wait_so_that_nobody_hears_of_a_slip_at_once(world):
    one = world.book()
    off(world, one)
    with db.reading() as session:
        assert {m.next_at - m.created_at for m in session.scalars(select(Message))} == {timedelta(seconds=20)}


def test_what_was_about_to_be_told_of_its_other_time_is_not_told_any_more(world):
    one = world.book()
    with db.transaction():
        booking.reschedule(one.id, starts_at=make.at("11:00"), by=world.desk)
    off(world, one)
    with db.reading() as session:
        leaving = session.scalars(select(Message.template).where(Message.status == "PENDING")).all()
    assert sorted(leaving) == ["mibo_booking_off", "mibo_clinician_cancelled", "mibo_refund_opened"]


def test_its_time_is_free_again(world):
    one = world.book()
    off(world, one)
    world.book("10:00", who=world.other_patient())


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "4111 1111 1111 1111"])
def test_a_reason_is_needed_and_is_no_card_number(world, reason):
    one = world.book()
    with pytest.raises(Invalid) as refused:
        off(world, one, reason)
    assert refused.value.problems[0].field == "reason"
    assert now_of(one).status == "CONFIRMED"


def test_what_is_over_or_cancelled_is_not_cancelled_again(world):
    one = world.book()
    with time_machine.travel(make.at("11:00")), pytest.raises(NotAllowed, match="is over"):
        off(world, one)
    off(world, one)
    with pytest.raises(NotAllowed, match="is cancelled"):
        off(world, one)
    assert len(refunds_of(one)) == 1


def test_who_may_not_and_who_is_elsewhere(world):
    one = world.book()
    with db.transaction():
        elsewhere = make.actor(make.staff(Role.FRONT_DESK), Role.FRONT_DESK, centres=(world.mumbai,))
        clinician = make.actor(world.accounts["anita"], Role.CLINICIAN, clinician=world.anita)
    with pytest.raises(Missing):
        off(world, one, by=elsewhere)
    with pytest.raises(Refused):
        off(world, one, by=clinician)
    with pytest.raises(Refused):
        off(world, one, by=world.by)


def test_a_clinician_who_closes_their_own_time_displaces_their_own_visits(world):
    one = world.book()
    with db.transaction():
        shut = make.block(datetime(2031, 1, 1, 9), datetime(2031, 1, 1, 18), who=world.anita)
        by = make.actor(world.accounts["anita"], Role.CLINICIAN, clinician=world.anita)
    off(world, one, by=by, displaced_by=shut.id)
    assert now_of(one).displaced_by == shut.id
    assert isinstance(shut, TimeBlock)


# ---- a patient asks


def ask(world: World, one: Appointment, reason: str = "I have to travel", **more: object) -> Appointment:
    with db.transaction():
        return booking.ask_to_cancel(one.id, reason=reason, **{"by": world.by, **more})


def soon(world: World, hours: int = 30) -> Appointment:
    with db.transaction():
        at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)
        return make.appointment(world.asha, world.anita, world.kochi, at)


def test_who_asks_keeps_the_time_until_it_is_decided_and_nobody_is_told_yet(world):
    one = world.book()
    ask(world, one)
    assert (now_of(one).status, steps_of(one)[-1].reason) == ("CANCELLATION_REQUESTED", "I have to travel")
    assert told(one) == []
    with pytest.raises(SlotTaken), db.transaction():
        booking.hold(
            patient_id=world.asha.id, clinician_id=world.anita.id, centre_id=world.kochi.id, mode="IN_PERSON",
            starts_at=make.at("10:00"), by=world.by,
        )  # fmt: skip


def test_granted_in_time_the_share_goes_back_without_the_registration_and_both_hear(world):
    one = soon(world)
    ask(world, one)
    with db.transaction():
        booking.grant_cancellation(one.id, by=world.manager, words="Get well")
    assert now_of(one).status == "CANCELLED"
    assert refunds_of(one) == [(160_000, "CANCELLED_IN_TIME")]
    assert [name for _, name in told(one)] == ["booking_cancelled", "refund_opened", "clinician_cancelled"]
    assert (steps_of(one)[-1].reason, now_of(one).cancel_reason) == ("Get well", "I have to travel")


def test_what_counts_is_when_it_was_asked_and_not_when_it_was_decided(world):
    one = soon(world, hours=25)
    ask(world, one)
    with time_machine.travel(one.starts_at - timedelta(hours=2)), db.transaction():
        booking.grant_cancellation(one.id, by=world.manager)
    assert refunds_of(one) == [(160_000, "CANCELLED_IN_TIME")]


def test_granted_to_who_asked_late_nothing_goes_back_and_nothing_is_promised(world):
    one = soon(world, hours=5)
    ask(world, one)
    with db.transaction():
        booking.grant_cancellation(one.id, by=world.manager)
    assert refunds_of(one) == []
    assert [name for _, name in told(one)] == ["booking_cancelled", "clinician_cancelled"]


def test_a_manager_may_give_all_of_the_consultation_back_to_who_asked_late(world):
    one = soon(world, hours=5)
    ask(world, one)
    with db.transaction():
        booking.grant_cancellation(one.id, by=world.manager, all_of_it=True)
    assert refunds_of(one) == [(160_000, "CANCELLED_LATE")]


def test_refused_it_stands_and_the_patient_hears(world):
    one = world.book()
    ask(world, one)
    with db.transaction():
        booking.refuse_cancellation(one.id, by=world.manager, words="Please call us")
    assert (now_of(one).status, told(one)) == ("CONFIRMED", [(world.asha.phone, "request_refused")])
    ask(world, one)
    assert now_of(one).status == "CANCELLATION_REQUESTED"


def test_of_two_who_decide_the_second_hears_what_the_first_did(world):
    one = world.book()
    ask(world, one)
    seen = now_of(one).version
    with db.transaction():
        booking.refuse_cancellation(one.id, by=world.manager, version=seen)
    with pytest.raises(ChangedMeanwhile, match="Maya confirmed this"), db.transaction():
        booking.grant_cancellation(one.id, by=world.manager, version=seen)
    with pytest.raises(NotAllowed, match="Nobody is asking"), db.transaction():
        booking.grant_cancellation(one.id, by=world.manager)
    assert refunds_of(one) == []


def test_the_desk_decides_nothing(world):
    one = world.book()
    ask(world, one)
    for verb in (booking.grant_cancellation, booking.refuse_cancellation):
        with pytest.raises(Refused), db.transaction():
            verb(one.id, by=world.desk)


@pytest.mark.parametrize("reason", ["", "1234", " 1234 ", "x" * 501])
def test_who_asks_says_why_in_five_to_five_hundred_characters(world, reason):
    with pytest.raises(Invalid):
        ask(world, world.book(), reason)


def test_what_is_not_theirs_is_not_there(world):
    with pytest.raises(Missing):
        ask(world, world.book(), by=make.actor(world.other_patient()))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.CANCELLED, "Appointment is already cancelled"),
        (Status.CANCELLATION_REQUESTED, "Cancellation already requested"),
        (Status.COMPLETED, "Cannot cancel completed appointment"),
        (Status.PENDING, "let it go"),
        (Status.NO_SHOW, "is over"),
        (Status.IN_PROGRESS, "has begun"),
    ],
)
def test_who_cannot_ask_hears_why(world, status, words):
    with pytest.raises(CannotCancel, match=words):
        ask(world, world.book(status=status))


def test_one_that_has_begun_cannot_be_asked_for(world):
    one = world.book()
    with time_machine.travel(make.at("10:00")), pytest.raises(CannotCancel, match="has begun"):
        ask(world, one)


def test_ones_own_cancellation_tells_the_clinician_too_and_promises_what_goes_back(world):
    one = soon(world)
    with db.transaction():
        booking.cancel(one.id, by=world.by)
    assert [name for _, name in told(one)] == ["booking_cancelled", "refund_opened", "clinician_cancelled"]


def test_a_clinician_without_an_account_hears_nothing_and_nothing_fails(world):
    with db.transaction() as session:
        session.get_one(Clinician, world.anita.id).account_id = None
    one = world.book()
    off(world, one)
    assert [name for _, name in told(one)] == ["booking_off", "refund_opened"]
