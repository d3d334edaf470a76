"""The clinic's desk: the day of a centre, one appointment in full, and booking for a patient."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from mibo import booking, clock, db, leads, people, phone
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.payments import DrawerClosed
from mibo.people import PhoneInUse, SamePerson
from mibo.people.consent_rules import CARE
from mibo.web import board_rows, desk_board, desk_booking, desk_command, desk_list, desk_origins
from mibo.web.access import actor, may
from mibo.web.desk_page import record_page
from mibo.web.forms.desk import FindForm, PatientForm, PaymentForm, booking_form
from mibo.web.htmx import go, show, wants_part
from mibo.web.inputs.base import read_day
from mibo.web.inputs.desk import BookingInput, FindInput, PatientInput, PaymentInput
from mibo.web.keys import takes
from mibo.web.reads import noted

bp = Blueprint("desk", __name__, url_prefix="/desk")

ONE = f"/appointments/<int(max={GREATEST_ID}):appointment_id>"


@bp.get("")
@may(Permission.SEE_DAY)
def board() -> ResponseReturnValue:
    """A centre's day, live: a poll that finds nothing changed is a 304."""
    if (unchanged := _unchanged()) is not None:
        return unchanged
    centres = desk_booking.centres()
    if not centres:
        return show("desk/no_centre.html")
    centre, day = desk_booking.centre_of(centres, request.values.get("centre")), _day()
    read = booking.day_board(centre.id, day, by=actor())
    shown, tag = desk_board.look(read, actor()), _tag(read.version)
    others = booking.closes_for_others(actor())
    news = board_rows.news(shown.lanes, request.headers.get("X-Have", "")) if wants_part() else None
    page = show(
        "desk/board.html", "desk/_live.html", board=shown, news=news, tag=tag, **_about_day(centres, centre, day),
        closes=actor().may(Permission.BLOCK_TIME), closes_only=None if others else actor().clinician_id,
        is_new_day=request.args.get("made") == day.isoformat() != clock.today().isoformat(),
    )  # fmt: skip
    response = _tagged(make_response(page), tag)
    if news:
        response.headers["HX-Reswap"] = "none"
    if wants_part() and request.args.get("span", shown.span) != shown.span:
        response.headers["HX-Refresh"] = "true"
    return response


def _unchanged() -> Response | None:
    """The answer to a poll without news, in one statement; None where there are some, or this is no such poll."""
    centre_id = read_id(request.args.get("centre", ""))
    if not (wants_part() and request.if_none_match and centre_id and actor().works_at(centre_id)):
        return None
    tag = _tag(booking.board_version(centre_id, _day(), by=actor()))
    return _tagged(make_response("", 304), tag) if request.if_none_match.contains_weak(tag) else None


@bp.get("/day-list")
@may(Permission.SEE_DAY)
def day_list() -> ResponseReturnValue:
    """The same day as a list for paper, with initials only where others may see it."""
    centres = desk_booking.centres()
    if not centres:
        return show("desk/no_centre.html")
    centre, day = desk_booking.centre_of(centres, request.values.get("centre")), _day()
    shown = desk_list.day_list(
        booking.day_board(centre.id, day, by=actor()), initials=request.args.get("names") == "initials"
    )
    return show("desk/day_list.html", lists=shown, **_about_day(centres, centre, day))


@bp.route("/find", methods=["GET", "POST"])
@may(Permission.SEE_PATIENTS)
def find() -> ResponseReturnValue:
    """Look for a patient, or say a whole booking in one line; it is shown before anything is booked.

    What is typed travels in the body, so that no name or number stands in an address.
    """
    form = FindForm()
    typed = form.read(FindInput)
    if typed is None:
        return show(
            "desk/find.html", "desk/_found.html",
            form=form, asked="", found=[], kept=desk_booking.kept(), status=422 if form.errors else 200,
        )  # fmt: skip
    mine = [centre for centre in desk_booking.centres() if actor().reaches(centre.id)]
    centre = desk_booking.centre_of(mine, request.values.get("centre")) if mine else None
    return desk_booking.answer(desk_command.understand(typed.q, centre, desk_booking.chosen_patient()), form)


@bp.get("/new")
@may(Permission.BOOK_AT_DESK)
def new_booking() -> ResponseReturnValue:
    """The one page for a booking at the desk."""
    known = desk_origins.new_patient()
    return desk_booking.sheet_page(adding=PatientForm(formdata=None, **known) if known else None)


@bp.post("/new")
@may(Permission.BOOK_AT_DESK, own_transactions=True)
def book() -> ResponseReturnValue:
    """Book: held with a payment link, or paid and so confirmed. A refusal keeps all that was entered."""
    form = booking_form(actor())
    status, closed = 422, False
    if said := form.read(BookingInput):
        try:
            made_id, words = desk_booking.book(said)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, closed = 409, isinstance(error, DrawerClosed)
            desk_booking.refuse(form, error, said)
        else:
            flash(words, "success")
            return go("desk.appointment", appointment_id=made_id, done="booked")
    with db.reading():
        return desk_booking.sheet_page(form, status=status, asks_for_drawer=closed)


@bp.post("/patients")
@may(Permission.ADD_PATIENTS, own_transactions=True)
def add_patient() -> ResponseReturnValue:
    """Add a patient, then go on booking for them. A number that is known offers who has it already."""
    form = PatientForm()
    status, same_number = 422, ""
    if said := form.read(PatientInput):
        try:
            with db.transaction():
                added = people.register_patient(said.told, by=actor(), family=bool(said.family))
                if said.agreed:
                    people.consents.say(added, CARE, given=True, by=actor())
                desk_origins.link_patient(added.id, by=actor())
                if said.heard_of:
                    leads.note_origin(added.id, said.heard_of, by=actor())
        except PhoneInUse:
            status, same_number = 409, said.phone
        except SamePerson as error:
            status = 409
            form.say("full_name", error.message)
        except Invalid as error:
            form.refuse(error)
        else:
            return go("desk.new_booking", **{"patient": added.id, **desk_booking.kept("patient")})
    with db.reading():
        known = people.find_patients(phone.ten_digits(same_number)) if same_number else []
        return desk_booking.sheet_page(adding=form, known=known, status=status)


@bp.get(ONE)
@may(Permission.SEE_APPOINTMENTS)
@noted("appointment.opened", "appointment_id")
def appointment(appointment_id: int) -> ResponseReturnValue:
    """One appointment in full."""
    return record_page(appointment_id)


@bp.post(f"{ONE}/payment")
@may(Permission.TAKE_PAYMENT, own_transactions=True)
def take_payment(appointment_id: int) -> ResponseReturnValue:
    """Take cash, card or UPI, or several of them; the booking is confirmed and an open link is closed."""
    form = PaymentForm()
    status, problem, closed = 422, "", False
    if said := form.read(PaymentInput):
        try:
            with db.transaction():
                words = desk_booking.take_payment(appointment_id, said)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, problem, closed = 409, error.message, isinstance(error, DrawerClosed)
        else:
            flash(words, "success")
            return go("desk.appointment", appointment_id=appointment_id)
    with db.reading():
        return record_page(appointment_id, form, problem=problem, status=status, asks_for_drawer=closed)


@bp.post(f"{ONE}/payment-link")
@may(Permission.TAKE_PAYMENT, own_transactions=True)
@takes()
def send_payment_link(appointment_id: int) -> ResponseReturnValue:
    """Send the payment link, again or at last; the former one stops working."""
    try:
        booking.resend_link(appointment_id, by=actor())
    except Conflict as error:
        with db.reading():
            return record_page(appointment_id, problem=error.message, status=409)
    flash("The payment link is on its way on WhatsApp.", "success")
    return go("desk.appointment", appointment_id=appointment_id)


def _day() -> date:
    """The day that was asked for, or today. Raises Missing for what is no day."""
    wanted = request.args.get("day")
    day = read_day(wanted) if wanted else clock.today()
    if day is None:
        raise Missing("We could not find that day.")
    return day


def _about_day(centres: Sequence[Centre], centre: Centre, day: date) -> dict[str, Any]:
    today = clock.today()
    return {
        "centres": centres, "centre": centre, "centre_name": centre.short_name, "day": day, "today": today,
        "around": desk_board.days_around(centre.id, day), "made_at": clock.local(clock.now()),
    }  # fmt: skip


def _tag(version: str) -> str:
    """What is told in minutes is told anew each minute."""
    return f"{version}-{clock.now():%H%M}"


def _tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    response.vary.add("HX-Request")
    return response
