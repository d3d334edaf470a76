"""What becomes of an appointment: confirmed, prolonged, let go, expired, seated again. `taking` makes new ones."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from mibo import audit, clinics, clock, db, messaging, payments, people
from mibo.booking import rules, telling
from mibo.booking.affected import closed_over
from mibo.booking.models import Appointment, StatusChange
from mibo.booking.rules import HOLDS_TIME, HoldOver, NotOffered, Status
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity import Actor
from mibo.jobs import job
from mibo.payments import Payment
from mibo.people import Clinician, Patient
from mibo.phrases import phrase
from mibo.video import Meeting

EXPIRE_BATCH = 200
LET_GO = "Let go by the patient"
COME_TO_NOTHING = (Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW)


def in_full(appointment_id: int, *, lock: bool = False) -> Appointment:
    """The appointment with all that belongs to it. Raises Missing."""
    found = all_in_full([appointment_id], lock=lock)
    if not found:
        raise Missing(phrase("We could not find that appointment."))
    return found[0]


def all_in_full(ids: Collection[int], *, lock: bool = False) -> list[Appointment]:
    """Several of them, in the order of these ids; locked in the order of time.

    Locked first and read then: a row that changed while we waited would be joined to what it no longer belongs to.
    """
    if lock:
        lock_in_order(ids)
    wanted = (
        select(Appointment)
        .where(Appointment.id.in_(ids))
        .options(
            joinedload(Appointment.patient),
            joinedload(Appointment.clinician),
            joinedload(Appointment.centre),
            joinedload(Appointment.payment),
            joinedload(Appointment.meeting),
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .execution_options(populate_existing=True)
    )
    found = {one.id: one for one in db.session().scalars(wanted)}
    return [found[one] for one in ids if one in found]


def lock_in_order(ids: Collection[int]) -> None:
    """Nobody changes these appointments until the transaction ends: rows are locked in the order of time (decisions)."""
    wanted = select(Appointment.id).where(Appointment.id.in_(ids)).order_by(Appointment.starts_at, Appointment.id)
    db.session().scalars(wanted.with_for_update(of=Appointment)).all()


def locked(appointment_id: int) -> Appointment:
    """The appointment with all that belongs to it, its row locked until the end of the transaction."""
    return in_full(appointment_id, lock=True)


def own_locked(appointment_id: int, by: Actor) -> Appointment:
    """The same, for whoever's it is, or their family's. Raises Missing, as for one that never was."""
    appointment = locked(appointment_id)
    if not people.acts_for(by, appointment.patient):
        raise Missing(phrase("We could not find that appointment."))
    return appointment


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
    _owe_or_not(appointment, previous, wanted)
    if previous == Status.CONFIRMED:
        messaging.withdraw_overtaken(appointment.id)
    if appointment.series_id is not None and wanted in (Status.CANCELLED, Status.NO_SHOW):
        _owe_registration_later(appointment)


def _owe_or_not(appointment: Appointment, previous: str, wanted: Status) -> None:
    """What came to nothing before it was paid is owed no more, unless it stands again after all."""
    if wanted in COME_TO_NOTHING:
        payments.release(appointment.payment_id)
    elif previous in COME_TO_NOTHING:
        payments.owe_again(appointment.payment_id)


def _owe_registration_later(gone: Appointment) -> None:
    """The registration that a series owes with this one is owed with the next one that stands unpaid (R-PAY-2)."""
    unpaid = select(Appointment.payment_id).join(Payment, Payment.id == Appointment.payment_id).where(
        Appointment.series_id == gone.series_id, Appointment.id != gone.id, Appointment.status == Status.CONFIRMED,
        Payment.status == "PENDING",
    )  # fmt: skip
    following = db.session().scalar(unpaid.order_by(Appointment.starts_at).limit(1))
    if following is not None:
        payments.owe_registration_with(gone.payment_id, following)


def confirm(appointment: Appointment, *, by: int | None, reason: str | None = None, wait_s: int = 0) -> None:
    """The booking stands: the patient and the clinician are told, and an online one gets its meeting (R-VID-1).

    For `wait_s` seconds nobody is told yet.
    """
    let_stand(appointment, by=by, reason=reason)
    telling.confirmed(appointment, wait_s=wait_s)


def let_stand(appointment: Appointment, *, by: int | None, reason: str | None = None) -> None:
    """The booking stands, and an online one is to get its meeting. Nobody is told yet."""
    change_status(appointment, Status.CONFIRMED, by=by, reason=reason)
    appointment.held_until = None
    if appointment.mode == "ONLINE" and appointment.meeting is None:
        appointment.meeting = Meeting(starts_at=appointment.starts_at, ends_at=appointment.ends_at)
        db.session().add(appointment.meeting)
    db.session().flush()


def reseat(appointment: Appointment, *, reason: str) -> bool:
    """Money came after the hold ended: take the time again if it is still free (R-BOOK-6). False when it is not.

    The clinician's row is locked first, because an UPDATE into an exclusion constraint can deadlock with another.
    """
    session = db.session()
    if not _still_open(appointment):
        return False
    clear_ended_holds(
        appointment.clinician_id,
        appointment.patient_id,
        appointment.starts_at,
        appointment.ends_at,
        but=appointment.id,
    )
    try:
        with session.begin_nested():
            confirm(appointment, by=None, reason=reason)
            session.flush()
            if is_too_near(appointment):
                raise NotOffered
    except NotOffered:
        session.refresh(appointment)
        return False
    except IntegrityError as error:
        if db.violated(error) not in ("appointment_clinician_free", "appointment_patient_free"):
            raise
        session.refresh(appointment)
        return False
    return True


def _still_open(appointment: Appointment) -> bool:
    """Whether clinician and centre still take bookings then; both rows are locked, so that neither closes meanwhile."""
    session, one, where = db.session(), appointment.clinician_id, appointment.centre_id
    works = select(Clinician.active).where(Clinician.id == one).with_for_update(key_share=True)
    is_open = select(Centre.active).where(Centre.id == where).with_for_update(read=True, key_share=True)
    if not (session.scalar(works) and session.scalar(is_open) and people.works_at(one, where)):
        return False
    return closed_over(one, where, appointment.starts_at, appointment.ends_at) is None


def is_too_near(appointment: Appointment) -> bool:
    """Whether a rival beside it was quicker to the buffer, which no constraint keeps (R-SLOT-10).

    Those who have a time of this clinician look one after another; their rows are in, so a row lock could deadlock.
    The patient comes first, as wherever both are locked: who is booked at the desk pays after this.
    """
    session, buffer = db.session(), timedelta(minutes=appointment.clinician.buffer_minutes)
    if not buffer:
        return False
    session.execute(select(Patient.id).where(Patient.id == appointment.patient_id).with_for_update(key_share=True))
    session.execute(select(func.pg_advisory_xact_lock(appointment.clinician_id)))
    beside = select(Appointment.id).where(
        Appointment.clinician_id == appointment.clinician_id,
        Appointment.id != appointment.id,
        Appointment.status.in_(HOLDS_TIME),
        or_(Appointment.status != Status.PENDING, Appointment.held_until > clock.now()),
        Appointment.starts_at < appointment.ends_at + buffer,
        Appointment.ends_at > appointment.starts_at - buffer,
    )
    return session.scalar(beside.limit(1)) is not None


def extend_hold(appointment_id: int, *, by: Actor) -> Appointment:
    """The patient asks for more time to pay: once, by the length of a hold (WCAG 2.2.1). Raises HoldOver, Missing."""
    appointment = own_locked(appointment_id, by)
    now = clock.now()
    if not rules.is_live_hold(appointment.status, appointment.held_until, now):
        raise HoldOver
    if appointment.hold_extended:
        raise Conflict(phrase("You have already had more time for this one."))
    assert appointment.held_until is not None
    appointment.held_until += timedelta(minutes=clinics.policy_in_force().hold_minutes)
    appointment.hold_extended = True
    audit.record("appointment.hold_extended", appointment.id, by=by.account_id)
    return appointment


def write_note(appointment_id: int, note: str | None, *, by: Actor) -> None:
    """The patient's own words for the clinician, while the time is held. Raises Missing, HoldOver, Invalid."""
    appointment = own_locked(appointment_id, by)
    if not rules.is_live_hold(appointment.status, appointment.held_until, clock.now()):
        raise HoldOver
    payments.refuse_card_number(note)
    if appointment.patient_note != (note or None):
        appointment.patient_note = note or None
        audit.record("appointment.note_written", appointment.id, by=by.account_id)


def give_up(appointment_id: int, *, by: Actor) -> Appointment:
    """The checkout was closed without paying: the time is free at once. Money that still comes for it finds an ended
    hold, and so takes the time again if nobody else has it (R-BOOK-6, 7). Raises Missing.
    """
    appointment = own_locked(appointment_id, by)
    if appointment.status == Status.PENDING:
        change_status(appointment, Status.EXPIRED, by=by.account_id, reason="Checkout closed without paying")
        payments.void_open_attempts(appointment.payment_id)
    return appointment


def release_hold(appointment_id: int, *, by: Actor) -> Appointment:
    """The patient lets a held time go."""
    appointment = own_locked(appointment_id, by)
    if appointment.status != Status.PENDING:
        raise Invalid(phrase("Only a time that is not paid for yet can be let go here."))
    change_status(appointment, Status.CANCELLED, by=by.account_id, reason=LET_GO)
    payments.void_open_attempts(appointment.payment_id)
    return appointment


@job
def expire_holds() -> None:
    """Tidy away the holds that have ended; nothing waits for this, since queries ignore them already (P6)."""
    with db.transaction():
        _expire(Appointment.held_until <= clock.now(), limit=EXPIRE_BATCH)


def clear_ended_holds(
    clinician_id: int, patient_id: int, starts_at: datetime, ends_at: datetime, *, but: int | None = None
) -> None:
    """End the holds that ran out and still stand on this time of the clinician or the patient, so that it can be taken.

    For the appointment `but`, the clinician is locked already: a hold that somebody settles just now is not waited for,
    since they may be waiting for the clinician. It keeps its time.
    """
    _expire(
        Appointment.held_until <= clock.now(),
        Appointment.id != (but or 0),
        or_(Appointment.clinician_id == clinician_id, Appointment.patient_id == patient_id),
        Appointment.starts_at < ends_at,
        Appointment.ends_at > starts_at,
        wait=but is None,
    )


def _expire(*which: ColumnElement[bool], limit: int | None = None, wait: bool = False) -> Sequence[Appointment]:
    """End the holds: state and history together, links cancelled, each patient told once (R-BOOK-5)."""
    session = db.session()
    ended = session.scalars(
        select(Appointment)
        .where(Appointment.status == Status.PENDING, *which)
        .order_by(Appointment.id)
        .limit(limit)
        .with_for_update(of=Appointment, skip_locked=not wait)
        .options(joinedload(Appointment.patient, innerjoin=True))
        .execution_options(populate_existing=True)
    ).all()
    for appointment in ended:
        change_status(appointment, Status.EXPIRED, by=None, reason="Not paid in time")
        payments.void_open_attempts(appointment.payment_id)
        telling.hold_ended(appointment)
    session.flush()
    return ended
