"""A patient pays for a booking: at the checkout or at the desk. What may be paid, and by whom; links are in `links`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from mibo import clock, db, payments, people
from mibo.booking import actions, desk_money, rules
from mibo.booking.models import Appointment
from mibo.booking.rules import HoldOver, Status
from mibo.config import settings
from mibo.errors import Conflict, Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.integrations import razorpay
from mibo.integrations.http import ProviderError
from mibo.money import rupees
from mibo.payments import AlreadyPaid, Attempt, Handed
from mibo.phrases import phrase

CODE = re.compile(r"[A-Za-z0-9_]{1,60}")
NUMBER_OR_ADDRESS = re.compile(r"\S*@\S*|\d[\d -]{2,}\d")

log = structlog.get_logger(__name__)


class PaymentAway(Conflict):
    """The provider could not be reached; the hold goes on, so it can be tried again."""

    code = "PAYMENT_UNAVAILABLE"
    message = phrase(
        "We could not reach the payment service. Your time is still held, so please try again in a moment."
    )


class PriceChanged(Conflict):
    """What is owed is not what the page showed; nothing was taken."""

    code = "PRICE_CHANGED"


@dataclass(frozen=True)
class CheckoutOrder:
    """What the provider's checkout needs to take this booking's money."""

    order_id: str
    paise: int
    currency: str
    key_id: str
    attempt_id: int


def open_order(appointment_id: int, *, by: Actor) -> CheckoutOrder:
    """The one order of the checkout for this booking at its price now; asked twice it is the same.

    Not to be called inside a transaction: it asks the provider between two of its own.
    Raises Missing, HoldOver, AlreadyPaid, PaymentAway.
    """
    with db.transaction():
        appointment = payable(appointment_id, by)
        attempt = payments.ask_by("ORDER", appointment.payment_id, appointment.held_until)
    if attempt.provider_order_id:
        return _checkout(attempt)
    db.between_steps()
    try:
        order = razorpay.open_order(payments.reference(attempt.id), attempt.paise, {"booking": appointment.reference})
    except ProviderError as error:
        log.warning("payments.order_not_opened", attempt=attempt.id, error=str(error))
        raise PaymentAway from None
    with db.transaction():
        attempt = _still_asked(payable(appointment_id, by), attempt.id)
        # another tab may have been faster, and its order is on somebody's screen
        attempt.provider_order_id = attempt.provider_order_id or order.id
    return _checkout(attempt)


def _checkout(attempt: Attempt) -> CheckoutOrder:
    assert attempt.provider_order_id
    key = settings().razorpay_key_id
    return CheckoutOrder(attempt.provider_order_id, attempt.paise, attempt.currency, key, attempt.id)


def _still_asked(appointment: Appointment, attempt_id: int) -> Attempt:
    """The attempt, unless its price fell while we spoke to the provider. Raises Conflict."""
    attempts = payments.locked(appointment.payment_id).attempts
    attempt = next(each for each in attempts if each.id == attempt_id)
    if attempt.status != "OPEN":
        raise Conflict(phrase("The price has just changed. Please look again."))
    return attempt


def pay_at_desk(
    appointment_id: int,
    method: str,
    note: str | None,
    *,
    by: Actor,
    reference: str | None = None,
    also: Sequence[Handed] = (),
    shown_paise: int | None = None,
) -> Appointment:
    """The desk takes cash, card or UPI for a booking, which so is confirmed; its open link is closed (R-PAY-8, 10).

    Parts of it may be handed over in other ways (`also`), and `method` is for the rest. What is taken is what the page
    showed (`shown_paise`), or nothing is (P19).
    A hold that has ended is taken again if its time is free; one that stands unpaid is paid now.
    Raises Missing, AlreadyPaid, PriceChanged, NotAllowed, HoldOver, Invalid.
    """
    appointment = theirs(actions.locked(appointment_id), by)
    if appointment.payment.status != "PENDING":
        raise AlreadyPaid
    if appointment.status in (Status.CANCELLED, Status.NO_SHOW):
        raise rules.NotAllowed("This appointment does not take place, so there is nothing to pay.")
    owed = payments.locked(appointment.payment_id).amount_paise
    if shown_paise is not None and shown_paise != owed:
        raise PriceChanged(f"The price has changed meanwhile: {rupees(owed)} is to pay now. Please look again.")
    if not take_seat(appointment, by=by.account_id, reason="Paid at the desk"):
        raise HoldOver
    where = appointment.centre_id
    with desk_money.told_where(by):
        if also:
            payments.take_in_parts(
                appointment.payment, [Handed(method, reference=reference), *also], note, by, centre_id=where
            )
        else:
            payments.take_at_desk(appointment.payment, method, note, by, reference=reference, centre_id=where)
    return appointment


def note_failure(appointment_id: int, order_id: str, code: str | None, text: str | None, *, by: Actor) -> None:
    """The checkout told the patient's browser that a try failed or was closed; the hold goes on (R-BOOK-7).

    Only for an order of their own booking; may come twice. Raises Missing.
    """
    appointment = theirs(actions.locked(appointment_id), by)
    attempt = payments.attempt_by_order(order_id)
    if attempt is None or attempt.payment_id != appointment.payment_id:
        raise Missing("We could not find that payment.")
    known = code if code and CODE.fullmatch(code) else "CLOSED"
    payments.record_failure(attempt, f"{known}: {NUMBER_OR_ADDRESS.sub('…', text or '')}".rstrip(": "))


def payable(appointment_id: int, by: Actor | None) -> Appointment:
    """An appointment that waits for its money, locked; a job (`by` empty) may pay for anybody.

    Raises Missing, AlreadyPaid, HoldOver.
    """
    appointment = theirs(actions.locked(appointment_id), by)
    if appointment.payment.status != "PENDING":
        raise AlreadyPaid
    if not rules.is_live_hold(appointment.status, appointment.held_until, clock.now()):
        raise _not_held(appointment, by)
    return appointment


def _not_held(appointment: Appointment, by: Actor | None) -> HoldOver:
    """Staff read why nothing can be asked for; to patients the time that they held is gone."""
    if by is None or by.audience == "PATIENT" or appointment.status in (Status.PENDING, Status.EXPIRED):
        return HoldOver()
    if appointment.status in (Status.CANCELLED, Status.NO_SHOW):
        return HoldOver("This appointment does not take place, so there is nothing to pay.")
    return HoldOver("A payment link is for a time that is held. This appointment stands: take the money at the desk.")


def theirs(appointment: Appointment, by: Actor | None) -> Appointment:
    """A patient pays for themselves and their family, staff at their centres. Raises Missing."""
    if by is None or (by.audience == "PATIENT" and people.acts_for(by, appointment.patient)):
        return appointment
    if by.audience == "STAFF" and by.may(Permission.TAKE_PAYMENT) and by.reaches(appointment.centre_id):
        return appointment
    raise Missing("We could not find that appointment.")


def take_seat(appointment: Appointment, *, by: int | None, reason: str) -> bool:
    """Its money is here: confirm a hold, take an ended one's time again if it is free. False if there is no seat."""
    if appointment.status == Status.PENDING:
        actions.confirm(appointment, by=by, reason=reason)
    elif appointment.status == Status.EXPIRED:
        return actions.reseat(appointment, reason=reason)
    return appointment.status not in (Status.CANCELLED, Status.NO_SHOW)
