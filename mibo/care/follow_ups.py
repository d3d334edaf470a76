"""When a patient is due to come again: said by the clinician, open until it is booked or called off (R-SES-10)."""

from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from mibo import audit, booking, clock, db
from mibo.booking import Appointment, Status
from mibo.booking.rules import is_live_hold
from mibo.care import rules
from mibo.care.actions import own_locked
from mibo.care.models import FollowUp
from mibo.care.queries import parents_within_reach
from mibo.care.rules import FollowUpClosed
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity import Actor


def recommend(parent_id: int, wanted_on: date, note: str | None, *, by: Actor) -> FollowUp:
    """The clinician would like to see the patient again. Said twice it is one, with what was said last; what was booked
    of it meanwhile stands. Raises Missing, Refused, Invalid.
    """
    parent = own_locked(parent_id, by)
    rules.check_wanted(wanted_on, clock.today())
    if parent.status not in (Status.IN_PROGRESS, Status.COMPLETED):
        raise Invalid("A follow-up comes of a consultation: start it first.")
    if (booked := _booked_for(parent.id, wanted_on)) is not None:
        return booked
    said = insert(FollowUp).values(
        parent_id=parent.id, wanted_on=wanted_on, note=note or None, created_by=by.account_id
    )
    kept = (
        db.session()
        .scalars(
            said.on_conflict_do_update(
                index_elements=["parent_id"],
                index_where=text("status = 'OPEN'"),
                set_={"wanted_on": wanted_on, "note": note or None, "updated_at": func.now()},
            ).returning(FollowUp),
            execution_options={"populate_existing": True},
        )
        .one()
    )
    audit.record("follow_up.wanted", kept.id, by=by.account_id, parent=parent.id, wanted_on=wanted_on.isoformat())
    return kept


def _booked_for(parent_id: int, wanted_on: date) -> FollowUp | None:
    """The same follow-up, that the centre has booked already: an app says it again when the consultation ends."""
    return db.session().scalar(
        select(FollowUp)
        .where(FollowUp.parent_id == parent_id, FollowUp.wanted_on == wanted_on, FollowUp.status == "BOOKED")
        .limit(1)
    )


def link(follow_up_id: int, appointment_id: int, *, by: Actor) -> FollowUp:
    """It became this booking: each knows of the other. Raises Missing, Conflict for another patient's, FollowUpClosed."""
    parent = select(FollowUp.parent_id).where(FollowUp.id == follow_up_id)
    booking.lock_in_order({appointment_id, *db.session().scalars(parent)})
    follow_up = locked(follow_up_id, by)
    if follow_up.booked_id == appointment_id:
        return follow_up
    appointment = booking.locked(appointment_id)
    if appointment.patient_id != follow_up.parent.patient_id:
        raise Conflict("This follow-up is another patient's. Nothing was linked.")
    if not is_open(follow_up):
        raise FollowUpClosed("This follow-up has been booked or called off already.")
    follow_up.status, follow_up.booked_id = "BOOKED", appointment.id
    follow_up.closed_by, follow_up.closed_at = by.account_id, clock.now()
    appointment.parent_id, appointment.purpose = follow_up.parent_id, "FOLLOW_UP"
    db.session().flush()
    audit.record("follow_up.booked", follow_up.id, by=by.account_id, appointment=appointment.id)
    return follow_up


def link_of_visit(parent_id: int, appointment_id: int, *, by: Actor) -> None:
    """The follow-up that this visit waits for, if it waits for one, became this booking. Raises as `link`."""
    said = select(FollowUp).where(FollowUp.parent_id == parent_id).options(joinedload(FollowUp.booked))
    waits = next(filter(is_open, db.session().scalars(said.order_by(FollowUp.id.desc()))), None)
    if waits is not None:
        link(waits.id, appointment_id, by=by)


def call_off(follow_up_id: int, reason: str, *, by: Actor) -> FollowUp:
    """It is not wanted any more; the reason stays with it. Raises Missing, Invalid, FollowUpClosed."""
    follow_up = locked(follow_up_id, by)
    if not reason.strip():
        raise Invalid.field("reason", "Say why it is called off.")
    if not is_open(follow_up):
        raise FollowUpClosed("This follow-up has been booked or called off already.")
    follow_up.status, follow_up.booked_id = "CANCELLED", None
    follow_up.close_reason, follow_up.closed_by, follow_up.closed_at = reason.strip(), by.account_id, clock.now()
    db.session().flush()
    audit.record("follow_up.called_off", follow_up.id, by=by.account_id)
    return follow_up


def locked(follow_up_id: int, by: Actor) -> FollowUp:
    """The follow-up with what it came of, locked, if it is within reach. Raises Missing."""
    found = db.session().scalar(
        select(FollowUp)
        .join(Appointment, Appointment.id == FollowUp.parent_id)
        .where(FollowUp.id == follow_up_id, parents_within_reach(by))
        .options(joinedload(FollowUp.parent), joinedload(FollowUp.booked))
        .with_for_update(of=FollowUp)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing("We could not find that follow-up.")
    return found


def is_open(follow_up: FollowUp) -> bool:
    """Whether it waits to be booked: nobody did yet, or what was booked came to nothing."""
    booked = follow_up.booked
    if booked is None:
        return follow_up.status == "OPEN"
    hold_ended = booked.status == Status.PENDING and not is_live_hold(booked.status, booked.held_until, clock.now())
    return hold_ended or booked.status in (Status.CANCELLED, Status.EXPIRED)
