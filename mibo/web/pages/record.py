"""A patient's record for those who treat them: risks, history, medical notes, whom to call."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from mibo import booking, care, db, identity
from mibo.errors import Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import desk_patients, desk_sheet, record_rows
from mibo.web.access import actor, may
from mibo.web.forms.record import ChangeLineForm, DocumentForm, LineForm, StrikeLineForm
from mibo.web.htmx import go, show
from mibo.web.inputs.record import ChangeLineInput, LineInput, StrikeLineInput
from mibo.web.reads import more_read, noted

bp = Blueprint("record", __name__, url_prefix="/desk/patients")

RECORD = f"/<int(max={GREATEST_ID}):patient_id>/record"
LINE = f"{RECORD}/<int(max={GREATEST_ID}):line_id>"


@bp.get(RECORD)
@may(Permission.KEEP_RECORD)
@noted("patient.opened", "patient_id")
def one(patient_id: int) -> ResponseReturnValue:
    """What stands in the record, for those who treat the patient."""
    return page(patient_id)


@bp.post(RECORD)
@may(Permission.KEEP_RECORD, own_transactions=True)
def add(patient_id: int) -> ResponseReturnValue:
    """One more line of the history."""
    form = LineForm()
    if said := form.read(LineInput):
        try:
            with db.transaction():
                care.history.add(patient_id, said.kind, said.words, by=actor())
        except Invalid as error:
            form.refuse(error)
        else:
            flash("It is in the record.", "success")
            return go("record.one", patient_id=patient_id)
    with db.reading():
        return page(patient_id, form, status=422)


@bp.get(LINE)
@may(Permission.KEEP_RECORD)
@noted("patient.opened", "patient_id")
def line(patient_id: int, line_id: int) -> ResponseReturnValue:
    """One line, to be changed or struck out, with every version of it."""
    return _line(patient_id, line_id)


@bp.post(LINE)
@may(Permission.KEEP_RECORD, own_transactions=True)
def change(patient_id: int, line_id: int) -> ResponseReturnValue:
    """What it says from now on."""
    form, status, says = ChangeLineForm(), 422, None
    if said := form.read(ChangeLineInput):
        try:
            with db.transaction():
                care.history.change(line_id, patient_id, said.words, seen=said.version, by=actor())
        except Invalid as error:
            form.refuse(error)
        except care.history.LineChanged as error:
            form.form_errors.append(error.message)
            status, says = 409, error.now
            form.version.data = str(says.version)
        else:
            flash("The line is changed.", "success")
            return go("record.one", patient_id=patient_id)
    with db.reading():
        return _line(patient_id, line_id, form, says=says, status=status)


@bp.post(f"{LINE}/removal")
@may(Permission.KEEP_RECORD, own_transactions=True)
def strike(patient_id: int, line_id: int) -> ResponseReturnValue:
    """It holds no more; it stays among what was told, with the reason."""
    form, status = StrikeLineForm(), 422
    if said := form.read(StrikeLineInput):
        try:
            with db.transaction():
                care.history.strike(line_id, patient_id, said.reason, seen=said.version, by=actor())
        except Invalid as error:
            form.refuse(error)
        except care.history.LineChanged as error:
            form.form_errors.append(error.message)
            status, form.version.data = 409, str(error.now.version)
        else:
            flash("The line is struck out. It stays among what was told, with your reason.", "success")
            return go("record.one", patient_id=patient_id)
    with db.reading():
        return _line(patient_id, line_id, away=form, status=status)


def page(
    patient_id: int,
    form: LineForm | None = None,
    *,
    file: DocumentForm | None = None,
    words: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """All that the record shows, with what was typed where it could not be kept."""
    lines = care.history.lines_of(patient_id, by=actor())
    patient = booking.patients.patient_within_reach(patient_id, by=actor())
    notes = booking.patients.notes_of(patient_id)
    files = care.documents.documents_of(patient_id, by=actor())
    more_read(medical_notes=len(notes), history=len(lines))
    names = identity.names_of(
        {*(each.author_id for each in lines), *(each.author_id for each in notes), *(each.added_by for each in files)}
    )
    return show(
        "record/one.html", one=patient, facts=desk_sheet.facts_of(patient), form=form or LineForm(formdata=None),
        file=file or DocumentForm(formdata=None), problem_words=words, status=status,
        documents=record_rows.documents(files, names), groups=record_rows.groups(lines, names), notes=desk_patients.notes(notes, names),
        in_need=record_rows.in_need(patient), keeps=booking.patients.treats(patient_id, by=actor()),
    )  # fmt: skip


def _line(
    patient_id: int,
    line_id: int,
    form: ChangeLineForm | None = None,
    away: StrikeLineForm | None = None,
    *,
    says: care.history.Line | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    versions = care.history.versions_of(line_id, patient_id, by=actor())
    patient = booking.patients.patient_within_reach(patient_id, by=actor())
    newest = versions[0]
    more_read(history=1)
    kept = {"words": "" if newest.gone else newest.words, "version": str(newest.version)}
    names = identity.names_of({each.author_id for each in versions})
    return show(
        "record/line.html", one=patient, facts=desk_sheet.facts_of(patient), kind=record_rows.MANY[newest.kind],
        gone=newest.gone, form=form or ChangeLineForm(formdata=None, data=kept), line_id=line_id, says=says,
        away=away or StrikeLineForm(formdata=None, data={"version": str(newest.version)}),
        versions=record_rows.versions(versions, names), status=status,
    )  # fmt: skip
