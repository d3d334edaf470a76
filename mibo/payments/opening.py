"""Refunds are opened here, and nowhere else: by a rule in the transaction that found money to give back, or by a manager."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from mibo import audit, db
from mibo.identity import Actor
from mibo.payments.models import Attempt, Payment, Refund
from mibo.payments.refund_rules import RefundNotAllowed, check_amount
from mibo.payments.rules import RefundReason

CAME = ("PAID", "SURPLUS")


def open_refund(attempt: Attempt, paise: int, reason: RefundReason) -> int:
    """Put money that must go back on the refunds list, once per attempt and reason; never more than is left of it.

    Says how much that is, in paise: nought where nothing is left, or it stands there already.
    """
    paise = min(paise, left_of(attempt))
    return paise if paise > 0 and _open(attempt, paise, reason) else 0


def open_refund_by_hand(attempt: Attempt, paise: int, note: str, *, by: Actor) -> Refund:
    """A manager gives back some of what was paid, or all of it, whatever the policy says (R-PAY-15).

    The payment is locked already. Raises Invalid, RefundNotAllowed.
    """
    if attempt.status not in CAME:
        raise RefundNotAllowed("Nothing has been paid, so nothing can be given back.")
    check_amount(paise, left_of(attempt))
    opened = _open(attempt, paise, RefundReason.BY_MANAGER, note=note, opened_by=by.account_id)
    return db.session().get_one(Refund, opened)


def left_of(attempt: Attempt) -> int:
    """How much of what came by an attempt is not going back, in paise."""
    going = select(func.coalesce(func.sum(Refund.paise), 0)).where(
        Refund.attempt_id == attempt.id, Refund.status != "DECLINED"
    )
    return attempt.paise - int(db.session().scalar(going) or 0)


def paid_attempt(payment: Payment) -> Attempt | None:
    """The attempt that brought the money of a payment whose attempts are loaded."""
    return next((attempt for attempt in payment.attempts if attempt.status == "PAID"), None)


def _open(attempt: Attempt, paise: int, reason: RefundReason, **more: object) -> int | None:
    opened = db.session().scalar(
        insert(Refund)
        .values(payment_id=attempt.payment_id, attempt_id=attempt.id, paise=paise, reason=reason, **more)
        .on_conflict_do_nothing()
        .returning(Refund.id)
    )
    if opened:
        by = more.get("opened_by")
        audit.record(
            "refund.opened", attempt.payment_id, by=by if isinstance(by, int) else None, refund_id=opened, paise=paise,
            reason=reason,
        )  # fmt: skip
    return opened
