"""A payment as the provider tells it, held against our books: whether both say the same, and how much went back of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from mibo import db
from mibo.integrations.razorpay import ProviderPayment
from mibo.payments import Attempt, Refund


@dataclass(frozen=True, slots=True)
class HeldMoney:
    """Money in our books, and how much of it went back by the provider or is on its way."""

    attempt_id: int
    paise: int
    currency: str
    status: str
    back_paise: int


def books_of(provider_payment_ids: Sequence[str]) -> Mapping[str, HeldMoney]:
    """What our books hold of these payments, in one statement."""
    back = (
        select(func.coalesce(func.sum(Refund.paise), 0))
        .where(Refund.attempt_id == Attempt.id, Refund.status.in_(("SENT", "DONE")))
        .correlate(Attempt)
        .scalar_subquery()
    )
    rows = db.session().execute(
        select(Attempt.provider_payment_id, Attempt.id, Attempt.paise, Attempt.currency, Attempt.status, back).where(
            Attempt.provider_payment_id.in_(provider_payment_ids)
        )
    )
    return {payment_id: HeldMoney(*rest) for payment_id, *rest in rows}


def differs(told: ProviderPayment, held: HeldMoney) -> bool:
    """Whether the provider has not this money, or another sum. Of money that goes back our books keep what is left."""
    if told.status not in ("captured", "refunded"):
        return True
    paise = told.paise - told.refunded_paise if held.status == "SURPLUS" and told.paise != held.paise else told.paise
    return (paise, told.currency) != (held.paise, held.currency)
