"""Two records of one patient become one: what would move, the guard against the wrong patient, and the way back."""

from collections.abc import Sequence

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, db, people
from mibo.booking import WrongPatient
from mibo.errors import Conflict
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.people import Patient
from mibo.web import desk_patients, desk_sheet
from mibo.web.access import actor, may
from mibo.web.forms.desk import FindForm
from mibo.web.forms.patients import MergeForm
from mibo.web.htmx import go, show
from mibo.web.inputs.desk import FindInput
from mibo.web.inputs.patients import MergeInput
from mibo.web.keys import takes
from mibo.web.reads import noted

bp = Blueprint("merging", __name__, url_prefix="/desk/patients")

ONE = f"/<int(max={GREATEST_ID}):patient_id>/merge"


@bp.get(ONE)
@may(Permission.MERGE_PATIENTS)
@noted("patient.opened", "patient_id")
def choose(patient_id: int) -> ResponseReturnValue:
    """Records that may be the same person's; with one chosen, what would move."""
    one = booking.patients.patient_within_reach(patient_id, by=actor())
    if "with" in request.args:
        return _preview(one, read_id(request.args["with"]) or 0, MergeForm(formdata=None))
    return _choose(one, booking.likely_doubles(one), FindForm(formdata=None))


@bp.post(f"{ONE}/find")
@may(Permission.MERGE_PATIENTS)
def find(patient_id: int) -> ResponseReturnValue:
    """Look for the other record oneself."""
    one = booking.patients.patient_within_reach(patient_id, by=actor())
    form = FindForm()
    typed = form.read(FindInput)
    found = [each for each in people.find_patients(typed.q) if each.id != one.id] if typed else []
    return _choose(one, found, form, typed.q if typed else "", status=422 if form.errors else 200)


@bp.post(ONE)
@may(Permission.MERGE_PATIENTS, own_transactions=True, fresh=True)
def merge(patient_id: int) -> ResponseReturnValue:
    """Merge, once the phone's last four digits have been typed."""
    form, status = MergeForm(), 422
    if said := form.read(MergeInput):
        try:
            with db.transaction():
                booking.merge(patient_id, said.other, said.last_four, by=actor())
        except Conflict as error:
            status = 409
            form.say("last_four" if isinstance(error, WrongPatient) else "", error.message)
        else:
            flash("The two records are one now. You can undo this for 24 hours.", "success")
            return go("patients.show_patient", patient_id=patient_id)
    with db.reading():
        one = booking.patients.patient_within_reach(patient_id, by=actor())
        return _preview(one, read_id(str(form.other.data or "")) or 0, form, status=status)


@bp.post(f"/merges/<int(max={GREATEST_ID}):merge_id>/undo")
@may(Permission.MERGE_PATIENTS, fresh=True)
@takes()
def undo(merge_id: int) -> ResponseReturnValue:
    """Two records again."""
    done = booking.undo_merge(merge_id, by=actor())
    flash("The merge is undone: there are two records again.", "success")
    return go("patients.show_patient", patient_id=done.merged_id)


def _choose(
    one: Patient, found: Sequence[Patient], form: FindForm, asked: str = "", status: int = 200
) -> ResponseReturnValue:
    return show(
        "merging/choose.html", one=one, likely=desk_patients.doubles(found), form=form, asked=asked,
        status=status,
    )  # fmt: skip


def _preview(one: Patient, other_id: int, form: MergeForm, status: int = 200) -> ResponseReturnValue:
    seen = booking.merge_preview(one.id, other_id, by=actor())
    form.other.data = str(seen.merged.id)
    return show(
        "merging/preview.html", one=one, other=seen.merged, form=form, refusal=seen.refusal,
        moves=desk_patients.moved_words(seen), overlaps=desk_patients.overlap_words(seen.overlaps),
        facts=(desk_sheet.facts_of(one), desk_sheet.facts_of(seen.merged)), status=status,
    )  # fmt: skip
