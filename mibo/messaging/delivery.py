"""Delivering what was promised: claim it, call outside any transaction, record with a fence (integrations.md 5.1).

Redis only rings the bell; the row alone decides. Two workers that hear the same bell meet at the claim, and one loses.
"""

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import takewhile
from time import monotonic

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from mibo import clock, db, jobs
from mibo.integrations.http import ProviderError
from mibo.messaging import channels, sealing
from mibo.messaging.models import ERROR_LENGTH, Message
from mibo.messaging.wording import HARMLESS_TWICE

LEASE = timedelta(seconds=60)  # longer than any call can take (integrations/http.py gives up after 28 s)
RUNG_FOR = timedelta(seconds=30)  # how long a bell that was rung is left alone
RING_AT_ONCE = 200
CARRY_FOR_S = 10.0
MOST_ATTEMPTS = 8
FIRST_WAIT_S = 10.0
LONGEST_WAIT_S = 900.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claim:
    """A message that this worker alone may send now, as its `attempt`-th try."""

    message_id: int
    attempt: int
    letter: channels.Letter
    sealed: bytes | None


@jobs.job
def deliver(message_id: int) -> None:
    """Send a message, unless it has left, is not due, is being sent, or is no longer worth sending."""
    with db.transaction():
        claim = _claim(message_id)
    if claim:
        _send(claim)


@jobs.job
def ring_due() -> None:
    """Ring for every message that is due and not rung for; where the bell is out of order, carry some by hand."""
    with db.transaction() as session:
        due = session.scalars(
            select(Message.id)
            .where(_is_due(), or_(Message.queued_until.is_(None), Message.queued_until <= func.now()))
            .order_by(Message.next_at)
            .limit(RING_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        # the bell first: were it noted first, a broken bell would leave the message waiting for nothing
        rung = list(takewhile(lambda message_id: jobs.ring(deliver, message_id), due))
        session.execute(update(Message).where(Message.id.in_(rung)).values(queued_until=func.now() + RUNG_FOR))
    until = monotonic() + CARRY_FOR_S
    for message_id in takewhile(lambda _: monotonic() < until, due[len(rung) :]):
        deliver(message_id)


def _is_due() -> ColumnElement[bool]:
    lapsed = and_(Message.status == "SENDING", Message.lease_until <= func.now())
    return and_(Message.next_at <= func.now(), or_(Message.status == "PENDING", lapsed))


def _claim(message_id: int) -> Claim | None:
    message = db.session().scalar(select(Message).where(Message.id == message_id, _is_due()).with_for_update())
    if message is None:
        return None
    if ending := _ending(message):
        message.status, message.last_error = ending
        message.sealed = None
        log.warning("messages.given_up", message=message_id, status=message.status, error=message.last_error)
        return None
    message.status = "SENDING"
    message.attempts += 1
    message.lease_until = clock.now() + LEASE
    message.tried_at = message.tried_at or clock.now()
    values = {name: str(value) for name, value in message.body.items()}
    letter = channels.Letter(
        message.id, message.channel, message.template, message.phone, message.email, message.name, message.language,
        values, message.link, message.dedupe_key,
    )  # fmt: skip
    return Claim(message.id, message.attempts, letter, message.sealed)


def _ending(message: Message) -> tuple[str, str] | None:
    """Why it is not to be sent any more. What a dead worker may have sent stays unsure, unless twice does no harm."""
    if message.status == "SENDING" and message.template not in HARMLESS_TWICE:
        return "UNKNOWN", "WORKER_GONE"
    if message.not_after is not None and message.not_after <= clock.now():
        return "DROPPED", "TOO_LATE"
    if message.attempts >= MOST_ATTEMPTS:
        return "FAILED", "TOO_MANY_ATTEMPTS"
    return None


def _send(claim: Claim) -> None:
    db.between_steps()
    try:
        secret = sealing.unseal(claim.sealed) if claim.sealed else {}
        link = secret.pop(sealing.LINK, claim.letter.link)
        letter = replace(claim.letter, values=claim.letter.values | secret, link=link)
        provider_id = channels.hand_over(letter)
    except InvalidToken:
        _record_trouble(claim, "FAILED", "SECRET_KEY_CHANGED")
    except ProviderError as error:
        _record_error(claim, error)
    else:
        _record_sent(claim, provider_id)


def _record_sent(claim: Claim, provider_id: str) -> None:
    """Fenced by the attempt; news from the provider may have come before, and its word stands."""
    unsure = Message.status.in_(("SENDING", "UNKNOWN"))
    with db.transaction() as session:
        session.execute(
            update(Message)
            .where(Message.id == claim.message_id, Message.attempts == claim.attempt)
            .values(
                status=case((unsure, "SENT"), else_=Message.status),
                provider_id=provider_id,
                sent_at=func.coalesce(Message.sent_at, func.now()),
                lease_until=None,
                last_error=None,
                sealed=None,
            )
        )
    log.info(
        "messages.sent",
        message=claim.message_id,
        template=claim.letter.template,
        channel=claim.letter.channel,
        attempt=claim.attempt,
    )


def _record_error(claim: Claim, error: ProviderError) -> None:
    if error.kind == "unknown":
        _record_trouble(claim, "UNKNOWN", str(error))
    elif error.kind == "refused" or claim.attempt >= MOST_ATTEMPTS:
        _record_trouble(claim, "FAILED", str(error))
    else:
        _put_back(claim, error)


def _record_trouble(claim: Claim, status: str, error: str) -> None:
    log.warning("messages.trouble", message=claim.message_id, status=status, error=error, attempt=claim.attempt)
    with db.transaction() as session:
        session.execute(
            update(Message)
            .where(*_fence(claim))
            .values(status=status, last_error=error[:ERROR_LENGTH], lease_until=None, sealed=None)
        )


def _put_back(claim: Claim, error: ProviderError) -> None:
    wait = seconds_to_wait(claim.attempt, error.retry_after, random.random())  # noqa: S311  (spreads, hides nothing)
    with db.transaction() as session:
        session.execute(
            update(Message)
            .where(*_fence(claim))
            .values(
                status="PENDING",
                next_at=func.now() + timedelta(seconds=wait),
                queued_until=None,
                lease_until=None,
                last_error=str(error)[:ERROR_LENGTH],
            )
        )


def _fence(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """True only while the claim is still ours: who slept through a lease must not speak for the next one."""
    return (Message.id == claim.message_id, Message.status == "SENDING", Message.attempts == claim.attempt)


def seconds_to_wait(attempt: int, asked: float | None, chance: float) -> float:
    """Twice as long after each attempt, spread so that they do not come back all at once; longer if asked to."""
    backoff = min(FIRST_WAIT_S * 2.0 ** (attempt - 1), LONGEST_WAIT_S)
    return max(backoff * (0.75 + chance / 2), asked or 0.0)
