"""Money that does not match, and what a person does about it: look again, attach it, give it back, set it aside.

Looking, attaching and giving back ask the provider first, so none of them may be called inside a transaction.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import structlog
from sqlalchemy import select

from mibo import clock, db, payments
from mibo.booking import actions, comparing, settling
from mibo.booking.models import Appointment
from mibo.booking.queries import within_reach
from mibo.booking.settling import Outcome
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity import Actor
from mibo.integrations import razorpay
from mibo.integrations.http import ProviderError
from mibo.integrations.razorpay import ProviderPayment, ProviderRefund
from mibo.payments import Attempt, heard
from mibo.payments.rules import AlreadyResolved, MismatchReason

SHORTEST_NOTE = 5
REFUND_MARK = "rfnd_"
GOOD_ENDS = (Outcome.CONFIRMED, Outcome.RESEATED, Outcome.SURPLUS, Outcome.TOO_LATE, Outcome.ALREADY)

log = structlog.get_logger(__name__)


class NotAnswered(Conflict):
    """The provider cannot be asked just now."""

    code = "PROVIDER_AWAY"
    message = "The payment service could not be asked just now. Nothing has changed; please try again in a moment."


class DoesNotFit(Conflict):
    """This cannot be done with this money."""

    code = "DOES_NOT_FIT"


class Look(StrEnum):
    """What looking again came to."""

    SETTLED = "SETTLED"
    GIVEN_BACK = "GIVEN_BACK"
    AS_BEFORE = "AS_BEFORE"
    NOT_THERE = "NOT_THERE"


@dataclass(frozen=True)
class Traced:
    """A payment as the provider tells it now, and by what its order or link is known to us."""

    told: ProviderPayment
    link: razorpay.Link | None
    receipt: str | None


def look_again(mismatch_id: int, *, by: Actor | None) -> Look:
    """Ask the provider anew, and settle what it tells now. Raises Missing, AlreadyResolved, NotAnswered."""
    with db.transaction():
        one = open_one(mismatch_id)
    if one.reason == MismatchReason.UNREADABLE:
        return _read_again(one, by)
    if one.reason == MismatchReason.ADJUSTED:
        raise DoesNotFit("The payment service tells of this in its report only. Set it aside, and say what it is.")
    if one.reason == MismatchReason.REFUND_NOT_OURS or one.about.startswith(REFUND_MARK):
        return _refund_again(one, by)
    try:
        found = _traced(one)
    except ProviderError as error:
        if error.kind != "refused":
            raise NotAnswered from None
        return Look.NOT_THERE
    finally:
        with db.transaction():
            payments.parking.note_look(mismatch_id, clock.now())
    if one.reason == MismatchReason.BOOKS_DIFFER:
        return _compared(one, found.told, by)
    if found.told.status == "refunded":
        _resolve(mismatch_id, "GIVEN_BACK", by, "Given back at the payment service.")
        return Look.GIVEN_BACK
    return _settle(one, found)


def _read_again(one: heard.Mismatch, by: Actor | None) -> Look:
    assert one.event_id
    outcome = settling.settle_once_more(one.event_id)
    if outcome == Outcome.PARKED:
        return Look.AS_BEFORE
    _resolve(one.id, "SETTLED", by, None)
    return Look.SETTLED


def _compared(one: heard.Mismatch, told: ProviderPayment, by: Actor | None) -> Look:
    """Both books anew: where they say the same by now, nothing is left to do."""
    with db.transaction():
        held = comparing.books_of([told.id]).get(told.id)
    if held is None or comparing.differs(told, held):
        return Look.AS_BEFORE
    _resolve(one.id, "SETTLED", by, "Both books say the same now.")
    return Look.SETTLED


def _refund_again(one: heard.Mismatch, by: Actor | None) -> Look:
    """It may be in our books by now, or have failed, so that no money has left."""
    told = refund_told(one)
    with db.transaction():
        payments.parking.note_look(one.id, clock.now())
        known = payments.refund_of_provider(one.about)
        if told is None:
            return Look.NOT_THERE
        payments.parking.note_payment(one.id, told.payment_id)
    if not known and told.status != "failed" and settling.hear_of_refund(told, told_by="PERSON") is Outcome.PARKED:
        return Look.AS_BEFORE
    if known and one.reason == MismatchReason.BOOKS_DIFFER and known.paise != told.paise:
        return Look.AS_BEFORE
    _resolve(one.id, "SETTLED", by, "It is in our books." if known else "It failed, so no money has left.")
    return Look.SETTLED


def refund_told(one: heard.Mismatch) -> ProviderRefund | None:
    """The refund that it is about, as the provider tells it now; None where it knows none. Raises NotAnswered."""
    db.between_steps()
    try:
        known = (
            razorpay.refunds(one.provider_payment_id) if one.provider_payment_id else [razorpay.one_refund(one.about)]
        )
    except ProviderError as error:
        log.warning("payments.not_answered", mismatch=one.id, error=str(error))
        if error.kind == "refused":
            return None
        raise NotAnswered from None
    return next((each for each in known if each.id == one.about), None)


def _settle(one: heard.Mismatch, found: Traced) -> Look:
    with db.transaction():
        attempt = settling.attempt_of(found.told, found.link, found.receipt)
    if attempt is None:
        return Look.AS_BEFORE
    outcome = settling.settle_payment(
        attempt.id, found.told, told_by="PERSON", made=found.link, receipt=found.receipt, event_id=one.event_id
    )
    if outcome not in GOOD_ENDS:
        return Look.AS_BEFORE
    with db.transaction():
        payments.parking.settle_mismatches(found.told.id)
    return Look.SETTLED


def _traced(one: heard.Mismatch) -> Traced:
    """The payment anew. Where it is of nothing we know, its order or link may carry our reference. Raises ProviderError."""
    db.between_steps()
    told = razorpay.payment(one.provider_payment_id or "")
    if one.reason != MismatchReason.NOT_OURS:
        return Traced(told, None, None)
    return trace(told)


def trace(told: ProviderPayment) -> Traced:
    """By what the order or the link of a payment is known to us, as the provider tells. Raises ProviderError."""
    link = razorpay.link_of_payment(told.id)
    if link:
        return Traced(replace(told, link_id=link.id), link, None)
    receipt = razorpay.order(told.order_id).receipt if told.order_id else None
    return Traced(told, None, receipt)


def attach(mismatch_id: int, reference: str, *, by: Actor) -> Outcome:
    """This money is for that booking: it goes through the machine that all money goes through.

    Only where it is exactly what the booking costs, in rupees, and the booking is not paid.
    Raises Missing, AlreadyResolved, NotAnswered, DoesNotFit, Invalid.
    """
    told = _asked_anew(mismatch_id)
    with db.transaction():
        appointment = _booking(reference, by)
        payment = payments.locked(appointment.payment_id)
        one = open_one(mismatch_id)
        if payment.status != "PENDING":
            raise DoesNotFit("That booking is paid already, so this money has to go back.")
        if (told.currency, told.paise) != ("INR", payment.amount_paise):
            raise DoesNotFit("That booking costs another amount than came. Give the money back, and send a new link.")
        attempt = _attempt_for(payment.id, told)
        payments.parking.resolve(one, "ATTACHED", by=by, attempt_id=attempt.id, reference=appointment.reference)
        payments.parking.place(one, attempt.id)
        return settling.take_money(appointment, attempt, told)


def _attempt_for(payment_id: int, told: ProviderPayment) -> Attempt:
    """A try to pay that was never asked for; its order is noted where it is nobody else's."""
    free = payments.attempt_by_order(told.order_id) is None
    attempt = Attempt(
        payment_id=payment_id, kind="ORDER", paise=told.paise, provider_order_id=told.order_id if free else None
    )
    db.session().add(attempt)
    db.session().flush()
    return attempt


def give_back(mismatch_id: int, reference: str | None, *, by: Actor) -> int:
    """This money goes back: its refund is put on the list, beside the booking that it was meant for. How much (paise).

    Money of no booking of ours needs one named, because a refund stands beside a booking.
    Raises Missing, AlreadyResolved, NotAnswered, DoesNotFit, Invalid.
    """
    told = _asked_anew(mismatch_id)
    with db.transaction():
        appointment = _of_attempt(mismatch_id) or _booking(reference or "", by, field="meant_for")
        payments.locked(appointment.payment_id)
        one = open_one(mismatch_id)
        if payments.is_recorded(told.id):
            raise DoesNotFit("This money is in our books by now. Please look again.")
        stray = payments.record_stray(appointment.payment_id, told)
        payments.parking.resolve(one, "GIVEN_BACK", by=by, attempt_id=stray.id, paise=stray.paise)
        payments.parking.place(one, stray.id)
        return stray.paise


def set_aside(mismatch_id: int, note: str, *, by: Actor) -> None:
    """Nothing is to be done about it, for a reason. Raises Missing, AlreadyResolved, Invalid."""
    if len(note.strip()) < SHORTEST_NOTE:
        raise Invalid.field("note", f"Say why in a few words, at least {SHORTEST_NOTE} letters.")
    payments.refuse_card_number(note)
    _resolve(mismatch_id, "SET_ASIDE", by, note.strip())


def _resolve(mismatch_id: int, resolution: str, by: Actor | None, note: str | None) -> None:
    with db.transaction():
        payments.parking.resolve(open_one(mismatch_id), resolution, by=by, note=note)


def open_one(mismatch_id: int) -> heard.Mismatch:
    """One that still waits, its row locked. Raises Missing, AlreadyResolved."""
    one = payments.parking.locked_mismatch(mismatch_id)
    if one is None:
        raise Missing("We could not find that.")
    if one.resolved_at is not None:
        raise AlreadyResolved
    return one


def _asked_anew(mismatch_id: int) -> ProviderPayment:
    """The payment as the provider tells it now, if its money is here. Raises NotAnswered, DoesNotFit."""
    with db.transaction():
        one = open_one(mismatch_id)
    if one.reason in payments.parking.NOT_SETTLED_BY_MONEY or not one.provider_payment_id:
        raise DoesNotFit("This is not money that could be placed. Look again, or set it aside with a reason.")
    db.between_steps()
    try:
        told = razorpay.payment(one.provider_payment_id)
    except ProviderError as error:
        log.warning("payments.not_answered", mismatch=mismatch_id, error=str(error))
        raise NotAnswered from None
    if told.status != "captured":
        raise DoesNotFit("The payment service does not have this money (any more). Please look again.")
    return told


def _booking(reference: str, by: Actor, field: str = "reference") -> Appointment:
    """A booking by what patients call it, locked. Raises Invalid."""
    named = Appointment.reference == reference.strip().upper()
    found = db.session().scalar(select(Appointment.id).where(named, within_reach(by)))
    if found is None:
        raise Invalid.field(field, "We have no booking of that reference. It looks like MB-7F3K.")
    return actions.locked(found)


def _of_attempt(mismatch_id: int) -> Appointment | None:
    """The booking that the money was meant for, locked, where the provider named one of ours."""
    about = (
        select(Appointment.id)
        .join(Attempt, Attempt.payment_id == Appointment.payment_id)
        .join(heard.Mismatch, heard.Mismatch.attempt_id == Attempt.id)
        .where(heard.Mismatch.id == mismatch_id)
    )
    found = db.session().scalar(about)
    return actions.locked(found) if found else None
