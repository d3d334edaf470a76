"""What the pure core needs to know of clinicians' time, read as plain rows and turned into its plain values."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, cast, func, or_, select

from mibo import clinics, clock, db
from mibo.booking.models import Appointment
from mibo.booking.rules import HOLDS_TIME, Status
from mibo.clinics import Centre
from mibo.people import Clinician
from mibo.scheduling import TimeBlock, WeeklyHours
from mibo.scheduling.diary import BOTH, Audience, Busy, Closed, Holiday, Hours, Offer
from mibo.scheduling.openings import LENGTH_BITS

LONGEST_APPOINTMENT = timedelta(hours=24)
LONGEST_BUFFER = timedelta(hours=2)  # what an appointment of the day before or after may still keep free (R-SLOT-10)

ClinicianRow = Row[int, bool, list[str], int]

_CLINICIAN = (Clinician.id, Clinician.active, Clinician.modes, Clinician.buffer_minutes)
_HOURS = (
    WeeklyHours.id,
    WeeklyHours.clinician_id,
    WeeklyHours.centre_id,
    WeeklyHours.weekday,
    WeeklyHours.opens_minute,
    WeeklyHours.closes_minute,
    WeeklyHours.slot_minutes,
    WeeklyHours.mode,
    WeeklyHours.effective_from,
    WeeklyHours.effective_to,
)
_BLOCK = (
    TimeBlock.id,
    TimeBlock.clinician_id,
    TimeBlock.centre_id,
    TimeBlock.starts_local,
    TimeBlock.ends_local,
    TimeBlock.reason,
)
_HOLIDAY = (clinics.Holiday.day, clinics.Holiday.centre_id, clinics.Holiday.reason)


@dataclass(frozen=True)
class Facts:
    """What is known of some clinicians' time over some days, besides their appointments."""

    clinicians: Mapping[int, ClinicianRow]
    hours: Mapping[int, Sequence[Hours]]
    closed: Sequence[tuple[int | None, Closed]]
    holidays: Sequence[Holiday]
    inactive_centres: frozenset[int]

    def hours_of(self, clinician_id: int) -> Sequence[Hours]:
        return self.hours.get(clinician_id, ())

    def closed_of(self, clinician_id: int) -> list[Closed]:
        return [closed for whose, closed in self.closed if whose in (clinician_id, None)]


def facts_of(clinician_ids: Collection[int], first: date, last: date) -> Facts:
    session = db.session()
    starts, ends = datetime.combine(first, time.min), datetime.combine(last + timedelta(days=1), time.min)
    clinicians = session.execute(select(*_CLINICIAN).where(Clinician.id.in_(clinician_ids)))
    windows = session.execute(select(*_HOURS).where(WeeklyHours.clinician_id.in_(clinician_ids), WeeklyHours.active))
    blocks = session.execute(
        select(*_BLOCK).where(
            TimeBlock.lifted_at.is_(None),
            TimeBlock.starts_local < ends,
            TimeBlock.ends_local > starts,
            or_(TimeBlock.clinician_id.in_(clinician_ids), TimeBlock.clinician_id.is_(None)),
        )
    )
    holidays = session.execute(select(*_HOLIDAY).where(clinics.Holiday.day.between(first, last)))
    inactive = session.scalars(select(Centre.id).where(~Centre.active)).all()
    hours: dict[int, list[Hours]] = defaultdict(list)
    for window in windows:
        hours[window.clinician_id].append(as_hours(window))
    return Facts(
        {clinician.id: clinician for clinician in clinicians},
        hours,
        [(row.clinician_id, as_closed(row)) for row in blocks],
        [Holiday(day, centre_id, reason) for day, centre_id, reason in holidays],
        frozenset(inactive),
    )


def offer_of(
    clinician: ClinicianRow,
    facts: Facts,
    *,
    mode: str | None,
    centre_id: int | None,
    for_whom: Audience = Audience.PATIENT,
) -> Offer:
    return Offer(
        now=clock.now(),
        policy=clinics.policy_in_force(),
        for_whom=for_whom,
        mode=mode,
        centre_id=centre_id,
        clinician_active=clinician.active,
        clinician_modes=tuple(clinician.modes),
        inactive_centres=facts.inactive_centres,
        buffer_minutes=clinician.buffer_minutes,
        zone=clock.CLINIC_ZONE,
    )


def as_hours(row: Any) -> Hours:
    """Weekly hours, or a row with their columns, as the pure core takes them."""
    return Hours(
        row.id,
        row.clinician_id,
        row.centre_id,
        row.weekday,
        row.opens_minute,
        row.closes_minute,
        row.slot_minutes,
        row.mode or BOTH,
        row.effective_from,
        row.effective_to,
    )


def as_closed(row: Any) -> Closed:
    """A block, or a row with its columns, as the pure core takes it."""
    return Closed(
        row.starts_local.replace(tzinfo=clock.CLINIC_ZONE),
        row.ends_local.replace(tzinfo=clock.CLINIC_ZONE),
        row.reason,
        row.id,
        row.centre_id,
        centre_wide=row.clinician_id is None,
    )


def busy_of(whose: ColumnElement[bool], first: date, last: date) -> Sequence[Busy]:
    starts, ends = reach(first, last)
    rows = db.session().execute(
        select(
            Appointment.id,
            Appointment.starts_at,
            Appointment.ends_at,
            Appointment.status,
            Appointment.centre_id,
            Appointment.held_until,
        ).where(
            whose,
            Appointment.status.in_(HOLDS_TIME),
            Appointment.starts_at < ends,
            Appointment.starts_at > starts - LONGEST_APPOINTMENT,
            Appointment.ends_at > starts,
        )
    )
    return [as_busy(row) for row in rows]


def reach(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants from which appointments matter to the days, with the longest buffer at both ends."""
    starts, ends = clock.day_span(first, last)
    return starts - LONGEST_BUFFER, ends + LONGEST_BUFFER


def as_busy(row: Any) -> Busy:
    """Time that an appointment, or a row with its columns, takes; a hold until it ends."""
    held = row.status == Status.PENDING
    until = row.held_until if held else None
    return Busy(row.starts_at, row.ends_at, row.id, "held" if held else "booked", row.centre_id, until)


def packed_busy(clinician_ids: Collection[int], first: date, last: date) -> dict[int, Sequence[int]]:
    starts, ends = reach(first, last)
    # date_part, because extract computes with numeric, which takes several times longer
    from_minute = func.floor(func.date_part("epoch", Appointment.starts_at) / 60)
    to_minute = func.ceil(func.date_part("epoch", Appointment.ends_at) / 60)
    word = cast(from_minute * (1 << LENGTH_BITS) + (to_minute - from_minute), BigInteger)
    rows = db.session().execute(
        select(Appointment.clinician_id, func.array_agg(word))
        .where(
            Appointment.clinician_id.in_(clinician_ids),
            Appointment.status.in_(HOLDS_TIME),
            or_(Appointment.status != Status.PENDING, Appointment.held_until > clock.now()),
            Appointment.starts_at < ends,
            Appointment.starts_at > starts - LONGEST_APPOINTMENT,
        )
        .group_by(Appointment.clinician_id)
    )
    return dict(iter(rows))
