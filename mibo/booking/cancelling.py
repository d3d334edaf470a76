"""A patient calls an appointment off: in time, and with what they get back decided here (R-CHG-4, R-PAY-15)."""

from mibo import clock, db, payments
from mibo.booking import actions, rules, telling
from mibo.booking.calling_off import call_off_meeting, give_back
from mibo.booking.models import Appointment
from mibo.booking.requests import share_of
from mibo.booking.rules import Status
from mibo.identity import Actor
from mibo.payments import RefundReason


def cancel(appointment_id: int, *, by: Actor, reason: str | None = None) -> Appointment:
    """Cancel one's own appointment, or let a held time go. Raises Missing, CannotCancel.

    Money goes back as the terms of the booking say (M9); the reason never lands among anybody's notes (R-CHG-6).
    """
    appointment = actions.own_locked(appointment_id, by)
    rules.check_may_cancel(appointment.status, appointment.starts_at, clock.now(), appointment.payment.cutoff_hours)
    was_held = appointment.status == Status.PENDING
    unsaid = actions.LET_GO if was_held else "Cancelled by the patient"
    actions.change_status(appointment, Status.CANCELLED, by=by.account_id, reason=reason or unsaid)
    appointment.cancel_reason = reason
    payments.void_open_attempts(appointment.payment_id)
    if not was_held:
        back = give_back(appointment, share_of(appointment, in_time=True), RefundReason.CANCELLED_IN_TIME)
        call_off_meeting(appointment)
        telling.cancelled(appointment, back)
    db.session().flush()
    return appointment
