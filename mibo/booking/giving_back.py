"""Money goes back by a person's hand: decided by a manager, handed over at the desk, and the patient told (R-PAY-14, 16)."""

from sqlalchemy import select

from mibo import clock, db, identity, jobs, payments
from mibo.audit import AuditEntry
from mibo.booking import actions, seen, sending_back, telling
from mibo.booking.calling_off import worded
from mibo.booking.models import Appointment
from mibo.booking.rules import ChangedMeanwhile
from mibo.errors import Invalid, Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.messaging.wording import first_name
from mibo.money import rupees
from mibo.payments import InHand, Refund

_WORDS = {
    "refund.opened": "opened this", "refund.assigned": "changed whose this is", "refund.approved": "approved this",
    "refund.approval_undone": "took the approval back", "refund.declined": "declined this",
    "refund.retried": "tried this again", "refund.handed_over": "noted that this was given back",
    "refund.sent": "sent this", "refund.failed": "could not send this", "refund.done": "noted that this has arrived",
}  # fmt: skip


def approve(refund_id: int, *, by: Actor, at_desk: bool = False, version: int | None = None) -> Refund:
    """It goes back: the provider is asked, once the time to undo is over, or it waits to be handed over at the desk.

    Raises Refused, Missing, ChangedMeanwhile, RefundNotAllowed.
    """
    held, _ = _in_hand(refund_id, by, Permission.DECIDE_REFUNDS, version)
    online = bool(held.attempt.provider_payment_id) and not at_desk
    wait_s = seen.patience(by)
    payments.approve(held, "PROVIDER" if online else "DESK", by=by, wait_s=wait_s)
    if online and not wait_s:
        jobs.defer(sending_back.send_refund, refund_id)
    return held.refund


def undo_approval(refund_id: int, *, by: Actor, version: int | None = None) -> Refund:
    """Not approved after all, while nothing has left. Raises Refused, Missing, ChangedMeanwhile, RefundNotAllowed."""
    held, _ = _in_hand(refund_id, by, Permission.DECIDE_REFUNDS, version)
    payments.take_back_approval(held, by=by)
    return held.refund


def decline(refund_id: int, reason: str, *, by: Actor, version: int | None = None) -> Refund:
    """It does not go back; the patient hears so. Raises Refused, Missing, ChangedMeanwhile, RefundNotAllowed, Invalid."""
    held, one = _in_hand(refund_id, by, Permission.DECIDE_REFUNDS, version)
    payments.decline(held, worded(reason), by=by)
    telling.refund_declined(one, held.refund, wait_s=seen.patience(by))
    return held.refund


def retry(refund_id: int, *, by: Actor, version: int | None = None) -> Refund:
    """The provider is asked once more. Raises Refused, Missing, ChangedMeanwhile, RefundNotAllowed."""
    held, _ = _in_hand(refund_id, by, Permission.DECIDE_REFUNDS, version)
    payments.retry(held, by=by)
    jobs.defer(sending_back.send_refund, refund_id)
    return held.refund


def hand_over(refund_id: int, method: str, reference: str | None, *, by: Actor, version: int | None = None) -> Refund:
    """The money was given back at the desk. What the provider refused only a manager hands over.

    Raises Refused, Missing, ChangedMeanwhile, RefundNotAllowed, Invalid.
    """
    held, one = _in_hand(refund_id, by, Permission.GIVE_BACK, version)
    if held.refund.status == "FAILED" and not by.may(Permission.DECIDE_REFUNDS):
        raise Refused
    payments.hand_over(held, method, reference, by=by, centre_id=_desk_of(one, by))
    telling.refund_done(one, held.refund)
    return held.refund


def open_drawer_for(refund_id: int, *, by: Actor) -> None:
    """Open the drawer out of which they will hand it over. Raises Refused, Missing."""
    _, one = _in_hand(refund_id, by, Permission.GIVE_BACK, None)
    payments.drawers.open_drawer(_desk_of(one, by), None, by=by)


def _desk_of(one: Appointment, by: Actor) -> int:
    """At which centre's desk: their own where they have one, else the booking's."""
    return next(iter(by.centre_ids)) if len(by.centre_ids) == 1 else one.centre_id


def assign(refund_id: int, to: int | None, *, by: Actor, version: int | None = None) -> Refund:
    """Somebody sees to it, or nobody does any more. Raises Refused, Missing, ChangedMeanwhile, Invalid."""
    held, _ = _in_hand(refund_id, by, Permission.DECIDE_REFUNDS, version)
    if to is not None and to not in owners():
        raise Invalid.field("owner", "Choose somebody who may decide refunds.")
    payments.assign(held.refund, to, by=by)
    return held.refund


def owners() -> dict[int, str]:
    """Who may see to refunds, by name."""
    return identity.names_of_those_who_may(Permission.DECIDE_REFUNDS)


def open_by_hand(appointment_id: int, paise: int, reason: str, *, by: Actor, shown_left: int | None = None) -> Refund:
    """A manager opens a refund of a booking's money, all or part of it, whatever its terms say (R-PAY-15).

    `shown_left` is what the page showed as left, in paise: pressed twice, it is opened once.
    Raises Refused, Missing, Invalid, RefundNotAllowed, ChangedMeanwhile.
    """
    one = seen.staff_locked(appointment_id, by, Permission.DECIDE_REFUNDS)
    words = worded(reason)
    paid = payments.paid_attempt(payments.locked(one.payment_id))
    if paid is None:
        raise payments.RefundNotAllowed("Nothing has been paid for this booking, so nothing can be given back.")
    left = payments.left_of(paid)
    if shown_left is not None and shown_left != left:
        raise ChangedMeanwhile(
            f"Another refund was opened meanwhile; {rupees(left)} is left. Please look before you open one more."
        )
    opened = payments.open_refund_by_hand(paid, paise, words, by=by)
    payments.assign(opened, by.account_id, by=by)
    return opened


def _in_hand(refund_id: int, by: Actor, permission: Permission, version: int | None) -> tuple[InHand, Appointment]:
    """The refund locked, with what it is of, for staff who may do this to it."""
    if not by.may(permission):
        raise Refused
    held = payments.refund_locked(refund_id)
    one = _of(held)
    if not seen.reaches(by, one):
        raise Missing("We could not find that refund.")
    if version is not None and version != held.refund.version:
        raise ChangedMeanwhile(_said(held.refund))
    return held, one


def _of(held: InHand) -> Appointment:
    about = select(Appointment.id).where(Appointment.payment_id == held.payment.id)
    return actions.in_full(db.session().scalars(about).one())


def _said(refund: Refund) -> str | None:
    """`Suresh approved this at 10:41 am.`: what was done to it last, and by whom."""
    of_it = AuditEntry.subject_id == refund.payment_id, AuditEntry.details["refund_id"].as_integer() == refund.id
    newest = select(AuditEntry).where(*of_it, AuditEntry.act.in_(_WORDS)).order_by(AuditEntry.id.desc()).limit(1)
    entry = db.session().scalar(newest)
    if entry is None:
        return None
    name = identity.names_of({entry.by_account_id}).get(entry.by_account_id, "") if entry.by_account_id else ""
    at = clock.local(entry.at)
    face = f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"
    who = first_name(name) if name else "The system"
    return f"{who} {_WORDS[entry.act]} at {face}. This is how it stands now."
