"""Asking for money, and taking it.

Locks go one way, so that two payments of a patient never wait for each other: the appointment (by the caller), then the
patient, then the payment, and at the desk the drawer.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeVar

import structlog
from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import selectinload

from mibo import audit, clock, db, jobs
from mibo.clinics.policy import Policy
from mibo.integrations import razorpay
from mibo.integrations.http import ProviderError
from mibo.integrations.razorpay import ProviderPayment
from mibo.jobs import defer, job
from mibo.payments.models import FAILURE_LENGTH, Attempt, Payment
from mibo.payments.opening import open_refund
from mibo.payments.receipts import issue_receipt
from mibo.payments.rules import (
    AlreadyPaid,
    Heard,
    RefundReason,
    amount_due,
    fold,
    terms_of,
)
from mibo.people import Clinician, Patient

LEAST_LEFT = timedelta(minutes=1)
CLOSING_BATCH = 50
ONLINE = "ONLINE"

log = structlog.get_logger(__name__)

Recorded = Literal["paid", "already", "surplus"]
One = TypeVar("One")


def open_payment(
    patient: Patient,
    clinician: Clinician,
    policy: Policy,
    kind: str,
    expires_at: datetime | None,
    *,
    registration: bool = True,
) -> Payment:
    """What a new booking owes and on what terms, frozen (R-BOOK-12, M9), and its first attempt: ORDER, LINK or DESK.

    Raises FeeMissing. Without `registration` that is owed with another booking.
    """
    due = amount_due(clinician.fee_paise, not registration or patient.registration_paid_at is not None, policy)
    terms = terms_of(policy)
    payment = Payment(
        patient_id=patient.id,
        consultation_paise=due.consultation_paise,
        registration_paise=due.registration_paise,
        cutoff_hours=terms.cutoff_hours,
        in_time_percent=terms.in_time_percent,
        late_percent=terms.late_percent,
        attempts=[Attempt(kind=kind, paise=due.paise, expires_at=expires_at)],
    )
    db.session().add(payment)
    db.session().flush()
    return payment


def ask_by(kind: str, payment_id: int, until: datetime | None) -> Attempt:
    """The attempt to ask by, ORDER or LINK: the open one, at the price of now, or a new one. Raises AlreadyPaid."""
    payment = locked(payment_id)
    if payment.status != "PENDING":
        raise AlreadyPaid
    attempt = next((each for each in payment.attempts if each.status == "OPEN" and each.kind == kind), None)
    if attempt and _is_ending(attempt):
        void(attempt)
        attempt = None
    if attempt is None:
        attempt = Attempt(payment_id=payment.id, kind=kind, paise=payment.amount_paise)
        payment.attempts.append(attempt)
    if not attempt.provider_link_id:
        attempt.expires_at = until
    db.session().flush()
    return attempt


def _is_ending(attempt: Attempt) -> bool:
    """A link that is over, or nearly, is no use to anybody."""
    ends = attempt.expires_at if attempt.provider_link_id else None
    return ends is not None and ends < clock.now() + LEAST_LEFT


def record_paid(attempt: Attempt, provider_payment_id: str, method: str, paid_at: datetime) -> Recorded:
    """Note that a provider's money for an attempt is here: `paid`, `already` known, or `surplus` with a refund opened.

    The refund of a price that fell after it was asked is opened too.
    """
    payment = locked(attempt.payment_id)
    if is_recorded(provider_payment_id):
        return "already"
    if payment.status != "PENDING":
        record_surplus(attempt, provider_payment_id, paid_at, RefundReason.PAID_TWICE)
        return "surplus"
    attempt.provider_payment_id = provider_payment_id
    mark_paid(payment, attempt, method, paid_at)
    void_open(payment.attempts)
    audit.record("payment.paid", payment.id, by=None, method=method, paise=attempt.paise)
    if (too_much := attempt.paise - payment.amount_paise) > 0:
        open_refund(attempt, too_much, RefundReason.PRICE_FELL)
    issue_receipt(payment.id)
    return "paid"


def record_surplus(attempt: Attempt, provider_payment_id: str, paid_at: datetime, reason: RefundReason) -> Attempt:
    """Note money that has no booking to pay for, and open its refund; the booking's own price stays as it was."""
    locked(attempt.payment_id)
    if attempt.provider_payment_id is not None:  # a second capture of one order or link is money of its own
        attempt = Attempt(payment_id=attempt.payment_id, kind=attempt.kind, paise=attempt.paise)
        db.session().add(attempt)
    attempt.provider_payment_id = provider_payment_id
    attempt.status, attempt.method, attempt.paid_at = "SURPLUS", ONLINE, paid_at
    db.session().flush()
    open_refund(attempt, attempt.paise, reason)
    return attempt


def record_stray(payment_id: int, told: ProviderPayment) -> Attempt:
    """Note money that nobody asked for in this way, and open the refund of what is left of it."""
    attempt = Attempt(
        payment_id=payment_id, kind="ORDER", paise=told.paise - told.refunded_paise, currency=told.currency[:3],
        status="SURPLUS", method=ONLINE, provider_payment_id=told.id, paid_at=told.created_at or clock.now(),
    )  # fmt: skip
    db.session().add(attempt)
    db.session().flush()
    open_refund(attempt, attempt.paise, RefundReason.NOT_ASKED_FOR)
    return attempt


def record_failure(attempt: Attempt, why: str) -> None:
    """Note that a try failed. It only informs: money may still come for three days (integrations.md 0.6)."""
    heard = Heard.PAID if attempt.paid_at else Heard.NOTHING
    if fold(heard, Heard.FAILED) is Heard.FAILED:
        attempt.failed_at, attempt.failure = clock.now(), why[:FAILURE_LENGTH]


def void_open_attempts(payment_id: int) -> None:
    """Ask no more for what is open; links are closed at the provider. Money that comes all the same goes back."""
    void_open(_with_attempts(payment_id).attempts)


def void_links(payment_id: int) -> None:
    """Ask no more by the link that stands: a new one will be sent in its place (R-BOOK-9)."""
    void_open(attempt for attempt in _with_attempts(payment_id).attempts if attempt.provider_link_id)


def void(attempt: Attempt) -> None:
    """Ask no more by this attempt."""
    attempt.status = "VOID"
    if attempt.provider_link_id:
        defer(close_link, attempt.id)


@job
def close_link(attempt_id: int) -> None:
    """Close an attempt's link at the provider, so that nobody pays by it any more."""
    db.between_steps()
    with db.reading() as session:
        link_id = session.scalar(select(Attempt.provider_link_id).where(Attempt.id == attempt_id, *_to_close()))
    if link_id is None:
        return
    try:
        razorpay.cancel_link(link_id)
    except ProviderError as error:
        # tried again until it ends by itself, and the reconciler finds money that came meanwhile
        log.warning("payments.link_not_closed", attempt=attempt_id, error=str(error))
        return
    with db.transaction() as session:
        session.execute(update(Attempt).where(Attempt.id == attempt_id).values(closed_at=clock.now()))


@job
def close_links() -> None:
    """Ring again for the links that stand open at the provider though nobody should pay by them any more."""
    wanted = select(Attempt.id).where(*_to_close(), Attempt.expires_at > clock.now())
    with db.reading() as session:
        found = session.scalars(wanted.order_by(Attempt.expires_at).limit(CLOSING_BATCH)).all()
    for attempt_id in found:
        jobs.ring(close_link, attempt_id)


def _to_close() -> tuple[ColumnElement[bool], ...]:
    return Attempt.status == "VOID", Attempt.provider_link_id.is_not(None), Attempt.closed_at.is_(None)


def locked(payment_id: int) -> Payment:
    """A payment as it stands, with its attempts, at its true price (R-PAY-4). It and its patient stay locked."""
    session = db.session()
    owner = select(Payment.patient_id).where(Payment.id == payment_id).scalar_subquery()
    patient = session.scalars(_fresh(select(Patient).where(Patient.id == owner).with_for_update(key_share=True))).one()
    payment = _with_attempts(payment_id)
    if patient.registration_paid_at:
        _drop_registration([payment])
    return payment


def is_recorded(provider_payment_id: str) -> bool:
    """Whether we have noted this money already."""
    noted = select(Attempt.id).where(Attempt.provider_payment_id == provider_payment_id)
    return db.session().scalar(noted) is not None


def _with_attempts(payment_id: int) -> Payment:
    wanted = select(Payment).where(Payment.id == payment_id).options(selectinload(Payment.attempts)).with_for_update()
    return db.session().scalars(_fresh(wanted)).one()


def _fresh(wanted: Select[One]) -> Select[One]:
    return wanted.execution_options(populate_existing=True)


def void_open(attempts: Iterable[Attempt]) -> None:
    """Ask no more by those of them that are open."""
    for attempt in attempts:
        if attempt.status == "OPEN":
            void(attempt)


def mark_paid(payment: Payment, attempt: Attempt, method: str, at: datetime) -> None:
    """The payment, its attempt and the once-for-life registration, in one go (R-PAY-3)."""
    attempt.status, attempt.method, attempt.paid_at = "PAID", method, at
    payment.status, payment.method, payment.paid_at = "PAID", method, at
    if payment.registration_paise:
        settle_registration(payment.patient_id, at, but=payment.id)
    db.session().flush()


def settle_registration(patient_id: int, at: datetime, *, but: int = 0) -> None:
    """It is owed no more, on no booking (`but` the payment that it was paid with): the price of the others falls."""
    db.session().get_one(Patient, patient_id).registration_paid_at = at
    _drop_registration(_unpaid_with_registration(patient_id, but))


def _unpaid_with_registration(patient_id: int, but: int) -> Sequence[Payment]:
    return (
        db.session()
        .scalars(
            _fresh(
                select(Payment)
                .where(
                    Payment.patient_id == patient_id,
                    Payment.id != but,
                    Payment.status == "PENDING",
                    Payment.registration_paise > 0,
                )
                .order_by(Payment.id)
                .options(selectinload(Payment.attempts))
                .with_for_update()
            )
        )
        .all()
    )


def _drop_registration(payments: Iterable[Payment]) -> None:
    """The price of unpaid bookings falls, since registration is paid now; what asks for the old price is replaced."""
    for payment in payments:
        if payment.status == "PENDING" and payment.registration_paise:
            payment.registration_paise = 0
            audit.record("payment.repriced", payment.id, by=None, paise=payment.amount_paise)
            ask_anew(payment)


def ask_anew(payment: Payment) -> None:
    """What asks for the former price asks no more, and the same is asked for at the price of now, if there is any."""
    for old in [attempt for attempt in payment.attempts if attempt.status == "OPEN"]:
        void(old)
        if payment.amount_paise:
            payment.attempts.append(Attempt(kind=old.kind, paise=payment.amount_paise, expires_at=old.expires_at))
