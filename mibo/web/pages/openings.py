"""Extra openings: hours that a clinician keeps on one day only."""

from dataclasses import dataclass

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, clock, db, people
from mibo.booking import extra
from mibo.errors import Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import closing_answers
from mibo.web.access import actor, may
from mibo.web.block_rows import span_words
from mibo.web.forms.blocks import MODES, ExtraForm
from mibo.web.htmx import go, show
from mibo.web.inputs.blocks import ExtraInput
from mibo.web.keys import takes

bp = Blueprint("openings", __name__, url_prefix="/time-off/openings")

ONE = f"/<int(max={GREATEST_ID}):extra_id>/removal"
USUAL_MINUTES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An extra opening, ready to draw."""

    id: int
    when: str
    clinician: str
    centre: str
    how: str
    minutes: int


@bp.get("")
@may(Permission.SEE_HOURS)
def listing() -> ResponseReturnValue:
    """Those that are not over."""
    rows = [_line(one) for one in extra.extras(by=actor())]
    return show("openings/listing.html", rows=rows, removes=actor().may(Permission.SET_HOURS))


@bp.get("/new")
@may(Permission.SET_HOURS)
def new() -> ResponseReturnValue:
    """The form; an address may say whose hours, and when."""
    form = ExtraForm(formdata=None)
    form.clinician.data, form.centre.data = request.args.get("clinician"), request.args.get("centre")
    form.day.data, form.minutes.data = clock.today(), USUAL_MINUTES
    return _form(form)


@bp.post("/new")
@may(Permission.SET_HOURS, own_transactions=True)
def add() -> ResponseReturnValue:
    """Open hours on one day."""
    form = ExtraForm()
    if said := form.read(ExtraInput):
        try:
            with db.transaction():
                extra.open_extra(said.wish, by=actor())
        except Invalid as error:
            form.refuse(error)
        else:
            flash("The hours are open and can be booked.", "success")
            return go("openings.listing")
    with db.reading():
        return _form(form, status=422)


@bp.get(ONE)
@may(Permission.SET_HOURS)
def removal(extra_id: int) -> ResponseReturnValue:
    """Who is booked in it."""
    one = extra.opening(extra_id, by=actor())
    rows = closing_answers.rows_of(extra.booked_in(one), actor())
    return show("openings/removal.html", one=_line(one), rows=rows)


@bp.post(ONE)
@may(Permission.SET_HOURS)
@takes()
def remove(extra_id: int) -> ResponseReturnValue:
    """Nothing more is offered in it."""
    extra.remove_extra(extra_id, by=actor())
    flash("The extra opening is removed.", "success")
    return go("openings.listing")


def _form(form: ExtraForm, *, status: int = 200) -> ResponseReturnValue:
    by = actor()
    others = booking.closes_for_others(by, Permission.SET_HOURS)
    found = [one for one in people.clinicians_in_reach(by) if others or one.id == by.clinician_id]
    places = [one for one in clinics.centres(active=True) if by.works_at(one.id)]
    return show("openings/new.html", form=form.offer(found, places), status=status)


def _line(one: extra.ExtraRow) -> Line:
    how = next(str(words) for mode, words, *_ in MODES if mode == one.mode)
    return Line(one.id, span_words(one.span), one.clinician, one.centre, how, one.slot_minutes)
