"""What somebody who types a name, a number, a reference, or an id of the provider or of UPI may mean among payments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from mibo import db
from mibo.booking import seeking
from mibo.identity import Actor
from mibo.payments import Attempt, Payment, Tender

AN_ID = re.compile(r"[A-Za-z]+_[A-Za-z0-9_]{2,55}")  # pay_…, order_…, plink_…
UPI_DIGITS = 12


@dataclass(frozen=True)
class Meant:
    """Whom it may be, and the payments of an id that was typed."""

    booked: seeking.Meant
    payments: Sequence[int]

    def ways(self) -> list[ColumnElement[bool]]:
        """The conditions of a payment, of which one must hold."""
        return [Payment.id.in_(self.payments)] if self.payments else self.booked.ways(Payment)


def meant(typed: str, *, by: Actor) -> Meant:
    """Who and what fits. Such an id is looked for as it is; everything else as among appointments."""
    payments = _payments_of(typed.strip())
    return Meant(seeking.Meant(typed, [], [], "") if payments else seeking.meant(typed, by=by), payments)


def _payments_of(typed: str) -> Sequence[int]:
    digits = re.sub(r"[\s-]", "", typed)
    if len(digits) == UPI_DIGITS and digits.isascii() and digits.isdigit():
        noted = select(Attempt.payment_id).join(Tender, Tender.attempt_id == Attempt.id)
        first = Tender.reference == digits, Tender.method == "UPI", Tender.voided_at.is_(None), Tender.with_id.is_(None)
        return db.session().scalars(noted.where(*first).distinct()).all()
    if not AN_ID.fullmatch(typed):
        return []
    known = (Attempt.provider_payment_id, Attempt.provider_order_id, Attempt.provider_link_id)
    wanted = select(Attempt.payment_id).where(or_(*(each == typed for each in known))).distinct()
    return db.session().scalars(wanted).all()
