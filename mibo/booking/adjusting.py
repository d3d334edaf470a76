"""A booking costs less: a discount or a waiver by somebody who may, and one that costs nothing is settled (R-PAY-7)."""

from mibo import db, payments
from mibo.booking import actions, paying, rules
from mibo.booking.models import Appointment
from mibo.booking.rules import HoldOver, Status
from mibo.identity import Actor
from mibo.payments import AlreadyPaid


def adjust_price(appointment_id: int, kind: str, paise: int | None, reason: str, *, by: Actor) -> Appointment:
    """A DISCOUNT of so many paise, or WAIVE_CONSULTATION or WAIVE_REGISTRATION whole; what is asked for is the new price.

    A booking that so costs nothing is confirmed without any money.
    Raises Missing, Refused, AlreadyPaid, NothingToWaive, NotAllowed, HoldOver, Invalid.
    """
    one = _waiting(appointment_id, by)
    payments.adjust(one.payment_id, kind, paise, reason, by=by)
    if one.payment.amount_paise == 0:
        if not paying.take_seat(one, by=by.account_id, reason="Nothing to pay"):
            raise HoldOver
        payments.settle_free(one.payment_id, by=by)
    db.session().flush()
    return one


def undo_price(appointment_id: int, adjustment_id: int, *, by: Actor) -> Appointment:
    """What was taken off is owed again, while it is not paid. Raises Missing, Refused, AlreadyPaid, NotAllowed."""
    one = _waiting(appointment_id, by)
    payments.undo_adjustment(adjustment_id, one.payment_id, by=by)
    return one


def _waiting(appointment_id: int, by: Actor) -> Appointment:
    one = paying.theirs(actions.locked(appointment_id), by)
    if one.payment.status != "PENDING":
        raise AlreadyPaid
    if one.status in (Status.CANCELLED, Status.NO_SHOW):
        raise rules.NotAllowed("This appointment does not take place, so there is nothing to pay.")
    return one
