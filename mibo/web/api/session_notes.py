"""What clinicians write of a consultation, for their own app (api-contract.md 5.2). Nobody else's app is given the text."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, care, db
from mibo.booking import Appointment
from mibo.care import ConsultationNote
from mibo.errors import Invalid
from mibo.identity import Permission
from mibo.web.access import actor, may
from mibo.web.api.answers import said, the_id
from mibo.web.api.appointment_shapes import AppointmentLine, eyes, line
from mibo.web.api.document import documented
from mibo.web.api.shown import Id, Instant, Shown
from mibo.web.inputs.sessions import NotesChange, SessionNote
from mibo.web.reads import noted, notes_read

bp = Blueprint("session_notes", __name__, url_prefix="/appointments")


class NoteHistory(Shown):
    """What was written of one consultation, as it stands."""

    id: Id
    appointment_id: Id
    clinician_id: Id
    patient_id: Id
    session_notes: str
    created_by_user_id: Id
    created_at: Instant
    updated_at: Instant
    scheduled_start_at: Instant
    appointment_type: str
    status: str


@bp.post("/<appointment_id>/clinician-notes")
@documented(gives=NoteHistory, body=SessionNote, tag="Appointments", refuses=(400, 404, 409))
@may(Permission.CONSULT)
def write(appointment_id: str, told: SessionNote) -> ResponseReturnValue:
    """Save the note of one's own consultation. What it said before stays among its versions."""
    one = the_id(appointment_id)
    note = _kept(one, told.session_notes, "session_notes")
    if note is None:
        raise Invalid.field("session_notes", "Write the note.")
    return said(_row(note, told.session_notes, db.session().get_one(Appointment, one)), "Notes saved successfully")


@bp.get("/<appointment_id>/previous-notes")
@documented(gives=list[NoteHistory], tag="Appointments", refuses=(404,))
@may(Permission.CONSULT)
@noted("appointment.opened", "appointment_id")
def previous(appointment_id: str) -> ResponseReturnValue:
    """The clinician's own notes of the patient's other consultations, the latest ten. Which patient it is follows from the
    appointment, whatever stands in the address.
    """
    one = the_id(appointment_id)
    care.my_visit(one, by=actor())
    found = care.reading.earlier_notes(one, by=actor(), own=True)
    notes_read(one, [each.appointment.id for each in found])
    return said([_shown(each) for each in found])


@bp.patch("/<appointment_id>/notes")
@documented(gives=AppointmentLine, body=NotesChange, tag="Appointments", refuses=(400, 404, 409))
@may(Permission.ADD_TO_NOTES)
def change(appointment_id: str, told: NotesChange) -> ResponseReturnValue:
    """Set one's own note. Managers and administrators may add to a clinician's; its text is not shown to them."""
    one, by = the_id(appointment_id), actor()
    own = by.clinician_id is not None
    if own:
        _kept(one, told.notes, "notes")
    else:
        care.notes.add(one, told.notes, by=by)
    found = booking.staff_appointment(one, by=by)
    return said(line(found, eyes(by, [found]), told.notes if own else None), "Notes updated successfully")


def _kept(appointment_id: int, words: str, field: str) -> ConsultationNote | None:
    try:
        return care.notes.write(appointment_id, words, by=actor())
    except Invalid as error:
        raise Invalid.field(field, error.message) from None


def _row(note: ConsultationNote, words: str, one: Appointment) -> NoteHistory:
    return _shown(
        care.reading.Written(note.id, one, words, note.version, note.author_id, note.created_at, note.updated_at)
    )


def _shown(note: care.reading.Written) -> NoteHistory:
    one = note.appointment
    return NoteHistory(
        id=note.id, appointment_id=one.id, clinician_id=one.clinician_id, patient_id=one.patient_id,
        session_notes=note.words, created_by_user_id=note.author_id, created_at=note.created_at,
        updated_at=note.updated_at, scheduled_start_at=one.starts_at,
        appointment_type=one.mode if one.purpose == "CONSULTATION" else one.purpose, status=one.status,
    )  # fmt: skip
