"""The registration fee of somebody who turns out to be two records: it is owed once for life (R-PAY-2)."""

from sqlalchemy import select

from mibo import db
from mibo.payments.models import Attempt, Payment, Refund
from mibo.payments.opening import open_refund
from mibo.payments.rules import RefundReason


def second_registration(kept_id: int, merged_id: int) -> Payment | None:
    """The payment of the one record that carries a fee which the other record has paid too."""
    paid = {
        payment.patient_id: payment
        for payment in db.session().scalars(
            select(Payment).where(
                Payment.patient_id.in_((kept_id, merged_id)), Payment.registration_paise > 0, Payment.status == "PAID"
            )
        )
    }
    return paid[merged_id] if len(paid) == 2 else None


def give_back_registration(payment: Payment) -> tuple[int, int]:
    """The price falls by the fee, which goes back. Says by how much (paise), and by which refund."""
    attempt = db.session().scalars(select(Attempt).where(Attempt.payment_id == payment.id, Attempt.status == "PAID"))
    paise, paid = payment.registration_paise, attempt.one()
    payment.registration_paise = 0
    open_refund(paid, paise, RefundReason.PRICE_FELL)
    db.session().flush()
    opened = select(Refund.id).where(Refund.attempt_id == paid.id, Refund.reason == RefundReason.PRICE_FELL)
    return paise, db.session().scalars(opened).one()


def keep_registration(payment_id: int, paise: int, refund_id: int) -> None:
    """The fee was right after all: while nobody has begun to give it back, it is kept."""
    refund = db.session().get(Refund, refund_id, with_for_update=True)
    if refund is not None and refund.status == "REQUESTED":
        db.session().delete(refund)
        db.session().get_one(Payment, payment_id).registration_paise = paise
        db.session().flush()


def has_paid_registration(patient_id: int) -> bool:
    """Whether a payment of this record carries the fee."""
    carried = Payment.patient_id == patient_id, Payment.registration_paise > 0, Payment.status == "PAID"
    return db.session().scalar(select(Payment.id).where(*carried).limit(1)) is not None
