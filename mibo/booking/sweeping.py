"""Once a day, and when somebody asks: all that the provider was paid in three days is held against our books.

It finds money that nobody told us of, money that we hold differently, and what was given back at the provider itself.
Each look is a row that remembers how far it has come, so that one that was interrupted goes on from there.
"""

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from mibo import audit, clock, db, jobs, payments
from mibo.booking import comparing, mismatches, settling
from mibo.booking.settling import LATE_MONEY, Outcome
from mibo.identity import Actor
from mibo.integrations import razorpay
from mibo.integrations.http import ProviderError
from mibo.integrations.razorpay import ProviderPayment
from mibo.jobs import JOB_TIMEOUT_S, job
from mibo.payments import heard
from mibo.payments.rules import MismatchReason

BACK = LATE_MONEY
OVERLAP = timedelta(hours=1)  # the days before end where this look began, and no minute lies between
STARTS_AT_HOUR = 4
PAGE = 100
LEASE = timedelta(seconds=JOB_TIMEOUT_S)
LONGEST_S = JOB_TIMEOUT_S * 2 // 3
TROUBLE_LENGTH = 200

log = structlog.get_logger(__name__)


@job
def reconcile_daily() -> None:
    """Begin the day's look, once the night is nearly over; go on with one that was interrupted."""
    now = clock.now()
    day = clock.clinic_day(now)
    with db.transaction() as session:
        if clock.local(now).hour >= STARTS_AT_HOUR:
            session.execute(_begin(on_day=day))
        for run_id in session.scalars(
            _unfinished().where(func.coalesce(heard.Reconciliation.leased_until, now) <= now)
        ):
            jobs.defer(go_through, run_id)


def reconcile_now(*, by: Actor) -> heard.Reconciliation:
    """Somebody wants all of the last three days looked through now; one that is under way is theirs too."""
    session = db.session()
    begun = session.scalar(_begin(asked_by=by.account_id))
    run = session.scalars(select(heard.Reconciliation).where(heard.Reconciliation.done_at.is_(None))).one()
    if begun is not None:
        audit.record("reconciliation.asked", run.id, by=by.account_id)
    jobs.defer(go_through, run.id)
    return run


def looks(limit: int = 3) -> Sequence[heard.Reconciliation]:
    """The latest looks, newest first."""
    return (
        db.session().scalars(select(heard.Reconciliation).order_by(heard.Reconciliation.id.desc()).limit(limit)).all()
    )


def _begin(**whose: Any) -> Any:
    """A new look, unless one is under way, or the day has had its own."""
    now = clock.now()
    values = {"since": now - BACK - OVERLAP, "until": now, **whose}
    return insert(heard.Reconciliation).values(**values).on_conflict_do_nothing().returning(heard.Reconciliation.id)


def _unfinished() -> Any:
    return select(heard.Reconciliation.id).where(heard.Reconciliation.done_at.is_(None))


@job
def go_through(run_id: int) -> None:
    """Go through the provider's list from where this look stands. What takes longer than a job may is gone on with."""
    if not _lease(run_id):
        return
    until = monotonic() + LONGEST_S
    while (more := _page(run_id)) and monotonic() < until:
        pass
    if more:
        jobs.ring(go_through, run_id)


def _lease(run_id: int) -> bool:
    """Whether it is ours to go on with: it is not finished, and nobody else is at it."""
    now = clock.now()
    mine = update(heard.Reconciliation).where(
        heard.Reconciliation.id == run_id, heard.Reconciliation.done_at.is_(None),
        func.coalesce(heard.Reconciliation.leased_until, now) <= now,
    )  # fmt: skip
    with db.transaction() as session:
        return bool(session.scalar(mine.values(leased_until=now + LEASE).returning(heard.Reconciliation.id)))


def _page(run_id: int) -> bool:
    """Hold the next page against our books, and note how far it is. Whether there is more."""
    with db.transaction() as session:
        run = session.get_one(heard.Reconciliation, run_id)
    db.between_steps()
    try:
        listed = razorpay.payments_between(run.since, run.until, skip=run.seen, count=PAGE)
        outcomes = _held_against_books([one for one in listed if one])
    except ProviderError as error:
        log.warning("payments.not_answered", reconciliation=run_id, error=str(error))
        _note(run_id, trouble=str(error)[:TROUBLE_LENGTH], leased_until=None)
        return False
    found = sum(each in settling.BROUGHT for each in outcomes)
    over = len(listed) < PAGE
    _note(
        run_id, seen=run.seen + len(listed), found=run.found + found, parked=_parked_since(run), trouble=None,
        done_at=clock.now() if over else None, leased_until=None if over else clock.now() + LEASE,
    )  # fmt: skip
    if over:
        log.info("payments.reconciled", reconciliation=run_id, seen=run.seen + len(listed), found=run.found + found)
    return not over


def _parked_since(run: heard.Reconciliation) -> Any:
    """How much was found not to match, and had not been before."""
    found = heard.Mismatch.told_by == "RECONCILER", heard.Mismatch.opened_at >= run.opened_at
    return select(func.count()).select_from(heard.Mismatch).where(*found).scalar_subquery()


def _note(run_id: int, **values: Any) -> None:
    with db.transaction() as session:
        session.execute(update(heard.Reconciliation).where(heard.Reconciliation.id == run_id).values(**values))


def _held_against_books(listed: Sequence[ProviderPayment]) -> list[Outcome]:
    """What each payment of a page comes to; most are in our books as they are in the provider's. Raises ProviderError."""
    with db.transaction():
        books = comparing.books_of([one.id for one in listed])
    return [_compare(one, books.get(one.id)) for one in listed]


def _compare(told: ProviderPayment, held: comparing.HeldMoney | None) -> Outcome:
    if held is None:
        return _unheard(told) if told.status in ("captured", "refunded") else Outcome.NOTED
    if comparing.differs(told, held):
        with db.transaction():
            payments.parking.park_payment(
                told, MismatchReason.BOOKS_DIFFER, told_by="RECONCILER", attempt_id=held.attempt_id
            )  # fmt: skip
        return Outcome.PARKED
    if told.refunded_paise > held.back_paise:
        return _given_back_elsewhere(told, held)
    return Outcome.ALREADY


def _unheard(told: ProviderPayment) -> Outcome:
    """Money that nobody told us of goes through the machine that all money goes through."""
    with db.transaction():
        attempt = settling.attempt_of(told)
    found = None if attempt else mismatches.trace(told)
    if found:
        with db.transaction():
            attempt = settling.attempt_of(found.told, found.link, found.receipt)
    if attempt:
        link, receipt = (found.link, found.receipt) if found else (None, None)
        return settling.settle_payment(
            attempt.id, found.told if found else told, told_by="RECONCILER", made=link, receipt=receipt
        )
    if told.status == "refunded":
        return Outcome.NOTED  # of no booking of ours, and nothing of it is left
    with db.transaction():
        payments.parking.park_payment(told, MismatchReason.NOT_OURS, told_by="RECONCILER")
    return Outcome.PARKED


def _given_back_elsewhere(told: ProviderPayment, held: comparing.HeldMoney) -> Outcome:
    """More went back than we sent: each refund that is not ours waits for a person."""
    outcome = Outcome.ALREADY
    for refund in razorpay.refunds(told.id):
        if refund.status != "failed" and settling.hear_of_refund(refund, told_by="RECONCILER") == Outcome.PARKED:
            outcome = Outcome.PARKED
    return outcome
