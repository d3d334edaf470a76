"""A patient asks the clinic to cancel; the time stays theirs until that is decided (R-CHG-3, R-SLOT-5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from mibo import clock, db, payments
from mibo.booking import actions, rules, seen, telling
from mibo.booking.calling_off import call_off_meeting, give_back, worded
from mibo.booking.models import Appointment, StatusChange
from mibo.booking.rules import NotAllowed, Status
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import Due, RefundReason

SHORTEST_REASON = 5


@dataclass(frozen=True)
class Asked:
    """A patient's wish to cancel: when, why, and what goes back by the policy when it is granted."""

    at: datetime
    reason: str
    in_time: bool
    paise: int


def ask_to_cancel(appointment_id: int, *, reason: str, by: Actor) -> Appointment:
    """Ask for one's own appointment to be cancelled, with a reason. Raises Missing, CannotCancel, Invalid."""
    one = actions.own_locked(appointment_id, by)
    rules.check_may_ask_to_cancel(one.status, one.starts_at, clock.now())
    words = worded(reason, least=SHORTEST_REASON)
    actions.change_status(one, Status.CANCELLATION_REQUESTED, by=by.account_id, reason=words)
    db.session().flush()
    return one


def grant_cancellation(
    appointment_id: int, *, by: Actor, words: str | None = None, all_of_it: bool = False, version: int | None = None
) -> Appointment:
    """Cancel as the patient asked: what goes back is the share for when they asked, or the whole consultation where a
    manager decides so (R-PAY-15). Raises Missing, Refused, ChangedMeanwhile, NotAllowed, Invalid.
    """
    one = _asked_for(appointment_id, by, version)
    wish = asked(one)
    actions.change_status(one, Status.CANCELLED, by=by.account_id, reason=_said(words))
    one.cancel_reason, one.expected_at = wish.reason or None, None
    payments.void_open_attempts(one.payment_id)
    why = RefundReason.CANCELLED_IN_TIME if wish.in_time else RefundReason.CANCELLED_LATE
    back = give_back(one, one.payment.consultation_paise if all_of_it else wish.paise, why)
    call_off_meeting(one)
    db.session().flush()
    telling.cancelled(one, back, wait_s=seen.patience(by))
    return one


def refuse_cancellation(
    appointment_id: int, *, by: Actor, words: str | None = None, version: int | None = None
) -> Appointment:
    """The appointment stands. Raises Missing, Refused, ChangedMeanwhile, NotAllowed, Invalid."""
    one = _asked_for(appointment_id, by, version)
    actions.change_status(one, Status.CONFIRMED, by=by.account_id, reason=_said(words))
    db.session().flush()
    telling.request_refused(one, wait_s=seen.patience(by))
    return one


def asked(one: Appointment) -> Asked:
    """What the patient asked for; in time or not as of the moment they asked."""
    step = db.session().scalar(
        select(StatusChange)
        .where(StatusChange.appointment_id == one.id, StatusChange.next == Status.CANCELLATION_REQUESTED)
        .order_by(StatusChange.id.desc())
        .limit(1)
    )
    at = step.at if step else clock.now()
    in_time = is_in_time(one, at)
    return Asked(at, step.reason or "" if step else "", in_time, share_of(one, in_time=in_time))


def is_in_time(one: Appointment, at: datetime) -> bool:
    """Whether somebody who calls it off then does so before the cut-off that was agreed on (R-CHG-4, M9)."""
    return one.starts_at - at >= timedelta(hours=one.payment.cutoff_hours)


def share_of(one: Appointment, *, in_time: bool) -> int:
    """What goes back of what was paid when the patient calls it off, by the terms of its booking, in paise (R-PAY-15)."""
    if one.payment.status != "PAID":
        return 0
    owed = Due(one.payment.consultation_paise, one.payment.registration_paise)
    return payments.refund_of_own_cancellation(owed, one.payment.terms, in_time=in_time)


def _asked_for(appointment_id: int, by: Actor, version: int | None) -> Appointment:
    one = seen.staff_locked(appointment_id, by, Permission.DECIDE_CANCELLATIONS, version=version)
    if one.status != Status.CANCELLATION_REQUESTED:
        raise NotAllowed("Nobody is asking to cancel this appointment any more.")
    return one


def _said(words: str | None) -> str | None:
    return worded(words) if words and words.strip() else None
