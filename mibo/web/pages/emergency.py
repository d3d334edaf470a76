"""Reading in an emergency: asked for with a reason and the second factor, open for half an hour, told to whoever wrote."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, care, clock, db, identity
from mibo.errors import Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.people import Patient
from mibo.web import desk_patients, desk_sheet, note_rows, record_rows
from mibo.web.access import actor, may
from mibo.web.forms.emergency import EmergencyForm, ReasonForm
from mibo.web.htmx import go, show
from mibo.web.inputs.emergency import EmergencyInput, ReasonInput
from mibo.web.paging import page_asked
from mibo.web.reads import more_read, noted, notes_read

bp = Blueprint("emergency", __name__, url_prefix="/desk/emergency")

PAGE = 50
OF_PATIENT = f"/patients/<int(max={GREATEST_ID}):patient_id>"


@bp.get("")
@may(Permission.BREAK_GLASS)
def ask() -> ResponseReturnValue:
    """What it means, and the form; who has no authenticator app yet is told how to set one up."""
    return _ask(EmergencyForm(formdata=None))


@bp.post("")
@may(Permission.BREAK_GLASS, own_transactions=True, fresh=True)
def begin() -> ResponseReturnValue:
    """Open the notes of a patient, named by their whole MRN or by a visit's reference."""
    form = EmergencyForm()
    if not actor().enrolled:
        return go("emergency.ask")
    if said := form.read(EmergencyInput):
        try:
            with db.transaction():
                patient = care.glass.patient_called(said.who, by=actor())
                care.glass.break_glass(patient.id, said.reason, by=actor())
        except Invalid as error:
            form.refuse(error)
        else:
            return go("emergency.read", patient_id=patient.id)
    with db.reading():
        return _ask(form, 422)


@bp.get(OF_PATIENT)
@may(Permission.BREAK_GLASS)
@noted("patient.opened", "patient_id")
def read(patient_id: int) -> ResponseReturnValue:
    """All that was written, while it is open; afterwards, and for administrators before, the form."""
    return _page(patient_id, ReasonForm(formdata=None))


@bp.post(OF_PATIENT)
@may(Permission.BREAK_GLASS, own_transactions=True, fresh=True)
def begin_here(patient_id: int) -> ResponseReturnValue:
    """Open the notes of the patient whose page this is, for the first time or once more."""
    form = ReasonForm()
    with db.reading():
        _on_the_page(patient_id)
    if not actor().enrolled:
        return go("emergency.read", patient_id=patient_id)
    if said := form.read(ReasonInput):
        try:
            with db.transaction():
                care.glass.break_glass(patient_id, said.reason, by=actor())
        except Invalid as error:
            form.refuse(error)
        else:
            return go("emergency.read", patient_id=patient_id)
    with db.reading():
        return _page(patient_id, form, 422)


@bp.get("/openings")
@may(Permission.SEE_GLASS)
def openings() -> ResponseReturnValue:
    """Every time somebody read in an emergency, the newest first."""
    page = page_asked(PAGE)
    found = care.glass.openings(**page.reach)
    return show("emergency/openings.html", rows=page.shown(found), **page.facts(found))


@bp.get(f"/openings/<int(max={GREATEST_ID}):opening_id>")
@may(Permission.BREAK_GLASS)
def told(opening_id: int) -> ResponseReturnValue:
    """One of them, for whoever was told of it: who read, when and why."""
    return show("emergency/told.html", one=care.glass.opening(opening_id, by=actor()))


def _ask(form: EmergencyForm, status: int = 200) -> ResponseReturnValue:
    return show("emergency/ask.html", form=form, minutes=_minutes(), status=status)


def _minutes() -> int:
    return int(care.glass.READ_FOR.total_seconds()) // 60


def _on_the_page(patient_id: int) -> "care.glass.Seen":
    """The patient and the last opening, for administrators and for who opened it before. Raises Missing."""
    seen = care.glass.seen(patient_id, by=actor())
    if seen.opening is None and not actor().everywhere:
        raise Missing("We could not find that patient.")
    return seen


def _page(patient_id: int, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    seen = _on_the_page(patient_id)
    is_open = seen.opening is not None and seen.opening.until > clock.now()
    notes = care.reading.notes_in_emergency(patient_id, by=actor()) if is_open else []
    notes_read(patient_id, [each.appointment.id for each in notes])
    record = _record(seen.patient) if is_open else {}
    return show(
        "emergency/read.html", one=seen.patient, facts=desk_sheet.facts_of(seen.patient), opening=seen.opening,
        is_open=is_open, notes=[note_rows.earlier(each) for each in notes], latest=care.reading.ALL, form=form,
        minutes=_minutes(), status=status, **record,
    )  # fmt: skip


def _record(patient: Patient) -> dict[str, Any]:
    """What stands in the patient's record: whom to call, history, risks, medical notes and documents."""
    patient_id = patient.id
    lines, written = care.history.lines_of(patient_id, by=actor()), booking.patients.notes_of(patient_id)
    more_read(medical_notes=len(written), history=len(lines))
    names = identity.names_of({*(each.author_id for each in lines), *(each.author_id for each in written)})
    return {
        "documents": record_rows.documents(care.documents.documents_of(patient_id, by=actor()), names), "keeps": False,
        "in_need": record_rows.in_need(patient), "groups": record_rows.groups(lines, names),
        "medical": desk_patients.notes(written, names),
    }  # fmt: skip
