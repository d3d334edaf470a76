"""A booking of the desk is undone, as if it had never been, while nobody has been told of it (M13)."""

from datetime import datetime, timedelta

from sqlalchemy import select

from mibo import audit, clock, db, messaging, payments
from mibo.booking import actions, rules, seen
from mibo.booking.calling_off import call_off_meeting
from mibo.booking.links import DESK_SOURCES
from mibo.booking.models import Appointment, QueueEntry
from mibo.booking.rules import NotAllowed, Status
from mibo.identity import Actor
from mibo.identity.permissions import Permission

UNDO_AT_MOST = timedelta(minutes=5)
UNDONE = "Undone at the desk"


def undo_booking(appointment_id: int, *, by: Actor, version: int | None = None) -> Appointment:
    """Undo a booking that somebody at the desk made by mistake: nobody hears of it, money noted at the desk is unsaid,
    the time is free, and the number in the queue that it came of waits again. Undone twice it is undone once.

    Raises Missing, Refused, ChangedMeanwhile, NotAllowed.
    """
    one = seen.staff_locked(appointment_id, by, Permission.BOOK_AT_DESK)
    if one.status == Status.CANCELLED and one.cancel_reason == UNDONE:
        return one
    seen.check_fresh(one, version)
    if (refusal := _why_not(one, clock.now())) is not None:
        raise NotAllowed(refusal)
    if not messaging.withdraw_about(one.id, since=one.created_at):
        raise NotAllowed("The patient has been told of it already. Cancel the appointment instead.")
    payments.unsay_desk_payment(one.payment_id, by=by)
    payments.void_open_attempts(one.payment_id)
    actions.change_status(one, Status.CANCELLED, by=by.account_id, reason=UNDONE)
    one.cancel_reason = UNDONE
    call_off_meeting(one)
    _wait_again(one, by)
    db.session().flush()
    return one


def may_undo(one: Appointment, by: Actor, now: datetime) -> bool:
    """Whether the page may offer it; that nobody has been told is only known when it is tried."""
    return by.may(Permission.BOOK_AT_DESK) and _why_not(one, now) is None


def _why_not(one: Appointment, now: datetime) -> str | None:
    stands = one.status == Status.CONFIRMED or rules.is_live_hold(one.status, one.held_until, now)
    if one.source not in DESK_SOURCES or not stands:
        return "Only a booking of the desk that still stands can be undone."
    if one.series_id is not None:
        return "The patient hears of the series as a whole. Cancel this one, or all of them, instead."
    if one.moves or one.arrived_at is not None:
        return "Something has been done with it since. Cancel the appointment instead."
    if one.payment.status == "PAID" and one.payment.method == "ONLINE":
        return "The patient has paid it online already. Cancel the appointment instead."
    if now - one.created_at > UNDO_AT_MOST:
        return "It was booked too long ago to undo it. Cancel the appointment instead."
    return None


def _wait_again(one: Appointment, by: Actor) -> None:
    """Whoever was booked out of the queue is in it again, as they were."""
    entry = db.session().scalar(select(QueueEntry).where(QueueEntry.appointment_id == one.id).with_for_update())
    if entry is None:
        return
    entry.appointment_id, entry.finished_at = None, None
    entry.status = "CALLED" if entry.called_at else "WAITING"
    entry.version += 1
    audit.record("queue.status", entry.id, by=by.account_id, previous="DONE", next=entry.status)
