"""Asking the provider about money that nobody told us of: its webhooks may be off for a day (integrations.md 1.7)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import and_, func, or_, select, update

from mibo import clock, db, jobs
from mibo.booking.settling import LATE_MONEY, settle_payment
from mibo.integrations import razorpay
from mibo.integrations.http import ProviderError
from mibo.integrations.razorpay import ProviderPayment
from mibo.jobs import job
from mibo.payments import Attempt

BEFORE_THE_END = timedelta(minutes=10)
FRESH = timedelta(hours=1)
ASK_AGAIN, ASK_LATER = timedelta(minutes=2), timedelta(hours=1)
BATCH = 50

log = structlog.get_logger(__name__)


@job
def reconcile() -> None:
    """Ask the provider about money that we have not heard of: holds about to end, and those that ended lately."""
    now = clock.now()
    since_asked = or_(
        Attempt.asked_at.is_(None),
        and_(Attempt.expires_at > now - FRESH, Attempt.asked_at < now - ASK_AGAIN),
        Attempt.asked_at < now - ASK_LATER,
    )
    due = (
        select(Attempt.id)
        .where(
            Attempt.status.in_(("OPEN", "VOID")),
            Attempt.expires_at.between(now - LATE_MONEY, now + BEFORE_THE_END),
            func.coalesce(Attempt.provider_order_id, Attempt.provider_link_id).is_not(None),
            since_asked,
        )
        .order_by(Attempt.asked_at.nulls_first(), Attempt.expires_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    with db.transaction() as session:
        asked = update(Attempt).where(Attempt.id.in_(due)).values(asked_at=now).returning(Attempt.id)
        for attempt_id in session.scalars(asked).all():
            jobs.defer(ask, attempt_id)


@job
def ask(attempt_id: int) -> None:
    """Ask the provider how one attempt stands, and settle what it tells."""
    with db.transaction() as session:
        attempt = session.get(Attempt, attempt_id)
    if attempt is None:
        return
    db.between_steps()
    try:
        told = _tries(attempt)
    except ProviderError as error:
        log.warning("payments.not_answered", attempt=attempt_id, error=str(error))
        return
    for each in told:
        outcome = settle_payment(attempt_id, each)
        log.info("payments.asked", attempt=attempt_id, outcome=outcome)


def _tries(attempt: Attempt) -> Sequence[ProviderPayment]:
    """Every capture that the provider knows of this attempt; where there is none, the last failure."""
    if attempt.provider_link_id:
        paid = razorpay.settled_payment_of_link(attempt.provider_link_id)
        return [replace(paid, link_id=attempt.provider_link_id)] if paid else []
    tries = razorpay.order_payments(attempt.provider_order_id or "")
    captured = [each for each in tries if each.status == "captured"]
    return captured or tries[-1:]
