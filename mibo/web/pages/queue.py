"""The queue of those who walk in: live, by number, with a slip for the hand."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from mibo import booking, clinics, clock, db, people
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.people import Patient
from mibo.web import desk_sheet, queue_rows
from mibo.web.access import actor, may
from mibo.web.forms.desk import FindForm
from mibo.web.forms.queue import JoinForm, StepForm, offer
from mibo.web.htmx import go, show, wants_part
from mibo.web.inputs.desk import FindInput
from mibo.web.inputs.queue import JoinInput, StepInput

bp = Blueprint("queue", __name__, url_prefix="/queue")

ENTRY = f"/<int(max={GREATEST_ID}):entry_id>"


@bp.get("")
@may(Permission.RUN_QUEUE)
def board() -> ResponseReturnValue:
    """A centre's queue of today, live: a poll that finds nothing changed is a 304."""
    centres = _centres()
    if not centres:
        return show("desk/no_centre.html")
    centre = _centre(centres)
    tag = f"{booking.waiting.queue_version(centre.id, by=actor())}-{clock.now():%H%M}"
    if wants_part() and request.if_none_match.contains_weak(tag):
        return _tagged(make_response("", 304), tag)
    return _tagged(make_response(_board(centres, centre, tag)), tag)


def _board(
    centres: Sequence[Centre], centre: Centre, tag: str, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    rows = booking.waiting.queue_today(centre.id, by=actor())
    return show(
        "queue/board.html",
        "queue/_live.html",
        queue=queue_rows.look(rows, centre.id, actor()),
        tag=tag,
        centres=centres,
        centre=centre,
        centre_name=centre.short_name,
        finding=FindForm(formdata=None),
        made_at=clock.local(clock.now()),
        problem_words=problem,
        status=status,
    )


@bp.post(f"{ENTRY}/step")
@may(Permission.RUN_QUEUE, own_transactions=True)
def step(entry_id: int) -> ResponseReturnValue:
    """Call, skip, call back, done, left, or bring back. A page that is behind gets the queue as it stands."""
    form = StepForm()
    said = form.read(StepInput)
    if said is None:
        raise Invalid(next(iter(form.form_errors), "Choose what becomes of this number."))
    with db.reading():
        centre_id = booking.waiting.queue_entry(entry_id, by=actor()).centre_id
    try:
        with db.transaction():
            booking.queue.STEP_VERBS[said.step](entry_id, by=actor(), version=said.version)
    except Conflict as error:
        with db.reading():
            return _as_it_stands(centre_id, error.message)
    return go("queue.board", centre=centre_id)


def _as_it_stands(centre_id: int, problem: str) -> ResponseReturnValue:
    centres = _centres()
    centre = next(one for one in centres if one.id == centre_id)
    return _board(centres, centre, "", problem=problem, status=409)


@bp.route("/find", methods=["GET", "POST"])
@may(Permission.SEE_PATIENTS)
def find() -> ResponseReturnValue:
    """Look for who walked in, as the desk does. What is typed travels in the body."""
    centres = _centres()
    if not centres:
        return show("desk/no_centre.html")
    centre, form = _centre(centres), FindForm()
    typed = form.read(FindInput)
    found = people.find_patients(typed.q) if typed else []
    if len(found) == 1 and not wants_part():
        return go("queue.add", centre=centre.id, patient=found[0].id)
    return show(
        "queue/find.html",
        "queue/_found.html",
        form=form,
        asked=typed.q if typed else "",
        found=_told_apart(found),
        centre=centre,
        centre_name=centre.short_name,
        status=422 if form.errors else 200,
    )


def _told_apart(found: Sequence[Patient]) -> list[tuple[int, str, list[tuple[str, object]], bool]]:
    alike = desk_sheet.look_alikes(found)
    return [(one.id, one.full_name, desk_sheet.known_of(one), one.id in alike) for one in found]


@bp.get("/add")
@may(Permission.SEE_PATIENTS)
def add() -> ResponseReturnValue:
    """Read back who it is, and whom they would like to see."""
    centres = _centres()
    patient_id = read_id(request.args.get("patient", ""))
    if not centres or patient_id is None:
        return go("queue.find") if centres else show("desk/no_centre.html")
    return _add(JoinForm(formdata=None), _centre(centres), people.patient(patient_id))


@bp.post("/add")
@may(Permission.SEE_PATIENTS, own_transactions=True)
def join() -> ResponseReturnValue:
    """Give them the next number. Somebody who has one already is found with it."""
    form, status = JoinForm(), 422
    if said := form.read(JoinInput):
        try:
            with db.transaction():
                entry_id = booking.queue.join(
                    said.patient, said.centre, last_four=said.last_four, by=actor(), clinician_id=said.clinician,
                    note=said.note,
                ).id  # fmt: skip
        except booking.AlreadyWaiting as error:
            flash(error.message, "info")
            return go("queue.board", centre=said.centre)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status = 409
            form.say("", error.message)
        else:
            return go("queue.slip", entry_id=entry_id)
    with db.reading():
        return _refused(form, status)


def _refused(form: JoinForm, status: int) -> ResponseReturnValue:
    """The same page with what is wrong; without a patient it is chosen again."""
    centres, patient_id = _centres(), read_id(form.patient.data or "")
    if not centres or patient_id is None:
        raise Invalid("Choose the patient first.")
    return _add(form, _centre(centres), people.patient(patient_id), status=status)


def _add(form: JoinForm, centre: Centre, patient: Patient, *, status: int = 200) -> ResponseReturnValue:
    return show(
        "queue/add.html",
        form=offer(form, people.clinicians_at(centre.id)),
        centre=centre,
        centre_name=centre.short_name,
        patient=patient,
        facts=desk_sheet.facts_of(patient),
        status=status,
    )


@bp.get(f"{ENTRY}/slip")
@may(Permission.RUN_QUEUE)
def slip(entry_id: int) -> ResponseReturnValue:
    """The number for the hand, 80 mm wide: no name and no phone stand on it."""
    entry = booking.waiting.queue_entry(entry_id, by=actor())
    centre = clinics.centre(entry.centre_id)
    assert centre is not None
    return show("queue/slip.html", entry=entry, centre=centre, centre_name=centre.short_name)


def _centres() -> Sequence[Centre]:
    """The centres within reach; nobody without one sees them all (R-ACL-2)."""
    return [centre for centre in clinics.centres(active=True) if actor().reaches(centre.id)]


def _centre(centres: Sequence[Centre]) -> Centre:
    """The one that was asked for, or the first. Raises Missing for one that is not theirs."""
    wanted = request.values.get("centre")
    for centre in centres:
        if not wanted or centre.id == read_id(wanted):
            return centre
    raise Missing("We could not find that centre.")


def _tagged(response: Any, tag: str) -> Response:
    answer: Response = make_response(response)
    answer.set_etag(tag, weak=True)
    answer.vary.add("HX-Request")
    return answer
