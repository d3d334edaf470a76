"""Which times are open: hours and blocks of scheduling, less the appointments, handed to the pure core."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import BigInteger, ColumnElement, cast, func, or_, select, text

from mibo import clinics, clock, db
from mibo.booking.models import Appointment
from mibo.booking.rules import HOLDS_TIME, Status
from mibo.clinics import Centre
from mibo.people import Clinician
from mibo.scheduling import TimeBlock, WeeklyHours
from mibo.scheduling.diary import (
    BOTH,
    MINUTES_A_DAY,
    MODES_OF_BITS,
    Audience,
    Busy,
    Closed,
    Holiday,
    Hours,
    Mode,
    Offer,
)
from mibo.scheduling.openings import LENGTH_BITS, ClinicianDays, DayCount, free_times, month_counts
from mibo.scheduling.slots import Slot, slots_between

LONGEST_APPOINTMENT = timedelta(hours=24)
ASK_DAYS = 62

_LIVE = "status in ({})".format(", ".join(f"'{status}'" for status in HOLDS_TIME))

# One statement, plain integers: (kind, a, b, c) as scheduling.openings.free_times reads them, and two rows of facts
_ONE_DAY = text(
    f"""
    select -1, (case when 'IN_PERSON' = any(modes) then 1 else 0 end) +
           (case when 'ONLINE' = any(modes) then 2 else 0 end),
           buffer_minutes, 0
      from clinician where id = :clinician and active
    union all
    select -2, 0, 0, 0 from centre where id = :centre and active
    union all
    select case mode when 'IN_PERSON' then 1 when 'ONLINE' then 2 else 3 end, opens_minute, closes_minute, slot_minutes
      from weekly_hours
     where clinician_id = :clinician and centre_id = :centre and weekday = :weekday and active
       and effective_from <= :day and (effective_to is null or effective_to >= :day)
    union all
    select 0, floor((extract(epoch from starts_at) - :midnight) / 60)::int,
           ceil((extract(epoch from ends_at) - :midnight) / 60)::int, 0
      from appointment
     where clinician_id = :clinician and {_LIVE} and starts_at < :day_ends
       and starts_at > :day_starts - interval '1 day'
       and ends_at > :day_starts and (status <> 'PENDING' or held_until > :now)
    union all
    select 4, floor(extract(epoch from starts_local - :midnight_local) / 60)::int,
           ceil(extract(epoch from ends_local - :midnight_local) / 60)::int, 0
      from time_block
     where lifted_at is null and (clinician_id = :clinician or clinician_id is null)
       and (centre_id = :centre or centre_id is null)
       and starts_local < :midnight_local + interval '1 day' and ends_local > :midnight_local
    union all
    select 4, 0, {MINUTES_A_DAY}, 0 from holiday where centre_id = :centre and day = :day
    """  # noqa: S608  (no value is pasted in, only our own words)
)


@dataclass(frozen=True, slots=True)
class OpenTime:
    """A time that can be taken: minutes of the clinic's day, and the modes it can be taken in."""

    starts_minute: int
    ends_minute: int
    modes: tuple[Mode, ...]


def open_times(clinician_id: int, centre_id: int, day: date, mode: str | None = None) -> list[OpenTime] | None:
    """What a patient may take of a clinician's day at a centre, in one statement; None when either is not there."""
    starts, ends = clock.day_span(day)
    now = clock.now()
    rows = db.session().execute(
        _ONE_DAY,
        {
            "clinician": clinician_id, "centre": centre_id, "day": day, "weekday": day.isoweekday() % 7,
            "midnight": int(starts.timestamp()), "midnight_local": datetime.combine(day, time.min),
            "day_starts": starts, "day_ends": ends, "now": now,
        },
    ).all()  # fmt: skip
    facts = {row[0]: row for row in rows if row[0] < 0}
    if len(facts) < 2:
        return None
    offer = Offer(
        now=now,
        policy=clinics.policy_in_force(),
        mode=mode,
        clinician_modes=MODES_OF_BITS[facts[-1][1]],
        buffer_minutes=facts[-1][2],
    )
    spans = [(kind, a, b, c) for kind, a, b, c in rows if kind >= 0]
    return [OpenTime(starts, ends, MODES_OF_BITS[bits]) for starts, ends, bits in free_times(day, spans, offer)]


def open_slots(
    clinician_id: int,
    first: date,
    last: date | None = None,
    *,
    centre_id: int | None = None,
    mode: str | None = None,
    for_whom: Audience = Audience.PATIENT,
    patient_id: int | None = None,
) -> list[Slot]:
    """Every slot of a clinician on the days, with its state and every reason; seven statements, whatever the size."""
    last = last or first
    facts = _facts([clinician_id], first, last)
    clinician = facts.clinicians.get(clinician_id)
    if clinician is None:
        return []
    return slots_between(
        first,
        last,
        facts.hours_of(clinician_id),
        _offer(clinician, facts, mode=mode, centre_id=centre_id, for_whom=for_whom),
        busy=_busy_of(Appointment.clinician_id == clinician_id, first, last),
        closed=facts.closed_of(clinician_id),
        holidays=facts.holidays,
        patient_busy=_busy_of(Appointment.patient_id == patient_id, first, last) if patient_id else (),
    )


def days_with_slots(
    clinician_id: int, first: date, last: date, *, centre_id: int | None = None, mode: str | None = None
) -> dict[date, DayCount]:
    """How many slots a patient could take on each day, and the first of them (R-SLOT-16)."""
    counts = month_view([clinician_id], first, last, centre_id=centre_id, mode=mode)
    return {day: count for (_, day), count in counts.items()}


def month_view(
    clinician_ids: Collection[int], first: date, last: date, *, centre_id: int | None = None, mode: str | None = None
) -> dict[tuple[int, date], DayCount]:
    """The same for many clinicians at once: six statements and bit masks (design: measured 4)."""
    facts = _facts(clinician_ids, first, last)
    packed = _packed_busy(clinician_ids, first, last)
    diaries = [
        ClinicianDays(
            clinician.id,
            _offer(clinician, facts, mode=mode, centre_id=centre_id),
            facts.hours_of(clinician.id),
            packed.get(clinician.id, ()),
            facts.closed_of(clinician.id),
            facts.holidays,
        )
        for clinician in facts.clinicians.values()
    ]
    return month_counts(diaries, first, last)


def next_free(
    clinician_ids: Collection[int], *, days: int = 14, centre_id: int | None = None, mode: str | None = None
) -> dict[int, datetime]:
    """The next time a patient could take with each clinician within the days, for those who have one."""
    today = clock.today()
    counts = month_view(clinician_ids, today, today + timedelta(days=days - 1), centre_id=centre_id, mode=mode)
    found: dict[int, datetime] = {}
    for (clinician_id, day), count in counts.items():
        if count.first_minute is not None and clinician_id not in found:
            found[clinician_id] = clock.instant(day, time.min) + timedelta(minutes=count.first_minute)
    return found


@dataclass(frozen=True)
class _Facts:
    """What is known of some clinicians' time over some days, besides their appointments."""

    clinicians: dict[int, Clinician]
    hours: Sequence[WeeklyHours]
    blocks: Sequence[TimeBlock]
    holidays: list[Holiday]
    inactive_centres: frozenset[int]

    def hours_of(self, clinician_id: int) -> list[Hours]:
        return [_as_hours(row) for row in self.hours if row.clinician_id == clinician_id]

    def closed_of(self, clinician_id: int) -> list[Closed]:
        return [_as_closed(row) for row in self.blocks if row.clinician_id in (clinician_id, None)]


def _facts(clinician_ids: Collection[int], first: date, last: date) -> _Facts:
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
    return _Facts(
        {clinician.id: clinician for clinician in clinicians},
        hours,
        blocks,
        [Holiday(row.day, row.centre_id, row.reason) for row in holidays],
        frozenset(inactive),
    )


def _offer(
    clinician: Clinician,
    facts: _Facts,
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


def _as_hours(row: WeeklyHours) -> Hours:
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


def _as_closed(row: TimeBlock) -> Closed:
    return Closed(
        row.starts_local.replace(tzinfo=clock.CLINIC_ZONE),
        row.ends_local.replace(tzinfo=clock.CLINIC_ZONE),
        row.reason,
        row.id,
        row.centre_id,
        centre_wide=row.clinician_id is None,
    )


def _busy_of(whose: ColumnElement[bool], first: date, last: date) -> Iterable[Busy]:
    starts, ends = clock.day_span(first, last)
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
    return [
        Busy(
            row.starts_at,
            row.ends_at,
            row.id,
            "held" if row.status == Status.PENDING else "booked",
            row.centre_id,
            row.held_until if row.status == Status.PENDING else None,
        )
        for row in rows
    ]


def _packed_busy(clinician_ids: Collection[int], first: date, last: date) -> dict[int, Sequence[int]]:
    starts, ends = clock.day_span(first, last)
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
    return dict(rows.tuples().all())
