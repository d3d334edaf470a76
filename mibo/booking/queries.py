"""Appointments as people look at them: one's own, and one in full. A centre's day is in `board`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from mibo import clock, db
from mibo.booking.models import Appointment, StatusChange
from mibo.booking.rules import Status
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.payments import Payment
from mibo.people import Patient

OVER = (Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW, Status.COMPLETED)
PAGE = 20


def _in_full() -> Select[Appointment]:
    return select(Appointment).options(
        joinedload(Appointment.patient),
        joinedload(Appointment.clinician),
        joinedload(Appointment.centre),
        joinedload(Appointment.meeting),
        joinedload(Appointment.series),
        joinedload(Appointment.payment).selectinload(Payment.attempts),
    )


def _own(by: Actor) -> ColumnElement[bool]:
    """Appointments of the account's own patients."""
    return Appointment.patient_id.in_(select(Patient.id).where(Patient.account_id == by.account_id))


def own_appointment(by: Actor, *, appointment_id: int | None = None, reference: str | None = None) -> Appointment:
    """One of the visitor's own appointments. Raises Missing, as for one that never was."""
    which = Appointment.id == appointment_id if reference is None else Appointment.reference == reference.upper()
    return _one(_in_full().where(which, _own(by)))


def own_appointments(by: Actor) -> Sequence[Appointment]:
    """All of the visitor's own appointments, newest first."""
    return db.session().scalars(_in_full().where(_own(by)).order_by(Appointment.starts_at.desc(), Appointment.id)).all()


def upcoming(by: Actor) -> Sequence[Appointment]:
    """What is still to come of the visitor's own, the next one first; holds that ran out are not."""
    now = clock.now()
    return (
        db.session()
        .scalars(
            _in_full()
            .where(
                _own(by),
                Appointment.ends_at > now,
                Appointment.status.not_in(OVER),
                or_(Appointment.status != Status.PENDING, Appointment.held_until > now),
            )
            .order_by(Appointment.starts_at)
        )
        .all()
    )


def past(by: Actor, *, before: datetime | None = None, limit: int = PAGE) -> Sequence[Appointment]:
    """What is over or came to nothing, the latest first; `before` pages on from a start."""
    now = clock.now()
    wanted = _in_full().where(
        _own(by),
        or_(
            Appointment.ends_at <= now,
            Appointment.status.in_(OVER),
            (Appointment.status == Status.PENDING) & (Appointment.held_until <= now),
        ),
    )
    if before:
        wanted = wanted.where(Appointment.starts_at < before)
    return db.session().scalars(wanted.order_by(Appointment.starts_at.desc()).limit(limit)).all()


def within_reach(by: Actor) -> ColumnElement[bool]:
    """The appointments a member of staff may see: all, their centres' and their own, or (clinicians) their own (R-ACL)."""
    if by.everywhere:
        return Appointment.id.is_not(None)
    if by.roles == {Role.CLINICIAN}:
        return Appointment.clinician_id == (by.clinician_id or 0)
    at_their_centres = Appointment.centre_id.in_(by.centre_ids)
    return or_(at_their_centres, Appointment.clinician_id == by.clinician_id) if by.clinician_id else at_their_centres


def staff_appointment(appointment_id: int, *, by: Actor) -> Appointment:
    """One appointment within this member of staff's reach, with its history, moves and discounts. Raises Missing."""
    discounts = joinedload(Appointment.payment).joinedload(Payment.adjusted)
    wanted = _in_full().options(selectinload(Appointment.history), selectinload(Appointment.moved), discounts)
    return _one(wanted.where(Appointment.id == appointment_id, within_reach(by)))


def _one(wanted: Select[Appointment]) -> Appointment:
    found = db.session().scalars(wanted).unique().one_or_none()
    if found is None:
        raise Missing("We could not find that appointment.")
    return found


def history_of(appointment_id: int) -> Sequence[StatusChange]:
    """The steps of an appointment's life in order."""
    return (
        db.session()
        .scalars(select(StatusChange).where(StatusChange.appointment_id == appointment_id).order_by(StatusChange.id))
        .all()
    )
