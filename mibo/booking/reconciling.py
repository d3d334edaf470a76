"""Asking the provider about money that nobody told us of: its webhooks may be off for a day (integrations.md 1.7).

Here is asked about each attempt that is open; the list of all that was paid is gone through in `sweeping`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic

import structlog
from sqlalchemy import Select, and_, func, or_, select, update

from mibo import clock, db
from mibo.booking.settling import LATE_MONEY, settle_payment
from mibo.integrations import razorpay
from mibo.integrations.http import ProviderError
from mibo.integrations.razorpay import ProviderPayment
from mibo.jobs import JOB_TIMEOUT_S, job
from mibo.payments import Attempt

BEFORE_THE_END = timedelta(minutes=10)
FRESH = timedelta(hours=1)
ASK_AGAIN, ASK_LATER = timedelta(minutes=2), timedelta(hours=1)
AT_ONCE = 8  # questions under way: the provider's limits are not known, and one process has so many to spare
BATCH = 40 * AT_ONCE
TOO_MANY = 429
LONGEST_S = JOB_TIMEOUT_S * 2 // 3

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """An attempt that the provider is asked about."""

    id: int
    order_id: str | None
    link_id: str | None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the provider told of it; None where it did not answer."""

    attempt_id: int
    told: Sequence[ProviderPayment] | None


@job
def reconcile() -> None:
    """Ask the provider about money that we have not heard of: holds about to end, and those that ended lately.

    What is due is asked about in batches, several at once, until none is left or the time of a job is nearly over.
    """
    until = monotonic() + LONGEST_S
    while monotonic() < until and (due := _claim()):
        answers = _answers(due)
        for answer in answers:
            _settle(answer)
        if sum(answer.told is None for answer in answers) > len(due) // 2:
            return  # the provider is away or wants peace: the next tick asks again


def ask(attempt_id: int) -> None:
    """Ask the provider how one attempt stands, due or not, and settle what it tells."""
    with db.reading() as session:
        row = session.execute(_ids().where(Attempt.id == attempt_id)).first()
    for answer in _ask([_Asked(*row)]) if row else ():
        _settle(answer)


def _settle(answer: _Answer) -> None:
    for each in answer.told or ():
        outcome = settle_payment(answer.attempt_id, each, told_by="RECONCILER")
        log.info("payments.asked", attempt=answer.attempt_id, outcome=outcome)


def _ids() -> Select[int, str | None, str | None]:
    return select(Attempt.id, Attempt.provider_order_id, Attempt.provider_link_id)


def _claim() -> Sequence[_Asked]:
    """The attempts that are due, noted as asked about, so that no other worker asks too."""
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
    asked = update(Attempt).where(Attempt.id.in_(due)).values(asked_at=now)
    with db.transaction() as session:
        rows = session.execute(asked.returning(Attempt.id, Attempt.provider_order_id, Attempt.provider_link_id)).all()
    return [_Asked(*row) for row in rows]


def _answers(due: Sequence[_Asked]) -> list[_Answer]:
    """What the provider tells of each, asked by several threads that do nothing else; nothing is locked meanwhile."""
    db.between_steps()
    shares = [due[n::AT_ONCE] for n in range(AT_ONCE) if due[n::AT_ONCE]]
    with ThreadPoolExecutor(len(shares)) as pool:
        return [answer for share in pool.map(_ask, shares) for answer in share]


def _ask(share: Sequence[_Asked]) -> list[_Answer]:
    """One thread's share, over one connection. Only those with news, and those that were not answered."""
    answers: list[_Answer] = []
    with razorpay.conversation():
        for number, one in enumerate(share):
            try:
                told = _tries(one)
            except ProviderError as error:
                log.warning("payments.not_answered", attempt=one.id, error=str(error))
                if error.status == TOO_MANY:
                    return answers + [_Answer(each.id, None) for each in share[number:]]
                answers.append(_Answer(one.id, None))
            else:
                if told:
                    answers.append(_Answer(one.id, told))
    return answers


def _tries(one: _Asked) -> Sequence[ProviderPayment]:
    """Every capture that the provider knows of this attempt; where there is none, the last failure."""
    if one.link_id:
        paid = razorpay.settled_payment_of_link(one.link_id)
        return [replace(paid, link_id=one.link_id)] if paid else []
    tries = razorpay.order_payments(one.order_id or "")
    captured = [each for each in tries if each.status == "captured"]
    return captured or tries[-1:]
