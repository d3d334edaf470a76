"""A patient books: chooses a time, holds it, checks it, pays for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import booking, clinics, clock, db, payments, people
from mibo.booking import Appointment, PaymentAway, SlotTaken, Status
from mibo.booking.rules import is_live_hold
from mibo.errors import Conflict
from mibo.identity.permissions import Permission
from mibo.people import Clinician, Patient
from mibo.web import access, acting, choosing, terms, ways
from mibo.web.access import actor, may, public, public_in_steps
from mibo.web.filters import clock_time
from mibo.web.forms.booking import HoldForm, NoteForm
from mibo.web.htmx import go, show
from mibo.web.inputs.booking import HoldInput, NoteInput
from mibo.web.keys import takes

bp = Blueprint("book", __name__)


@bp.get("/book/<int:clinician_id>")
@public
def choose(clinician_id: int) -> ResponseReturnValue:
    """When suits you? Days, and the times of one day."""
    return _choose(people.clinician(clinician_id), request.args)


def _choose(
    one: Clinician,
    asked: Mapping[str, str],
    *,
    status: int = 200,
    problem: str = "",
    form: HoldForm | None = None,
    taken: datetime | None = None,
) -> ResponseReturnValue:
    who = access.visitor()
    family = people.family_of(who.account_id) if who and who.audience == "PATIENT" else []
    for_whom = _chosen(family, asked)
    offered = choosing.look(one, asked, patient_id=for_whom.id if for_whom else None, taken=taken)
    return show(
        "book/choose.html",
        "book/_choose.html",
        status=status,
        one=one,
        page=offered,
        family=family,
        chosen_patient=str(for_whom.id) if for_whom else "",
        key=token_urlsafe(16),
        problem=problem,
        form=form,
        minutes=clinics.policy_in_force().hold_minutes,
    )


def _chosen(family: Sequence[Patient], asked: Mapping[str, str]) -> Patient | None:
    """For whom it is: who stands in the address, else whom they act for, else themselves."""
    wanted = asked.get("patient") or str(session.get(acting.KEY, ""))
    return next((one for one in family if str(one.id) == wanted), family[0] if family else None)


@bp.post("/book/<int:clinician_id>")
@public
def hold(clinician_id: int) -> ResponseReturnValue:
    """Take the time. Somebody who is not signed in does that first and comes back to it."""
    who = access.visitor()
    if who is None or who.audience != "PATIENT":
        return go("sign_in.patient", next=_back_to_it(clinician_id))
    one = people.clinician(clinician_id)
    own = people.family_of(who.account_id)
    if not own or people.missing_of(own[0]):
        return go("profile.details", next=_back_to_it(clinician_id))
    form = HoldForm()
    wanted = form.read(HoldInput)
    if wanted is None:
        return _choose(one, request.form, status=422, form=form)
    whose = next((each for each in own if each.id == wanted.patient), None)
    if whose is not None and people.consents.is_to_ask(whose):
        return go("consents.own", next=_back_to_it(clinician_id))
    centre_id, starts_at = wanted.time
    held = booking.hold(
        patient_id=wanted.patient,
        clinician_id=clinician_id,
        centre_id=centre_id,
        mode=_mode(request.form.get("way")),
        starts_at=starts_at,
        by=who,
        request_key=wanted.key,
    )
    return go("book.pay", reference=held.reference)


def _mode(way: str | None) -> str:
    return "ONLINE" if way == ways.ONLINE else "IN_PERSON"


def _back_to_it(clinician_id: int) -> str:
    kept: dict[str, Any] = {
        name: value for name in ("way", "day", "time", "from", "patient") if (value := request.form.get(name))
    }
    return url_for("book.choose", clinician_id=clinician_id, **kept)


@bp.errorhandler(Conflict)
def not_possible(error: Conflict) -> ResponseReturnValue:
    """The hold or the payment was refused: show the same page again, fresh, with the reason and nothing else lost."""
    values = request.view_args or {}
    with db.reading():
        if request.endpoint == "book.hold":
            taken = error.wanted.starts_at if isinstance(error, SlotTaken) else None
            sentence = gettext("%(time)s has just been taken.", time=clock_time(taken)) if taken else error.message
            fresh = {name: value for name, value in request.form.items() if name != "time"}
            one = people.clinician(values["clinician_id"])
            return _choose(one, fresh, status=409, problem=sentence, taken=taken)
        appointment = booking.own_appointment(actor(), reference=values["reference"])
        sentence = PaymentAway.message if isinstance(error, PaymentAway) else error.message
        return _review(appointment, status=409, problem=sentence)


@bp.get("/book/<reference>/pay")
@may(Permission.BOOK_OWN)
def pay(reference: str) -> ResponseReturnValue:
    """Check what is held, and go on to pay for it."""
    appointment = booking.own_appointment(actor(), reference=reference)
    if appointment.status not in (Status.PENDING, Status.EXPIRED):
        return go("my.appointment", reference=appointment.reference)
    return _review(appointment)


def _review(
    appointment: Appointment, *, status: int = 200, problem: str = "", form: NoteForm | None = None
) -> ResponseReturnValue:
    return show(
        "book/pay.html",
        status=status,
        terms=terms.of(appointment),
        one=appointment,
        live=is_live_hold(appointment.status, appointment.held_until, clock.now()),
        failed=payments.has_just_failed(appointment.payment_id),
        form=form or NoteForm(formdata=None, data={"note": appointment.patient_note}),
        problem=problem,
        way=ways.again(appointment),
    )


@bp.post("/book/<reference>/pay")
@may(Permission.BOOK_OWN, own_transactions=True)
def start_payment(reference: str) -> ResponseReturnValue:
    """Keep the note, open the payment page at the provider, and lead there."""
    form = NoteForm()
    said = form.read(NoteInput)
    with db.reading():
        appointment = booking.own_appointment(actor(), reference=reference)
        if said is None:
            return _review(appointment, status=422, form=form)
    with db.transaction():
        booking.write_note(appointment.id, said.note, by=actor())
    booking.open_link(appointment.id, by=actor())
    return go("book.onward", reference=reference)


@bp.get("/book/<reference>/onward")
@may(Permission.BOOK_OWN)
def onward(reference: str) -> ResponseReturnValue:
    """The step out to the provider's page: a form may not be sent to another site, a link may lead there."""
    appointment = booking.own_appointment(actor(), reference=reference)
    link = next((each for each in appointment.payment.attempts if each.status == "OPEN" and each.link_url), None)
    if link is None or appointment.status != Status.PENDING:
        return go("book.pay", reference=reference)
    return show("book/onward.html", one=appointment, link=link)


@bp.post("/book/<reference>/more-time")
@may(Permission.BOOK_OWN)
@takes()
def more_time(reference: str) -> ResponseReturnValue:
    """Keep the time a little longer, once."""
    appointment = booking.own_appointment(actor(), reference=reference)
    booking.extend_hold(appointment.id, by=actor())
    return go("book.pay", reference=reference)


@bp.post("/book/<reference>/release")
@may(Permission.BOOK_OWN)
@takes()
def release(reference: str) -> ResponseReturnValue:
    """Let the time go, and choose another."""
    appointment = booking.own_appointment(actor(), reference=reference)
    released = booking.release_hold(appointment.id, by=actor())
    return go("book.choose", clinician_id=released.clinician_id)


@bp.get("/pay/return")
@public_in_steps
def came_back() -> ResponseReturnValue:
    """The payer comes back from the provider, whose signature stands in the address: it changes nothing by itself."""
    appointment_id = booking.return_from_link(request.args.to_dict())
    with db.reading():
        who = access.visitor()
        if appointment_id is None or who is None or who.audience != "PATIENT":
            return show("book/thanks.html", known=appointment_id is not None)
        appointment = booking.own_appointment(who, appointment_id=appointment_id)
    return go("my.appointment", reference=appointment.reference, paid="yes")


@bp.get("/pay/<token>")
@public
def by_link(token: str) -> ResponseReturnValue:
    """The button of the WhatsApp message: on to the provider's page, while the booking still waits for its money."""
    found = booking.link_by_token(token)
    if found is None:
        abort(404)
    if found.url is None:
        return show("book/over.html", paid=found.paid)
    return redirect(found.url, 303)
