"""Taking a time: a patient holds it, or the desk books it. The exclusion constraints decide between rivals (P5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.dml import ReturningInsert

from mibo import audit, clinics, clock, db, payments, people
from mibo.booking import actions, rules, telling
from mibo.booking.affected import closed_over
from mibo.booking.availability import open_slots
from mibo.booking.models import Appointment, StatusChange
from mibo.booking.rules import (
    HOLDS_TIME,
    KeyReused,
    NotOffered,
    SlotTaken,
    Status,
    TooManyAhead,
    TooManyHolds,
    Wanted,
)
from mibo.clinics.policy import Policy
from mibo.errors import Conflict, Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.people import Clinician, Patient
from mibo.scheduling.diary import Audience
from mibo.scheduling.slots import Slot, SlotState, Why, clock_face, slot_at

WALK_IN_GRACE = timedelta(minutes=60)
DESK_METHODS = ("CASH", "CARD", "UPI")
SOURCE_OF = {Role.FRONT_DESK: "FRONT_DESK", Role.CARE_COORDINATOR: "CARE_COORDINATOR"}


class WrongPatient(Conflict):
    """The last four digits that the desk confirmed are not this patient's (security.md line 44)."""

    code = "WRONG_PATIENT"
    message = "This is not the patient you confirmed. Check the last four digits of the phone number."


_Wish = tuple[int, int, int, str, datetime]  # patient, clinician, centre, mode, start


@dataclass(frozen=True, kw_only=True)
class _Terms:
    """How a time is taken: by whom, from where, how it will be paid, and until when it is held."""

    mode: str
    by: Actor
    source: str
    pay_by: str
    held_until: datetime
    note: str | None
    request_key: str | None
    walk_in: bool = False


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
    Raises Missing, SlotTaken, NotOffered, TooManyHolds, TooManyAhead, KeyReused, Invalid, and payments' FeeMissing.
    """
    payments.refuse_card_number(note)
    if already := _asked_before(by, request_key, (patient_id, clinician_id, centre_id, mode, starts_at)):
        return already
    patient = people.own_patient(patient_id, by=by)
    policy = clinics.policy_in_force()
    _check_limits(patient.id, clinician_id, policy)
    slot = _free_slot(clinician_id, centre_id, mode, starts_at, patient_id=patient.id, for_whom=Audience.PATIENT)
    return _take(
        slot,
        patient,
        _Terms(
            mode=mode,
            by=by,
            source=source,
            pay_by=pay_by,
            held_until=clock.now() + timedelta(minutes=policy.hold_minutes),
            note=note,
            request_key=request_key,
        ),
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

    Raises Missing (not a centre of theirs), WrongPatient, SlotTaken, NotOffered, KeyReused, Invalid.
    """
    if not by.reaches(centre_id):
        raise Missing("We could not find that centre.")
    payments.refuse_card_number(note)
    if already := _asked_before(by, request_key, (patient_id, clinician_id, centre_id, mode, starts_at)):
        return already
    patient = people.patient(patient_id)
    if last_four is not None and patient.phone[-4:] != last_four:
        raise WrongPatient
    policy = clinics.policy_in_force()
    slot = _free_slot(
        clinician_id, centre_id, mode, starts_at, patient_id=patient.id, for_whom=Audience.STAFF, walk_in=walk_in
    )
    appointment = _take(
        slot,
        patient,
        _Terms(
            mode=mode,
            by=by,
            source=_source_of(by),
            pay_by="LINK" if pay_by == "LINK" else "DESK",
            held_until=clock.now() + timedelta(minutes=policy.link_hold_minutes),
            note=note,
            request_key=request_key,
            walk_in=walk_in,
        ),
    )
    if pay_by in DESK_METHODS:
        payments.take_at_desk(appointment.payment, pay_by, desk_note, by=by)
        actions.confirm(appointment, by=by.account_id, reason="Paid at the desk")
    else:
        telling.promise_payment_link(appointment)
    return appointment


def _asked_before(by: Actor, request_key: str | None, wish: _Wish) -> Appointment | None:
    """What the same request booked before. What one account books comes one after another from here on, so that a
    double click finds its first click, and six tabs do not each see one hold too few. Raises KeyReused.
    """
    db.session().execute(select(func.pg_advisory_xact_lock(by.account_id)))
    if not request_key:
        return None
    found = db.session().scalar(
        select(Appointment)
        .where(Appointment.booked_by == by.account_id, Appointment.request_key == request_key)
        .options(joinedload(Appointment.payment))
    )
    if found and (found.patient_id, found.clinician_id, found.centre_id, found.mode, found.starts_at) != wish:
        raise KeyReused
    return found


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
    if _is_gone(clinician_id, centre_id, starts_at):
        raise SlotTaken(wanted_at(clinician_id, centre_id, mode, starts_at))
    slots = open_slots(clinician_id, day, centre_id=centre_id, mode=mode, for_whom=for_whom, patient_id=patient_id)
    slot = slot_at(slots, starts_at)
    if slot is None:
        raise NotOffered("That is not one of the times offered. Please choose a time from the list.")
    if slot.state in (SlotState.BOOKED, SlotState.HELD):
        raise SlotTaken(wanted_at(clinician_id, centre_id, mode, starts_at))
    late = walk_in and slot.state == SlotState.PAST and slot.starts_at > clock.now() - WALK_IN_GRACE
    if not slot.is_free and not late:
        raise NotOffered(sentence_of(slot, for_whom))
    return slot


def _is_gone(clinician_id: int, centre_id: int, starts_at: datetime) -> bool:
    """Whether somebody has this very time: when many want one, those who come too late learn it by one look."""
    now = clock.now()
    theirs = select(Appointment.id).where(
        Appointment.clinician_id == clinician_id,
        Appointment.centre_id == centre_id,
        Appointment.starts_at == starts_at,
        Appointment.starts_at > now,
        Appointment.status.in_(HOLDS_TIME),
        or_(Appointment.status != Status.PENDING, Appointment.held_until > now),
    )
    return db.session().scalar(theirs.limit(1)) is not None


def sentence_of(slot: Slot, for_whom: Audience) -> str:
    """Staff read the reason; a patient reads no more than concerns them (R-SLOT-14)."""
    if slot.reasons[0].why == Why.PATIENT_BUSY:
        return "There is already an appointment at this time. Please choose another time."
    if for_whom == Audience.STAFF:
        return slot.reasons[0].text + "."
    return f"{clock_face(slot.starts_minute)} cannot be booked any more. Please choose another time."


def _take(slot: Slot, patient: Patient, terms: _Terms) -> Appointment:
    """Insert the hold; no row back means that a rival has the time."""
    actions.clear_ended_holds(slot.clinician_id, patient.id, slot.starts_at, slot.ends_at)
    session, by = db.session(), terms.by.account_id
    clinician = session.get_one(Clinician, slot.clinician_id)
    payment = payments.open_payment(
        patient, clinician, clinics.policy_in_force(), kind=terms.pay_by, expires_at=terms.held_until
    )
    taken = session.scalar(_insert(slot, patient, terms, payment.id))
    if taken is None:
        raise SlotTaken(wanted_at(slot.clinician_id, slot.centre_id, terms.mode, slot.starts_at))
    session.add(
        StatusChange(appointment_id=taken, previous=None, next=Status.PENDING, by_account_id=by, reason=terms.source)
    )
    audit.record("appointment.held", taken, by=by, source=terms.source)
    made = actions.in_full(taken)
    _check_still_open(made)
    if actions.is_too_near(made):
        raise SlotTaken(wanted_at(slot.clinician_id, slot.centre_id, terms.mode, slot.starts_at))
    return made


def _check_still_open(made: Appointment) -> None:
    """Who closes an account, a centre, or a clinician's place or time there holds its row, for which our insert waited;
    whoever comes after it finds our appointment. So what is read now is the truth (R-ACL-5). Raises Missing, NotOffered.
    """
    if not made.patient.active:  # merged into another record while we waited for it
        raise Missing("We could not find that patient.")
    if not (made.clinician.active and made.centre.active and people.works_at(made.clinician_id, made.centre_id)):
        raise NotOffered("This clinician cannot be booked there any more. Please choose another time.")
    if not made.overbooked and closed_over(made.clinician_id, made.centre_id, made.starts_at, made.ends_at):
        raise NotOffered("This time has just been closed. Please choose another time.")


def _insert(slot: Slot, patient: Patient, terms: _Terms, payment_id: int) -> ReturningInsert[int]:
    """ON CONFLICT DO NOTHING, because a plain insert that catches the violation deadlocks in chains."""
    new_id = db.session().scalars(select(db.entity_id.next_value())).one()
    return (
        insert(Appointment)
        .values(
            id=new_id,
            reference=rules.reference_of(new_id),
            patient_id=patient.id,
            clinician_id=slot.clinician_id,
            centre_id=slot.centre_id,
            mode=terms.mode,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            status=Status.PENDING,
            held_until=terms.held_until,
            payment_id=payment_id,
            patient_note=terms.note or None,
            source=terms.source,
            walk_in=terms.walk_in,
            booked_by=terms.by.account_id,
            request_key=terms.request_key,
        )
        .on_conflict_do_nothing()
        .returning(Appointment.id)
    )


def wanted_at(clinician_id: int, centre_id: int, mode: str, starts_at: datetime) -> Wanted:
    wall = clock.local(starts_at)
    return Wanted(clinician_id, centre_id, mode, starts_at, clock_face(wall.hour * 60 + wall.minute))
