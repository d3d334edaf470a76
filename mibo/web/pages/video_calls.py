"""The way into an online appointment: questions first, then the room, for those whose appointment it is (M20)."""

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from mibo import booking, care, clinics, clock, db, phone
from mibo.booking import Appointment, gate, gate_rules
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.messaging.wording import first_name
from mibo.web.access import actor, may
from mibo.web.forms.video_calls import CallForm
from mibo.web.htmx import go, show
from mibo.web.inputs.video_calls import CallInput
from mibo.web.keys import takes
from mibo.web.languages import put
from mibo.web.reads import noted

bp = Blueprint("video_calls", __name__)


@bp.get("/call/<reference>")
@may(Permission.SEE_SELF)
def door(reference: str) -> ResponseReturnValue:
    """The one address of a call, whoever follows it: each is led to their own side of it, and strangers find nothing."""
    who = actor()
    if who.audience == "PATIENT":
        return go("video_calls.check", reference=booking.own_appointment(who, reference=reference).reference)
    one = booking.staff_appointment(gate.id_of(reference), by=who)
    own = who.may(Permission.CONSULT) and one.clinician_id == who.clinician_id
    return go("my_day.visit" if own else "video_links.one", appointment_id=one.id)


@bp.get("/my/<reference>/call")
@may(Permission.SEE_OWN)
def check(reference: str) -> ResponseReturnValue:
    """When the call opens; then its questions; then the button to join."""
    return _check(reference)


@bp.post("/my/<reference>/call")
@may(Permission.SEE_OWN, own_transactions=True)
def answer(reference: str) -> ResponseReturnValue:
    """The questions are answered."""
    form, status = CallForm(), 422
    if said := form.read(CallInput):
        try:
            with db.transaction():
                gate.answer(reference, said.answers, by=actor())
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            flash(put(error.message), "warn")
            return go("video_calls.check", reference=reference)
        else:
            return go("video_calls.check", reference=reference)
    else:
        with db.reading():
            _say_the_rest(form, booking.own_appointment(actor(), reference=reference))
    with db.reading():
        return _check(reference, form, status=status)


def _say_the_rest(form: CallForm, one: Appointment) -> None:
    """What only the rule knows is said along with what is wrong in a field, so that nobody sends the form twice for it."""
    if gate.is_for_minor(one) and not form.adult_present.data:
        form.say("adult_present", gate_rules.WITH_ADULT)
    if not form.agreed.data:
        form.say("agreed", gate_rules.AGREE)


@bp.get("/my/<reference>/call/room")
@may(Permission.SEE_OWN, own_transactions=True)
def room(reference: str) -> ResponseReturnValue:
    """Into the room. A form may not lead to another site, so this is an address; it only notes who joined."""
    try:
        with db.transaction():
            address = gate.enter(reference, by=actor())
    except Conflict as error:
        flash(put(error.message), "warn")
        return go("video_calls.check", reference=reference)
    return _into(address)


@bp.post("/my/<reference>/call/phone")
@may(Permission.SEE_OWN, own_transactions=True)
@takes()
def call_me(reference: str) -> ResponseReturnValue:
    """The video does not work: please call me."""
    try:
        with db.transaction():
            gate.ask_for_call(reference, by=actor())
    except Conflict as error:
        flash(put(error.message), "warn")
    return go("video_calls.check", reference=reference)


@bp.get(f"/my-day/<int(max={GREATEST_ID}):appointment_id>/room")
@may(Permission.CONSULT, own_transactions=True)
@noted("appointment.opened", "appointment_id")
def clinician_room(appointment_id: int) -> ResponseReturnValue:
    """Into the room, for the clinician whose appointment it is."""
    try:
        with db.transaction():
            address = gate.enter_as_clinician(care.my_visit(appointment_id, by=actor()).appointment, by=actor())
    except Conflict as error:
        flash(put(error.message), "warn")
        return go("my_day.visit", appointment_id=appointment_id)
    return _into(address)


def _into(address: str) -> ResponseReturnValue:
    answer = redirect(address, 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _check(reference: str, form: CallForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    one = booking.own_appointment(actor(), reference=reference)
    try:
        doors = gate.doors_of(one)
    except gate_rules.NoCall:
        return go("my.appointment", reference=reference)
    now, minor = clock.now(), gate.is_for_minor(one)
    said = gate.check_of(one) if doors.are_open(now) else None
    known = gate.whereabouts(said)
    return show(
        "video_calls/check.html", one=one, doors=doors, early=now < doors.opens_at, over=now >= doors.closes_at,
        said=said if said and said.account_id == actor().account_id and not form else None, known=known, minor=minor,
        name=first_name(one.patient.full_name), form=(form and _for(form, one, minor=minor)) or _filled(one, minor=minor),
        ready=one.meeting is not None and one.meeting.status == "READY", wish=gate.call_wish_of(one.id),
        why_not=gate.why_not(one, by=actor()), policy=clinics.policy_in_force(), status=status,
    )  # fmt: skip


def _for(form: CallForm, one: Appointment, *, minor: bool) -> CallForm:
    return form.for_patient(one.patient.full_name, is_minor=minor)


def _filled(one: Appointment, *, minor: bool) -> CallForm:
    """What was said before the last call stands in the form; where somebody is now they look at each time."""
    last = gate.said_last(one.patient_id)
    told = {
        "place": last.place, "contact_name": last.contact_name, "contact_phone": phone.shown(last.contact_phone),
    } if last else {}  # fmt: skip
    return _for(CallForm(formdata=None, data=told), one, minor=minor)
