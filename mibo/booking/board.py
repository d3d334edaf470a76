"""A centre's day as its board shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select

from mibo import clock, db
from mibo.booking.diaries import Diaries, assemble, working_at
from mibo.booking.known import as_busy
from mibo.booking.links import DESK_SOURCES
from mibo.booking.models import Appointment, StatusChange
from mibo.booking.queries import within_reach
from mibo.booking.rules import HOLDS_TIME, Status
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.payments import Attempt, Payment
from mibo.people import Clinician, Patient
from mibo.scheduling import TimeBlock
from mibo.video import Meeting

GIVEN_UP_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """An appointment on the day board. `since` is when it came to its state."""

    id: int
    reference: str
    clinician_id: int
    centre_id: int
    patient_name: str
    patient_mrn: str | None
    starts_at: datetime
    ends_at: datetime
    status: str
    mode: str
    held_until: datetime | None
    arrived_at: datetime | None
    walk_in: bool
    by_desk: bool
    payment_status: str
    link_sent: bool
    link_failed: bool
    meeting_ready: bool
    since: datetime | None
    overbooked: bool
    expected_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Board:
    """A centre's day: its appointments in order of time, and the diaries of its clinicians."""

    day: date
    appointments: Sequence[BoardRow]
    diaries: Diaries


def board_version(centre_id: int, day: date, *, by: Actor) -> str:
    """Changes whenever an appointment, a hold or a block of the day does: for the 304 of its poll. One statement."""
    changed = func.max(Appointment.updated_at)
    held = func.count().filter(Appointment.status == Status.PENDING, Appointment.held_until > clock.now())
    blocks = select(
        func.concat_ws(".", func.count().filter(TimeBlock.lifted_at.is_(None)), func.max(TimeBlock.id))
    ).scalar_subquery()
    of_the_day = _on(day), _here(centre_id, by)
    parts = db.session().execute(select(func.count(), changed, held, blocks).where(*of_the_day)).one()
    return "-".join(str(part.timestamp() if isinstance(part, datetime) else part) for part in parts)


def day_board(centre_id: int, day: date, *, by: Actor) -> Board:
    """A centre's day in five statements: ended holds are not on it (P6), and clinicians see their own column only."""
    session = db.session()
    rows = [BoardRow(*row) for row in session.execute(_rows(centre_id, day, by))]
    here = [row for row in rows if row.centre_id == centre_id and row.status != Status.EXPIRED]
    seen = {row.clinician_id for row in here}
    wanted = or_(and_(Clinician.id.in_(working_at(centre_id)), Clinician.active), Clinician.id.in_(seen))
    if by.roles == {Role.CLINICIAN} or not by.reaches(centre_id):
        wanted = Clinician.id == (by.clinician_id or 0)
    clinicians = session.scalars(select(Clinician).where(wanted).order_by(Clinician.full_name)).all()
    busy = [(row.clinician_id, as_busy(row)) for row in rows if row.status in HOLDS_TIME]
    return Board(day, here, assemble(centre_id, clinicians, day, day, busy=busy))


def _on(day: date) -> ColumnElement[bool]:
    starts, ends = clock.day_span(day)
    return and_(Appointment.starts_at >= starts, Appointment.starts_at < ends)


def _here(centre_id: int, by: Actor) -> ColumnElement[bool]:
    return and_(Appointment.centre_id == centre_id, within_reach(by))


def board_rows(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Appointments as a board shows them, in order of time; ended holds are none (P6)."""
    live = or_(Appointment.status != Status.PENDING, Appointment.held_until > clock.now())
    return (
        select(
            Appointment.id, Appointment.reference, Appointment.clinician_id, Appointment.centre_id, Patient.full_name,
            Patient.mrn, Appointment.starts_at, Appointment.ends_at, Appointment.status, Appointment.mode,
            Appointment.held_until, Appointment.arrived_at, Appointment.walk_in,
            Appointment.source.in_(DESK_SOURCES), Payment.status, _link(Attempt.link_url.is_not(None)),
            _link(Attempt.link_url.is_(None), Attempt.asked_at < clock.now() - GIVEN_UP_AFTER),
            func.coalesce(Meeting.status == "READY", False), _since(),
            Appointment.overbooked, Appointment.expected_at, Appointment.version,
        )
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Payment, Payment.id == Appointment.payment_id)
        .outerjoin(Meeting, Meeting.id == Appointment.meeting_id)
        .where(live, *which)
        .order_by(Appointment.starts_at, Appointment.id)
    )  # fmt: skip


def _rows(centre_id: int, day: date, by: Actor) -> Select[*tuple[Any, ...]]:
    """The day's appointments here, and what its clinicians have elsewhere, so that nothing looks free that is not."""
    elsewhere = and_(
        Appointment.centre_id != centre_id,
        Appointment.clinician_id.in_(working_at(centre_id)),
        Appointment.status.in_(HOLDS_TIME),
    )
    return board_rows(_on(day), or_(_here(centre_id, by), elsewhere))


def _link(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    of_payment = Attempt.payment_id == Appointment.payment_id
    return select(Attempt.id).where(of_payment, Attempt.kind == "LINK", Attempt.status == "OPEN", *which).exists()


def _since() -> ScalarSelect[datetime]:
    changes = StatusChange.appointment_id == Appointment.id, StatusChange.next == Appointment.status
    return select(func.max(StatusChange.at)).where(*changes).scalar_subquery()
