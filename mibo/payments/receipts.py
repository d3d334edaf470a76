"""Documents of money: issued in the transaction in which it is paid or given back, numbered without a gap (M16)."""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import column, func, select, table, update
from sqlalchemy.dialects.postgresql import insert

from mibo import audit, clock, db
from mibo.clinics import Centre
from mibo.payments import billing
from mibo.payments import receipt_content as content
from mibo.payments import receipt_rules as rules
from mibo.payments.models import Adjustment, Attempt, Payment, Refund, Tender
from mibo.payments.receipt_models import Receipt, ReceiptCounter
from mibo.payments.receipt_rules import Kind, NotPaid
from mibo.payments.rules import RefundReason
from mibo.people import Clinician, Patient

# `booking` stands above us and owns this table; some of its columns say for which visit a document is
visit = table(
    "appointment", column("id"), column("payment_id"), column("reference"), column("centre_id"), column("clinician_id"),
    column("starts_at"), column("mode"),
)  # fmt: skip

ONLINE = "ONLINE"

log = structlog.get_logger(__name__)


def issue_receipt(payment_id: int, *, by: int | None = None) -> Receipt | None:
    """The receipt, bill of supply or tax invoice of what has been paid; asked twice it is the same one.

    Call it last in a transaction: until that ends, nobody else gets a number of the same series. None where nothing
    was to pay. Raises NotPaid.
    """
    session = db.session()
    payment = session.scalars(select(Payment).where(Payment.id == payment_id).with_for_update()).one()
    if (found := receipt_of(payment_id)) is not None:
        return found
    if payment.status != "PAID":
        raise NotPaid
    about = session.execute(select(visit).where(visit.c.payment_id == payment_id)).one_or_none()
    if about is None:
        log.warning("receipts.of_no_visit", payment_id=payment_id)
        return None
    centre = session.get_one(Centre, about.centre_id)
    terms = billing.billing_for(centre)
    lines = content.lines_of(payment, terms, _taken_off(payment_id))
    total = sum(line.paise for line in lines)
    if total <= 0:
        return None
    patient, who = session.get_one(Patient, payment.patient_id), session.get_one(Clinician, about.clinician_id)
    says = content.paid_content(
        content.whose(centre, terms, patient, who, about), lines, _paid(payment),
        clock.clinic_day(payment.paid_at or clock.now()),
    )  # fmt: skip
    kind = rules.kind_of(terms.gstin, lines)
    return _issue(kind, terms.prefix, total, says, payment_id=payment_id, centre_id=centre.id, by=by)


def issue_credit_note(refund_id: int, *, by: int | None = None) -> Receipt | None:
    """The credit note of money that has gone back; asked twice it is the same one. Call it last in a transaction.

    None where there is nothing to credit: the refund is not done, or gives back what no document was issued for.
    """
    refund = db.session().scalar(select(Refund).where(Refund.id == refund_id).with_for_update())
    if refund is None or refund.status != "DONE":
        return None
    if (found := db.session().scalar(select(Receipt).where(Receipt.refund_id == refund_id))) is not None:
        return found
    bill = receipt_of(refund.payment_id, lock=True)
    attempt = db.session().get_one(Attempt, refund.attempt_id)
    if bill is None or attempt.status != "PAID":
        return None
    earlier = db.session().scalars(select(Receipt).where(Receipt.against_id == bill.id)).all()
    before = [line for note in earlier for line in rules.lines_from(note.content["lines"])]
    paise = rules.to_credit(bill.total_paise, attempt.paise, _given_back(attempt.id), sum(one.paise for one in before))
    if paise <= 0:
        return None
    lines = rules.credited(
        rules.lines_from(bill.content["lines"]), before, paise,
        registration_first=refund.reason == RefundReason.PRICE_FELL,
    )  # fmt: skip
    back = {
        "method": refund.method or ONLINE,
        "paise": paise,
        "reference": refund.reference or refund.provider_refund_id,
    }
    says = content.credit_content(bill, lines, [back], clock.today())
    return _issue(
        Kind.CREDIT_NOTE, bill.prefix, paise, says,
        payment_id=bill.payment_id, centre_id=bill.centre_id, by=by, refund_id=refund_id, against_id=bill.id,
    )  # fmt: skip


def cancel_receipt(payment_id: int, *, by: int) -> None:
    """What the desk noted by mistake was never paid: its document is cancelled, and its number stays taken."""
    if (one := receipt_of(payment_id, lock=True)) is not None:
        one.cancelled_at, one.cancelled_by = clock.now(), by
        db.session().flush()
        audit.record("receipt.cancelled", one.id, by=by, code=one.code)


def receipt_of(payment_id: int, *, lock: bool = False) -> Receipt | None:
    """The document of a payment that stands."""
    wanted = select(Receipt).where(
        Receipt.payment_id == payment_id, Receipt.kind != Kind.CREDIT_NOTE, Receipt.cancelled_at.is_(None)
    )
    return db.session().scalar(wanted.with_for_update() if lock else wanted)


def _issue(
    kind: Kind, prefix: str, paise: int, says: dict[str, Any], *,
    payment_id: int, centre_id: int, by: int | None, refund_id: int | None = None, against_id: int | None = None,
) -> Receipt:  # fmt: skip
    """Give it the next number of its series. The counter is locked first, and only then is it looked what day it is."""
    year, number, now = _next_number(prefix, kind)
    made = Receipt(
        kind=kind, prefix=prefix, year=year, number=number, code=rules.code_of(prefix, kind, year, number),
        payment_id=payment_id, centre_id=centre_id, refund_id=refund_id, against_id=against_id, total_paise=paise,
        content=says, issued_at=now, issued_on=clock.clinic_day(now),
    )  # fmt: skip
    db.session().add(made)
    db.session().flush()
    audit.record("receipt.issued", made.id, by=by, code=made.code, kind=kind, paise=paise, payment=payment_id)
    return made


def _next_number(prefix: str, kind: Kind) -> tuple[int, int, datetime]:
    """The financial year, its next number and this instant. Who waited past midnight of 31 March begins the new year."""
    session, of = db.session(), ReceiptCounter
    while True:
        year = rules.year_of(clock.today())
        locked = insert(of).values(prefix=prefix, kind=kind, year=year, last=0)
        locked = locked.on_conflict_do_update(index_elements=[of.prefix, of.kind, of.year], set_={"last": of.last})
        number = session.scalars(locked.returning(of.last)).one() + 1
        now = clock.now()
        if rules.year_of(clock.clinic_day(now)) == year:
            mine = of.prefix == prefix, of.kind == kind, of.year == year
            session.execute(update(of).where(*mine).values(last=number))
            return year, number, now


def _taken_off(payment_id: int) -> dict[str, int]:
    stands = select(Adjustment.kind, func.sum(Adjustment.paise)).where(
        Adjustment.payment_id == payment_id, Adjustment.undone_at.is_(None)
    )
    return {kind: int(paise) for kind, paise in db.session().execute(stands.group_by(Adjustment.kind))}


def _paid(payment: Payment) -> list[dict[str, Any]]:
    """How it was paid: each way with its amount, and the number by which a bank knows it."""
    paid = (
        db.session().scalars(select(Attempt).where(Attempt.payment_id == payment.id, Attempt.status == "PAID")).first()
    )
    if paid is None:
        return []
    stands = select(Tender).where(Tender.attempt_id == paid.id, Tender.voided_at.is_(None)).order_by(Tender.id)
    parts = [
        {"method": one.method, "paise": one.paise, "reference": one.reference} for one in db.session().scalars(stands)
    ]
    return parts or [{"method": paid.method, "paise": payment.amount_paise, "reference": paid.provider_payment_id}]


def _given_back(attempt_id: int) -> int:
    done = select(func.coalesce(func.sum(Refund.paise), 0)).where(
        Refund.attempt_id == attempt_id, Refund.status == "DONE"
    )
    return int(db.session().scalars(done).one())
