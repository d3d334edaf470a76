"""What becomes of a refund that stands: decided, sent, handed over, done. The payment is locked by whoever calls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from mibo import audit, clock, db
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.payments import actions, drawers
from mibo.payments.models import FAILURE_LENGTH, REFUND_REFERENCE_LENGTH, Attempt, Payment, Refund
from mibo.payments.receipts import issue_credit_note
from mibo.payments.refund_rules import (
    RefundNotAllowed,
    RefundState,
    after_news,
    check_may_decline,
    check_may_hand_over,
    check_may_take_back,
    check_step,
    wait_after,
)
from mibo.payments.rules import DESK_METHODS, refuse_card_number
from mibo.payments.two_records import has_paid_registration
from mibo.people import Patient

UPI_TAKEN = "This UPI reference was used for another refund. Please check it."


@dataclass(frozen=True)
class InHand:
    """A refund with its payment, both locked, and the attempt by which the money came."""

    refund: Refund
    payment: Payment
    attempt: Attempt


def refund_locked(refund_id: int) -> InHand:
    """A refund as it stands; nobody changes it, its payment or its patient until the transaction ends. Raises Missing."""
    session = db.session()
    payment_id = session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    if payment_id is None:
        raise Missing("We could not find that refund.")
    payment = actions.locked(payment_id)
    fresh = select(Refund).where(Refund.id == refund_id).with_for_update().execution_options(populate_existing=True)
    refund = session.scalars(fresh).one()
    return InHand(refund, payment, session.get_one(Attempt, refund.attempt_id))


def assign(refund: Refund, to: int | None, *, by: Actor) -> None:
    """Whose it is to see to."""
    if refund.assigned_to != to:
        refund.assigned_to = to
        _note("assigned", refund, by, to=to)


def approve(held: InHand, way: str, *, by: Actor, wait_s: int = 0) -> None:
    """It goes back: by the provider after `wait_s` seconds, or at the desk (R-PAY-14). Raises RefundNotAllowed."""
    refund = held.refund
    check_step(refund.status, RefundState.APPROVED)
    if refund.status == RefundState.FAILED:
        raise RefundNotAllowed("This refund could not be sent. Try it again instead.")
    if way == "PROVIDER" and not held.attempt.provider_payment_id:
        raise RefundNotAllowed("This was not paid online, so it goes back at the desk.")
    refund.status, refund.way = RefundState.APPROVED, way
    refund.decided_by, refund.decided_at = by.account_id, clock.now()
    refund.assigned_to = refund.assigned_to or by.account_id
    refund.next_try_at = clock.now() + timedelta(seconds=wait_s) if way == "PROVIDER" else None
    _note("approved", refund, by, way=way)


def lessen(held: InHand, paise: int, *, by: Actor) -> None:
    """So much of what waits to be decided has gone back already by another refund. Raises RefundNotAllowed."""
    refund = held.refund
    if refund.status != RefundState.REQUESTED or not 0 < paise < refund.paise:
        raise RefundNotAllowed("This refund cannot be made smaller.")
    refund.paise -= paise
    _note("lessened", refund, by, paise=paise)


def take_back_approval(held: InHand, *, by: Actor) -> None:
    """Not approved after all, as long as the provider has not been asked. Raises RefundNotAllowed."""
    refund = held.refund
    check_may_take_back(refund.status, refund.tries)
    refund.status, refund.way, refund.next_try_at = RefundState.REQUESTED, None, None
    refund.decided_by = refund.decided_at = None
    _note("approval_undone", refund, by)


def decline(held: InHand, reason: str, *, by: Actor) -> None:
    """It does not go back, and why. Raises RefundNotAllowed."""
    refund = held.refund
    check_may_decline(refund.status, refund.reason)
    refund.status, refund.decided_reason = RefundState.DECLINED, reason
    refund.decided_by, refund.decided_at = by.account_id, clock.now()
    _note("declined", refund, by)


def retry(held: InHand, *, by: Actor) -> None:
    """Ask the provider once more, now: after it refused, or while it does not answer. Raises RefundNotAllowed.

    Where the provider said that its refund has failed, another one is asked for; else the same.
    """
    refund = held.refund
    if refund.status == RefundState.FAILED:
        if not held.attempt.provider_payment_id:
            raise RefundNotAllowed("This was not paid online, so it goes back at the desk.")
        if refund.provider_refund_id:
            refund.round, refund.provider_refund_id = refund.round + 1, None
        refund.status, refund.way, refund.failed_at = RefundState.APPROVED, "PROVIDER", None
    elif refund.status != RefundState.APPROVED or refund.way != "PROVIDER":
        check_step(refund.status, RefundState.APPROVED)
        raise RefundNotAllowed("This refund has not been sent yet, so there is nothing to try again.")
    refund.next_try_at = clock.now()
    _note("retried", refund, by, round=refund.round)


def hand_over(held: InHand, method: str, reference: str | None, *, by: Actor, centre_id: int | None) -> None:
    """The money was given back at the desk: in cash, to a card or by UPI, with its number, out of the open drawer of
    who does it. Raises RefundNotAllowed, Invalid, DrawerClosed.
    """
    refund = held.refund
    check_may_hand_over(refund.status, refund.way)
    if method not in DESK_METHODS:
        raise Invalid.field("method", "Choose cash, card or UPI.")
    refuse_card_number(reference, "reference")
    said = " ".join((reference or "").split()) or None
    if said is None and method != "CASH":
        raise Invalid.field("reference", "Type the reference number, so that it can be found again.")
    if said and len(said) > REFUND_REFERENCE_LENGTH:
        raise Invalid.field("reference", f"Please use {REFUND_REFERENCE_LENGTH} characters at most.")
    if said and method == "UPI" and _is_used(said, refund.id):
        raise Invalid.field("reference", UPI_TAKEN)
    if centre_id is not None:
        drawers.note_refund(refund.id, centre_id, method, refund.paise, by=by)
    refund.way, refund.method, refund.reference, refund.centre_id = "DESK", method, said, centre_id
    _finish(held, by.account_id, clock.now())
    _note("handed_over", refund, by, method=method, paise=refund.paise)


def _is_used(reference: str, refund_id: int) -> bool:
    used = select(Refund.id).where(Refund.method == "UPI", Refund.reference == reference, Refund.id != refund_id)
    return db.session().scalar(used) is not None


def note_news(held: InHand, provider_refund_id: str, told: str, at: datetime) -> RefundState | None:
    """What the provider tells of its refund; the state it has now, or None where that is no news."""
    refund = held.refund
    refund.provider_refund_id = refund.provider_refund_id or provider_refund_id
    before, now = refund.status, after_news(refund.status, told)
    if now == before:
        return None
    refund.way = "PROVIDER"
    refund.failure = "The provider says that the bank did not take it." if now == RefundState.FAILED else None
    refund.sent_at = refund.sent_at or at
    if now == RefundState.DONE:
        _finish(held, None, at)
    else:
        refund.status = now
        refund.failed_at = at if now == RefundState.FAILED else None
        refund.next_try_at = clock.now() + timedelta(hours=1) if now == RefundState.SENT else None
    _note(str(now).lower(), refund, None, provider_refund_id=provider_refund_id)
    return now


def note_refusal(refund: Refund, why: str) -> None:
    """The provider refuses: nothing has left, and somebody has to see to it."""
    refund.status, refund.failed_at, refund.next_try_at = RefundState.FAILED, clock.now(), None
    refund.failure = why[:FAILURE_LENGTH]
    _note("failed", refund, None, failure=refund.failure)


def note_no_answer(refund: Refund, why: str, retry_after: float | None) -> None:
    """The provider did not answer, or not yet: it is asked again, later each time. What it may have done is not doubled."""
    wait = max(wait_after(refund.tries), timedelta(seconds=retry_after or 0))
    refund.failure, refund.next_try_at = why[:FAILURE_LENGTH], clock.now() + wait


def _finish(held: InHand, by: int | None, at: datetime) -> None:
    refund, payment = held.refund, held.payment
    refund.status, refund.done_at, refund.done_by = RefundState.DONE, at, by
    refund.next_try_at = refund.failure = refund.failed_at = None
    db.session().flush()
    _close(payment)
    issue_credit_note(refund.id, by=by)


def _close(payment: Payment) -> None:
    """Once all of a payment is back it is REFUNDED; a registration that went back with it is owed again (R-PAY-15)."""
    paid = db.session().scalar(select(Attempt).where(Attempt.payment_id == payment.id, Attempt.status == "PAID"))
    if payment.status != "PAID" or paid is None:
        return
    back = select(func.sum(Refund.paise)).where(Refund.attempt_id == paid.id, Refund.status == RefundState.DONE)
    if int(db.session().scalar(back) or 0) < paid.paise:
        return
    payment.status = "REFUNDED"
    db.session().flush()
    audit.record("payment.refunded", payment.id, by=None, paise=paid.paise)
    if payment.registration_paise and not has_paid_registration(payment.patient_id):
        db.session().get_one(Patient, payment.patient_id).registration_paid_at = None
        db.session().flush()


def _note(act: str, refund: Refund, by: Actor | None, **details: object) -> None:
    refund.version += 1
    db.session().flush()
    audit.record(
        f"refund.{act}", refund.payment_id, by=by.account_id if by else None, refund_id=refund.id, **details
    )  # fmt: skip
