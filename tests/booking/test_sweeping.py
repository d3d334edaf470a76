"""Three days of the provider's list are held against our books."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Status, sweeping
from mibo.booking.sweeping import reconcile_now
from mibo.identity.permissions import Role
from mibo.integrations import razorpay
from mibo.payments import Attempt
from mibo.payments.heard import Mismatch, Reconciliation
from tests import make
from tests.booking.money import PAID, held, standing, told
from tests.booking.parked import paid, stray
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database", "sandbox")


def looked_through(work) -> Reconciliation:  # type: ignore[no-untyped-def]
    """Somebody asks for it, and it is done."""
    with db.transaction():
        run = reconcile_now(by=make.actor(make.staff(Role.MANAGER), Role.MANAGER))
    work()
    with db.reading() as session:
        return session.get_one(Reconciliation, run.id)


def waiting_for_a_person() -> list[tuple[str, str]]:
    with db.reading() as session:
        return [(each.reason, each.told_by) for each in session.scalars(select(Mismatch).order_by(Mismatch.id))]


def test_money_that_nobody_told_us_of_is_found_and_settled(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    by_order, by_link, lost = held(), held(kind="LINK"), held(kind="LINK")
    order = booking.open_order(by_order.id, by=by_order.by)
    link = booking.open_link(by_link.id, by=by_link.by)
    paid(sandbox, order_id=order.order_id)
    paid(sandbox, payment_link_id=link.link_id)
    # the answer that told us this link's id was lost
    with db.reading() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.payment_id == lost.appointment.payment_id)).one()
    until = clock.now() + timedelta(minutes=20)
    made = razorpay.open_link(f"mibo-{attempt.id}", 170_000, until, "x", callback_url="http://127.0.0.1/pay/return")
    paid(sandbox, payment_link_id=made.id)
    run = looked_through(work)
    assert (run.seen, run.found, run.parked, run.trouble, run.done_at is None) == (3, 3, 0, None, False)
    assert [standing(each).appointment for each in (by_order, by_link, lost)] == ["CONFIRMED"] * 3
    assert told(by_order) == ["booking_confirmed"]
    again = looked_through(work)
    assert (again.seen, again.found, again.parked) == (3, 0, 0)


def test_what_is_of_nobody_or_held_differently_waits_for_a_person_once(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    waiting = held()
    order = booking.open_order(waiting.id, by=waiting.by)
    good = paid(sandbox, order_id=order.order_id)
    booking.settle_payment(order.attempt_id, good, told_by="RECONCILER")
    stray(sandbox, paise=5_00)
    failed = razorpay.open_order("nobody-paid-this", 9_00, {})
    sandbox.pay(order_id=failed.id, outcome="failed")
    with db.transaction() as session:
        session.get_one(Attempt, order.attempt_id).paise = 160_000
    run = looked_through(work)
    assert (run.seen, run.found, run.parked) == (3, 0, 2)
    assert sorted(waiting_for_a_person()) == [("BOOKS_DIFFER", "RECONCILER"), ("NOT_OURS", "RECONCILER")]
    again = looked_through(work)
    assert (again.parked, len(waiting_for_a_person())) == (0, 2)


def test_what_was_given_back_at_the_provider_itself_waits_for_a_person(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    waiting = held()
    order = booking.open_order(waiting.id, by=waiting.by)
    payment = paid(sandbox, order_id=order.order_id)
    booking.settle_payment(order.attempt_id, payment, told_by="RECONCILER")
    sandbox.fault("razorpay", "drop_webhook", times=9)
    razorpay.refund(payment.id, 50_000, "on-their-dashboard", {})
    # and one that came and went before we heard of it
    unheard = held(beside=waiting, at="12:00")
    gone = paid(sandbox, order_id=booking.open_order(unheard.id, by=unheard.by).order_id)
    sandbox.fault("razorpay", "drop_webhook", times=9)
    razorpay.refund(gone.id, gone.paise, "all-of-it-there", {})
    run = looked_through(work)
    assert (run.seen, run.found, run.parked) == (2, 0, 2)
    assert sorted(waiting_for_a_person()) == [("GIVEN_BACK", "RECONCILER"), ("REFUND_NOT_OURS", "RECONCILER")]
    assert (standing(waiting), standing(unheard).payment) == (PAID, "PENDING")


def test_a_look_that_was_interrupted_goes_on_from_where_it_stood(sandbox: Sandbox, work, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(sweeping, "PAGE", 2)
    for n in range(5):
        stray(sandbox, paise=(n + 1) * 1_00, receipt=f"r{n}")
    sandbox.fault("razorpay", "500", times=1)
    run = looked_through(work)
    assert (run.done_at, run.seen) == (None, 0)
    assert run.trouble
    sweeping.reconcile_daily()
    work()
    with db.reading() as session:
        run = session.get_one(Reconciliation, run.id)
    assert (run.seen, run.parked, run.trouble, run.done_at is None) == (5, 5, None, False)


def test_the_day_has_one_look_after_four_in_the_morning(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    midnight, _ = clock.day_span(clock.today() + timedelta(days=1))
    for hour, so_many in [(3, 0), (4, 1), (9, 1), (23, 1), (24, 1), (29, 2)]:
        with time_machine.travel(midnight + timedelta(hours=hour, minutes=5)):
            sweeping.reconcile_daily()
            work()
        with db.reading() as session:
            assert len(session.scalars(select(Reconciliation)).all()) == so_many, hour


def test_money_found_late_for_a_time_that_is_taken_goes_back(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    late = held()
    paid(sandbox, order_id=booking.open_order(late.id, by=late.by).order_id)
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        booking.expire_holds()
        held(beside=late, status=Status.CONFIRMED)
        run = looked_through(work)
    assert (run.found, standing(late).refunds) == (1, [(170_000, "PAID_TOO_LATE")])
