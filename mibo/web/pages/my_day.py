"""A clinician's own day: who is next, begun and ended, and when each should come again."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, make_response, request
from flask.typing import ResponseReturnValue

from mibo import booking, care, clock, db
from mibo.booking import Status, gate
from mibo.care import FollowUp, Visit
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.messaging.wording import first_name
from mibo.web import my_day_rows, note_rows
from mibo.web.access import actor, may
from mibo.web.filters import day as day_words
from mibo.web.forms.care import EndForm, NoteForm, VersionForm, offer
from mibo.web.htmx import go, show, wants_part
from mibo.web.inputs.care import OTHER, EndInput, NoteInput, VersionInput
from mibo.web.keys import takes
from mibo.web.reads import noted, notes_read

bp = Blueprint("my_day", __name__, url_prefix="/my-day")

WRITTEN_OF = (Status.CONFIRMED, Status.IN_PROGRESS, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLATION_REQUESTED)
ONE = f"/<int(max={GREATEST_ID}):appointment_id>"


@bp.get("")
@may(Permission.CONSULT)
def today() -> ResponseReturnValue:
    """Today's visits, live, of one kind or all."""
    wanted = request.args.get("show", "all")
    visits = care.my_day(clock.today(), by=actor())
    tag = _tag(visits)
    if wants_part() and request.if_none_match.contains_weak(tag):
        answer = make_response("", 304)
    else:
        answer = make_response(
            show("my_day/today.html", "my_day/_live.html", day=my_day_rows.look(visits, wanted), wanted=wanted, tag=tag,
                 clinician_id=actor().clinician_id, made_at=clock.local(clock.now()), is_part=wants_part())
        )  # fmt: skip
    answer.set_etag(tag, weak=True)
    answer.vary.add("HX-Request")
    return answer


def _tag(visits: Sequence[Visit]) -> str:
    newest = max((visit.appointment.updated_at.timestamp() for visit in visits), default=0)
    return f"{len(visits)}-{newest}-{clock.now():%Y%m%d%H%M}"


@bp.get(ONE)
@may(Permission.CONSULT)
@noted("appointment.opened", "appointment_id")
def visit(appointment_id: int) -> ResponseReturnValue:
    """One visit: what the patient wrote, the way in, and what is to be done."""
    return visit_page(appointment_id)


@bp.post(f"{ONE}/start")
@may(Permission.CONSULT, own_transactions=True)
@takes("guardian_present")
def start(appointment_id: int) -> ResponseReturnValue:
    """The patient is in; a child in a video call is not there alone."""
    try:
        with db.transaction():
            care.start(appointment_id, by=actor(), guardian_present=request.form.get("guardian_present") == "1")
    except Conflict as error:
        with db.reading():
            return visit_page(appointment_id, problem=error, status=409)
    return go("my_day.visit", appointment_id=appointment_id)


@bp.post(f"{ONE}/end")
@may(Permission.CONSULT, own_transactions=True)
def end(appointment_id: int) -> ResponseReturnValue:
    """The consultation is over, and the patient may be due again: both are kept, or neither."""
    words = NoteForm()
    return _say(
        appointment_id, ends=True, words=words, written=words.read(NoteInput) if "words" in request.form else None
    )


@bp.post(f"{ONE}/follow-up")
@may(Permission.CONSULT, own_transactions=True)
def follow_up(appointment_id: int) -> ResponseReturnValue:
    """When the patient is due again, said or changed afterwards."""
    return _say(appointment_id, ends=False)


def _say(
    appointment_id: int, *, ends: bool, words: NoteForm | None = None, written: NoteInput | None = None
) -> ResponseReturnValue:
    form, status, problem = offer(EndForm(), clock.today()), 422, None
    if said := form.read(EndInput):
        try:
            with db.transaction():
                _write(appointment_id, written)
                told = _keep(appointment_id, said, ends=ends)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, problem = 409, error
        else:
            flash(told, "success")
            return go("my_day.today") if ends else go("my_day.visit", appointment_id=appointment_id)
    with db.reading():
        return visit_page(appointment_id, form, words=words, problem=problem, status=status)


def _write(appointment_id: int, written: NoteInput | None) -> None:
    """What stands in the field when the consultation ends is kept, whether or not it saved itself before."""
    if written is not None:
        try:
            care.notes.write(appointment_id, written.text, by=actor(), seen=written.seen, page=written.page)
        except Invalid as error:
            raise Invalid.field("words", error.message) from None


def _keep(appointment_id: int, said: EndInput, *, ends: bool) -> str:
    by, day = actor(), said.day(clock.today())
    words = []
    if ends:
        one = care.end(appointment_id, by=by)
        if not said.without_note and not care.notes.has_words(appointment_id):
            raise Invalid.field(
                "without_note",
                "Nothing is written of this consultation. Write a note, or tick that it ends without one.",
            )
        words.append(f"The consultation with {first_name(one.patient.full_name)} is completed.")
    elif day is None:
        raise Invalid.field("again", "Choose when the patient should come again.")
    if day is not None:
        wanted = care.recommend(appointment_id, day, said.note, by=by)
        booked = wanted.status == "BOOKED"
        words.append("The follow-up is booked already." if booked else f"The centre books one for {day_words(day)}.")
    return " ".join(words)


@bp.post(f"{ONE}/no-show")
@may(Permission.CONSULT, own_transactions=True)
def miss(appointment_id: int) -> ResponseReturnValue:
    """Nobody came."""
    form = VersionForm()
    said = form.read(VersionInput)
    if said is None:
        raise Invalid("Please open the page again.")
    try:
        with db.transaction():
            booking.mark_no_show(appointment_id, by=actor(), version=said.version)
    except Conflict as error:
        with db.reading():
            return visit_page(appointment_id, problem=error, status=409)
    flash("Marked as a no-show. The centre can undo it today.", "success")
    return go("my_day.today")


def visit_page(
    appointment_id: int,
    form: EndForm | None = None,
    *,
    words: NoteForm | None = None,
    problem: Conflict | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """One visit with its note, and with what was typed where that could not be kept."""
    found = care.my_visit(appointment_id, by=actor())
    known = care.follow_up_of(appointment_id)
    note = care.reading.note_of(appointment_id, by=actor())
    notes_read(appointment_id, [appointment_id] if note else [])
    return show(
        "my_day/visit.html",
        one=found.appointment,
        card=my_day_rows.card(found),
        told=(told := gate.told_clinician(found.appointment, by=actor())),
        whereabouts=gate.whereabouts(told),
        wish=gate.call_wish_of(appointment_id) if found.appointment.mode == "ONLINE" else None,
        lasted=my_day_rows.lasted(found.appointment),
        form=form or offer(EndForm(formdata=None, data=_said(known)), clock.today()),
        follow_up=known,
        risks=care.history.risks_of(found.appointment.patient_id, by=actor()),
        words=words or note_rows.form_of(note),
        saved=note_rows.saved_at(note),
        may_write=found.appointment.status in WRITTEN_OF,
        clash=problem,
        problem_words=problem.message if problem else "",
        ongoing=problem.appointment_id if isinstance(problem, care.StillInConsultation) else None,
        centre_name=found.appointment.centre.short_name,
        status=status,
    )


def _said(known: FollowUp | None) -> dict[str, Any]:
    """What was said before stands in the form."""
    if known is None or known.status != "OPEN":
        return {}
    return {"again": OTHER, "wanted_on": known.wanted_on, "note": known.note or ""}
