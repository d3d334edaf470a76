"""The verbs of an appointment's life: hold, book at the desk, confirm, prolong, expire."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from mibo import audit, clinics, clock, db, payments, people
from mibo.booking import rules, telling
from mibo.booking.availability import open_slots
from mibo.booking.models import Appointment, StatusChange
from mibo.booking.rules import HOLDS_TIME, HoldOver, NotOffered, SlotTaken, Status, TooManyAhead, TooManyHolds, Wanted
from mibo.clinics.policy import Policy
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.jobs import job
from mibo.people import Clinician, Patient
from mibo.scheduling.diary import Audience
from mibo.scheduling.slots import Slot, SlotState, Why, clock_face, slot_at
from mibo.video import Meeting

EXPIRE_BATCH = 200
WALK_IN_GRACE = timedelta(minutes=60)
DESK_METHODS = ("CASH", "CARD", "UPI")
SOURCE_OF = {Role.FRONT_DESK: "FRONT_DESK", Role.CARE_COORDINATOR: "CARE_COORDINATOR"}


class WrongPatient(Conflict):
    """The last four digits that the desk confirmed are not this patient's (security.md line 44)."""

    code = "WRONG_PATIENT"
    message = "This is not the patient you confirmed. Check the last four digits of the phone number."


def hold(
    *,
    patient_id: int,
    clinician_id: int,
    centre_id: int,
    mode: str,
    starts_at: datetime,
    by: Actor,
    source: str = "WEB_PATIENT",
    pay_by: str = "LINK",
    note: str | None = None,
    request_key: str | None = None,
) -> Appointment:
    """A patient takes a time for themselves or their family; it is theirs until the hold ends (R-BOOK-2, 3).

    Asked again with the same `request_key` it answers the same appointment (R-BOOK-11).
    Raises Missing, SlotTaken, NotOffered, TooManyHolds, TooManyAhead, and payments' FeeMissing.
    """
    if already := _asked_before(by, request_key):
        return already
    patient = people.own_patient(patient_id, by=by)
    policy = clinics.policy_in_force()
    _check_limits(patient.id, clinician_id, policy)
    slot = _free_slot(clinician_id, centre_id, mode, starts_at, patient_id=patient.id, for_whom=Audience.PATIENT)
    return _take(
        slot,
        patient,
        mode=mode,
        by=by,
        source=source,
        pay_by=pay_by,
        held_until=clock.now() + timedelta(minutes=policy.hold_minutes),
        note=note,
        request_key=request_key,
    )


def book_at_desk(
    *,
    patient_id: int,
    clinician_id: int,
    centre_id: int,
    mode: str,
    starts_at: datetime,
    by: Actor,
    pay_by: str,
    last_four: str | None = None,
    note: str | None = None,
    desk_note: str | None = None,
    walk_in: bool = False,
    request_key: str | None = None,
) -> Appointment:
    """The desk books for a patient: paid now by CASH, CARD or UPI and so confirmed, or held while a LINK is paid (P8).

    Raises Missing (not a centre of theirs), WrongPatient, SlotTaken, NotOffered.
    """
    if not by.reaches(centre_id):
        raise Missing("We could not find that centre.")
    if already := _asked_before(by, request_key):
        return already
    patient = people.patient(patient_id)
    if last_four is not None and not patient.phone.endswith(last_four):
        raise WrongPatient
    policy = clinics.policy_in_force()
    slot = _free_slot(
        clinician_id, centre_id, mode, starts_at, patient_id=patient.id, for_whom=Audience.STAFF, walk_in=walk_in
    )
    appointment = _take(
        slot,
        patient,
        mode=mode,
        by=by,
        source=_source_of(by),
        pay_by="LINK" if pay_by == "LINK" else "DESK",
        held_until=clock.now() + timedelta(minutes=policy.link_hold_minutes),
        note=note,
        request_key=request_key,
        walk_in=walk_in,
    )
    if pay_by in DESK_METHODS:
        payments.take_at_desk(appointment.payment, pay_by, desk_note, by=by)
        confirm(appointment, by=by.account_id, reason="Paid at the desk")
    else:
        telling.promise_payment_link(appointment)
    return appointment


def _asked_before(by: Actor, request_key: str | None) -> Appointment | None:
    if not request_key:
        return None
    return db.session().scalar(
        select(Appointment)
        .where(Appointment.booked_by == by.account_id, Appointment.request_key == request_key)
        .options(joinedload(Appointment.payment))
    )


def _source_of(by: Actor) -> str:
    return next((source for role, source in SOURCE_OF.items() if role in by.roles), "MANAGER")


def _check_limits(patient_id: int, clinician_id: int, policy: Policy) -> None:
    now = clock.now()
    ahead = (
        db.session()
        .execute(
            select(Appointment.clinician_id, Appointment.status).where(
                Appointment.patient_id == patient_id,
                Appointment.starts_at > now,
                or_(
                    Appointment.status.in_((Status.CONFIRMED, Status.CANCELLATION_REQUESTED)),
                    (Appointment.status == Status.PENDING) & (Appointment.held_until > now),
                ),
            )
        )
        .all()
    )
    if sum(row.status == Status.PENDING for row in ahead) >= policy.unpaid_holds:
        raise TooManyHolds
    if sum(row.clinician_id == clinician_id for row in ahead) >= policy.future_per_clinician:
        raise TooManyAhead


def _free_slot(
    clinician_id: int,
    centre_id: int,
    mode: str,
    starts_at: datetime,
    *,
    patient_id: int,
    for_whom: Audience,
    walk_in: bool = False,
) -> Slot:
    """The slot that starts then, if it may be taken now (R-SLOT-3, 4, 6, 8, 9)."""
    day = clock.clinic_day(starts_at)
    slots = open_slots(clinician_id, day, centre_id=centre_id, mode=mode, for_whom=for_whom, patient_id=patient_id)
    slot = slot_at(slots, starts_at)
    if slot is None:
        raise NotOffered("That is not one of the times offered. Please choose a time from the list.")
    if slot.state in (SlotState.BOOKED, SlotState.HELD):
        raise SlotTaken(Wanted(clinician_id, centre_id, mode, starts_at, clock_face(slot.starts_minute)))
    late = walk_in and slot.state == SlotState.PAST and slot.starts_at > clock.now() - WALK_IN_GRACE
    if not slot.is_free and not late:
        raise NotOffered(_sentence(slot, for_whom))
    return slot


def _sentence(slot: Slot, for_whom: Audience) -> str:
    """Staff read the reason; a patient reads no more than concerns them (R-SLOT-14)."""
    if slot.reasons[0].why == Why.PATIENT_BUSY:
        return "There is already an appointment at this time. Please choose another time."
    if for_whom == Audience.STAFF:
        return slot.reasons[0].text + "."
    return f"{clock_face(slot.starts_minute)} cannot be booked any more. Please choose another time."


def _take(
    slot: Slot,
    patient: Patient,
    *,
    mode: str,
    by: Actor,
    source: str,
    pay_by: str,
    held_until: datetime,
    note: str | None,
    request_key: str | None,
    walk_in: bool = False,
) -> Appointment:
    """Insert the hold; the exclusion constraints decide between rivals, and no row back means it is taken."""
    session = db.session()
    wanted = Wanted(slot.clinician_id, slot.centre_id, mode, slot.starts_at, clock_face(slot.starts_minute))
    _clear_ended_holds(slot, patient)
    clinician = session.get_one(Clinician, slot.clinician_id)
    payment = payments.open_payment(patient, clinician, clinics.policy_in_force(), kind=pay_by, expires_at=held_until)
    new_id = session.scalar(select(db.entity_id.next_value()))
    taken = session.scalar(
        insert(Appointment)
        .values(
            id=new_id,
            reference=rules.reference_of(int(new_id or 0)),
            patient_id=patient.id,
            clinician_id=slot.clinician_id,
            centre_id=slot.centre_id,
            mode=mode,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            status=Status.PENDING,
            held_until=held_until,
            payment_id=payment.id,
            patient_note=note or None,
            source=source,
            walk_in=walk_in,
            booked_by=by.account_id,
            request_key=request_key,
        )
        .on_conflict_do_nothing()
        .returning(Appointment.id)
    )
    if taken is None:
        raise SlotTaken(wanted)
    session.add(
        StatusChange(
            appointment_id=taken, previous=None, next=Status.PENDING, by_account_id=by.account_id, reason=source
        )
    )
    audit.record("appointment.held", taken, by=by.account_id, source=source)
    return _with_everything(taken)


def _with_everything(appointment_id: int, *, lock: bool = False) -> Appointment:
    wanted = (
        select(Appointment)
        .where(Appointment.id == appointment_id)
        .options(
            joinedload(Appointment.patient),
            joinedload(Appointment.clinician),
            joinedload(Appointment.centre),
            joinedload(Appointment.payment),
            joinedload(Appointment.meeting),
        )
        .execution_options(populate_existing=True)
    )
    if lock:
        wanted = wanted.with_for_update(of=Appointment)
    found = db.session().scalar(wanted)
    if found is None:
        raise Missing("We could not find that appointment.")
    return found


def locked(appointment_id: int) -> Appointment:
    """The appointment with all that belongs to it, its row locked until the end of the transaction."""
    return _with_everything(appointment_id, lock=True)


def change_status(appointment: Appointment, wanted: Status, *, by: int | None, reason: str | None = None) -> None:
    """The only way a state changes: by the transition table, with its history and audit (R-CHG-9)."""
    previous = appointment.status
    rules.check_transition(previous, wanted)
    appointment.status = wanted
    appointment.version += 1
    db.session().add(
        StatusChange(appointment_id=appointment.id, previous=previous, next=wanted, by_account_id=by, reason=reason)
    )
    audit.record("appointment.status", appointment.id, by=by, previous=previous, next=wanted)


def confirm(appointment: Appointment, *, by: int | None, reason: str | None = None) -> None:
    """The booking stands: the patient and the clinician are told, and an online one gets its meeting (R-VID-1)."""
    change_status(appointment, Status.CONFIRMED, by=by, reason=reason)
    appointment.held_until = None
    if appointment.mode == "ONLINE" and appointment.meeting is None:
        appointment.meeting = Meeting(starts_at=appointment.starts_at, ends_at=appointment.ends_at)
        db.session().add(appointment.meeting)
    db.session().flush()
    telling.confirmed(appointment)


def reseat(appointment: Appointment, *, reason: str) -> bool:
    """Money came after the hold ended: take the time again if it is still free (R-BOOK-6). False when it is not.

    The clinician's row is locked first, because an UPDATE into an exclusion constraint can deadlock with another.
    """
    session = db.session()
    session.execute(
        select(Clinician.id).where(Clinician.id == appointment.clinician_id).with_for_update(key_share=True)
    )
    expire_holds_in_the_way(appointment)
    try:
        with session.begin_nested():
            confirm(appointment, by=None, reason=reason)
            session.flush()
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", "")
        if name not in ("appointment_clinician_free", "appointment_patient_free"):
            raise
        session.refresh(appointment)
        return False
    return True


def extend_hold(appointment_id: int, *, by: Actor) -> Appointment:
    """The patient asks for more time to pay: once, by the length of a hold (WCAG 2.2.1). Raises HoldOver, Missing."""
    appointment = locked(appointment_id)
    if appointment.patient.account_id != by.account_id:
        raise Missing("We could not find that appointment.")
    now = clock.now()
    if not rules.is_live_hold(appointment.status, appointment.held_until, now):
        raise HoldOver
    if appointment.hold_extended:
        raise Conflict("You have already had more time for this one.")
    assert appointment.held_until is not None
    appointment.held_until += timedelta(minutes=clinics.policy_in_force().hold_minutes)
    appointment.hold_extended = True
    audit.record("appointment.hold_extended", appointment.id, by=by.account_id)
    return appointment


def release_hold(appointment_id: int, *, by: Actor) -> Appointment:
    """The patient lets a held time go."""
    appointment = locked(appointment_id)
    if appointment.patient.account_id != by.account_id:
        raise Missing("We could not find that appointment.")
    if appointment.status != Status.PENDING:
        raise Invalid("Only a time that is not paid for yet can be let go here.")
    change_status(appointment, Status.CANCELLED, by=by.account_id, reason="Let go by the patient")
    payments.void_open_attempts(appointment.payment_id)
    return appointment


@job
def expire_holds() -> None:
    """Tidy away the holds that have ended; nothing waits for this, since queries ignore them already (P6)."""
    with db.transaction():
        _expire(Appointment.held_until <= clock.now(), limit=EXPIRE_BATCH)


def expire_holds_in_the_way(appointment: Appointment) -> None:
    """The ended holds of others that still stand on this appointment's time."""
    _expire(
        Appointment.held_until <= clock.now(),
        Appointment.id != appointment.id,
        or_(Appointment.clinician_id == appointment.clinician_id, Appointment.patient_id == appointment.patient_id),
        Appointment.starts_at < appointment.ends_at,
        Appointment.ends_at > appointment.starts_at,
    )


def _clear_ended_holds(slot: Slot, patient: Patient) -> None:
    _expire(
        Appointment.held_until <= clock.now(),
        or_(Appointment.clinician_id == slot.clinician_id, Appointment.patient_id == patient.id),
        Appointment.starts_at < slot.ends_at,
        Appointment.ends_at > slot.starts_at,
    )


def _expire(*which: ColumnElement[bool], limit: int | None = None) -> Sequence[Appointment]:
    """End the holds: state and history together, links cancelled, each patient told once (R-BOOK-5)."""
    session = db.session()
    ended = session.scalars(
        select(Appointment)
        .where(Appointment.status == Status.PENDING, *which)
        .order_by(Appointment.id)
        .limit(limit)
        .with_for_update(of=Appointment, skip_locked=limit is not None)
        .options(joinedload(Appointment.patient, innerjoin=True))
        .execution_options(populate_existing=True)
    ).all()
    for appointment in ended:
        change_status(appointment, Status.EXPIRED, by=None, reason="Not paid in time")
        payments.void_open_attempts(appointment.payment_id)
        telling.hold_ended(appointment)
    session.flush()
    return ended


__all__ = [
    "HOLDS_TIME",
    "WrongPatient",
    "book_at_desk",
    "change_status",
    "confirm",
    "expire_holds",
    "expire_holds_in_the_way",
    "extend_hold",
    "hold",
    "locked",
    "release_hold",
    "reseat",
]
