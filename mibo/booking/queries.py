"""Appointments as people look at them: one's own, one centre's day, one in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from mibo import clock, db
from mibo.booking.models import Appointment, StatusChange
from mibo.booking.rules import Status
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.payments import Payment
from mibo.people import Clinician, ClinicianCentre, Patient
from mibo.scheduling import TimeBlock, WeeklyHours

OVER = (Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW, Status.COMPLETED)
PAGE = 20


def _in_full() -> Select[Appointment]:
    return select(Appointment).options(
        joinedload(Appointment.patient),
        joinedload(Appointment.clinician),
        joinedload(Appointment.centre),
        joinedload(Appointment.meeting),
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


def _within_reach(by: Actor) -> ColumnElement[bool]:
    """The appointments a member of staff may see: all, their centres', or (clinicians) their own (R-ACL)."""
    if by.everywhere:
        return Appointment.id.is_not(None)
    if by.roles == {Role.CLINICIAN}:
        return Appointment.clinician_id == (by.clinician_id or 0)
    return Appointment.centre_id.in_(by.centre_ids)


def staff_appointment(appointment_id: int, *, by: Actor) -> Appointment:
    """One appointment within this member of staff's reach, with its history. Raises Missing."""
    wanted = _in_full().options(selectinload(Appointment.history))
    return _one(wanted.where(Appointment.id == appointment_id, _within_reach(by)))


def _one(wanted: Select[Appointment]) -> Appointment:
    found = db.session().scalar(wanted)
    if found is None:
        raise Missing("We could not find that appointment.")
    return found


@dataclass(frozen=True, slots=True)
class BoardRow:
    """An appointment on the day board."""

    id: int
    reference: str
    clinician_id: int
    patient_name: str
    starts_at: datetime
    ends_at: datetime
    status: str
    mode: str
    held_until: datetime | None
    arrived_at: datetime | None
    walk_in: bool
    payment_status: str
    has_link: bool
    has_meeting: bool
    version: int


@dataclass(frozen=True, slots=True)
class Board:
    """A centre's day: its clinicians, what they have, keep and have closed."""

    clinicians: Sequence[Clinician]
    appointments: Sequence[BoardRow]
    hours: Sequence[WeeklyHours]
    blocks: Sequence[TimeBlock]


def board_version(centre_id: int, day: date, *, by: Actor) -> str:
    """Changes whenever anything on the board may have changed: for the 304 of its poll."""
    starts, ends = clock.day_span(day)
    count, latest = (
        db.session()
        .execute(
            select(func.count(), func.max(Appointment.updated_at)).where(
                Appointment.centre_id == centre_id,
                Appointment.starts_at >= starts,
                Appointment.starts_at < ends,
                _within_reach(by),
            )
        )
        .one()
    )
    blocks = db.session().scalar(select(func.count()).where(TimeBlock.lifted_at.is_(None))) or 0
    ended = db.session().scalar(
        select(func.count()).where(
            Appointment.centre_id == centre_id,
            Appointment.starts_at >= starts,
            Appointment.starts_at < ends,
            Appointment.status == Status.PENDING,
            Appointment.held_until > clock.now(),
        )
    )
    return f"{count}-{latest.timestamp() if latest else 0}-{blocks}-{ended}"


def day_board(centre_id: int, day: date, *, by: Actor) -> Board:
    """A centre's day in four statements: ended holds are not on it (P6)."""
    session = db.session()
    starts, ends = clock.day_span(day)
    rows = session.execute(_board_rows().where(
        Appointment.centre_id == centre_id, Appointment.starts_at >= starts, Appointment.starts_at < ends,
        or_(Appointment.status != Status.PENDING, Appointment.held_until > clock.now()),
        _within_reach(by),
    )).all()  # fmt: skip
    appointments = [BoardRow(*row) for row in rows]
    seen = {row.clinician_id for row in appointments}
    works_here = select(ClinicianCentre.clinician_id).where(ClinicianCentre.centre_id == centre_id)
    people_here: ColumnElement[bool] = (Clinician.id.in_(works_here) & Clinician.active) | Clinician.id.in_(seen)
    if by.roles == {Role.CLINICIAN}:
        people_here = Clinician.id == (by.clinician_id or 0)
    clinicians = session.scalars(select(Clinician).where(people_here).order_by(Clinician.full_name)).all()
    ids = [clinician.id for clinician in clinicians]
    hours = session.scalars(select(WeeklyHours).where(
        WeeklyHours.clinician_id.in_(ids), WeeklyHours.centre_id == centre_id, WeeklyHours.active,
        WeeklyHours.weekday == day.isoweekday() % 7, WeeklyHours.effective_from <= day,
        or_(WeeklyHours.effective_to.is_(None), WeeklyHours.effective_to >= day),
    ).order_by(WeeklyHours.opens_minute)).all()  # fmt: skip
    local = datetime.combine(day, datetime.min.time())
    blocks = session.scalars(select(TimeBlock).where(
        TimeBlock.lifted_at.is_(None),
        or_(TimeBlock.clinician_id.in_(ids), (TimeBlock.clinician_id.is_(None)) & (TimeBlock.centre_id == centre_id)),
        or_(TimeBlock.centre_id.is_(None), TimeBlock.centre_id == centre_id),
        func.date(TimeBlock.starts_local) <= day, TimeBlock.ends_local > local,
    )).all()  # fmt: skip
    return Board(clinicians, appointments, hours, blocks)


def _board_rows() -> Select[Any]:
    from mibo.payments import Attempt

    link_sent = (
        select(Attempt.id).where(Attempt.payment_id == Appointment.payment_id, Attempt.link_url.is_not(None)).exists()
    )
    return (
        select(
            Appointment.id, Appointment.reference, Appointment.clinician_id, Patient.full_name, Appointment.starts_at,
            Appointment.ends_at, Appointment.status, Appointment.mode, Appointment.held_until, Appointment.arrived_at,
            Appointment.walk_in, Payment.status, link_sent, Appointment.meeting_id.is_not(None), Appointment.version,
        )
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Payment, Payment.id == Appointment.payment_id)
        .order_by(Appointment.starts_at, Appointment.id)
    )  # fmt: skip


def history_of(appointment_id: int) -> Sequence[StatusChange]:
    """The steps of an appointment's life in order."""
    return (
        db.session()
        .scalars(select(StatusChange).where(StatusChange.appointment_id == appointment_id).order_by(StatusChange.id))
        .all()
    )
