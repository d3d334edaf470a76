"""A refund that somebody made at the provider itself is written into the books, so that they say what has happened.

Where one of that sum waits on our list, it was that one; else a new one is opened. Together never more than was paid.
"""

from collections.abc import Sequence

from sqlalchemy import case, select

from mibo import db, payments
from mibo.booking import mismatches, sending_back
from mibo.booking.calling_off import worded
from mibo.booking.mismatches import DoesNotFit, open_one
from mibo.errors import Invalid, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.integrations.razorpay import ProviderRefund
from mibo.money import rupees
from mibo.payments import Attempt, InHand, Refund, RefundState, heard
from mibo.payments.rules import MismatchReason


def write_in(mismatch_id: int, reason: str, *, by: Actor) -> Refund:
    """What the provider has given back stands in the books: how much it says itself, and why somebody here says.

    Asks the provider first, so it is not called inside a transaction.
    Raises Refused, Missing, AlreadyResolved, NotAnswered, DoesNotFit, Invalid.
    """
    if not by.may(Permission.DECIDE_REFUNDS):
        raise Refused
    words = worded(reason, least=mismatches.SHORTEST_NOTE)
    told = _asked_anew(mismatch_id)
    with db.transaction() as session:
        attempt = attempt_of(told.payment_id)
        if attempt is None:
            raise DoesNotFit(
                "This was given back of money that is not in our books. Set it aside, and say whose it was."
            )
        payments.locked(attempt.payment_id)
        one = open_one(mismatch_id)
        session.refresh(attempt)
        refund = _taken_as(attempt, told, by) or _opened(attempt, told, words, by)
        if sending_back.settle_refund(told, refund_id=refund.id) == "PARKED":
            raise DoesNotFit("The refund on our list has changed meanwhile. Please look at it again.")
        one.attempt_id = attempt.id
        payments.parking.resolve(one, "WRITTEN_IN", by=by, note=words, refund_id=refund.id, paise=told.paise)
        return refund


def attempt_of(provider_payment_id: str | None) -> Attempt | None:
    """The money in our books that a refund at the provider is of."""
    wanted = select(Attempt).where(
        Attempt.provider_payment_id == provider_payment_id, Attempt.status.in_(("PAID", "SURPLUS"))
    )
    return db.session().scalar(wanted) if provider_payment_id else None


def waits_as(one: heard.Mismatch) -> Refund | None:
    """The refund on our list that it will be taken for."""
    attempt = attempt_of(one.provider_payment_id)
    return next(iter(_of_that_sum(attempt, one.told_paise or 0)), None) if attempt else None


def _asked_anew(mismatch_id: int) -> ProviderRefund:
    """The refund as the provider tells it now, if its money has left. Raises NotAnswered, DoesNotFit."""
    with db.transaction():
        one = open_one(mismatch_id)
    if one.reason != MismatchReason.REFUND_NOT_OURS:
        raise DoesNotFit("This is not money that was given back. Look again, or set it aside with a reason.")
    told = mismatches.refund_told(one)
    if told is None or told.status == "failed":
        raise DoesNotFit("The payment service has no such refund (any more), so no money has left. Please look again.")
    return told


def _taken_as(attempt: Attempt, told: ProviderRefund, by: Actor) -> Refund | None:
    """What waits on our list for this very sum goes back by it."""
    for waiting in _of_that_sum(attempt, told.paise):
        held = payments.refund_locked(waiting.id)
        if held.refund.status == RefundState.FAILED:
            payments.retry(held, by=by)
        else:
            _approved(held, by)
        held.refund.next_try_at = None
        return held.refund
    return None


def _of_that_sum(attempt: Attempt, paise: int) -> Sequence[Refund]:
    """Those of which the provider surely has sent nothing, the most certain first."""
    order = case((Refund.status == "FAILED", 0), (Refund.status == "APPROVED", 1), else_=2)
    wanted = select(Refund).where(
        Refund.attempt_id == attempt.id, Refund.paise == paise,
        (Refund.status.in_(("REQUESTED", "FAILED"))) | ((Refund.status == "APPROVED") & (Refund.tries == 0)),
    )  # fmt: skip
    return db.session().scalars(wanted.order_by(order, Refund.id)).all()


def _approved(held: InHand, by: Actor) -> None:
    if held.refund.status == RefundState.APPROVED:
        payments.take_back_approval(held, by=by)
    payments.approve(held, "PROVIDER", by=by)


def _opened(attempt: Attempt, told: ProviderRefund, words: str, by: Actor) -> Refund:
    """Another refund beside those that stand; what waits to be decided is lessened by what it leaves too little for."""
    over = told.paise - payments.left_of(attempt)
    if over > 0:
        _make_room(attempt, over, by)
    try:
        refund = payments.open_refund_by_hand(attempt, told.paise, words, by=by)
    except Invalid as error:
        raise DoesNotFit(error.message) from None
    held = payments.refund_locked(refund.id)
    payments.approve(held, "PROVIDER", by=by)
    held.refund.next_try_at = None
    return held.refund


def _make_room(attempt: Attempt, over: int, by: Actor) -> None:
    waiting = select(Refund.id).where(
        Refund.attempt_id == attempt.id, Refund.status == "REQUESTED", Refund.paise > over
    )
    found = db.session().scalar(waiting.order_by(Refund.id).limit(1))
    if found is None:
        raise DoesNotFit(
            f"With what is on the list of refunds already, {rupees(over)} more would go back than was paid. Decide"
            " those refunds first."
        )
    payments.lessen(payments.refund_locked(found), over, by=by)
