"""The clinic calls an appointment off: with its reason, all the money back, and everybody told (R-CHG-5, R-PAY-15)."""

from mibo import clock, db, payments, video
from mibo.booking import actions, rules, seen, telling
from mibo.booking.models import REASON_LENGTH, Appointment
from mibo.booking.rules import Status
from mibo.errors import Invalid
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import RefundReason
from mibo.phrases import phrase


def call_off(
    appointment_id: int, *, reason: str, by: Actor, version: int | None = None, displaced_by: int | None = None
) -> Appointment:
    """Cancel for the clinic; `displaced_by` is the block that closed its time. A patient who paid gets all of it back.

    Raises Missing, Refused, ChangedMeanwhile, NotAllowed, Invalid.
    """
    words = worded(reason)
    right = Permission.CANCEL_APPOINTMENTS if displaced_by is None else Permission.BLOCK_TIME
    one = seen.staff_locked(appointment_id, by, right, version=version)
    was_held = one.status == Status.PENDING
    one.displaced_by = displaced_by
    back = take_off(one, words, by, paise=one.payment.amount_paise, why=RefundReason.CANCELLED_BY_CLINIC)
    telling.called_off(one, back, clinician_too=not was_held, wait_s=seen.patience(by))
    return one


def take_off(one: Appointment, words: str, by: Actor, *, paise: int, why: RefundReason) -> int:
    """It will not take place, and so much of what was paid goes back; says how much. Nobody is told yet.

    Raises NotAllowed.
    """
    rules.check_may_call_off(one.status, one.held_until, one.ends_at, clock.now())
    was_held = one.status == Status.PENDING
    actions.change_status(one, Status.CANCELLED, by=by.account_id, reason=words)
    one.cancel_reason, one.expected_at = words, None
    payments.void_open_attempts(one.payment_id)
    back = 0 if was_held else give_back(one, paise, why)
    call_off_meeting(one)
    db.session().flush()
    return back


def give_back(one: Appointment, paise: int, reason: RefundReason) -> int:
    """Open the refund of so much of what was paid; says how much really goes back.

    The registration of a first visit goes with it (R-PAY-15); that it was paid is unsaid only when the money has left.
    """
    paid = payments.newest_attempt(one.payment_id)
    if paid is None or paid.status != "PAID" or paise <= 0:
        return 0
    return payments.open_refund(paid, paise, reason)


def call_off_meeting(one: Appointment) -> None:
    """Its meeting, if it has one, will not take place."""
    if one.meeting is not None:
        video.call_off(one.meeting)


def worded(reason: str, *, least: int = 1) -> str:
    """The reason somebody gave. Raises Invalid where there is none, or too much of it."""
    payments.refuse_card_number(reason, "reason")
    said = reason.strip()
    if len(said) < least:
        short = phrase("Please give a reason in %(least)s to %(most)s characters.", least=least, most=REASON_LENGTH)
        raise Invalid.field("reason", short if least > 1 else phrase("Please give a reason."))
    if len(said) > REASON_LENGTH:
        raise Invalid.field("reason", phrase("Please use %(most)s characters at most.", most=REASON_LENGTH))
    return said
