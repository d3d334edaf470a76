"""What the provider tells of money becomes what it means for a booking: told by its webhook, by the returning browser,
or on our asking. However often and in whatever order it is told, it has one effect (R-PAY-12).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from mibo import clock, db, payments
from mibo.booking import actions, paying, rules, telling
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.booking.sending_back import settle_refund
from mibo.integrations import razorpay
from mibo.integrations.razorpay import Link, ProviderNews, ProviderPayment, ProviderRefund
from mibo.jobs import JOB_TIMEOUT_S, job
from mibo.payments import Attempt, ProviderEvent, RefundReason, Verdict
from mibo.payments.rules import MismatchReason

LATE_MONEY = timedelta(days=3)  # so long after a failure the provider may still bring the money (integrations.md 0.6)
WAITING_BATCH = 200
LONGEST_S = JOB_TIMEOUT_S // 2
BRINGS_MONEY = {"payment.captured", "order.paid", "payment_link.paid", "payment_link.partially_paid"}
REASONS = {
    Verdict.WRONG_ORDER: MismatchReason.WRONG_ORDER,
    Verdict.WRONG_AMOUNT: MismatchReason.WRONG_AMOUNT,
    Verdict.WRONG_CURRENCY: MismatchReason.WRONG_CURRENCY,
    Verdict.GIVEN_BACK: MismatchReason.GIVEN_BACK,
}

log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What became of news of money."""

    CONFIRMED = "CONFIRMED"
    RESEATED = "RESEATED"
    ALREADY = "ALREADY"
    SURPLUS = "SURPLUS"
    TOO_LATE = "TOO_LATE"
    WAITING = "WAITING"
    FAILED = "FAILED"
    PARKED = "PARKED"
    NOTED = "NOTED"


BROUGHT = frozenset({Outcome.CONFIRMED, Outcome.RESEATED, Outcome.SURPLUS, Outcome.TOO_LATE})


@job
def settle(event_id: int) -> None:
    """Settle one thing that the provider told us; done once, however often it is asked for.

    One that somebody settles at this moment is left to them.
    """
    with db.transaction() as session:
        wanted = select(ProviderEvent).where(ProviderEvent.id == event_id, ProviderEvent.settled_at.is_(None))
        event = session.scalar(wanted.with_for_update(skip_locked=True))
        if event is None:
            return
        event.outcome, event.attempt_id = _settle_news(razorpay.read_event(event.body.encode()), event_id)
        event.settled_at = clock.now()


def settle_once_more(event_id: int) -> Outcome:
    """Read an event again that could not be read: Mibo may have learned its language meanwhile."""
    with db.transaction() as session:
        event = session.get_one(ProviderEvent, event_id, with_for_update=True)
        outcome, event.attempt_id = _settle_news(razorpay.read_event(event.body.encode()), event_id)
        event.outcome = outcome
        return outcome


@job
def settle_waiting() -> None:
    """Settle all that the provider told us and nobody has settled yet: the bell rings for it, and the timetable.

    Each in a transaction of its own, so that whoever else wants the same booking waits for no other. One that cannot be
    settled stops none of the others, and is tried again at the next ring.
    """
    until, after = monotonic() + LONGEST_S, 0
    while monotonic() < until and (found := _waiting(after)):
        for event_id in found:
            try:
                settle(event_id)
            except DBAPIError as error:
                log.error("payments.not_settled", event_id=event_id, kind=type(error).__name__)
        after = found[-1]


def _waiting(after: int) -> Sequence[int]:
    """What still waits, in the order in which it was told."""
    waiting = select(ProviderEvent.id).where(
        ProviderEvent.settled_at.is_(None), ProviderEvent.id > after, ProviderEvent.received_at > clock.now() - LATE_MONEY,
    )  # fmt: skip
    with db.reading() as session:
        return session.scalars(waiting.order_by(ProviderEvent.id).limit(WAITING_BATCH)).all()


def settle_payment(
    attempt_id: int, told: ProviderPayment, *, told_by: str, made: Link | None = None, receipt: str | None = None,
    event_id: int | None = None,
) -> Outcome:  # fmt: skip
    """What a payment, as the provider tells it, means for its booking. Not for what a browser says: ask first.

    `made` is the link that it came by and `receipt` what its order is called, which may be news too. What does not match
    waits for a person.
    """
    with db.transaction() as session:
        attempt = session.get_one(Attempt, attempt_id)
        appointment = _appointment_of(attempt)
        if made and made.reference == payments.reference(attempt_id):
            # the link was made, but the answer that told us its id was lost
            attempt.provider_link_id = attempt.provider_link_id or made.id
        if receipt == payments.reference(attempt_id):
            told = _of_our_order(attempt, told)
        verdict = payments.matches(payments.asked(attempt), told)
        if verdict is Verdict.PAID:
            return take_money(appointment, attempt, told)
        if verdict is Verdict.FAILED:
            payments.record_failure(attempt, told.error_code or "FAILED")
            return Outcome.FAILED
        if verdict is Verdict.NOT_YET:
            return Outcome.WAITING
        if payments.is_recorded(told.id):
            return Outcome.ALREADY
        payments.parking.park_payment(told, REASONS[verdict], told_by=told_by, attempt_id=attempt_id, event_id=event_id)
        return Outcome.PARKED


def _of_our_order(attempt: Attempt, told: ProviderPayment) -> ProviderPayment:
    """The provider's order carries our reference: it is the attempt's own, or that of its link."""
    if attempt.kind == "ORDER":
        attempt.provider_order_id = attempt.provider_order_id or told.order_id
        return told
    return replace(told, link_id=attempt.provider_link_id or told.link_id)


def _settle_news(news: ProviderNews, event_id: int) -> tuple[Outcome, int | None]:
    """What became of it, and which attempt it is about."""
    if news.refund:
        outcome = hear_of_refund(news.refund, told_by="WEBHOOK", event_id=event_id)
        return outcome, payments.attempt_by_payment(news.refund.payment_id)
    if news.payment is None:
        attempt = payments.attempt_by_link(news.link.id) if news.link else None
        about = attempt.id if attempt else None
        if news.event not in BRINGS_MONEY:
            return Outcome.NOTED, about
        payments.parking.park_event(event_id)
        return Outcome.PARKED, about
    attempt = attempt_of(news.payment, news.link, news.receipt)
    if attempt:
        outcome = settle_payment(
            attempt.id, news.payment, told_by="WEBHOOK", made=news.link, receipt=news.receipt, event_id=event_id
        )
        return outcome, attempt.id
    return _of_nothing(news.payment, event_id), None


def hear_of_refund(told: ProviderRefund, *, told_by: str, event_id: int | None = None) -> Outcome:
    """News of money that goes back. Where we did not ask for it, or it does not fit what we asked, a person says why."""
    with db.transaction():
        outcome = Outcome(settle_refund(told))
        if outcome is not Outcome.PARKED:
            return outcome
        if told.status == "failed":
            return Outcome.NOTED
        paid = payments.attempt_by_payment(told.payment_id)
        payments.parking.park_refund(told, told_by=told_by, attempt_id=paid, event_id=event_id)
        return Outcome.PARKED


def _of_nothing(told: ProviderPayment, event_id: int) -> Outcome:
    """News of a payment that we never asked for: where money came, a person says what it is."""
    if told.status not in ("captured", "refunded"):
        return Outcome.NOTED
    if payments.is_recorded(told.id):
        return Outcome.ALREADY
    payments.parking.park_payment(told, MismatchReason.NOT_OURS, told_by="WEBHOOK", event_id=event_id)
    return Outcome.PARKED


def attempt_of(told: ProviderPayment, link: Link | None = None, receipt: str | None = None) -> Attempt | None:
    """The attempt that a payment is about: by its link, its order, or the reference that we gave either."""
    link_id = link.id if link else told.link_id
    attempt = payments.attempt_by_link(link_id) or payments.attempt_by_order(told.order_id)
    return attempt or payments.attempt_by_reference(link.reference if link else receipt)


def _appointment_of(attempt: Attempt) -> Appointment:
    """Its appointment, locked: whoever else settles the same money waits here."""
    about = select(Appointment.id).where(Appointment.payment_id == attempt.payment_id)
    appointment = actions.locked(db.session().scalars(about).one())
    db.session().refresh(attempt)
    return appointment


def take_money(appointment: Appointment, attempt: Attempt, told: ProviderPayment) -> Outcome:
    """The money is here, all of it, and for this: it takes its seat, or goes back."""
    if payments.is_recorded(told.id):
        return Outcome.ALREADY
    paid_at, ended = told.created_at or clock.now(), appointment.status == Status.EXPIRED
    if appointment.payment.status != "PENDING":
        payments.parking.settle_mismatches(told.id)
        payments.record_surplus(attempt, told.id, paid_at, RefundReason.PAID_TWICE)
        return Outcome.SURPLUS
    payments.parking.settle_mismatches(told.id)
    if _is_past(appointment) or not paying.take_seat(appointment, by=None, reason=_reason(ended)):
        return _give_back(appointment, attempt, told, paid_at)
    payments.record_paid(attempt, told.id, "ONLINE", paid_at)
    return Outcome.RESEATED if ended else Outcome.CONFIRMED


def _is_past(appointment: Appointment) -> bool:
    """Money that came so late that the time itself is gone."""
    now = clock.now()
    waits = appointment.status in (Status.PENDING, Status.EXPIRED)
    live = rules.is_live_hold(appointment.status, appointment.held_until, now)
    return waits and not live and appointment.starts_at <= now


def _reason(ended: bool) -> str:
    return "Paid after the hold ended; the time was still free" if ended else "Paid online"


def _give_back(appointment: Appointment, attempt: Attempt, told: ProviderPayment, paid_at: datetime) -> Outcome:
    cancelled = appointment.status == Status.CANCELLED
    reason = RefundReason.PAID_AFTER_CANCELLATION if cancelled else RefundReason.PAID_TOO_LATE
    telling.late_payment_refund(appointment, payments.record_surplus(attempt, told.id, paid_at, reason))
    return Outcome.TOO_LATE
