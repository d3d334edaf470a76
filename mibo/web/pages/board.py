"""The panel beside a board: one appointment opened, taken a step on, or asked to move; its row is drawn anew."""

from collections.abc import Callable

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, care, clock, db
from mibo.booking import Appointment
from mibo.errors import Conflict, Invalid
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.web import board_moving, board_panel, desk_record
from mibo.web.access import actor, may
from mibo.web.desk_page import record_page
from mibo.web.htmx import go, local_path, show, wants_part
from mibo.web.keys import takes
from mibo.web.reads import noted

bp = Blueprint("board", __name__, url_prefix="/desk/board")

ONE = f"/<int(max={GREATEST_ID}):appointment_id>"
NO_STEP = "We could not understand which step was meant."


def _start(appointment_id: int, *, by: Actor, version: int | None) -> Appointment:
    """A consultation begins whatever the desk did to its row meanwhile: the rule asks for its state alone."""
    return care.start(appointment_id, by=by)


# what one button does: the verb, what is said of it, and the step that takes it back
STEPS: dict[str, tuple[Callable[..., Appointment], str, str]] = {
    "arrival": (booking.check_in, "Checked in.", "arrival-undone"),
    "arrival-undone": (booking.undo_check_in, "The check-in is undone.", ""),
    "no-show": (booking.mark_no_show, "Marked as a no-show.", "no-show-undone"),
    "no-show-undone": (booking.undo_no_show, "It stands again.", ""),
    "completion": (booking.complete, "Marked as completed.", ""),
    "start": (_start, "The consultation has begun.", ""),
}


@bp.get(ONE)
@may(Permission.SEE_APPOINTMENTS)
@noted("appointment.opened", "appointment_id")
def panel(appointment_id: int) -> ResponseReturnValue:
    """One appointment in short, as it stands beside the board."""
    one = booking.staff_appointment(appointment_id, by=actor())
    return show("board/panel.html", "board/_panel.html", opened=True, **board_panel.facts(one, actor()))


@bp.post(ONE)
@may(Permission.SEE_APPOINTMENTS, own_transactions=True)
@takes("step", "version")
def step(appointment_id: int) -> ResponseReturnValue:
    """One button of the panel. A refusal says who was quicker, and shows the row as it stands now."""
    verb, words, undo = STEPS.get(request.form.get("step", ""), (None, "", ""))
    if verb is None:
        with db.reading():
            booking.staff_appointment(appointment_id, by=actor())  # Missing comes first, for who may not know of it
        raise Invalid(NO_STEP)
    problem = ""
    try:
        with db.transaction():
            verb(appointment_id, by=actor(), version=read_id(request.form.get("version", "")))
    except Conflict as error:
        problem = error.message
    if wants_part():
        with db.reading():
            return _done(appointment_id, problem, words, undo)
    if problem:
        with db.reading():
            return record_page(appointment_id, problem=problem, status=409)
    flash(words, "success")
    return go("desk.appointment", appointment_id=appointment_id)


def _done(appointment_id: int, problem: str, words: str, undo: str) -> ResponseReturnValue:
    one = booking.staff_appointment(appointment_id, by=actor())
    row = board_panel.row(one, actor())
    return show(
        "board/_done.html",
        entry=row.entry,
        key=row.key,
        board=row,
        problem=problem,
        words="" if problem else words,
        undo=undo,
        status=409 if problem else 200,
        **board_panel.facts(one, actor()),
    )


@bp.get(f"{ONE}/move")
@may(Permission.MOVE_APPOINTMENTS)
@noted("appointment.opened", "appointment_id")
def move(appointment_id: int) -> ResponseReturnValue:
    """Asks once more before an appointment moves to the time where it was dropped; a time that is not free says why."""
    one, asked = booking.staff_appointment(appointment_id, by=actor()), request.args
    goal = board_moving.goal(one, asked, actor())
    problem = board_moving.why_not(one, goal, actor())
    return show(
        "board/move.html",
        "board/_move.html",
        one=one,
        board_day=clock.clinic_day(one.starts_at),
        goal=goal,
        problem=problem,
        facts=desk_record.facts_of(one, actor()),
        hidden=board_moving.hidden(one, goal, local_path(asked.get("next"), "")),
        status=409 if problem else 200,
    )
