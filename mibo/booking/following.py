"""What a booking is for, and which visit it follows: said by staff who book it for a patient."""

from mibo import audit, db
from mibo.booking import actions, seen
from mibo.booking.models import PURPOSES, Appointment
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission


def name_purpose(
    appointment_id: int, *, purpose: str = "CONSULTATION", parent_id: int | None = None, by: Actor
) -> Appointment:
    """Say what an appointment is for. Raises Missing, Refused, Invalid; Conflict for another patient's earlier visit."""
    if parent_id is not None:
        actions.lock_in_order({appointment_id, parent_id})
    one = seen.staff_locked(appointment_id, by, Permission.BOOK_AT_DESK)
    if purpose not in PURPOSES:
        raise Invalid.field("purpose", "Choose what the appointment is for.")
    if parent_id is not None:
        _check_earlier(one, parent_id, by)
    one.purpose, one.parent_id = purpose, parent_id
    audit.record("appointment.purpose", one.id, by=by.account_id, purpose=purpose, parent=parent_id)
    db.session().flush()
    return one


def _check_earlier(one: Appointment, parent_id: int, by: Actor) -> None:
    parent = actions.in_full(parent_id)
    if not seen.reaches(by, parent):
        raise Missing("We could not find that appointment.")
    if parent.patient_id != one.patient_id or parent.id == one.id:
        raise Conflict("The earlier appointment is not this patient's.")
