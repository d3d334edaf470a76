"""The worklists: what waits for somebody, each with what may be done about it."""

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, care, clock, db
from mibo.booking import Appointment
from mibo.errors import Conflict, DomainError, Missing, Refused
from mibo.identity.permissions import Permission
from mibo.web import worklist_rows
from mibo.web.access import actor, may
from mibo.web.forms.worklists import NotWantedForm, WishForm
from mibo.web.htmx import go, show
from mibo.web.inputs.worklists import NotWantedInput, Seen, WishDecision, read_due_place, read_seen
from mibo.web.keys import takes

bp = Blueprint("worklists", __name__, url_prefix="/worklists")

LET_GO = "Let go by the desk, not paid"


@bp.get("/closing")
@may(Permission.MARK_ARRIVALS)
def closing() -> ResponseReturnValue:
    """Visits that are long over and still stand as confirmed or under way (R-SES-11)."""
    return _closing()


@bp.post("/closing")
@may(Permission.MARK_ARRIVALS, own_transactions=True)
@takes("visit", "completed", "missed")
def close() -> ResponseReturnValue:
    """Close one or several visits. What somebody else has closed meanwhile is said, and the others are closed."""
    completed, missed = request.form.get("completed", ""), request.form.get("missed", "")
    if missed:
        return _each("worklists.closing", [missed], booking.mark_no_show, "marked as no-show", _closing)
    chosen = request.form.getlist("visit") if completed in ("", "ticked") else [completed]
    return _each("worklists.closing", chosen, booking.complete, "completed", _closing)


@bp.get("/holds")
@may(Permission.BOOK_AT_DESK)
def holds() -> ResponseReturnValue:
    """Times that wait for their money."""
    return _holds()


@bp.post("/holds")
@may(Permission.BOOK_AT_DESK, own_transactions=True)
@takes("link", "release")
def chase() -> ResponseReturnValue:
    """Send the payment link again, or let the time go."""
    if released := request.form.get("release", ""):
        return _each("worklists.holds", [released], _let_go, "let go", _holds)
    try:
        if not actor().may(Permission.TAKE_PAYMENT):
            raise Refused
        booking.resend_link(_seen(request.form.get("link", ""))[0], by=actor())
    except Conflict as error:
        with db.reading():
            return _holds(problems=[error.message], status=409)
    flash("The payment link is on its way on WhatsApp.", "success")
    return go("worklists.holds")


@bp.get("/cancellations")
@may(Permission.DECIDE_CANCELLATIONS)
def wishes() -> ResponseReturnValue:
    """Patients who asked to cancel."""
    return _wishes()


@bp.post("/cancellations")
@may(Permission.DECIDE_CANCELLATIONS, own_transactions=True)
def decide() -> ResponseReturnValue:
    """Grant a wish to cancel, or refuse it."""
    form = WishForm()
    if words := form.made(WishDecision, _decide):
        flash(words, "success")
        return go("worklists.wishes")
    with db.reading():
        return _wishes(problems=form.problems, status=form.status)


@bp.get("/follow-ups")
@may(Permission.SEE_FOLLOW_UPS)
def follow_ups() -> ResponseReturnValue:
    """Who is due to come again: soon or overdue, or everybody."""
    return _follow_ups()


@bp.post("/follow-ups")
@may(Permission.SEE_FOLLOW_UPS, own_transactions=True)
def call_off() -> ResponseReturnValue:
    """A follow-up is not wanted any more; the reason stays with it."""
    form = NotWantedForm()
    if form.done(NotWantedInput, lambda said: care.call_off(said.follow_up, said.reason, by=actor())):
        flash("The follow-up is called off.", "success")
        return go("worklists.follow_ups")
    with db.reading():
        return _follow_ups(problems=form.problems, status=form.status)


def _each(
    endpoint: str, chosen: Sequence[str], act: Callable[..., Appointment], done: str,
    again: Callable[..., ResponseReturnValue],
) -> ResponseReturnValue:  # fmt: skip
    """Do it to each visit by itself, and say of each that could not be done why."""
    problems, count = [], 0
    for text in chosen:
        appointment_id, version = _seen(text)
        try:
            with db.transaction():
                act(appointment_id, by=actor(), version=version)
        except (Missing, Refused):
            if len(chosen) == 1:
                raise
            problems.append("One of them is not there any more.")
        except DomainError as error:
            problems.append(error.message)
        else:
            count += 1
    if problems or not chosen:
        with db.reading():
            said = [f"{count} {done}."] if count else []
            return again(problems=[*problems, *said] or ["Tick at least one visit."], status=409 if problems else 422)
    flash(
        f"{count} {'visit is' if count == 1 else 'visits are'} {done}." if count > 1 else f"{done.capitalize()}.",
        "success",
    )
    return go(endpoint)


def _seen(text: str) -> Seen:
    """Raises Missing for what is no visit."""
    try:
        return read_seen(text)
    except ValueError:
        raise Missing("We could not find that appointment.") from None


def _let_go(appointment_id: int, *, by: object, version: int) -> Appointment:
    return booking.call_off(appointment_id, reason=LET_GO, by=actor(), version=version)


def _decide(said: WishDecision) -> str:
    appointment_id, version = said.visit
    if said.decision == "REFUSE":
        booking.refuse_cancellation(appointment_id, by=actor(), words=said.words, version=version)
        return "The appointment stands. The patient is told."
    whole = said.decision == "GRANT_ALL"
    booking.grant_cancellation(appointment_id, by=actor(), words=said.words, all_of_it=whole, version=version)
    return "The appointment is cancelled. The patient is told."


def _closing(problems: Sequence[str] = (), status: int = 200) -> ResponseReturnValue:
    rows = worklist_rows.late(booking.worklists.visits_to_close(by=actor()), actor())
    return show("worklists/closing.html", rows=rows, problems=problems, status=status)


def _holds(problems: Sequence[str] = (), status: int = 200) -> ResponseReturnValue:
    rows = worklist_rows.holds(booking.worklists.unpaid_holds(by=actor()), actor())
    return show("worklists/holds.html", rows=rows, problems=problems, status=status)


def _wishes(problems: Sequence[str] = (), status: int = 200) -> ResponseReturnValue:
    rows = worklist_rows.wishes(booking.worklists.wishes_to_cancel(by=actor()), actor())
    return show("worklists/wishes.html", rows=rows, problems=problems, status=status)


def _follow_ups(problems: Sequence[str] = (), status: int = 200) -> ResponseReturnValue:
    everybody = request.args.get("which") == "all"
    until = None if everybody else care.due_soon(clock.today())
    found = care.follow_ups_due(by=actor(), until=until, after=read_due_place(request.args.get("after", "")), limit=51)
    more = found[50:] and found[49].place
    return show(
        "worklists/follow_ups.html", rows=worklist_rows.follow_ups(found[:50]), problems=problems, status=status,
        everybody=everybody, after=f"{more[0].isoformat()}.{more[1]}" if more else "",
    )  # fmt: skip
