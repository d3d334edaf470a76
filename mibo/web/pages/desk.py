"""The clinic's desk: the day of a centre, one appointment in full, and booking for a patient."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from mibo import booking, clinics, clock, db, people, phone
from mibo.booking import NotOffered, SlotTaken
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.people import Patient, PhoneInUse, SamePerson
from mibo.web import desk_board, desk_list, desk_origins, desk_sheet, desk_words
from mibo.web.access import actor, may
from mibo.web.desk_page import record_page
from mibo.web.forms.desk import BookingForm, FindForm, PatientForm, PaymentForm, booking_form
from mibo.web.htmx import go, show, wants_part
from mibo.web.inputs.desk import BookingInput, FindInput, PatientInput, PaymentInput
from mibo.web.keys import takes
from mibo.web.reads import noted

bp = Blueprint("desk", __name__, url_prefix="/desk")

ONE = f"/appointments/<int(max={GREATEST_ID}):appointment_id>"
KEPT = ("patient", "centre", "clinician", "mode", "day", "at", "walk_in", *desk_origins.ORIGINS)


@bp.get("")
@may(Permission.SEE_DAY)
def board() -> ResponseReturnValue:
    """A centre's day, live: a poll that finds nothing changed is a 304."""
    centres = _centres()
    if not centres:
        return show("desk/no_centre.html")
    centre, day = _centre(centres), _day()
    tag = f"{booking.board_version(centre.id, day, by=actor())}-{clock.now():%H%M}"
    if wants_part() and request.if_none_match.contains_weak(tag):
        return _tagged(make_response("", 304), tag)
    shown = desk_board.look(booking.day_board(centre.id, day, by=actor()), actor())
    page = show("desk/board.html", "desk/_live.html", board=shown, tag=tag, **_about_day(centres, centre, day))
    response = _tagged(make_response(page), tag)
    if wants_part() and request.args.get("span", shown.span) != shown.span:
        response.headers["HX-Refresh"] = "true"
    return response


@bp.get("/day-list")
@may(Permission.SEE_DAY)
def day_list() -> ResponseReturnValue:
    """The same day as a list for paper, with initials only where others may see it."""
    centres = _centres()
    if not centres:
        return show("desk/no_centre.html")
    centre, day = _centre(centres), _day()
    shown = desk_list.day_list(
        booking.day_board(centre.id, day, by=actor()), initials=request.args.get("names") == "initials"
    )
    return show("desk/day_list.html", lists=shown, **_about_day(centres, centre, day))


@bp.route("/find", methods=["GET", "POST"])
@may(Permission.SEE_PATIENTS)
def find() -> ResponseReturnValue:
    """Look for a patient. What is typed travels in the body, so that no name or number stands in an address."""
    form = FindForm()
    typed = form.read(FindInput)
    found = people.find_patients(typed.q) if typed else []
    if len(found) == 1 and not wants_part() and actor().may(Permission.BOOK_AT_DESK):
        return go("desk.new_booking", **{"patient": found[0].id, **_kept("patient")})
    return show(
        "desk/find.html",
        "desk/_found.html",
        form=form,
        asked=typed.q if typed else "",
        **_found(found),
        status=422 if form.errors else 200,
    )


@bp.get("/new")
@may(Permission.BOOK_AT_DESK)
def new_booking() -> ResponseReturnValue:
    """The one page for a booking at the desk."""
    return _sheet()


@bp.post("/new")
@may(Permission.BOOK_AT_DESK, own_transactions=True)
def book() -> ResponseReturnValue:
    """Book: held with a payment link, or paid and so confirmed. A refusal keeps all that was entered."""
    form = booking_form(actor())
    status = 422
    if said := form.read(BookingInput):
        try:
            made_id, words = _book(said)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status = 409
            form.say(
                "at" if isinstance(error, SlotTaken | NotOffered) else "",
                desk_words.refused(error, _start(said), said.walk_in),
            )
        else:
            flash(words, "success")
            return go("desk.appointment", appointment_id=made_id)
    with db.reading():
        return _sheet(form, status=status)


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
        except PhoneInUse:
            status, same_number = 409, said.phone
        except SamePerson as error:
            status = 409
            form.say("full_name", error.message)
        except Invalid as error:
            form.refuse(error)
        else:
            return go("desk.new_booking", **{"patient": added.id, **_kept("patient")})
    with db.reading():
        known = people.find_patients(phone.ten_digits(same_number)) if same_number else []
        return _sheet(adding=form, known=known, status=status)


@bp.get(ONE)
@may(Permission.SEE_APPOINTMENTS)
@noted("appointment.opened", "appointment_id")
def appointment(appointment_id: int) -> ResponseReturnValue:
    """One appointment in full."""
    return record_page(appointment_id)


@bp.post(f"{ONE}/payment")
@may(Permission.TAKE_PAYMENT, own_transactions=True)
def take_payment(appointment_id: int) -> ResponseReturnValue:
    """Take cash, card or UPI; the booking is confirmed and an open link is closed."""
    form = PaymentForm()
    status, problem = 422, ""
    if said := form.read(PaymentInput):
        try:
            with db.transaction():
                booking.pay_at_desk(appointment_id, said.method, said.note, by=actor())
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, problem = 409, error.message
        else:
            flash("The payment is noted and the appointment is confirmed.", "success")
            return go("desk.appointment", appointment_id=appointment_id)
    with db.reading():
        return record_page(appointment_id, form, problem=problem, status=status)


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


def _centres() -> Sequence[Centre]:
    """The centres where they have something to see; nobody without one sees them all (R-ACL-2)."""
    return [centre for centre in clinics.centres(active=True) if actor().works_at(centre.id)]


def _centre(centres: Sequence[Centre]) -> Centre:
    """The one that was asked for, or the first. Raises Missing for one that is not theirs."""
    wanted = request.values.get("centre")
    if not wanted:
        return centres[0]
    for centre in centres:
        if centre.id == read_id(wanted):
            return centre
    raise Missing("We could not find that centre.")


def _day() -> date:
    """The day that was asked for, or today. Raises Missing for what is no day."""
    wanted = request.args.get("day")
    try:
        return date.fromisoformat(wanted) if wanted else clock.today()
    except ValueError:
        raise Missing("We could not find that day.") from None


def _about_day(centres: Sequence[Centre], centre: Centre, day: date) -> dict[str, Any]:
    today = clock.today()
    return {
        "centres": centres, "centre": centre, "centre_name": centre.short_name, "day": day, "today": today,
        "around": desk_board.days_around(centre.id, day), "made_at": clock.local(clock.now()),
    }  # fmt: skip


def _tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    response.vary.add("HX-Request")
    return response


def _found(found: Sequence[Patient]) -> dict[str, Any]:
    """Who was found, with the facts that tell them apart, and how many share a number."""
    numbers, alike = [one.phone for one in found], desk_sheet.look_alikes(found)
    rows = [
        (one.id, one.full_name, desk_sheet.known_of(one), numbers.count(one.phone), one.id in alike) for one in found
    ]
    return {"found": rows, "kept": _kept()}


def _kept(*but: str) -> dict[str, str]:
    """What has been chosen already: ids, a day and a time."""
    return {name: request.args[name] for name in KEPT if request.args.get(name) and name not in but}


def _sheet(
    form: BookingForm | None = None,
    *,
    adding: PatientForm | None = None,
    known: Sequence[Patient] = (),
    status: int = 200,
) -> ResponseReturnValue:
    centres = [centre for centre in _centres() if actor().reaches(centre.id)]
    if not centres:
        return show("desk/no_centre.html")
    choices, centre = desk_sheet.asked(request.values), _centre(centres)
    if form is None:
        form = booking_form(actor())
        form.walk_in.data = choices.walk_in
    return show(
        "desk/new.html",
        "desk/_sheet_part.html",
        sheet=desk_sheet.look(choices, centres, centre),
        form=form,
        adding=adding or PatientForm(formdata=None),
        finding=FindForm(formdata=None),
        known=_found(known)["found"],
        request_key=secrets.token_urlsafe(16),
        centre_name=centre.short_name,
        status=status,
    )


def _book(said: BookingInput) -> tuple[int, str]:
    """Book once for one key. Of two presses at the same moment the later finds the time taken, by the earlier."""
    try:
        return _book_once(said)
    except SlotTaken:
        return _book_once(said)


def _book_once(said: BookingInput) -> tuple[int, str]:
    with db.transaction():
        made = booking.book_at_desk(
            patient_id=said.patient,
            clinician_id=said.clinician,
            centre_id=said.centre,
            mode=said.mode,
            starts_at=_start(said),
            by=actor(),
            pay_by=said.pay_by,
            last_four=said.last_four,
            note=said.note,
            desk_note=said.desk_note,
            walk_in=said.walk_in,
            request_key=said.request_key,
        )
        unlinked = desk_origins.link(made, queue_entry=said.queue_entry, follow_up=said.follow_up, by=actor())
        words = desk_words.booked(made.status, people.patient(said.patient).full_name)
        return made.id, f"{words} {unlinked}".strip()


def _start(said: BookingInput) -> datetime:
    return clock.instant(said.day, said.at)
