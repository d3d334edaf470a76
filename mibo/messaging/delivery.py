"""Delivering what was promised: claim it, call outside any transaction, record with a fence (integrations.md 5.1).

Redis only rings the bell; the row alone decides. Two workers that hear the same bell meet at the claim, and one loses.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update

from mibo import clock, db, jobs
from mibo.config import settings
from mibo.integrations.http import ProviderError
from mibo.messaging import channels, sealing
from mibo.messaging.models import ERROR_LENGTH, Message

LEASE = timedelta(seconds=60)  # longer than any call can take (integrations/http.py gives up after 28 s)
AT_ONCE = 8  # calls under way in one process
IN_A_ROW = 10
CARRY_FOR_S = 20.0  # then the worker's other jobs have their turn
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
def deliver_due() -> None:
    """Send all that is due, several at a time and for a while; for what is left then the bell is rung again.

    One that cannot be sent stops no other. Where the bell is out of order the clock does this itself.
    """
    until = monotonic() + CARRY_FOR_S
    while waiting := _how_many_wait():
        if monotonic() >= until:
            jobs.ring(deliver_due)
            return
        if not (_carry(1) if waiting == 1 else _carry_together(waiting)):
            return  # somebody else has them


def _carry_together(waiting: int) -> int:
    hands = min(waiting, AT_ONCE, settings().db_pool_size)
    with ThreadPoolExecutor(hands) as carriers:
        carried = [carriers.submit(_carry, IN_A_ROW) for _ in range(hands)]
    return sum(each.result() for each in carried)


def _how_many_wait() -> int:
    with db.reading() as session:
        return len(session.scalars(select(Message.id).where(_is_due()).limit(AT_ONCE)).all())


def _carry(most: int) -> int:
    """Some messages, one after the other, each claimed just before its call: a process that is killed leaves us unsure
    only of those whose calls were under way. Only some, so that more hands help when more has come. How many it were.
    """
    for count in range(most):
        with db.transaction() as session:
            message = session.scalar(_next_due())
            if message is None:
                return count
            claim = _claimed(message)
        if claim:
            _send_or_say(claim)
    return most


def _send_or_say(claim: Claim) -> None:
    try:
        _send(claim)
    except Exception as error:  # what nobody thought of: it stays claimed, ends unsure, and the next one leaves
        log.error("messages.failed", message=claim.message_id, exc_info=error)


def _next_due() -> Select[Message]:
    """The one that waits longest, locked; what another worker is about to take is left to it."""
    return select(Message).where(_is_due()).order_by(Message.next_at).limit(1).with_for_update(skip_locked=True)


def _is_due() -> ColumnElement[bool]:
    lapsed = and_(Message.status == "SENDING", Message.lease_until <= func.now())
    return and_(Message.next_at <= func.now(), or_(Message.status == "PENDING", lapsed))


def _claimed(message: Message) -> Claim | None:
    """Ours from the commit on; None where it is not to be sent any more."""
    if ending := _ending(message):
        message.status, message.last_error = ending
        message.sealed = None
        log.warning("messages.given_up", message=message.id, status=message.status, error=message.last_error)
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
    """Why it is not to be sent any more. What a dead worker may have sent stays unsure: whoever it matters to is tried
    another way.
    """
    if message.status == "SENDING":
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
