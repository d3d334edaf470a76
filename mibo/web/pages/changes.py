"""What becomes of an appointment at the desk: moved, cancelled, decided, checked in, late, missed, closed."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from mibo import booking, clock, db
from mibo.booking import Appointment, NotOffered, SlotTaken
from mibo.errors import Conflict, Invalid
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.messaging.wording import first_name
from mibo.web import board_moving, desk_moving, desk_record
from mibo.web.access import actor, may
from mibo.web.desk_page import record_page
from mibo.web.filters import clock_time, moment
from mibo.web.forms.changes import CallOffForm, DecisionForm, LateForm, MoveForm
from mibo.web.htmx import go, go_to, local_path, show, wants_part
from mibo.web.inputs.changes import CallOffInput, DecisionInput, LateInput, MoveInput
from mibo.web.keys import takes
from mibo.web.reads import noted

ONE = f"/desk/appointments/<int(max={GREATEST_ID}):appointment_id>"

bp = Blueprint("changes", __name__, url_prefix=ONE)


@bp.get("/move")
@may(Permission.MOVE_APPOINTMENTS)
@noted("appointment.opened", "appointment_id")
def move(appointment_id: int) -> ResponseReturnValue:
    """Which other time it may have."""
    return _move(appointment_id)


@bp.post("/move")
@may(Permission.MOVE_APPOINTMENTS, own_transactions=True)
def take_move(appointment_id: int) -> ResponseReturnValue:
    """Give it the other time. A refusal keeps what was chosen and shows what is free now."""
    form = MoveForm()
    status, problem, taken = 422, "", None
    if said := form.read(MoveInput):
        at = clock.instant(said.day, said.at)
        try:
            with db.transaction():
                moved = booking.reschedule(
                    appointment_id, starts_at=at, by=actor(), clinician_id=said.clinician, centre_id=said.centre,
                    mode=said.mode, reason=said.reason, version=said.version,
                )  # fmt: skip
                words = f"Moved to {moment(at)}. {first_name(moved.patient.full_name)} hears of it on WhatsApp."
        except Invalid as error:
            form.refuse(error)
        except (SlotTaken, NotOffered) as error:
            status, taken = 409, at
            form.say("at", _why_not(appointment_id) if isinstance(error, NotOffered) else error.message)
        except Conflict as error:
            status, problem = 409, error.message
        else:
            flash(words, "success")
            return _back(appointment_id, done="moved")
    with db.reading():
        return _move(appointment_id, form, problem=problem, taken=taken, status=status)


@bp.post("/move-undone")
@may(Permission.MOVE_APPOINTMENTS, own_transactions=True)
@takes("version")
def undo_move(appointment_id: int) -> ResponseReturnValue:
    """Put it back where it was, as long as nobody has been told."""
    return _do(appointment_id, booking.undo_move, "It is back at its former time, and nobody was told.")


@bp.post("/booking-undone")
@may(Permission.BOOK_AT_DESK, own_transactions=True)
@takes("version")
def undo_booking(appointment_id: int) -> ResponseReturnValue:
    """A booking that was a mistake, as if it had never been, as long as nobody has been told."""
    return _do(appointment_id, booking.undo_booking, "The booking is undone, and nobody was told.")


@bp.get("/cancellation")
@may(Permission.CANCEL_APPOINTMENTS)
@noted("appointment.opened", "appointment_id")
def cancellation(appointment_id: int) -> ResponseReturnValue:
    """What cancelling means here, asked once more and with a reason."""
    return _cancellation(appointment_id)


@bp.post("/cancellation")
@may(Permission.CANCEL_APPOINTMENTS, own_transactions=True)
def call_off(appointment_id: int) -> ResponseReturnValue:
    """The clinic cancels."""
    form = CallOffForm()
    status, problem = 422, ""
    if said := form.read(CallOffInput):
        try:
            with db.transaction():
                booking.call_off(appointment_id, reason=said.reason, by=actor(), version=said.version)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, problem = 409, error.message
        else:
            flash("It is cancelled. The patient and the clinician hear of it on WhatsApp.", "success")
            return _back(appointment_id)
    with db.reading():
        return _cancellation(appointment_id, form, problem=problem, status=status)


@bp.post("/cancellation-decision")
@may(Permission.DECIDE_CANCELLATIONS, own_transactions=True)
def decide(appointment_id: int) -> ResponseReturnValue:
    """A patient's wish to cancel is granted or refused."""
    form = DecisionForm()
    status, problem = 422, ""
    if said := form.read(DecisionInput):
        try:
            with db.transaction():
                words = _decide(appointment_id, said, actor())
        except Invalid as error:
            form.refuse(Invalid(error.message))
        except Conflict as error:
            status, problem = 409, error.message
        else:
            flash(words, "success")
            return _back(appointment_id)
    with db.reading():
        return record_page(appointment_id, form, problem=problem, status=status)


def _decide(appointment_id: int, said: DecisionInput, by: Actor) -> str:
    if said.decision == "REFUSE":
        booking.refuse_cancellation(appointment_id, by=by, words=said.words, version=said.version)
        return "The appointment stands. The patient hears of it on WhatsApp."
    whole = said.decision == "GRANT_ALL"
    booking.grant_cancellation(appointment_id, by=by, words=said.words, all_of_it=whole, version=said.version)
    return "It is cancelled as the patient asked. They hear of it on WhatsApp."


@bp.post("/arrival")
@may(Permission.MARK_ARRIVALS, own_transactions=True)
@takes("version")
def check_in(appointment_id: int) -> ResponseReturnValue:
    """The patient is here."""
    return _do(appointment_id, booking.check_in, "Checked in.", done="arrived")


@bp.post("/arrival-undone")
@may(Permission.MARK_ARRIVALS, own_transactions=True)
@takes("version")
def undo_check_in(appointment_id: int) -> ResponseReturnValue:
    """The patient is not here after all."""
    return _do(appointment_id, booking.undo_check_in, "The check-in is undone.")


@bp.post("/lateness")
@may(Permission.MARK_ARRIVALS, own_transactions=True)
def expect_late(appointment_id: int) -> ResponseReturnValue:
    """The patient said when they come."""
    form = LateForm()
    status, problem = 422, ""
    if said := form.read(LateInput):
        try:
            with db.transaction():
                expected = _on_its_day(appointment_id, said)
                booking.expect_late(appointment_id, expected_at=expected, by=actor(), version=said.version)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, problem = 409, error.message
        else:
            flash(f"Expected at {clock_time(expected)}.", "success")
            return _back(appointment_id)
    with db.reading():
        return record_page(appointment_id, form, problem=problem, status=status)


def _on_its_day(appointment_id: int, said: LateInput) -> datetime:
    one = booking.staff_appointment(appointment_id, by=actor())
    return clock.instant(clock.clinic_day(one.starts_at), said.expected_at)


@bp.post("/no-show")
@may(Permission.MARK_ARRIVALS, own_transactions=True)
@takes("version")
def mark_no_show(appointment_id: int) -> ResponseReturnValue:
    """Nobody came."""
    return _do(appointment_id, booking.mark_no_show, "Marked as a no-show.", done="missed")


@bp.post("/no-show-undone")
@may(Permission.MARK_ARRIVALS, own_transactions=True)
@takes("version")
def undo_no_show(appointment_id: int) -> ResponseReturnValue:
    """They came after all."""
    return _do(appointment_id, booking.undo_no_show, "It stands again.")


@bp.post("/completion")
@may(Permission.MARK_ARRIVALS, own_transactions=True)
@takes("version")
def complete(appointment_id: int) -> ResponseReturnValue:
    """It took place, and nobody had closed it."""
    return _do(appointment_id, booking.complete, "Marked as completed.")


def _do(appointment_id: int, verb: Callable[..., Appointment], words: str, *, done: str = "") -> ResponseReturnValue:
    """One button: do it, and go back to where it was pressed; a refusal shows the appointment as it stands now."""
    try:
        with db.transaction():
            verb(appointment_id, by=actor(), version=read_id(request.form.get("version", "")))
    except Conflict as error:
        if wants_part():
            raise
        with db.reading():
            return record_page(appointment_id, problem=error.message, status=409)
    flash(words, "success")
    return _back(appointment_id, done=done)


def _back(appointment_id: int, *, done: str = "") -> ResponseReturnValue:
    here = url_for("desk.appointment", appointment_id=appointment_id, done=done or None)
    return go_to(local_path(request.form.get("next"), here))


def _why_not(appointment_id: int) -> str:
    """Every reason against the time that was sent, as the board gives them: a holiday is said to be one."""
    with db.reading():
        one = booking.staff_appointment(appointment_id, by=actor())
        to = board_moving.goal(one, request.form, actor())
        return f"{to.words} cannot be given. {board_moving.why_not(one, to, actor())}"


def _move(
    appointment_id: int,
    form: MoveForm | None = None,
    *,
    problem: str = "",
    taken: datetime | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    one = booking.staff_appointment(appointment_id, by=actor())
    asked = request.form if form else request.args
    if form is None and "move" not in desk_record.offered_now(one, actor()):
        return go("desk.appointment", appointment_id=appointment_id)
    return show(
        "changes/move.html",
        "changes/_move.html",
        one=one,
        facts=desk_record.facts_of(one, actor()),
        sheet=desk_moving.look(one, asked, actor(), taken=taken),
        form=form or MoveForm(formdata=None),
        problem_words=problem,
        centre_name=one.centre.short_name,
        status=status,
    )


def _cancellation(
    appointment_id: int, form: CallOffForm | None = None, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    one = booking.staff_appointment(appointment_id, by=actor())
    may_be = "cancel" in desk_record.offered_now(one, actor())
    if form is None and not may_be:
        return go("desk.appointment", appointment_id=appointment_id)
    return show(
        "changes/cancellation.html",
        one=one,
        facts=desk_record.facts_of(one, actor()),
        form=form or CallOffForm(formdata=None),
        back=one.payment.amount_paise if one.payment.status == "PAID" else 0,
        may_be=may_be,
        problem_words=problem,
        centre_name=one.centre.short_name,
        status=status,
    )
