"""Whether the provider still tells us of money: its webhooks are switched off after a day of failures, and nobody says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select

from mibo import clock, db
from mibo.jobs import job
from mibo.payments import Attempt, ProviderEvent

LATE = timedelta(minutes=5)  # webhooks come within seconds; so long after a payment one has surely failed once
CLOCKS_APART = timedelta(minutes=1)  # the provider's and ours
QUIET = timedelta(hours=6)
OPENED = 3  # so many payments were asked for meanwhile, the last of them an hour ago
TO_BE_PAID = timedelta(hours=1)
LOOKED_AT = 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Silence:
    """No webhook since then (or never), though somebody has paid, or ought to have been told of."""

    since: datetime | None
    paid_at: datetime | None


def silence() -> Silence | None:
    """What is known of a provider that has gone silent; None while it tells, or there is nothing to tell."""
    now = clock.now()
    heard = db.session().scalar(
        select(ProviderEvent.received_at)
        .where(ProviderEvent.provider == "razorpay")
        .order_by(ProviderEvent.id.desc())
        .limit(1)
    )
    paid = _paid_lately()
    if paid and paid < now - LATE and (heard is None or heard < paid - CLOCKS_APART):
        return Silence(heard, paid)
    opened = _opened_lately()
    unheard = opened is not None and (heard is None or heard < opened)
    if unheard and opened and opened < now - TO_BE_PAID and (heard is None or heard < now - QUIET):
        return Silence(heard, None)
    return None


def _paid_lately() -> datetime | None:
    """When the last of the newest payments was paid at the provider. Found by walking back from the newest attempt."""
    online = (
        select(Attempt.paid_at)
        .where(Attempt.provider_payment_id.is_not(None), Attempt.paid_at.is_not(None))
        .order_by(Attempt.id.desc())
        .limit(LOOKED_AT)
    )
    return max(filter(None, db.session().scalars(online)), default=None)


def _opened_lately() -> datetime | None:
    """When the last but two of the orders and links was made."""
    asked = or_(Attempt.provider_order_id.is_not(None), Attempt.provider_link_id.is_not(None))
    wanted = select(Attempt.created_at).where(asked).order_by(Attempt.id.desc()).offset(OPENED - 1).limit(1)
    return db.session().scalar(wanted)


@job
def listen() -> None:
    """Say in the log that the provider has gone silent, as long as it is."""
    with db.reading():
        found = silence()
    if found:
        log.error("payments.webhooks_silent", since=str(found.since or "never"), paid_at=str(found.paid_at or ""))
