"""What the provider tells of money becomes what it means for a booking: told by its webhook, by the returning browser,
or on our asking. However often and in whatever order it is told, it has one effect (R-PAY-12).
"""

from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import select

from mibo import clock, db, jobs, payments
from mibo.booking import actions, paying, rules, telling
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.booking.sending_back import settle_refund
from mibo.integrations import razorpay
from mibo.integrations.razorpay import Link, ProviderNews, ProviderPayment
from mibo.jobs import job
from mibo.payments import Attempt, ProviderEvent, RefundReason, Verdict

LEFT_TO_THE_BELL = timedelta(seconds=15)
LATE_MONEY = timedelta(days=3)  # so long after a failure the provider may still bring the money (integrations.md 0.6)
WAITING_BATCH = 200
BRINGS_MONEY = {"payment.captured", "order.paid", "payment_link.paid", "payment_link.partially_paid"}

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


@job
def settle(event_id: int) -> None:
    """Settle one thing that the provider told us; done once, however often it is asked for."""
    with db.transaction() as session:
        event = session.scalar(select(ProviderEvent).where(ProviderEvent.id == event_id).with_for_update())
        if event is None or event.settled_at:
            return
        event.outcome = _settle_news(razorpay.read_event(event.body.encode()), event_id)
        event.settled_at = clock.now()


@job
def settle_waiting() -> None:
    """Ring again for what the provider told us and nobody has settled yet."""
    now = clock.now()
    waiting = select(ProviderEvent.id).where(
        ProviderEvent.settled_at.is_(None), ProviderEvent.received_at.between(now - LATE_MONEY, now - LEFT_TO_THE_BELL)
    )
    with db.reading() as session:
        found = session.scalars(waiting.order_by(ProviderEvent.received_at).limit(WAITING_BATCH)).all()
    for event_id in found:
        jobs.ring(settle, event_id)


def settle_payment(attempt_id: int, told: ProviderPayment, *, made: Link | None = None) -> Outcome:
    """What a payment, as the provider tells it, means for its booking. Not for what a browser says: ask first.

    `made` is the link that it came by, which may be news too.
    """
    with db.transaction() as session:
        attempt = session.get_one(Attempt, attempt_id)
        appointment = _appointment_of(attempt)
        if made and made.reference == payments.reference(attempt_id):
            # the link was made, but the answer that told us its id was lost
            attempt.provider_link_id = attempt.provider_link_id or made.id
        verdict = payments.matches(payments.asked(attempt), told)
        if verdict is Verdict.PAID:
            return _take(appointment, attempt, told)
        if verdict is Verdict.FAILED:
            payments.record_failure(attempt, told.error_code or "FAILED")
            return Outcome.FAILED
        if verdict is Verdict.NOT_YET:
            return Outcome.WAITING
        if verdict is Verdict.GIVEN_BACK and payments.is_recorded(told.id):
            return Outcome.ALREADY
        log.error("payments.parked", attempt=attempt_id, verdict=verdict)
        return Outcome.PARKED


def _settle_news(news: ProviderNews, event_id: int) -> Outcome:
    if news.refund:
        return Outcome(settle_refund(news.refund))
    if news.payment is None:
        if news.event not in BRINGS_MONEY:
            return Outcome.NOTED
        log.error("payments.unreadable", event_id=event_id, kind=news.event)
        return Outcome.PARKED
    attempt = _attempt_of(news)
    if attempt is None:
        log.error("payments.of_nothing", event_id=event_id, kind=news.event)
        return Outcome.PARKED
    return settle_payment(attempt.id, news.payment, made=news.link)


def _attempt_of(news: ProviderNews) -> Attempt | None:
    assert news.payment
    link_id = news.link.id if news.link else news.payment.link_id
    attempt = payments.attempt_by_link(link_id) or payments.attempt_by_order(news.payment.order_id)
    return attempt or payments.attempt_by_reference(news.link.reference if news.link else None)


def _appointment_of(attempt: Attempt) -> Appointment:
    """Its appointment, locked: whoever else settles the same money waits here."""
    about = select(Appointment.id).where(Appointment.payment_id == attempt.payment_id)
    appointment = actions.locked(db.session().scalars(about).one())
    db.session().refresh(attempt)
    return appointment


def _take(appointment: Appointment, attempt: Attempt, told: ProviderPayment) -> Outcome:
    """The money is here, all of it, and for this: it takes its seat, or goes back."""
    if payments.is_recorded(told.id):
        return Outcome.ALREADY
    paid_at, ended = told.created_at or clock.now(), appointment.status == Status.EXPIRED
    if appointment.payment.status != "PENDING":
        payments.record_surplus(attempt, told.id, paid_at, RefundReason.PAID_TWICE)
        return Outcome.SURPLUS
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
