"""One payment in full: what is owed, every try to pay it, what went back, and who did what."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from mibo import audit, db, payments
from mibo.audit import AuditEntry, AuditWish
from mibo.booking import Appointment
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.ledger.reach import payments_within_reach
from mibo.payments import Adjustment, Attempt, Payment, Receipt, Refund, heard

NOTED_AT_MOST = 100
OPENED = "payment.opened"  # who only looked at it stands in the audit


@dataclass(frozen=True)
class PaymentInFull:
    """A payment with its booking, what goes back of it, and what is noted of it, the newest first."""

    booking: Appointment
    adjustments: Sequence[Adjustment]
    refunds: Sequence[Refund]
    receipts: Sequence[Receipt]
    mismatches: Sequence[heard.Mismatch]
    noted: Sequence[AuditEntry]

    @property
    def payment(self) -> Payment:
        """What is owed and paid."""
        return self.booking.payment

    @property
    def events(self) -> Sequence[heard.ProviderEvent]:
        """What the provider told of its tries, in the order in which it came; not word for word."""
        told = (event for attempt in self.payment.attempts for event in attempt.told)
        return sorted(told, key=lambda event: event.id)

    @property
    def people(self) -> set[int]:
        """The accounts whose names the page needs."""
        took = {attempt.taken_by for attempt in self.payment.attempts}
        gave = {account for one in self.refunds for account in (one.opened_by, one.decided_by, one.done_by)}
        return {account for account in took | gave | {entry.by_account_id for entry in self.noted} if account}


def payment_in_full(payment_id: int, *, by: Actor) -> PaymentInFull:
    """One payment within reach. Raises Missing, as for one that never was."""
    wanted = (
        select(Appointment)
        .join(Payment, Payment.id == Appointment.payment_id)
        .options(
            joinedload(Appointment.patient),
            joinedload(Appointment.clinician),
            joinedload(Appointment.centre),
            joinedload(Appointment.payment)
            .selectinload(Payment.attempts)
            .options(selectinload(Attempt.tenders), joinedload(Attempt.told).defer(heard.ProviderEvent.body)),
        )
        .where(Payment.id == payment_id, payments_within_reach(by))
    )
    booking = db.session().scalar(wanted)
    if booking is None:
        raise Missing("We could not find that payment.")
    noted, _ = audit.entries(AuditWish(subject_id=payment_id), limit=NOTED_AT_MOST)
    done = [entry for entry in noted if entry.act != OPENED]
    less, back = payments.adjustments_of(payment_id), payments.refunds_of(payment_id)
    return PaymentInFull(booking, less, back, payments.receipts_of([payment_id]), _mismatches(booking), done)


def _mismatches(booking: Appointment) -> Sequence[heard.Mismatch]:
    """What was told of its tries and did not match."""
    told = heard.Mismatch.attempt_id.in_([attempt.id for attempt in booking.payment.attempts])
    return db.session().scalars(select(heard.Mismatch).where(told).order_by(heard.Mismatch.id)).all()
