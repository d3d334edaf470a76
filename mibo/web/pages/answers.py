"""The page of a reminder's link: that one comes, wants another time, or cancels; for that appointment and time only."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from mibo import booking, clinics
from mibo.errors import Missing
from mibo.web import own_changes
from mibo.web.access import public
from mibo.web.htmx import go, go_to, show
from mibo.web.keys import takes

bp = Blueprint("answers", __name__, url_prefix="/answer/<token>")

VERBS = ("confirm", "move", "cancel")
SAID = {
    "CONFIRMED": "Thank you. We look forward to seeing you.", "CANCELLED": "It is cancelled.",
    "ASKED": "We have your wish to cancel, and answer it soon. Until then the time is yours.",
    "OVER": "That is not possible any more.",
}  # fmt: skip


@bp.get("")
@public
def ask(token: str) -> ResponseReturnValue:
    """What the reminder is about, and its three answers as long as they can be given."""
    one, good = booking.answering.by_link(token)
    return show(
        "answers/ask.html", one=one, good=good, token=token, policy=clinics.policy_in_force(),
        changes=own_changes.of(one) if good else None, portal=True,
    )  # fmt: skip


@bp.post("/<verb>")
@public
@takes()
def answer(token: str, verb: str) -> ResponseReturnValue:
    """Do what they say, once; another time is chosen on the appointment's own page, for which one signs in."""
    if verb not in VERBS:
        raise Missing
    one, outcome = booking.answering.answer_by_link(token, verb)
    if outcome == "MOVES":
        return go_to(f"/my/{one.reference}/move")
    flash(SAID[outcome], "warn" if outcome == "OVER" else "success")
    return go("answers.ask", token=token)
