"""What webhook and browser both missed, the reconciler finds."""

from datetime import timedelta

import pytest
import time_machine

from mibo import booking, clock, db
from mibo.booking import reconciling
from mibo.payments import Attempt
from tests.booking.money import PAID, Held, Standing, held, standing, told
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database", "sandbox")


def paid_unheard(sandbox: Sandbox, waiting: Held, outcome: str = "captured") -> None:
    """The patient pays, the webhooks are lost and the browser never comes back."""
    order = booking.open_order(waiting.id, by=waiting.by)
    sandbox.fault("razorpay", "drop_webhook", times=9)
    sandbox.pay(order_id=order.order_id, outcome=outcome)
    sandbox.clear_faults()


def reconciled(work, after: timedelta = timedelta()) -> None:
    with time_machine.travel(clock.now() + after):
        booking.reconcile()
        work()


def asked_about(sandbox: Sandbox) -> int:
    return sum(call["path"].endswith("/payments") for call in sandbox.calls("razorpay"))


def test_money_nobody_told_us_of_is_found_before_the_hold_ends(sandbox: Sandbox, work) -> None:
    waiting = held(minutes_left=9)
    paid_unheard(sandbox, waiting)
    reconciled(work)
    assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"])


def test_money_found_after_the_hold_ended_takes_its_time_again(sandbox: Sandbox, work) -> None:
    waiting = held()
    paid_unheard(sandbox, waiting)
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        booking.expire_holds()
        assert standing(waiting).appointment == "EXPIRED"
        booking.reconcile()
        work()
    assert standing(waiting) == PAID


def test_a_link_paid_unheard_is_found_too(sandbox: Sandbox, work) -> None:
    waiting = held(kind="LINK")
    link = booking.open_link(waiting.id, by=waiting.by)
    sandbox.fault("razorpay", "drop_webhook", times=9)
    sandbox.pay(payment_link_id=link.link_id)
    reconciled(work, timedelta(minutes=10))
    assert standing(waiting) == Standing("CONFIRMED", "PAID", [("LINK", "PAID", 170_000)], [])


def test_a_link_paid_unheard_while_cash_was_taken_is_found_and_goes_back(sandbox: Sandbox, work) -> None:
    waiting = held(kind="LINK")
    link = booking.open_link(waiting.id, by=waiting.by)
    sandbox.fault("razorpay", "drop_webhook", times=9)
    sandbox.pay(payment_link_id=link.link_id)
    with db.transaction():
        booking.pay_at_desk(waiting.id, "CASH", None, by=waiting.desk)
    work()
    reconciled(work, timedelta(minutes=10))
    assert standing(waiting).refunds == [(170_000, "PAID_TWICE")]


def test_a_failed_try_is_only_noted(sandbox: Sandbox, work) -> None:
    waiting = held(minutes_left=9)
    paid_unheard(sandbox, waiting, outcome="failed")
    reconciled(work)
    assert standing(waiting) == Standing("PENDING", "PENDING", [("ORDER", "OPEN", 170_000)], [])


def test_the_provider_is_asked_seldom_and_not_for_ever(sandbox: Sandbox, work) -> None:
    waiting = held(minutes_left=9)
    booking.open_order(waiting.id, by=waiting.by)
    for after, so_often in [(0, 1), (1, 1), (3, 2), (120, 3), (150, 3), (190, 4), (4 * 24 * 60, 4)]:
        reconciled(work, timedelta(minutes=after))
        assert asked_about(sandbox) == so_often, f"after {after} minutes"


def test_a_hold_with_plenty_of_time_and_one_that_asked_nobody_are_left_alone(sandbox: Sandbox, work) -> None:
    long = held(minutes_left=30)
    booking.open_order(long.id, by=long.by)
    held(minutes_left=1)
    reconciled(work)
    assert asked_about(sandbox) == 0


def test_a_provider_that_is_away_is_asked_again_later(sandbox: Sandbox, work) -> None:
    waiting = held(minutes_left=9)
    paid_unheard(sandbox, waiting)
    sandbox.fault("razorpay", "html502")
    reconciled(work)
    assert standing(waiting).payment == "PENDING"
    reconciled(work, timedelta(minutes=3))
    assert standing(waiting) == PAID


def test_many_open_attempts_are_asked_about_in_one_go_by_several_at_once(sandbox: Sandbox) -> None:
    first = held(minutes_left=9)
    many = [first] + [held(beside=first, at=f"{hour}:00", minutes_left=9) for hour in range(11, 18)]
    for each in many:
        paid_unheard(sandbox, each)
    booking.reconcile()
    assert [standing(each) for each in many] == [PAID] * len(many)
    assert asked_about(sandbox) == len(many)


def test_a_provider_that_wants_peace_is_left_alone_until_the_next_time(sandbox: Sandbox) -> None:
    waiting = held(minutes_left=9)
    paid_unheard(sandbox, waiting)
    sandbox.fault("razorpay", "429")
    booking.reconcile()
    assert (standing(waiting).payment, asked_about(sandbox)) == ("PENDING", 1)
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        booking.reconcile()
    assert standing(waiting) == PAID


def test_an_attempt_that_is_gone_is_asked_about_by_nobody() -> None:
    reconciling.ask(1)
    with db.reading() as session:
        assert session.get(Attempt, 1) is None
