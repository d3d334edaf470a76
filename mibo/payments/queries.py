"""Which payment something is about, and how one stands."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from mibo import db
from mibo.clinics.policy import Policy
from mibo.ids import read_id
from mibo.payments.models import Attempt, Refund
from mibo.payments.rules import Asked
from mibo.people import Patient

REFERENCE = "mibo-"
PROGRESS = ("PENDING", "PROCESSED", "COMPLETED")  # the least of several counts


@dataclass(frozen=True)
class Registration:
    """Whether a patient has paid the registration fee, and what they would still pay, in paise."""

    paid: bool
    due_paise: int


def reference(attempt_id: int) -> str:
    """What an attempt is called at the provider: an order's receipt, a link's reference."""
    return f"{REFERENCE}{attempt_id}"


def attempt_by_reference(told: str | None) -> Attempt | None:
    """The attempt that a provider knows by our reference."""
    attempt_id = read_id(told.removeprefix(REFERENCE)) if told and told.startswith(REFERENCE) else None
    return db.session().get(Attempt, attempt_id) if attempt_id else None


def attempt_by_link(link_id: str | None) -> Attempt | None:
    """The attempt of a provider's link."""
    return _the_attempt(Attempt.provider_link_id == link_id) if link_id else None


def attempt_by_order(order_id: str | None) -> Attempt | None:
    """The attempt of a provider's order."""
    return _the_attempt(Attempt.provider_order_id == order_id) if order_id else None


def newest_attempt(payment_id: int) -> Attempt | None:
    """The last try to pay; a try that is paid counts before any other."""
    order = (Attempt.status != "PAID", Attempt.id.desc())
    return db.session().scalar(select(Attempt).where(Attempt.payment_id == payment_id).order_by(*order).limit(1))


def has_just_failed(payment_id: int) -> bool:
    """Whether the last try to pay did not go through, and it may be tried again."""
    newest = newest_attempt(payment_id)
    return newest is not None and newest.status == "OPEN" and newest.failed_at is not None


def refunds_of(payment_id: int) -> Sequence[Refund]:
    """What goes back of a payment, oldest first."""
    return db.session().scalars(select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id)).all()


def attempt_by_payment(provider_payment_id: str) -> int | None:
    """The attempt that the provider's payment is of, once its money is here."""
    return db.session().scalar(select(Attempt.id).where(Attempt.provider_payment_id == provider_payment_id))


def refund_of_provider(provider_refund_id: str) -> Refund | None:
    """The refund that the provider knows by this."""
    return db.session().scalar(select(Refund).where(Refund.provider_refund_id == provider_refund_id))


def refund_progress(payment_ids: Collection[int]) -> dict[int, str]:
    """How far what goes back of these payments has come: PENDING, PROCESSED or COMPLETED, as the API says it.

    Payments of which nothing goes back are left out.
    """
    if not payment_ids:
        return {}
    going = select(Refund.payment_id, Refund.status).where(
        Refund.payment_id.in_(payment_ids), Refund.status != "DECLINED"
    )
    states: dict[int, set[str]] = defaultdict(set)
    for payment_id, status in db.session().execute(going):
        states[payment_id].add({"DONE": "COMPLETED", "SENT": "PROCESSED"}.get(status, "PENDING"))
    return {of: next(word for word in PROGRESS if word in found) for of, found in states.items()}


def asked(attempt: Attempt) -> Asked:
    """What the attempt asked for, as the rules want it."""
    return Asked(attempt.provider_order_id, attempt.provider_link_id, attempt.paise, attempt.currency)


def registration(patient: Patient, policy: Policy) -> Registration:
    """Where a patient stands with the registration fee, once for life (R-PAY-2)."""
    paid = patient.registration_paid_at is not None
    return Registration(paid, 0 if paid else policy.registration_fee_paise)


def _the_attempt(which: ColumnElement[bool]) -> Attempt | None:
    return db.session().scalar(select(Attempt).where(which))
