"""What the pure core needs to know of clinicians' time, read as plain rows and turned into its plain values."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select

from mibo import clinics, clock, db
from mibo.booking.models import Appointment
from mibo.booking.rules import HOLDS_TIME, Status
from mibo.scheduling.diary import BOTH, Audience, Busy, Closed, Holiday, Hours, Offer
from mibo.scheduling.openings import Kept

LONGEST_APPOINTMENT = timedelta(hours=24)
LONGEST_BUFFER = timedelta(hours=2)  # what an appointment of the day before or after may still keep free (R-SLOT-10)

# One row of JSON: five lists of what is known of the clinicians' days. JSON because it is read by C, row by row it is not;
# as text where it seldom changes, so that what was made of it stands until it does
_FACTS = """
    (select json_agg(json_build_array(id, active, modes, buffer_minutes)) from clinician where id = any(%(who)s)) as clinicians,
    (select json_agg(json_build_array(id, clinician_id, centre_id, weekday, opens_minute, closes_minute, slot_minutes,
            mode, effective_from, effective_to))::text
       from weekly_hours
      where clinician_id = any(%(who)s) and active
        and effective_from <= %(last)s and (effective_to is null or effective_to >= %(first)s)) as hours,
    (select json_agg(json_build_array(id, clinician_id, centre_id, starts_local, ends_local, reason))::text
       from time_block
      where lifted_at is null and starts_local < %(ends_local)s and ends_local > %(starts_local)s
        and (clinician_id = any(%(who)s) or clinician_id is null)) as closed,
    (select json_agg(json_build_array(day, centre_id, reason)) from holiday where day between %(first)s and %(last)s) as holidays,
    (select json_agg(id) from centre where not active) as inactive"""

# Of each clinician one run of bytes: the id, then the spans as `openings.Span` has them. PostgreSQL sends its instants as
# they are, because to tell them in seconds takes it four times as long as to find them
_BUSY = """
    (select array_agg(int8send(clinician_id) || spans) from (
       select clinician_id, string_agg(timestamptz_send(starts_at) || timestamptz_send(ends_at), '') as spans
         from appointment
        where clinician_id = any(%(who)s) and status = any(%(live)s)
          and (status <> 'PENDING' or held_until > %(now)s)
          and starts_at < %(until)s and starts_at > %(since)s
        group by clinician_id) taken) as busy"""


class ClinicianRow(NamedTuple):
    """What a clinician brings to every question."""

    id: int
    active: bool
    modes: Sequence[str]
    buffer_minutes: int


@dataclass(frozen=True)
class Facts:
    """What is known of some clinicians' time over some days, besides their appointments."""

    clinicians: Mapping[int, ClinicianRow]
    hours: Mapping[int, Sequence[Hours]]
    closed: Mapping[int | None, Sequence[Closed]]
    holidays: Sequence[Holiday]
    inactive_centres: frozenset[int]

    def hours_of(self, clinician_id: int) -> Sequence[Hours]:
        return self.hours.get(clinician_id, ())

    def closed_of(self, clinician_id: int) -> list[Closed]:
        return [*self.closed.get(clinician_id, ()), *self.closed.get(None, ())]


def facts_of(clinician_ids: Collection[int], first: date, last: date) -> Facts:
    """What is known besides appointments, in one statement."""
    return _facts(_asked(f"select {_FACTS}", clinician_ids, first, last))


def facts_and_busy(clinician_ids: Collection[int], first: date, last: date) -> tuple[Facts, Mapping[int, bytes]]:
    """The same with the time that is taken, still in one statement."""
    *known, busy = _asked(f"select {_FACTS}, {_BUSY}", clinician_ids, first, last)
    return _facts(known), dict(map(_spans, busy or ()))


def _spans(told: bytes) -> tuple[int, bytes]:
    """A clinician's id and busy spans, which are left as they are until somebody asks when."""
    return int.from_bytes(told[:8], "big"), told[8:]


def _asked(statement: str, clinician_ids: Collection[int], first: date, last: date) -> Sequence[Any]:
    session, (starts, ends) = db.session(), reach(first, last)
    if not session.info.get("read_only"):
        session.flush()
    told = {
        "who": list(clinician_ids), "first": first, "last": last, "starts_local": datetime.combine(first, time.min),
        "ends_local": datetime.combine(last + timedelta(days=1), time.min), "live": list(map(str, HOLDS_TIME)),
        "now": clock.now(), "until": ends, "since": starts - LONGEST_APPOINTMENT,
    }  # fmt: skip
    # planned for these clinicians: a plan for any number of them takes three times as long to read a chain's sixty days
    (found,) = db.rows(statement, told, anew=True)
    return tuple(found)


def _facts(known: Sequence[Any]) -> Facts:
    clinicians, windows, blocks, holidays, inactive = (each or () for each in known)
    return Facts(
        {row[0]: ClinicianRow(*row) for row in clinicians},
        _hours(windows or "[]"),
        _closed(blocks or "[]"),
        [Holiday(_day(day), centre_id, reason) for day, centre_id, reason in holidays],
        frozenset(inactive),
    )


@lru_cache(maxsize=32)
def _hours(told: str) -> Mapping[int, Sequence[Hours]]:
    """Each clinician's windows. A chain's are some 200 kB of text, and change when somebody changes hours."""
    hours: dict[int, list[Hours]] = defaultdict(list)
    for row in json.loads(told):
        hours[row[1]].append(_window(*row))
    return {whose: Kept(windows) for whose, windows in hours.items()}


@lru_cache(maxsize=32)
def _closed(told: str) -> Mapping[int | None, Sequence[Closed]]:
    closed: dict[int | None, list[Closed]] = defaultdict(list)
    for block_id, whose, centre_id, starts, ends, reason in json.loads(told):
        closed[whose].append(
            Closed(_wall(starts), _wall(ends), reason, block_id, centre_id, centre_wide=whose is None)
        )  # fmt: skip
    return closed


_day = lru_cache(maxsize=1024)(date.fromisoformat)


@lru_cache(maxsize=8192)
def _window(*row: Any) -> Hours:
    """Weekly hours from what JSON has of them; they seldom change, so those of a chain are made once."""
    return Hours(*[*row[:8], _day(row[8]), _day(row[9]) if row[9] else None])


def _wall(told: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=clock.CLINIC_ZONE)


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
