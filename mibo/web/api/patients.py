"""Patients for the staff's apps (api-contract.md 3.7). What is not within reach was never there."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, db, identity, people
from mibo.booking import Sought, Visits
from mibo.errors import Invalid
from mibo.identity import Permission
from mibo.people import Patient
from mibo.web.access import actor, may
from mibo.web.api import dialect, patient_shapes
from mibo.web.api.answers import listed, said, the_id
from mibo.web.api.document import documented
from mibo.web.api.patient_shapes import NoteShown, PatientInFull, PatientRow, VisitRow
from mibo.web.api.shown import Listed
from mibo.web.inputs.records import NoteWish, PatientChange, PatientFilter, PatientWish
from mibo.web.reads import more_read, noted

bp = Blueprint("patients", __name__, url_prefix="/patients")

TOLD_AT_MOST = 10_000


@bp.get("")
@documented(gives=Listed[PatientRow], query=PatientFilter, tag="Patients")
@may(Permission.SEE_PATIENTS)
def list_patients(asked: PatientFilter) -> ResponseReturnValue:
    """The active patients within reach, the newest first; older apps get all of them at once."""
    digits = "".join(ch for ch in asked.phone or "" if ch.isdecimal())
    if asked.phone and not digits:
        raise Invalid.field("phone", "Phone must have digits.")
    sought = Sought(typed=asked.search or "", phone=digits[-10:])
    limit = None if dialect.is_incumbent() else TOLD_AT_MOST
    found = booking.patients.every(sought, by=actor(), limit=limit)
    visits = booking.patients.visits_of(found, by=actor())
    coming = booking.patients.upcoming_of(found, by=actor())
    return listed(
        found, lambda one: patient_shapes.row(one, visits.get(one.id, Visits()), coming.get(one.id, [])), asked
    )


@bp.get("/<patient_id>")
@documented(gives=PatientInFull, tag="Patients", refuses=(404,))
@may(Permission.SEE_APPOINTMENTS)
@noted("patient.opened", "patient_id")
def show_patient(patient_id: str) -> ResponseReturnValue:
    """One patient with what happened; clinicians see whom they treat, and no payments."""
    who = actor()
    one = booking.patients.patient_within_reach(the_id(patient_id), by=who)
    appointments = booking.patients.appointments_of(one.id, by=who)
    visits, coming = _around(one)
    return said(
        patient_shapes.in_full(
            one, visits, coming, appointments=appointments,
            paid=appointments if who.may(Permission.SEE_PATIENTS) else [], notes=_notes(one.id),
        )
    )  # fmt: skip


@bp.post("")
@documented(gives=PatientRow, body=PatientWish, status=201, tag="Patients", refuses=(409,))
@may(Permission.ADD_PATIENTS)
def add_patient(told: PatientWish) -> ResponseReturnValue:
    """Add a patient. 409 where the phone is a patient's already, or the MRN somebody else's.

    A child needs a guardian. From an app that says nothing of one the record is taken, and shown as incomplete.
    """
    added = people.register_patient(told.told, by=actor(), family=told.family, guardian_later=True)
    return said(patient_shapes.row(added, Visits(), []), "Patient created successfully", 201)


@bp.put("/<patient_id>")
@documented(gives=PatientRow, body=PatientChange, tag="Patients", refuses=(404, 409))
@may(Permission.EDIT_PATIENTS)
def change_patient(patient_id: str, told: PatientChange) -> ResponseReturnValue:
    """Change what is sent; an empty value clears it."""
    one = booking.patients.patient_within_reach(the_id(patient_id), by=actor())
    if not told.told:
        raise Invalid("There is nothing to update.")
    changed = people.change_patient(one.id, told.told, by=actor(), guardian_later=True)
    return said(patient_shapes.row(changed, *_around(changed)), "Patient updated successfully")


@bp.get("/<patient_id>/appointments")
@documented(gives=list[VisitRow], tag="Patients", refuses=(404,))
@may(Permission.SEE_APPOINTMENTS)
@noted("patient.opened", "patient_id")
def appointments_of(patient_id: str) -> ResponseReturnValue:
    """A patient's appointments within reach, the latest first."""
    one = booking.patients.patient_within_reach(the_id(patient_id), by=actor())
    return said([patient_shapes.visit(each) for each in booking.patients.appointments_of(one.id, by=actor())])


@bp.post("/<patient_id>/notes")
@documented(gives=NoteShown, body=NoteWish, status=201, tag="Patients", refuses=(404,))
@may(Permission.WRITE_MEDICAL_NOTES)
def write_note(patient_id: str, told: NoteWish) -> ResponseReturnValue:
    """Write a medical note; clinicians on those they treat."""
    booking.patients.check_treats(the_id(patient_id), by=actor())
    written = people.write_medical_note(the_id(patient_id), told.note, by=actor())
    db.session().refresh(written)
    return said(patient_shapes.note(written, actor().full_name), "Note added successfully", 201)


def _around(one: Patient) -> tuple[Visits, list[booking.Appointment]]:
    visits = booking.patients.visits_of([one], by=actor()).get(one.id, Visits())
    return visits, list(booking.patients.upcoming_of([one], by=actor()).get(one.id, []))


def _notes(patient_id: int) -> list[NoteShown]:
    """Only for those who may write them."""
    who = actor()
    if not (who.may(Permission.WRITE_MEDICAL_NOTES) and booking.patients.treats(patient_id, by=who)):
        return []
    written = booking.patients.notes_of(patient_id)
    more_read(medical_notes=len(written))
    names = identity.names_of({one.author_id for one in written})
    return [patient_shapes.note(one, names.get(one.author_id, "")) for one in written]
