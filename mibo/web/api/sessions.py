"""A clinician's consultations: started, ended, and when the patient should come again (api-contract.md 5.2)."""

from datetime import date

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, care
from mibo.care import FollowUp
from mibo.errors import Invalid
from mibo.identity import Permission
from mibo.web.access import actor, may
from mibo.web.api.answers import said, the_id
from mibo.web.api.appointment_shapes import AppointmentLine, eyes, line
from mibo.web.api.document import documented
from mibo.web.api.shown import Id, Instant, Shown
from mibo.web.inputs.sessions import FollowUpWish, SessionStart

bp = Blueprint("sessions", __name__, url_prefix="/appointments")


class FollowUpShown(Shown):
    """When a patient is wanted again: a proposal, until the centre books it."""

    id: Id
    parent_appointment_id: Id
    patient_id: Id
    clinician_id: Id
    follow_up_date: date
    follow_up_notes: str | None
    is_scheduled: bool
    scheduled_appointment_id: Id | None
    created_by_user_id: Id
    created_at: Instant
    updated_at: Instant


@bp.post("/<appointment_id>/start-session")
@documented(gives=AppointmentLine, query=SessionStart, tag="Appointments", refuses=(400, 404, 409))
@may(Permission.CONSULT)
def start_session(appointment_id: str, asked: SessionStart) -> ResponseReturnValue:
    """The patient is in. Asked again it answers the same; 409 while another consultation of one's own is open, and for a
    child's video call until `guardianPresent=true` says that a grown-up is there.
    """
    one = care.start(the_id(appointment_id), by=actor(), guardian_present=asked.guardian_present)
    return said(_shown(one.id), "Session started successfully")


@bp.post("/<appointment_id>/end-session")
@documented(gives=AppointmentLine, tag="Appointments", refuses=(400, 404))
@may(Permission.CONSULT)
def end_session(appointment_id: str) -> ResponseReturnValue:
    """The consultation is over; one that was never started counts from when it was due."""
    one = care.end(the_id(appointment_id), by=actor())
    return said(_shown(one.id), "Session completed successfully")


@bp.post("/<appointment_id>/schedule-followup")
@documented(gives=FollowUpShown, body=FollowUpWish, tag="Appointments", refuses=(400, 404))
@may(Permission.CONSULT)
def schedule_followup(appointment_id: str, told: FollowUpWish) -> ResponseReturnValue:
    """When the patient should come again. Sent twice it is one, with what was sent last."""
    try:
        wanted = care.recommend(the_id(appointment_id), told.follow_up_date, told.follow_up_notes, by=actor())
    except Invalid as error:
        if error.problems:
            raise Invalid.field("follow_up_date", error.message) from None
        raise
    return said(_follow_up(wanted), "Follow-up scheduled successfully")


def _shown(appointment_id: int) -> AppointmentLine:
    one = booking.staff_appointment(appointment_id, by=actor())
    return line(one, eyes(actor(), [one]))


def _follow_up(wanted: FollowUp) -> FollowUpShown:
    parent = booking.staff_appointment(wanted.parent_id, by=actor())
    return FollowUpShown(
        id=wanted.id, parent_appointment_id=wanted.parent_id, patient_id=parent.patient_id,
        clinician_id=parent.clinician_id, follow_up_date=wanted.wanted_on, follow_up_notes=wanted.note,
        is_scheduled=wanted.booked_id is not None, scheduled_appointment_id=wanted.booked_id,
        created_by_user_id=wanted.created_by, created_at=wanted.created_at, updated_at=wanted.updated_at,
    )  # fmt: skip
