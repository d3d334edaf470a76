"""The centres: where they are, when their doors are open, their holidays; opened and closed."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, clock, db
from mibo.booking import Affected, AffectedChanged, Answers
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import closing_answers
from mibo.web.access import actor, may
from mibo.web.forms.centres import WEEK, CentreForm, DoorHoursForm, HolidayForm
from mibo.web.htmx import go, show
from mibo.web.inputs.centres import CentreInput, DoorHoursInput, HolidayInput, doors_of, doors_shown
from mibo.web.keys import takes

bp = Blueprint("centres", __name__, url_prefix="/desk/centres")

ONE = f"/<int(max={GREATEST_ID}):centre_id>"


@bp.get("")
@may(Permission.SEE_CENTRES)
def listing() -> ResponseReturnValue:
    """The centres within reach, by name."""
    found = [one for one in clinics.centres() if actor().reaches(one.id)]
    return show("centres/listing.html", centres=found)


@bp.get("/new")
@may(Permission.ADD_CENTRES)
def new() -> ResponseReturnValue:
    """The form for a new centre."""
    return show("centres/new.html", form=CentreForm(formdata=None))


@bp.post("/new")
@may(Permission.ADD_CENTRES, own_transactions=True)
def add() -> ResponseReturnValue:
    """Add a centre."""
    form = CentreForm()
    if added := form.made(CentreInput, _add, at="name"):
        flash(f"{added.name} is added. Next: its opening hours, and clinicians who work there.", "success")
        return go("centres.centre", centre_id=added.id)
    with db.reading():
        return show("centres/new.html", form=form, status=form.status)


def _add(said: CentreInput) -> Centre:
    return clinics.add_centre(said.details, by=actor().account_id)


@bp.get(ONE)
@may(Permission.SEE_CENTRES)
def centre(centre_id: int) -> ResponseReturnValue:
    """One centre with its hours and holidays."""
    return _centre(centre_id)


@bp.post(ONE)
@may(Permission.EDIT_CENTRES, own_transactions=True)
def change(centre_id: int) -> ResponseReturnValue:
    """Change what a centre is called or where it is."""
    form = CentreForm()
    _reached(centre_id)
    if form.done(CentreInput, lambda said: _change(centre_id, said), at="name"):
        flash("The changes are saved.", "success")
        return go("centres.centre", centre_id=centre_id)
    with db.reading():
        return _centre(centre_id, form=form, status=form.status)


def _change(centre_id: int, said: CentreInput) -> None:
    clinics.change_centre(centre_id, vars(said.details), by=actor().account_id)


@bp.post(f"{ONE}/hours")
@may(Permission.EDIT_CENTRES, own_transactions=True)
def set_hours(centre_id: int) -> ResponseReturnValue:
    """Set when the door is open. Clinicians' own hours are theirs and stay."""
    form = DoorHoursForm()
    _reached(centre_id)
    said = form.read(DoorHoursInput)
    doors = _doors(form, said) if said else None
    if doors is not None:
        try:
            with db.transaction():
                clinics.set_door_hours(centre_id, doors, by=actor().account_id)
        except Invalid as error:
            form.refuse(error)
        else:
            flash("The opening hours are saved.", "success")
            return go("centres.centre", centre_id=centre_id)
    with db.reading():
        return _centre(centre_id, hours_form=form, status=422)


@bp.post(f"{ONE}/holidays")
@may(Permission.EDIT_CENTRES, own_transactions=True)
def add_holiday(centre_id: int) -> ResponseReturnValue:
    """Add a holiday. Whoever is booked on that day is shown first, with what may become of them (R-BLK-3)."""
    form = HolidayForm()
    _reached(centre_id)
    if said := form.read(HolidayInput):
        shown = said.seen if said.seen_day == said.day else None
        answers = closing_answers.answers_of(said) if shown else Answers(seen=())
        try:
            with db.transaction():
                made = booking.close_day(centre_id, said.day, said.reason, by=actor(), answers=answers)
        except AffectedChanged as error:
            return _answer_first(centre_id, form, said, error.affected, problem=error.message if shown else "")
        except Invalid as error:
            form.refuse(error)
        else:
            words = [
                "The holiday is added. Nothing more can be booked on that day.",
                *closing_answers.told(made.outcomes),
            ]
            flash(" ".join(words), "success")
            for trouble in closing_answers.troubles(made.outcomes):
                flash(trouble, "warn")
            return go("centres.centre", centre_id=centre_id)
    with db.reading():
        return _centre(centre_id, holiday_form=form, status=422)


def _answer_first(
    centre_id: int, form: HolidayForm, said: HolidayInput, affected: Sequence[Affected], *, problem: str
) -> ResponseReturnValue:
    """Who is booked on the day, and what shall become of them."""
    with db.reading():
        about = _about(centre_id)
    return show(
        "centres/holiday.html", **about, form=form, day=said.day, reason=said.reason, problem_words=problem,
        rows=closing_answers.rows_of(affected, actor(), closing_answers.chosen_each()),
        seen=closing_answers.seen_of(affected), for_all=closing_answers.FOR_ALL, chosen=said.choice,
        status=409 if problem else 200,
    )  # fmt: skip


@bp.post(f"{ONE}/holidays/<int(max={GREATEST_ID}):holiday_id>/removal")
@may(Permission.EDIT_CENTRES)
@takes()
def remove_holiday(centre_id: int, holiday_id: int) -> ResponseReturnValue:
    """The day can be booked again."""
    _one(centre_id)
    clinics.remove_holiday(centre_id, holiday_id, by=actor().account_id)
    flash("The holiday is removed. The day can be booked again.", "success")
    return go("centres.centre", centre_id=centre_id)


@bp.get(f"{ONE}/state")
@may(Permission.CLOSE_CENTRES)
def state(centre_id: int) -> ResponseReturnValue:
    """What it means to close this centre, or to open it again."""
    return _state(centre_id)


@bp.post(f"{ONE}/state")
@may(Permission.CLOSE_CENTRES, own_transactions=True, fresh=True)
@takes("active")
def set_state(centre_id: int) -> ResponseReturnValue:
    """Close the centre, or open it again."""
    opens = request.form.get("active") == "yes"
    try:
        with db.transaction():
            if opens:
                clinics.set_open(clinics.locked_centre(centre_id), True, by=actor().account_id)
            else:
                booking.close_centre(centre_id, by=actor())
    except Conflict as error:
        with db.reading():
            return _state(centre_id, problem=error.message, status=409)
    flash("The centre is open for bookings again." if opens else "The centre takes no more bookings.", "success")
    return go("centres.centre", centre_id=centre_id)


def _doors(form: DoorHoursForm, said: DoorHoursInput) -> dict[int, list[tuple[int, int]]] | None:
    """The hours of each weekday; None when some make no sense, which is said at their day."""
    doors = {}
    for weekday, _ in WEEK:
        try:
            doors[weekday] = doors_of(getattr(said, f"day_{weekday}"))
        except ValueError as error:
            form.say(f"day_{weekday}", str(error))
    return doors if len(doors) == len(WEEK) else None


def _reached(centre_id: int) -> None:
    """Raises Missing for a centre that is not theirs, as for one that never was (R-ACL-1)."""
    if not actor().reaches(centre_id):
        raise Missing("We could not find that centre.")


def _one(centre_id: int) -> Centre:
    _reached(centre_id)
    one = clinics.centre(centre_id)
    if one is None:
        raise Missing("We could not find that centre.")
    return one


def _about(centre_id: int) -> dict[str, Any]:
    one = _one(centre_id)
    return {"centre": one, "centre_name": one.short_name}


def _centre(
    centre_id: int,
    *,
    form: CentreForm | None = None,
    hours_form: DoorHoursForm | None = None,
    holiday_form: HolidayForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    about = _about(centre_id)
    doors = clinics.door_hours(centre_id)
    return show(
        "centres/centre.html",
        form=form or CentreForm(formdata=None).show(about["centre"]),
        hours_form=hours_form or DoorHoursForm(formdata=None).show(doors),
        holiday_form=holiday_form or HolidayForm(formdata=None),
        hours=[(words, doors_shown(doors[weekday]) or "Closed") for weekday, words in WEEK],
        holidays=clinics.holidays_from(centre_id, clock.today()),
        edits=actor().may(Permission.EDIT_CENTRES),
        status=status,
        **about,
    )


def _state(centre_id: int, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    about = _about(centre_id)
    return show(
        "centres/state.html",
        ahead=booking.how_many_at(centre_id),
        booked=booking.still_at(centre_id),
        problem_words=problem,
        status=status,
        **about,
    )
