"""Staff's apps book, look at, change and cancel appointments; patients' apps ask to (api-contract.md 3.3, 3.13)."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import RootModel

from mibo import booking, care, db
from mibo.booking import NotAllowed, Status
from mibo.errors import Invalid, Missing
from mibo.identity import Actor, Permission
from mibo.web.access import actor, may
from mibo.web.api import dialect
from mibo.web.api.answers import said, the_id
from mibo.web.api.appointment_shapes import AppointmentLine, eyes, line
from mibo.web.api.document import documented
from mibo.web.api.shown import Id, Shown
from mibo.web.api.slots import SlotShown, slots_of
from mibo.web.inputs.appointment_changes import CancellationWish, ChangeByStaff, StaffBooking, StaffCancellation
from mibo.web.inputs.taking import SlotWish
from mibo.web.reads import noted, notes_read
from mibo.web.repeating import request_key

bp = Blueprint("appointments", __name__)

MOVED, CHANGED = "Appointment rescheduled successfully", "Appointment status updated successfully"


class WishShown(Shown):
    """A patient's wish to cancel, as it stands now."""

    appointment_id: Id
    status: Status
    message: str


class Nothing(RootModel[None]):
    """Nothing is left to tell."""


@bp.get("/appointments/availability")
@documented(gives=list[SlotShown], query=SlotWish, tag="Appointments", refuses=(404,))
@may(Permission.SEE_SELF)
def list_free(asked: SlotWish) -> ResponseReturnValue:
    """The free times of a clinician at a centre on a day."""
    free = booking.open_times(asked.clinician_id, asked.centre_id, asked.date, asked.appointment_type)
    if free is None:
        raise Missing("We could not find that clinician or centre.")
    return said(slots_of(free))


@bp.get("/appointments/<appointment_id>")
@documented(gives=AppointmentLine, tag="Appointments", refuses=(404,))
@may(Permission.SEE_SELF)
@noted("appointment.opened", "appointment_id")
def show(appointment_id: str) -> ResponseReturnValue:
    """One appointment within reach; patients see their own, clinicians theirs, with their note."""
    one, by = the_id(appointment_id), actor()
    shown = _seen(one, by)
    if by.clinician_id is None or shown.clinician_id != by.clinician_id:
        return said(shown)
    note = care.reading.note_of(one, by=by)
    if note is not None:
        notes_read(one, [one])
    return said(shown.model_copy(update={"notes": note.words if note else None}))


@bp.post("/appointments")
@documented(gives=AppointmentLine, body=StaffBooking, status=201, tag="Appointments", refuses=(404, 409))
@may(Permission.BOOK_AT_DESK)
def book(told: StaffBooking) -> ResponseReturnValue:
    """Take a time for a patient. It is held; the payment link, or the payment at the desk, is asked for by itself.

    A follow-up that the parent appointment waits for is booked by it.
    """
    by = actor()
    made = booking.book_at_desk(
        patient_id=told.patient_id, clinician_id=told.clinician_id, centre_id=told.centre_id, mode=told.mode,
        starts_at=told.scheduled_start_at, by=by, pay_by="HELD", last_four=told.last_four,
        note=told.patient_notes or told.notes, request_key=request_key(),
    )  # fmt: skip
    if told.purpose != "CONSULTATION" or told.parent_appointment_id:
        booking.name_purpose(made.id, purpose=told.purpose, parent_id=told.parent_appointment_id, by=by)
    if told.purpose == "FOLLOW_UP" and told.parent_appointment_id:
        care.link_of_visit(told.parent_appointment_id, made.id, by=by)
    return said(_shown(made.id, by), "Appointment created successfully", 201)


@bp.put("/appointments/<appointment_id>")
@bp.patch("/appointments/<appointment_id>")
@bp.put("/appointments/<appointment_id>/status")
@bp.put("/appointments/<appointment_id>/reschedule")
@documented(gives=AppointmentLine, body=ChangeByStaff, tag="Appointments", refuses=(404, 409))
@may(Permission.SEE_APPOINTMENTS)
def change(appointment_id: str, told: ChangeByStaff) -> ResponseReturnValue:
    """Change one thing: its state, else its notes, else its time; what else stands beside it is not read.

    A new time keeps its length, and is one that could be booked.
    """
    one, by = the_id(appointment_id), actor()
    if told.new_status:
        _step(one, told, by)
        return said(_shown(one, by), CHANGED)
    if told.notes is not None:
        raise Invalid.field("notes", "Notes are kept with the consultation, not with the appointment.")
    if told.scheduled_start_at is None:
        raise Invalid("Tell a status, or when it should start.")
    booking.reschedule(
        one, starts_at=told.scheduled_start_at, by=by, clinician_id=told.clinician_id, centre_id=told.centre_id,
        mode=told.appointment_type, reason=told.reason, version=told.version,
    )  # fmt: skip
    return said(_shown(one, by), MOVED)


@bp.delete("/appointments/<appointment_id>")
@documented(gives=Nothing, body=StaffCancellation, tag="Appointments", refuses=(404, 409))
@may(Permission.CANCEL_APPOINTMENTS)
def call_off(appointment_id: str, told: StaffCancellation) -> ResponseReturnValue:
    """The clinic cancels: what was paid goes back, and both sides are told."""
    booking.call_off(the_id(appointment_id), reason=told.reason, by=actor())
    return said(None, "Appointment cancelled successfully")


@bp.post("/patient/appointments/<appointment_id>/cancel")
@documented(gives=WishShown, body=CancellationWish, tag="Patient's own side", refuses=(404,))
@may(Permission.SEE_OWN)
def ask_to_cancel(appointment_id: str, told: CancellationWish) -> ResponseReturnValue:
    """Ask for one's own appointment to be cancelled; it holds its time until the clinic decides."""
    one = booking.ask_to_cancel(the_id(appointment_id), reason=told.reason, by=actor())
    words = "Cancellation request submitted successfully"
    return said(WishShown(appointment_id=one.id, status=Status(one.status), message=words), words)


def _seen(appointment_id: int, by: Actor) -> AppointmentLine:
    """The same; a colleague's at a centre of theirs is refused to a clinician, as starting it is. Raises Missing, Refused."""
    try:
        return _shown(appointment_id, by)
    except Missing:
        if by.clinician_id is not None:
            care.my_visit(appointment_id, by=by)
        raise


def _shown(appointment_id: int, by: Actor) -> AppointmentLine:
    """As it stands now. Raises Missing."""
    db.session().expire_all()
    own = by.audience == "PATIENT"
    one = (
        booking.own_appointment(by, appointment_id=appointment_id)
        if own
        else booking.staff_appointment(appointment_id, by=by)
    )
    return line(one, eyes(by, [one]))


def _step(appointment_id: int, told: ChangeByStaff, by: Actor) -> None:
    """The verb that leads to the wanted state from the one it is in; where none does, the table's own refusal."""
    wanted = _wanted(told.new_status or "")
    one = booking.staff_appointment(appointment_id, by=by)
    verb = _verb(Status(one.status), wanted, told, by)
    if verb is None:
        booking.rules.check_transition(one.status, wanted)
        raise NotAllowed("This state follows from something else: a payment, or the patient's own wish.")
    verb(appointment_id)


def _wanted(word: str) -> Status:
    states = dialect.appointment_states(word) or frozenset()
    return Status(min(states - {Status.EXPIRED} or states))


def _verb(now: Status, wanted: Status, told: ChangeByStaff, by: Actor) -> Callable[[int], object] | None:
    version, own = told.version, by.clinician_id is not None
    asked = now == Status.CANCELLATION_REQUESTED
    if wanted == Status.CANCELLED:
        if asked:
            return lambda one: booking.grant_cancellation(one, by=by, words=told.reason, version=version)
        return lambda one: booking.call_off(one, reason=told.reason or "", by=by, version=version)
    if wanted == Status.CONFIRMED and asked:
        return lambda one: booking.refuse_cancellation(one, by=by, words=told.reason, version=version)
    if wanted == Status.CONFIRMED and now == Status.NO_SHOW:
        return lambda one: booking.undo_no_show(one, by=by, version=version)
    if wanted == Status.NO_SHOW:
        return lambda one: booking.mark_no_show(one, by=by, reason=told.reason, version=version)
    if wanted == Status.IN_PROGRESS and own:
        return lambda one: care.start(one, by=by)
    if wanted == Status.COMPLETED:
        return lambda one: care.end(one, by=by) if own else booking.complete(one, by=by, version=version)
    return None
