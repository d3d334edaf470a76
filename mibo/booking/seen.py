"""An appointment in the hands of staff: locked, within their reach, and still as they last saw it (look.md C7)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mibo import audit, clinics, clock, db, identity
from mibo.audit import AuditEntry
from mibo.booking import actions
from mibo.booking.models import Appointment
from mibo.booking.rules import ChangedMeanwhile, Status
from mibo.errors import Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission, Role
from mibo.messaging.wording import first_name
from mibo.phrases import phrase

_STATUS_WORDS: dict[str, str] = {
    Status.CONFIRMED: "confirmed this",
    Status.IN_PROGRESS: "started this",
    Status.COMPLETED: "completed this",
    Status.CANCELLED: "cancelled this",
    Status.NO_SHOW: "marked this as a no-show",
    Status.CANCELLATION_REQUESTED: "asked to cancel this",
    Status.EXPIRED: "let this run out",
}
_ACT_WORDS = {
    "appointment.moved": "moved this",
    "appointment.move_undone": "moved this back",
    "appointment.arrived": "checked this in",
    "appointment.arrival_undone": "undid the check-in",
    "appointment.link_pasted": "pasted a video link",
    "appointment.link_wanted": "asked for another video link",
    "appointment.expected": "noted when the patient comes",
}


@dataclass(frozen=True)
class Touch:
    """The last thing that was done to an appointment: by whom (empty for the system), when, and with what."""

    by_account_id: int | None
    at: datetime
    words: str
    act: str
    details: dict[str, object]


def staff_locked(appointment_id: int, by: Actor, permission: Permission, *, version: int | None = None) -> Appointment:
    """The appointment locked, for staff who may do this to it. Raises Refused, Missing, ChangedMeanwhile."""
    if not by.may(permission):
        raise Refused
    appointment = actions.locked(appointment_id)
    if not reaches(by, appointment):
        raise Missing(phrase("We could not find that appointment."))
    check_fresh(appointment, version)
    return appointment


def reaches(by: Actor, appointment: Appointment) -> bool:
    """Whether this member of staff may see it: `queries.within_reach`, asked of a row that is in hand (R-ACL)."""
    if by.audience != "STAFF":
        return False
    if by.everywhere:
        return True
    if is_own(by, appointment):
        return True
    return by.roles != {Role.CLINICIAN} and appointment.centre_id in by.centre_ids


def is_own(by: Actor, appointment: Appointment) -> bool:
    """Whether they are its clinician."""
    return by.clinician_id is not None and by.clinician_id == appointment.clinician_id


def check_fresh(appointment: Appointment, version: int | None) -> None:
    """Raises ChangedMeanwhile, with who did what and when, unless it is still as it was seen."""
    if version is not None and version != appointment.version:
        touch = last_touch(appointment)
        raise ChangedMeanwhile(said(touch, appointment) if touch else None)


def last_touch(appointment: Appointment) -> Touch | None:
    """What was done to it last, as the audit has it; who only looked at it changed nothing."""
    acts = AuditEntry.subject_id == appointment.id, AuditEntry.act.in_(("appointment.status", *_ACT_WORDS))
    newest = select(AuditEntry).where(*acts).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1)
    entry = db.session().scalar(newest)
    if entry is None:
        return None
    words = _ACT_WORDS.get(entry.act) or _STATUS_WORDS.get(str(entry.details.get("next")), "changed this")
    return Touch(entry.by_account_id, entry.at, words, entry.act, entry.details)


def said(touch: Touch, appointment: Appointment) -> str:
    """`Asha checked this in at 10:41 am.`"""
    at = clock.local(touch.at)
    face = f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"
    day = "" if at.date() == clock.today() else f" on {at:%a} {at.day} {at:%b}"
    return f"{_who(touch, appointment)} {touch.words} at {face}{day}. This is how it stands now."


def _who(touch: Touch, appointment: Appointment) -> str:
    if touch.by_account_id is None:
        return "The system"
    if touch.by_account_id == appointment.patient.account_id:
        return "The patient"
    name = identity.names_of({touch.by_account_id}).get(touch.by_account_id, "")
    return first_name(name) if name else "Somebody"


def patience(by: Actor) -> int:
    """How many seconds what this person causes waits before anybody is told: staff's can be undone (M13)."""
    return clinics.policy_in_force().undo_seconds if by.audience == "STAFF" else 0


def touch(appointment: Appointment, act: str, by: Actor, **details: object) -> None:
    """Note that something was done to it that is no change of state: whoever looks at it sees a newer version."""
    appointment.version += 1
    audit.record(f"appointment.{act}", appointment.id, by=by.account_id, **details)
