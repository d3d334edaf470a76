"""What the desk takes for a booking, and where a reference that was noted before belongs."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from mibo import db, payments
from mibo.booking import seen
from mibo.booking.models import Appointment
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.money import rupees
from mibo.payments import Attempt, ReferenceUsed, Tender


def take(
    one: Appointment, method: str, note: str | None, *, by: Actor, field: str = "desk_note", with_id: int | None = None
) -> Attempt:
    """Take all of it one way; a UPI reference that is the whole note is kept as such.

    What is wrong is said at `field`. Raises AlreadyPaid, Invalid.
    """
    with told_where(by, field):
        return payments.take_at_desk(one.payment, method, note, by, centre_id=one.centre_id, with_id=with_id)


def add_reference(payment_id: int, tender_id: int, typed: str, *, by: Actor) -> Tender:
    """The reference of a card or UPI payment is noted later, once: by whoever takes money where it was booked.

    Raises Refused, Missing, Invalid, ReferenceKnown.
    """
    about = db.session().scalar(select(Appointment.id).where(Appointment.payment_id == payment_id))
    if about is None:
        raise Missing("We could not find that payment.")
    seen.staff_locked(about, by, Permission.TAKE_PAYMENT)
    payments.refuse_card_number(typed, "reference")
    with told_where(by, "reference"):
        return payments.add_reference(payment_id, tender_id, typed, by=by)


@contextmanager
def told_where(by: Actor, field: str = "") -> Iterator[None]:
    """A reference that was used before is refused with where it was: the patient is named to those within reach only.

    With a `field` all that is wrong with the money is said there.
    """
    try:
        yield
    except ReferenceUsed as error:
        raise Invalid.field(field or error.place, _where(error.payment_id, by)) from None
    except Invalid as error:
        raise (Invalid.field(field, error.message) if field else error) from None


def _where(payment_id: int, by: Actor) -> str:
    wanted = select(Appointment).where(Appointment.payment_id == payment_id)
    one = db.session().scalars(wanted.options(joinedload(Appointment.patient), joinedload(Appointment.payment))).first()
    if one is None or not by.reaches(one.centre_id):
        return "This UPI reference was noted before, at another centre. Check the number, or ask a manager."
    paid = rupees(one.payment.amount_paise)
    return f"This UPI reference was noted before: {one.patient.full_name}, {one.reference}, {paid}. Check the number."


@dataclass(frozen=True, slots=True)
class Booked:
    """The booking that a payment is for: its id and its reference."""

    id: int
    reference: str


def booked_with(payment_ids: Collection[int]) -> dict[int, Booked]:
    """The booking of each of these payments."""
    wanted = select(Appointment.payment_id, Appointment.id, Appointment.reference)
    rows = db.session().execute(wanted.where(Appointment.payment_id.in_(payment_ids))).all() if payment_ids else []
    return {payment_id: Booked(one, reference) for payment_id, one, reference in rows}
