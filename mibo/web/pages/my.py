"""A patient's own side: appointments, one in full, details, family."""

from datetime import datetime

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, clock, db, payments, people, phone
from mibo.booking import Appointment, SlotTaken, gate, gate_rules
from mibo.booking.rules import is_live_hold
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.people import Patient, SamePerson
from mibo.web import calendar, choosing, own_changes, receipt_rows, ways
from mibo.web.access import actor, may
from mibo.web.filters import moment
from mibo.web.forms.booking import DetailsForm
from mibo.web.forms.changes import AskForm, OwnCancelForm, OwnMoveForm
from mibo.web.htmx import go, go_to, local_path, show
from mibo.web.inputs.booking import DetailsInput
from mibo.web.inputs.changes import AskInput, OwnCancelInput, OwnMoveInput

bp = Blueprint("my", __name__, url_prefix="/my")

PAGE = 10


@bp.get("")
@may(Permission.SEE_OWN)
def appointments() -> ResponseReturnValue:
    """What is to come, the next one first, and what is over."""
    before = _before(request.args.get("before"))
    over = booking.past(actor(), before=before, limit=PAGE + 1)
    return show(
        "my/appointments.html",
        ahead=[] if before else booking.upcoming(actor()),
        over=over[:PAGE],
        more=over[PAGE - 1].starts_at.isoformat() if len(over) > PAGE else "",
        paged=before is not None,
        several=len(people.family_of(actor().account_id)) > 1,
    )


def _before(typed: str | None) -> datetime | None:
    try:
        return clock.read_instant((typed or "").replace(" ", "+")) if typed else None
    except ValueError:
        return None


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
    return _move(reference)


@bp.post("/<reference>/move")
@may(Permission.SEE_OWN, own_transactions=True)
def take_move(reference: str) -> ResponseReturnValue:
    """Give it the other time."""
    form = OwnMoveForm()
    status, problem, taken = 422, "", None
    if said := form.read(OwnMoveInput):
        centre_id, starts_at = said.time
        mode = "ONLINE" if request.form.get("way") == ways.ONLINE else "IN_PERSON"
        try:
            with db.transaction():
                one = booking.own_appointment(actor(), reference=reference)
                booking.reschedule(
                    one.id, starts_at=starts_at, by=actor(), centre_id=centre_id, mode=mode, version=said.version
                )
        except Invalid as error:
            problem = error.message
        except Conflict as error:
            status, problem = 409, error.message
            taken = starts_at if isinstance(error, SlotTaken) else None
        else:
            flash(f"Your appointment is moved to {moment(starts_at)}.", "success")
            return go("my.appointment", reference=reference)
    with db.reading():
        return _move(reference, form, problem=problem, taken=taken, status=status)


def _move(
    reference: str,
    form: OwnMoveForm | None = None,
    *,
    problem: str = "",
    taken: datetime | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    one = booking.own_appointment(actor(), reference=reference)
    who = people.clinician(one.clinician_id, active=None)
    changes = own_changes.of(one)
    asked = request.form if form else request.args
    page = choosing.look(who, asked, patient_id=one.patient_id, taken=taken, moving=one) if changes.may_move else None
    return show(
        "my/move.html", "my/_move.html", one=one, who=who, changes=changes, page=page, form=form, problem=problem,
        policy=clinics.policy_in_force(), status=status,
    )  # fmt: skip


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
            flash("We have your wish, and answer it on WhatsApp." if asked else "It is cancelled.", "success")
            return go("my.appointment", reference=reference)
    with db.reading():
        return _cancellation(reference, form, problem=problem, status=status)


def _cancellation(
    reference: str, form: OwnCancelForm | AskForm | None = None, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    one = booking.own_appointment(actor(), reference=reference)
    changes = own_changes.of(one)
    empty = (AskForm if changes.may_ask else OwnCancelForm)(formdata=None)
    return show(
        "my/cancellation.html", one=one, changes=changes, form=form if type(form) is type(empty) else empty,
        problem=problem, policy=clinics.policy_in_force(), status=status,
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


@bp.route("/details", methods=["GET", "POST"])
@may(Permission.BOOK_OWN)
def details() -> ResponseReturnValue:
    """Who somebody is: asked once, before the first booking, and changed here."""
    own = people.own_patient(actor().account_id, by=actor())
    form = DetailsForm(data=_known(own))
    onward = local_path(request.values.get("next"), url_for("my.appointments"))
    if said := form.read(DetailsInput):
        try:
            people.complete_own(said.told, by=actor())
        except Invalid as error:
            db.session().expunge_all()
            form.refuse(error)
        else:
            flash("Saved.", "success")
            return go_to(onward)
    return show(
        "my/details.html", form=form, next=onward, first_time=bool(people.missing_of(own)), status=_status(form)
    )


def _known(own: Patient) -> dict[str, object]:
    return {
        "full_name": own.full_name,
        "date_of_birth": own.date_of_birth,
        "age": people.age_of(own) if own.date_of_birth is None else None,
        "gender": own.gender,
        "guardian_name": own.guardian_name,
        "guardian_relation": own.guardian_relation,
        "guardian_phone": phone.shown(own.guardian_phone) if own.guardian_phone else "",
        "guardian_consent": own.guardian_consent_at is not None,
    }


def _status(form: DetailsForm) -> int:
    return 422 if form.errors else 200


@bp.route("/family", methods=["GET", "POST"])
@may(Permission.BOOK_OWN)
def family() -> ResponseReturnValue:
    """Somebody else to book for on the same phone."""
    form = DetailsForm()
    onward = local_path(request.values.get("next"), url_for("my.appointments"))
    if said := form.read(DetailsInput):
        try:
            added = people.add_family_member(said.told, by=actor())
        except Invalid as error:
            db.session().expunge_all()
            form.refuse(error)
        except SamePerson as error:
            db.session().expunge_all()
            form.say("full_name", error.message)
        else:
            flash(f"{added.first_name} is added. You can book for them now.", "success")
            return go_to(_chosen(onward, added.id))
    return show(
        "my/family.html", form=form, next=onward, known=people.family_of(actor().account_id), status=_status(form)
    )


def _chosen(onward: str, patient_id: int) -> str:
    """Back to where they came from, with the new person chosen."""
    if not onward.startswith("/book/"):
        return onward
    return f"{onward}{'&' if '?' in onward else '?'}patient={patient_id}"
