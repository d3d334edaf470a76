"""The page of a reminder's link: that one comes, chooses another time, or cancels; for that appointment and time only."""

from functools import partial

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import booking, clinics, db
from mibo.booking import Appointment
from mibo.errors import Missing
from mibo.phrases import phrase
from mibo.web import languages, own_changes, own_moving
from mibo.web.access import public, public_in_steps
from mibo.web.filters import moment
from mibo.web.forms.changes import OwnMoveForm
from mibo.web.htmx import go, show
from mibo.web.keys import takes

bp = Blueprint("answers", __name__, url_prefix="/answer/<token>")

VERBS = ("confirm", "cancel")
SAID = {
    "CONFIRMED": phrase("Thank you. We look forward to seeing you."), "CANCELLED": phrase("It is cancelled."),
    "ASKED": phrase("We have your wish to cancel, and answer it soon. Until then the time is yours."),
    "OVER": phrase("That is not possible any more."),
}  # fmt: skip


@bp.get("")
@public
def ask(token: str) -> ResponseReturnValue:
    """What the reminder is about, and its three answers as long as they can be given."""
    one, good = booking.answering.by_link(token)
    return _ask(one, token, good=good)


def _ask(one: Appointment, token: str, *, good: bool) -> ResponseReturnValue:
    return show(
        "answers/ask.html", one=one, good=good, token=token, policy=clinics.policy_in_force(),
        changes=own_changes.of(one) if good else None, portal=True,
    )  # fmt: skip


@bp.get("/another-time")
@public
def another_time(token: str) -> ResponseReturnValue:
    """The times that it may have instead, without signing in."""
    one, good = booking.answering.by_link(token)
    return own_moving.page(one, _door(token)) if good else _ask(one, token, good=False)


@bp.post("/another-time")
@public_in_steps
def take_another_time(token: str) -> ResponseReturnValue:
    """Give it the other time, once."""
    form = OwnMoveForm()
    moved = own_moving.take(form, partial(booking.answering.move_by_link, token))
    if not isinstance(moved, own_moving.Trouble):
        flash(gettext("Your appointment is moved to %(when)s.", when=moment(moved.starts_at)), "success")
        return go("answers.ask", token=token)
    with db.reading():
        one, good = booking.answering.by_link(token)
        return own_moving.page(one, _door(token), form, moved) if good else _ask(one, token, good=False)


def _door(token: str) -> own_moving.Door:
    here = partial(url_for, "answers.another_time", token=token)
    return own_moving.Door(here, here(), url_for("answers.ask", token=token), gettext("Your appointment"))


@bp.post("/<verb>")
@public
@takes()
def answer(token: str, verb: str) -> ResponseReturnValue:
    """Do what they say, once."""
    if verb not in VERBS:
        raise Missing
    _, outcome = booking.answering.answer_by_link(token, verb)
    flash(languages.put(SAID[outcome]), "warn" if outcome == "OVER" else "success")
    return go("answers.ask", token=token)
