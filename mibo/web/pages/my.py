"""A patient's own side: appointments, one in full, details, family."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import booking, clinics, clock, db, payments, people
from mibo.booking import Appointment, Status, gate, gate_rules
from mibo.booking.rules import is_live_hold
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.ids import read_id
from mibo.phrases import phrase
from mibo.web import acting, calendar, notice_rows, own_changes, own_moving, portal_rows, receipt_rows, ways
from mibo.web.access import actor, may
from mibo.web.filters import moment
from mibo.web.forms.changes import AskForm, OwnCancelForm, OwnMoveForm
from mibo.web.htmx import go, go_to, local_path, show
from mibo.web.inputs.changes import AskInput, OwnCancelInput
from mibo.web.keys import takes
from mibo.web.paging import page_asked

bp = Blueprint("my", __name__, url_prefix="/my")

PAGE = 10
TOO_LATE = phrase(
    "The time until which you could cancel by yourself has just passed. Nothing is lost: send it to us below, and the clinic"
    " decides."
)
AHEAD, OVER, NEW = 5, 4, 3  # how much of what is to come, what is over and what was told stands on the first page


@bp.get("")
@may(Permission.SEE_OWN)
def home() -> ResponseReturnValue:
    """The next appointment first, with the one thing to do about it; what is new; what was. Four statements."""
    house = people.household(by=actor())
    g.unread_notices = house.unread
    who = acting.chosen(house)
    ahead, over = booking.at_home(actor(), ahead=AHEAD + 1, over=OVER, patient_id=who.id if who else None)
    told = people.inbox.notices(people.inbox.Asked(unread=True), by=actor(), limit=NEW) if house.unread else []
    return show(
        "my/home.html", house=house, who=who, cards=portal_rows.cards(list(ahead[:AHEAD])), more=len(ahead) > AHEAD,
        over=over, again=portal_rows.again(list(over)), told=notice_rows.rows(list(told), several=house.several),
    )  # fmt: skip


@bp.post("/acting-for")
@may(Permission.SEE_OWN)
@takes("who")
def act_for() -> ResponseReturnValue:
    """Look after one of the family, or everybody again. Raises Missing for somebody who is not theirs."""
    wanted = request.form.get("who", "")
    acting.choose(people.own_patient(read_id(wanted) or 0, by=actor()).id if wanted else None)
    return go_to(local_path(request.form.get("next"), url_for("my.home")))


@bp.get("/appointments")
@may(Permission.SEE_OWN)
def appointments() -> ResponseReturnValue:
    """All that is to come, the next first; or all that is over, the latest first."""
    house = people.household(by=actor())
    g.unread_notices = house.unread
    who, page, over = acting.chosen(house), page_asked(PAGE), request.args.get("show") == "past"
    found = (booking.past if over else booking.upcoming)(actor(), patient_id=who.id if who else None, **page.reach)
    return show(
        "my/appointments.html", house=house, who=who, rows=page.shown(found), over=over, **page.facts(found)
    )  # fmt: skip


@bp.get("/<reference>")
@may(Permission.SEE_OWN)
def appointment(reference: str) -> ResponseReturnValue:
    """One appointment in full: what stands, what happens next."""
    one = booking.own_appointment(actor(), reference=reference)
    live = is_live_hold(one.status, one.held_until, clock.now())
    return show(
        "my/appointment.html",
        one=one,
        live=live,
        released=one.status in (Status.PENDING, Status.EXPIRED) and not live,
        way=ways.again(one),
        failed=live and payments.has_just_failed(one.payment_id),
        waiting=live and request.args.get("paid") == "yes",
        join=_may_join(one),
        policy=clinics.policy_in_force(),
        changes=own_changes.of(one),
        papers=receipt_rows.links(payments.receipts_of([one.payment_id]), "/my/receipts"),
    )


def _may_join(one: Appointment) -> bool:
    """The call opens a quarter of an hour before (R-VID-3)."""
    return gate_rules.has_call(one.mode, one.status) and gate.doors_of(one).are_open(clock.now())


@bp.get("/<reference>/move")
@may(Permission.SEE_OWN)
def move(reference: str) -> ResponseReturnValue:
    """Which other time it may have, as long as it may."""
    return own_moving.page(booking.own_appointment(actor(), reference=reference), _door(reference))


@bp.post("/<reference>/move")
@may(Permission.SEE_OWN, own_transactions=True)
def take_move(reference: str) -> ResponseReturnValue:
    """Give it the other time."""

    def own(**wanted: Any) -> Appointment:
        one = booking.own_appointment(actor(), reference=reference)
        return booking.reschedule(one.id, by=actor(), **wanted)

    form = OwnMoveForm()
    moved = own_moving.take(form, own)
    if not isinstance(moved, own_moving.Trouble):
        flash(gettext("Your appointment is moved to %(when)s.", when=moment(moved.starts_at)), "success")
        return go("my.appointment", reference=reference)
    with db.reading():
        one = booking.own_appointment(actor(), reference=reference)
        return own_moving.page(one, _door(reference), form, moved)


def _door(reference: str) -> own_moving.Door:
    return own_moving.Door(
        address=partial(url_for, "my.move", reference=reference),
        action=url_for("my.take_move", reference=reference),
        back=url_for("my.appointment", reference=reference),
        back_words=gettext("Appointment %(reference)s", reference=reference),
    )


@bp.get("/<reference>/cancellation")
@may(Permission.SEE_OWN)
def cancellation(reference: str) -> ResponseReturnValue:
    """What cancelling means, and what comes back, before it is done; too late for that, one may ask."""
    return _cancellation(reference)


@bp.post("/<reference>/cancellation")
@may(Permission.SEE_OWN, own_transactions=True)
def cancel(reference: str) -> ResponseReturnValue:
    """Cancel it, in time."""
    return _call_off(reference, OwnCancelForm(), OwnCancelInput)


@bp.post("/<reference>/cancellation-wish")
@may(Permission.SEE_OWN, own_transactions=True)
def ask_to_cancel(reference: str) -> ResponseReturnValue:
    """Ask the clinic to cancel it."""
    return _call_off(reference, AskForm(), AskInput)


def _call_off(
    reference: str, form: OwnCancelForm | AskForm, kind: type[OwnCancelInput | AskInput]
) -> ResponseReturnValue:
    status, problem = 422, ""
    if said := form.read(kind):
        try:
            with db.transaction():
                one = booking.own_appointment(actor(), reference=reference)
                if isinstance(said, AskInput):
                    booking.ask_to_cancel(one.id, reason=said.reason, by=actor())
                else:
                    booking.cancel(one.id, reason=said.reason, by=actor())
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, problem = 409, error.message
        else:
            asked = isinstance(said, AskInput)
            wish = gettext("We have your wish, and answer it on WhatsApp.")
            flash(wish if asked else gettext("It is cancelled."), "success")
            return go("my.appointment", reference=reference)
    with db.reading():
        return _cancellation(reference, form, problem=problem, status=status)


def _cancellation(
    reference: str, form: OwnCancelForm | AskForm | None = None, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    one = booking.own_appointment(actor(), reference=reference)
    changes = own_changes.of(one)
    fitting = AskForm if changes.may_ask else OwnCancelForm
    if form is not None and not isinstance(form, fitting):  # the cut-off has passed meanwhile: what they wrote stays
        form, problem = (
            fitting(formdata=None, data={"reason": form.reason.data}),
            TOO_LATE if changes.may_ask else problem,
        )
    return show(
        "my/cancellation.html", one=one, changes=changes, form=form or fitting(formdata=None), problem=problem,
        policy=clinics.policy_in_force(), status=status,
    )  # fmt: skip


@bp.get("/<reference>/calendar.ics")
@may(Permission.SEE_OWN)
def calendar_file(reference: str) -> ResponseReturnValue:
    """The appointment for one's own calendar, in neutral words."""
    one = booking.own_appointment(actor(), reference=reference)
    address = url_for("my.appointment", reference=one.reference, _external=True)
    response = Response(calendar.event(one, address), mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="appointment-{one.reference}.ics"'
    return response
