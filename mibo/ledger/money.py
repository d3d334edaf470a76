"""What came in and what went back, as lines of one kind: each with its way, its booking and its instant.

Money at the desk may have been handed over in several ways, and each of them is a line. What went back counts on the day
on which it had come (R-PAY-17), in the way in which it went.
"""

from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, func, literal, or_, select, union_all

from mibo.ledger.rows import IN_CAME
from mibo.payments import Attempt, Payment, Refund, Tender

DESK_METHODS = ("UPI", "CARD", "CASH")
METHODS = ("ONLINE", *DESK_METHODS)


def came_in(*which: Any) -> Any:
    """Everything that came in, of attempts still to be named."""
    stands = and_(Attempt.kind == "DESK", Tender.attempt_id == Attempt.id, Tender.voided_at.is_(None))
    return (
        select(
            literal("IN").label("kind"), Attempt.payment_id, Attempt.paid_at.label("at"),
            func.coalesce(Tender.method, Attempt.method).label("method"),
            func.coalesce(Tender.paise, Attempt.paise).label("paise"), Tender.reference,
            func.coalesce(Tender.id, Attempt.id).label("id"),
        )
        .outerjoin(Tender, stands)
        .where(IN_CAME, *which)
    )  # fmt: skip


def came_by(method: str) -> ColumnElement[bool]:
    """Whether something came in this way, of a payment still to be named. Most say so themselves, by the way in which most
    of it came; the rest may have come in parts, or twice.
    """
    came = Attempt.payment_id == Payment.id, IN_CAME
    if method == "ONLINE":
        again = select(Attempt.id).where(*came, Attempt.method == method).exists()
        return or_(Payment.method == method, and_(Payment.came_in_paise > 0, again))
    handed = Tender.method == method, Tender.voided_at.is_(None)
    in_part = select(Attempt.id).join(Tender, Tender.attempt_id == Attempt.id).where(*came, *handed).exists()
    return or_(Payment.method == method, and_(Payment.method.in_(DESK_METHODS), in_part))


def went_back(*which: Any) -> Any:
    """Everything that went back, of attempts still to be named; its paise are less than nothing."""
    return (
        select(
            literal("BACK").label("kind"), Refund.payment_id, Attempt.paid_at.label("at"),
            func.coalesce(Refund.method, Attempt.method).label("method"), (-Refund.paise).label("paise"), Refund.reference,
            Refund.id,
        )
        .join(Attempt, Attempt.id == Refund.attempt_id)
        .where(Refund.status == "DONE", IN_CAME, *which)
    )  # fmt: skip


def moved(*which: Any) -> CTE:
    """Both together."""
    return union_all(came_in(*which), went_back(*which)).cte("moved")
