"""What the pure core needs to know of clinicians' time, read from the database and turned into its plain values."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, or_, select

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


@dataclass(frozen=True)
class Facts:
    """What is known of some clinicians' time over some days, besides their appointments."""

    clinicians: dict[int, Clinician]
    hours: Sequence[WeeklyHours]
    blocks: Sequence[TimeBlock]
    holidays: list[Holiday]
    inactive_centres: frozenset[int]

    def hours_of(self, clinician_id: int) -> list[Hours]:
        return [as_hours(row) for row in self.hours if row.clinician_id == clinician_id]

    def closed_of(self, clinician_id: int) -> list[Closed]:
        return [as_closed(row) for row in self.blocks if row.clinician_id in (clinician_id, None)]


def facts_of(clinician_ids: Collection[int], first: date, last: date) -> Facts:
    session = db.session()
    starts, ends = datetime.combine(first, time.min), datetime.combine(last + timedelta(days=1), time.min)
    clinicians = session.scalars(select(Clinician).where(Clinician.id.in_(clinician_ids))).all()
    hours = session.scalars(
        select(WeeklyHours).where(WeeklyHours.clinician_id.in_(clinician_ids), WeeklyHours.active)
    ).all()
    blocks = session.scalars(
        select(TimeBlock).where(
            TimeBlock.lifted_at.is_(None),
            TimeBlock.starts_local < ends,
            TimeBlock.ends_local > starts,
            or_(TimeBlock.clinician_id.in_(clinician_ids), TimeBlock.clinician_id.is_(None)),
        )
    ).all()
    holidays = session.scalars(select(clinics.Holiday).where(clinics.Holiday.day.between(first, last))).all()
    inactive = session.scalars(select(Centre.id).where(~Centre.active)).all()
    return Facts(
        {clinician.id: clinician for clinician in clinicians},
        hours,
        blocks,
        [Holiday(row.day, row.centre_id, row.reason) for row in holidays],
        frozenset(inactive),
    )


def offer_of(
    clinician: Clinician,
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


def as_hours(row: WeeklyHours) -> Hours:
    """Weekly hours as the pure core takes them."""
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


def as_closed(row: TimeBlock) -> Closed:
    """A block as the pure core takes it."""
    return Closed(
        row.starts_local.replace(tzinfo=clock.CLINIC_ZONE),
        row.ends_local.replace(tzinfo=clock.CLINIC_ZONE),
        row.reason,
        row.id,
        row.centre_id,
        centre_wide=row.clinician_id is None,
    )


def busy_of(whose: ColumnElement[bool], first: date, last: date) -> Iterable[Busy]:
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
    from_minute = func.floor(func.extract("epoch", Appointment.starts_at) / 60)
    to_minute = func.ceil(func.extract("epoch", Appointment.ends_at) / 60)
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
