"""A payer's browser comes back from the provider and says that it has paid: that is no proof, so the provider is asked.

None of this may be called inside a transaction.
"""

from collections.abc import Mapping
from dataclasses import replace

import structlog
from sqlalchemy import select

from mibo import db, payments
from mibo.booking.models import Appointment
from mibo.booking.queries import own_appointment
from mibo.booking.settling import Outcome, settle_payment
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.integrations import razorpay
from mibo.integrations.http import ProviderError
from mibo.payments import Attempt
from mibo.phrases import phrase

log = structlog.get_logger(__name__)


class NotVouchedFor(Invalid):
    """What a browser brought back is not signed by the provider for this booking."""

    code = "PAYMENT_NOT_VERIFIED"
    message = phrase(
        "We could not verify this payment. If money has left your account, it will be confirmed or returned."
    )


def return_from_checkout(appointment_id: int, order_id: str, payment_id: str, signature: str, *, by: Actor) -> Outcome:
    """The patient's checkout says that it has paid (security.md line 62). WAITING if the provider cannot be asked now.

    Raises Missing, NotVouchedFor.
    """
    with db.transaction():
        attempt = _own_attempt(appointment_id, order_id, by)
    assert attempt.provider_order_id
    if not razorpay.checkout_signature_is_good(attempt.provider_order_id, payment_id, signature):
        log.warning("payments.forged", attempt=attempt.id)
        raise NotVouchedFor
    return _ask_about(attempt, payment_id)


def _own_attempt(appointment_id: int, order_id: str, by: Actor) -> Attempt:
    """The attempt of this order, if the order is of this appointment and the appointment is theirs. Raises Missing."""
    appointment = own_appointment(by, appointment_id=appointment_id)
    attempt = payments.attempt_by_order(order_id)
    if attempt is None or attempt.payment_id != appointment.payment_id:
        raise Missing(phrase("We could not find that payment."))
    return attempt


def return_from_link(told: Mapping[str, str]) -> int | None:
    """The payer comes back from a link's page. The appointment; None if the provider does not vouch for it."""
    link_id, payment_id = told.get("razorpay_payment_link_id", ""), told.get("razorpay_payment_id", "")
    reference, status = (told.get(f"razorpay_payment_link_{part}", "") for part in ("reference_id", "status"))
    if not razorpay.link_signature_is_good(link_id, reference, status, payment_id, told.get("razorpay_signature")):
        return None
    with db.transaction() as session:
        attempt = payments.attempt_by_link(link_id) or payments.attempt_by_reference(reference)
        if attempt is None:
            payments.parking.park_unknown_link(link_id, payment_id)
            return None
        if attempt.kind == "LINK":  # the link was made, but the answer that told us its id was lost
            attempt.provider_link_id = attempt.provider_link_id or link_id
        about = session.scalar(select(Appointment.id).where(Appointment.payment_id == attempt.payment_id))
    _ask_about(attempt, payment_id)
    return about


def _ask_about(attempt: Attempt, payment_id: str) -> Outcome:
    db.between_steps()
    try:
        told = razorpay.payment(payment_id)
    except ProviderError as error:
        log.warning("payments.not_answered", attempt=attempt.id, error=str(error))
        return Outcome.WAITING
    # where a link was paid, the signature has tied this payment to it
    known = replace(told, link_id=attempt.provider_link_id or told.link_id)
    return settle_payment(attempt.id, known, told_by="BROWSER")
