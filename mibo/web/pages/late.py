"""A clinician runs late: who will be told is shown first, and for a moment it can be undone."""

from datetime import timedelta

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, clinics
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.web.access import actor, may
from mibo.web.desk_words import short_name
from mibo.web.filters import clock_time
from mibo.web.forms.care import DELAYS, LateForm
from mibo.web.htmx import go, show
from mibo.web.inputs.care import LateInput

bp = Blueprint("late", __name__, url_prefix="/late")

ONE = f"/<int(max={GREATEST_ID}):clinician_id>"
USUAL = 15


@bp.get(ONE)
@may(Permission.TELL_LATE)
def ask(clinician_id: int) -> ResponseReturnValue:
    """How late, and who would be told."""
    minutes = read_id(request.args.get("minutes", ""))
    return _page(clinician_id, _centre(), minutes if minutes in DELAYS else USUAL)


@bp.post(ONE)
@may(Permission.TELL_LATE)
def tell(clinician_id: int) -> ResponseReturnValue:
    """Tell them. Pressed twice they are told once."""
    said = _said()
    told = booking.lateness.tell_running_late(clinician_id, said.centre, said.minutes, by=actor())
    wait = clinics.policy_in_force().undo_seconds
    people = f"{len(told)} {'patient is' if len(told) == 1 else 'patients are'}"
    soon = f" in {wait} seconds" if wait else ""
    flash(f"{people} told{soon}." if told else "Everybody knows that already.", "success" if told else "info")
    return go("late.ask", clinician_id=clinician_id, centre=said.centre, minutes=said.minutes)


@bp.post(f"{ONE}/undo")
@may(Permission.TELL_LATE)
def undo(clinician_id: int) -> ResponseReturnValue:
    """Tell nobody after all, as far as it has not left."""
    said = _said()
    try:
        kept = booking.lateness.take_back_running_late(clinician_id, said.centre, said.minutes, by=actor())
    except Conflict as error:
        flash(error.message, "warn")
    else:
        flash(f"Undone. {kept} {'message was' if kept == 1 else 'messages were'} not sent.", "success")
    return go("late.ask", clinician_id=clinician_id, centre=said.centre, minutes=said.minutes)


def _said() -> LateInput:
    form = LateForm()
    said = form.read(LateInput)
    if said is None:
        raise Invalid("Choose how late it is, and press again.")
    return said


def _centre() -> int:
    """The centre that was asked for. Raises Missing."""
    wanted = read_id(request.args.get("centre", ""))
    if wanted is None:
        raise Missing("We could not find that centre.")
    return wanted


def _page(clinician_id: int, centre_id: int, minutes: int) -> ResponseReturnValue:
    late = booking.lateness
    clinician, centre = late.check_reach(clinician_id, centre_id, actor()), clinics.centre(centre_id)
    assert centre is not None
    waiters = late.who_waits(clinician_id, centre_id, minutes, by=actor())
    form = LateForm(formdata=None, data={"centre": centre_id, "minutes": str(minutes)})
    return show(
        "late/ask.html",
        form=form,
        clinician=clinician,
        centre=centre,
        minutes=minutes,
        rows=[
            (clock_time(one.appointment.starts_at),
             clock_time(one.appointment.starts_at + timedelta(minutes=minutes)),
             short_name(one.appointment.patient.full_name), one.told_minutes, one.not_left)
            for one in waiters
        ],
        to_tell=sum(not one.knows(minutes) for one in waiters),
        undoable=any(one.knows(minutes) and one.not_left for one in waiters),
        centre_name=centre.short_name,
    )  # fmt: skip
