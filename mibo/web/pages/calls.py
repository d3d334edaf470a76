"""Call these people: whom no message reached, and what came of calling them."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from mibo import db, identity
from mibo.booking import reaching
from mibo.errors import Conflict
from mibo.identity.permissions import Permission
from mibo.web import call_rows
from mibo.web.access import actor, may
from mibo.web.forms.calls import CallForm
from mibo.web.htmx import go, show
from mibo.web.inputs.calls import CallOutcome, CallPage

bp = Blueprint("calls", __name__, url_prefix="/worklists/calls")

DONE = {
    "REACHED": ("Noted: reached. They are off the list.", "success"),
    "NO_ANSWER": ("Noted: no answer. They come up again in an hour.", "info"),
    "WRONG_NUMBER": ("Noted: wrong number. Please correct their record when you know the right one.", "warn"),
    "TAKE_BACK": ("Taken back. They are to be called, as before.", "success"),
}


@bp.get("")
@may(Permission.BOOK_AT_DESK)
def listing() -> ResponseReturnValue:
    """Who is to be called, the visit that begins first at the head."""
    told = {name: value for name, value in request.args.items() if name == "page"}
    try:
        return _listing(CallPage.model_validate(told).page)
    except ValueError:
        return go("calls.listing")


@bp.post("")
@may(Permission.BOOK_AT_DESK, own_transactions=True)
def note() -> ResponseReturnValue:
    """What came of a call; or that it was noted by mistake."""
    form, problem, status = CallForm(), "", 422
    if said := form.read(CallOutcome):
        try:
            with db.transaction():
                _note(said)
        except Conflict as error:
            problem, status = error.message, 409
        else:
            flash(*DONE[said.outcome])
            return go("calls.listing")
    wrong = [str(sentence) for field in form for sentence in field.errors] + list(form.form_errors)
    with db.reading():
        return _listing(1, [problem] if problem else wrong, status)


def _note(said: CallOutcome) -> None:
    if said.outcome == "TAKE_BACK":
        reaching.take_back(said.call, by=actor(), seen=said.seen)
    else:
        reaching.note_call(said.call, said.outcome, by=actor(), seen=said.seen)


def _listing(page: int, problems: list[str] | None = None, status: int = 200) -> ResponseReturnValue:
    found, total = reaching.to_call(by=actor(), offset=(page - 1) * reaching.PAGE)
    noted = reaching.just_noted(by=actor())
    names = identity.names_of(call_rows.callers([*found, *noted]))
    return show(
        "calls/listing.html", rows=call_rows.lines(found, names), noted=call_rows.lines(noted, names), total=total,
        page=page, pages=-(-total // reaching.PAGE), address=f"{url_for('calls.listing')}?page={{page}}",
        problems=problems or [], status=status,
    )  # fmt: skip
