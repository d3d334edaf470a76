"""Taking a time: a patient holds it; the desk's own ways are in `at_desk`. Between rivals the constraints decide (P5)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.dml import ReturningInsert

from mibo import audit, clinics, clock, db, payments, people
from mibo.booking import actions, rules
from mibo.booking.affected import closed_over
from mibo.booking.availability import open_slots
from mibo.booking.by_video import check_video
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
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.people import Clinician, Patient
from mibo.phrases import phrase
from mibo.scheduling.diary import Audience
from mibo.scheduling.slots import Slot, SlotState, Why, clock_face, slot_at

WALK_IN_GRACE = timedelta(minutes=60)
TAKEN = {Why.BOOKED, Why.HELD, Why.BUFFER}

Wish = tuple[int, int, int, str, datetime]  # patient, clinician, centre, mode, start


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a time is taken: by whom, from where, how it will be paid, and until when it is held.

    With `overbook_reason` it is taken though somebody else has it.
    """

    mode: str
    by: Actor
    source: str
    pay_by: str
    held_until: datetime
    note: str | None
    request_key: str | None
    walk_in: bool = False
    overbook_reason: str | None = None
    series: tuple[int, int] | None = None  # of which it is which number
    registration: bool = True  # owed with this one, if at all; of a series it is owed with the first


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
    Raises Missing, SlotTaken, NotOffered, TooManyHolds, TooManyAhead, KeyReused, Invalid, ConsentWithdrawn, and payments' FeeMissing.
    """
    payments.refuse_card_number(note)
    if already := asked_before(by, request_key, (patient_id, clinician_id, centre_id, mode, starts_at)):
        return already
    patient = people.own_patient(patient_id, by=by)
    people.consents.check_may_book(patient.id)
    policy = clinics.policy_in_force()
    _check_limits(patient.id, clinician_id, policy)
    slot = free_slot(clinician_id, centre_id, mode, starts_at, patient_id=patient.id, for_whom=Audience.PATIENT)
    return take(
        slot,
        patient,
        Terms(
            mode=mode,
            by=by,
            source=source,
            pay_by=pay_by,
            held_until=clock.now() + timedelta(minutes=policy.hold_minutes),
            note=note,
            request_key=request_key,
        ),
    )


def asked_before(by: Actor, request_key: str | None, wish: Wish) -> Appointment | None:
    """What the same request booked before. What one account books comes one after another from here on, so that a
    double click finds its first click, and six tabs do not each see one hold too few. Raises KeyReused.
    """
    in_turn(by)
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


def in_turn(by: Actor) -> None:
    """What one account books comes one after another, until the end of the transaction."""
    db.session().execute(select(func.pg_advisory_xact_lock(by.account_id)))


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


def free_slot(
    clinician_id: int,
    centre_id: int,
    mode: str,
    starts_at: datetime,
    *,
    patient_id: int,
    for_whom: Audience,
    walk_in: bool = False,
    overbook: bool = False,
) -> Slot:
    """The slot that starts then, if it may be taken now (R-SLOT-3, 4, 6, 8, 9); to `overbook` also one that is taken."""
    day = clock.clinic_day(starts_at)
    if not overbook and _is_gone(clinician_id, centre_id, starts_at):
        raise SlotTaken(wanted_at(clinician_id, centre_id, mode, starts_at))
    slots = open_slots(clinician_id, day, centre_id=centre_id, mode=mode, for_whom=for_whom, patient_id=patient_id)
    slot = slot_at(slots, starts_at)
    if slot is None:
        raise NotOffered(phrase("That is not one of the times offered. Please choose a time from the list."))
    late = {Why.PAST} if walk_in and slot.starts_at > clock.now() - WALK_IN_GRACE else set()
    if is_taken(slot) and not overbook:
        raise SlotTaken(wanted_at(clinician_id, centre_id, mode, starts_at))
    left = _without(slot, late | TAKEN if is_taken(slot) else late)
    if not left.is_free:
        raise NotOffered(sentence_of(left, for_whom))
    return slot


def is_taken(slot: Slot) -> bool:
    """Whether somebody has this time."""
    return slot.state in (SlotState.BOOKED, SlotState.HELD)


def _without(slot: Slot, reasons: Collection[Why]) -> Slot:
    """The slot as it were if these reasons did not count."""
    return replace(slot, reasons=tuple(each for each in slot.reasons if each.why not in reasons))


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
        return phrase("There is already an appointment at this time. Please choose another time.")
    if for_whom == Audience.STAFF:
        return slot.reasons[0].text + "."
    return phrase(
        "%(time)s cannot be booked any more. Please choose another time.", time=clock_face(slot.starts_minute)
    )


def take(slot: Slot, patient: Patient, terms: Terms) -> Appointment:
    """Insert the hold, and look once more. Raises SlotTaken, NotOffered, Missing."""
    taken = put_in(slot, patient, terms)
    if taken is None:
        raise SlotTaken(wanted_at(slot.clinician_id, slot.centre_id, terms.mode, slot.starts_at))
    made = actions.in_full(taken)
    _check_still_open(made)
    if not made.overbooked and actions.is_too_near(made):
        raise SlotTaken(wanted_at(slot.clinician_id, slot.centre_id, terms.mode, slot.starts_at))
    return made


def put_in(slot: Slot, patient: Patient, terms: Terms) -> int | None:
    """Insert the hold with what it owes; no row back means that a rival has the time. Nobody has looked for a rival in
    the buffer yet (`actions.is_too_near`), nor whether anything closed meanwhile. Raises NotByVideo.
    """
    actions.clear_ended_holds(slot.clinician_id, patient.id, slot.starts_at, slot.ends_at)
    session, by = db.session(), terms.by.account_id
    clinician = session.get_one(Clinician, slot.clinician_id)
    check_video(terms.mode, clinician, patient, by=terms.by)
    until = None if terms.pay_by == "DESK" else terms.held_until
    payment = payments.open_payment(
        patient, clinician, clinics.policy_in_force(), terms.pay_by, until, registration=terms.registration
    )
    taken = session.scalar(_insert(slot, patient, terms, payment.id))
    if taken is None:
        return None
    session.add(
        StatusChange(appointment_id=taken, previous=None, next=Status.PENDING, by_account_id=by, reason=terms.source)
    )
    over = {"overbooked": True} if terms.overbook_reason else {}
    audit.record("appointment.held", taken, by=by, source=terms.source, **over)
    return taken


def _check_still_open(made: Appointment) -> None:
    """Who closes an account, a centre, or a clinician's place or time there holds its row, for which our insert waited;
    whoever comes after it finds our appointment. So what is read now is the truth (R-ACL-5). Raises Missing, NotOffered.
    """
    if not made.patient.active:  # merged into another record while we waited for it
        raise Missing("We could not find that patient.")
    if not (made.clinician.active and made.centre.active and people.works_at(made.clinician_id, made.centre_id)):
        raise NotOffered(phrase("This clinician cannot be booked there any more. Please choose another time."))
    if closed_over(made.clinician_id, made.centre_id, made.starts_at, made.ends_at):
        raise NotOffered(phrase("This time has just been closed. Please choose another time."))


def _insert(slot: Slot, patient: Patient, terms: Terms, payment_id: int) -> ReturningInsert[int]:
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
            overbooked=terms.overbook_reason is not None,
            overbook_reason=terms.overbook_reason,
            booked_by=terms.by.account_id,
            request_key=terms.request_key,
            series_id=terms.series[0] if terms.series else None,
            series_number=terms.series[1] if terms.series else None,
        )
        .on_conflict_do_nothing()
        .returning(Appointment.id)
    )


def wanted_at(clinician_id: int, centre_id: int, mode: str, starts_at: datetime) -> Wanted:
    wall = clock.local(starts_at)
    return Wanted(clinician_id, centre_id, mode, starts_at, clock_face(wall.hour * 60 + wall.minute))
