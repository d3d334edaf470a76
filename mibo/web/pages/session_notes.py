"""The live note of a consultation: saved by itself while it is written, and what was written before."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue

from mibo import care, db, identity
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.web import note_rows
from mibo.web.access import actor, may
from mibo.web.forms.care import NoteForm
from mibo.web.htmx import go, show, wants_part
from mibo.web.inputs.care import NoteInput
from mibo.web.pages.my_day import ONE, visit_page
from mibo.web.reads import noted, notes_read

bp = Blueprint("session_notes", __name__, url_prefix="/my-day")


@bp.post(f"{ONE}/note")
@may(Permission.CONSULT, own_transactions=True)
def save(appointment_id: int) -> ResponseReturnValue:
    """Keep what is written: by itself every few seconds, when the field is left, or by the button."""
    form, status, problem = NoteForm(), 422, None
    if said := form.read(NoteInput):
        try:
            with db.transaction():
                kept = care.notes.write(
                    appointment_id, said.text, by=actor(), seen=said.seen, page=said.page, draft=bool(said.auto)
                )
        except Invalid as error:
            form.say("words", error.message)
        except Conflict as error:
            status, problem = 409, error
        else:
            if wants_part():
                version = kept.version if kept else 0
                return render_template("my_day/_saved.html", version=version, at=note_rows.saved_at(kept))
            flash("The note is saved.", "success")
            return go("my_day.visit", appointment_id=appointment_id)
    if wants_part():
        return show("my_day/_unsaved.html", "my_day/_unsaved.html", form=form, clash=problem, status=status)
    with db.reading():
        return visit_page(appointment_id, words=form, problem=problem, status=status)


@bp.get(f"{ONE}/earlier")
@may(Permission.CONSULT)
@noted("appointment.opened", "appointment_id")
def earlier(appointment_id: int) -> ResponseReturnValue:
    """What was written of this patient before, by this clinician, and by others while they cover."""
    one = care.my_visit(appointment_id, by=actor()).appointment
    found = care.reading.earlier_notes(appointment_id, by=actor())
    notes_read(appointment_id, [each.appointment.id for each in found])
    return show(
        "my_day/earlier.html", "my_day/_earlier.html", one=one,
        notes=[note_rows.earlier(each) for each in found], latest=care.reading.LATEST,
    )  # fmt: skip


@bp.get(f"{ONE}/versions")
@may(Permission.CONSULT)
@noted("appointment.opened", "appointment_id")
def versions(appointment_id: int) -> ResponseReturnValue:
    """Every version of a note, the newest first."""
    one = care.my_visit(appointment_id, by=actor()).appointment
    found = care.reading.versions_of(appointment_id, by=actor())
    notes_read(appointment_id, [appointment_id] if found else [])
    names = identity.names_of({each.author_id for each in found})
    return show("my_day/versions.html", one=one, notes=[note_rows.version(each, names) for each in found])
