"""The pure core: hours kept and time taken in, slots out, each with a state and every reason.

The slots of a day are the whole grid: what is not free is explained (R-SLOT-14). Staff read the reasons; patients see
only what is `free`. The clinic's zone keeps no daylight saving time (R-TIME-1), so a minute of its wall clock is a
minute after its midnight. `openings` answers the same without reasons, much faster; `diary` has the values that go in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from mibo.scheduling.diary import (
    BOTH,
    KOLKATA,
    MINUTES_A_DAY,
    MODE_BITS,
    MODES_OF_BITS,
    Audience,
    Busy,
    Closed,
    Holiday,
    Hours,
    Mode,
    Offer,
)

__all__ = [
    "BOTH",
    "KOLKATA",
    "Audience",
    "Busy",
    "Closed",
    "Holiday",
    "Hours",
    "Mode",
    "Offer",
    "PartOfDay",
    "Reason",
    "Slot",
    "SlotState",
    "Why",
    "clock_face",
    "day_slots",
    "free",
    "nearest",
    "on_the_board",
    "part_of_day",
    "slot_at",
    "slots_between",
]

SECONDS_A_DAY = 86_400
AFTERNOON_FROM, EVENING_FROM = 12 * 60, 17 * 60


class PartOfDay(StrEnum):
    """The three headings under which times are shown."""

    MORNING = "MORNING"
    AFTERNOON = "AFTERNOON"
    EVENING = "EVENING"


class SlotState(StrEnum):
    """What a slot is, in one word; of several the first in this order, so a past slot that was booked is booked."""

    BOOKED = "BOOKED"
    HELD = "HELD"
    BLOCKED = "BLOCKED"
    PAST = "PAST"
    NOT_OFFERED = "NOT_OFFERED"
    TOO_SOON = "TOO_SOON"
    BEYOND_HORIZON = "BEYOND_HORIZON"
    FREE = "FREE"


class Why(StrEnum):
    """Each thing that can keep a slot from being offered."""

    BOOKED = "BOOKED"
    HELD = "HELD"
    BLOCKED = "BLOCKED"
    HOLIDAY = "HOLIDAY"
    PAST = "PAST"
    CLINICIAN_INACTIVE = "CLINICIAN_INACTIVE"
    CENTRE_INACTIVE = "CENTRE_INACTIVE"
    MODE_NOT_OFFERED = "MODE_NOT_OFFERED"
    BUFFER = "BUFFER"
    PATIENT_BUSY = "PATIENT_BUSY"
    TOO_SOON = "TOO_SOON"
    BEYOND_HORIZON = "BEYOND_HORIZON"


STATE_OF = {
    Why.BOOKED: SlotState.BOOKED,
    Why.HELD: SlotState.HELD,
    Why.BLOCKED: SlotState.BLOCKED,
    Why.HOLIDAY: SlotState.BLOCKED,
    Why.PAST: SlotState.PAST,
    Why.CLINICIAN_INACTIVE: SlotState.NOT_OFFERED,
    Why.CENTRE_INACTIVE: SlotState.NOT_OFFERED,
    Why.MODE_NOT_OFFERED: SlotState.NOT_OFFERED,
    Why.BUFFER: SlotState.NOT_OFFERED,
    Why.PATIENT_BUSY: SlotState.NOT_OFFERED,
    Why.TOO_SOON: SlotState.TOO_SOON,
    Why.BEYOND_HORIZON: SlotState.BEYOND_HORIZON,
}
_RANK = {why: rank for rank, why in enumerate(Why)}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why a slot is not free: a sentence for staff, and the row it stands on."""

    why: Why
    text: str
    appointment_id: int | None = None
    block_id: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A bookable span of a clinician's day at a centre. `modes` are those it can be booked in; instants are in UTC."""

    day: date
    starts_minute: int
    ends_minute: int
    starts_at: datetime
    ends_at: datetime
    clinician_id: int
    centre_id: int
    hours_id: int
    modes: tuple[Mode, ...]
    reasons: tuple[Reason, ...] = ()

    @property
    def state(self) -> SlotState:
        """Free, or what its first reason makes of it."""
        return STATE_OF[self.reasons[0].why] if self.reasons else SlotState.FREE

    @property
    def is_free(self) -> bool:
        """Whether it can be taken now."""
        return not self.reasons

    @property
    def minutes(self) -> int:
        """Its length."""
        return self.ends_minute - self.starts_minute

    @property
    def part(self) -> PartOfDay:
        """The part of the day in which it starts."""
        return part_of_day(self.starts_minute)

    @property
    def appointment_id(self) -> int | None:
        """The appointment or hold that has it; not one that is merely near."""
        taken = (reason.appointment_id for reason in self.reasons if reason.why in (Why.BOOKED, Why.HELD))
        return next(taken, None)

    @property
    def block_id(self) -> int | None:
        """The block that closes it."""
        return next((reason.block_id for reason in self.reasons if reason.block_id is not None), None)


def day_slots(
    day: date,
    hours: Iterable[Hours],
    offer: Offer,
    *,
    busy: Iterable[Busy] = (),
    closed: Iterable[Closed] = (),
    holidays: Iterable[Holiday] = (),
    patient_busy: Iterable[Busy] = (),
) -> list[Slot]:
    """The slots of one clinician's day, in order of time; see `slots_between`."""
    return slots_between(day, day, hours, offer, busy=busy, closed=closed, holidays=holidays, patient_busy=patient_busy)


def slots_between(
    first: date,
    last: date,
    hours: Iterable[Hours],
    offer: Offer,
    *,
    busy: Iterable[Busy] = (),
    closed: Iterable[Closed] = (),
    holidays: Iterable[Holiday] = (),
    patient_busy: Iterable[Busy] = (),
) -> list[Slot]:
    """Every slot of a clinician from day `first` to `last`, both included, in order of time, with state and reasons.

    `busy` is all that the clinician has, at any centre (R-SLOT-4); `patient_busy` all that the patient has, with anyone
    (R-SLOT-6). Rows that touch none of the days do no harm; holds that have run out are ignored (P6).
    """
    kept = [window for window in hours if offer.centre_id in (None, window.centre_id)]
    obstacles = [*_taken(busy, offer), *_closures(closed), *_patients_own(patient_busy, offer)]
    resting = {(holiday.day, holiday.centre_id): holiday for holiday in holidays}
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [slot for day in days for slot in _slots_of_day(day, kept, offer, obstacles, resting)]


def free(slots: Iterable[Slot]) -> list[Slot]:
    """What a patient is shown (R-SLOT-14)."""
    return [slot for slot in slots if slot.is_free]


def on_the_board(slots: Iterable[Slot]) -> list[Slot]:
    """What staff are shown: everything but the past times that nobody took (R-SLOT-7)."""
    return [slot for slot in slots if slot.state != SlotState.PAST]


def slot_at(slots: Iterable[Slot], starts_at: datetime) -> Slot | None:
    """The slot that starts at an instant, the free one if several do; None when the hours have none."""
    there = [slot for slot in slots if slot.starts_at == starts_at]
    return next((slot for slot in there if slot.is_free), there[0] if there else None)


def nearest(slots: Iterable[Slot], wanted: datetime, n: int = 3) -> list[Slot]:
    """The free slots nearest to a start that has just been taken, nearest first; of two as near, the earlier."""
    return sorted(free(slots), key=lambda slot: (abs(slot.starts_at - wanted), slot.starts_at))[:n]


def part_of_day(minute: int) -> PartOfDay:
    """Morning before 12:00, afternoon before 17:00, then evening (R-SLOT-11)."""
    if minute < AFTERNOON_FROM:
        return PartOfDay.MORNING
    return PartOfDay.AFTERNOON if minute < EVENING_FROM else PartOfDay.EVENING


@cache
def clock_face(minute: int) -> str:
    """A minute of the day as people read it: 10:05 AM (R-TIME-3)."""
    hour, minute = divmod(minute % MINUTES_A_DAY, 60)
    return f"{hour % 12 or 12}:{minute:02d} {'AM' if hour < 12 else 'PM'}"


class _Obstacle(NamedTuple):
    """A span in unix seconds that takes time from slots; `near_from` and `near_to` have its buffer in them."""

    near_from: float
    near_to: float
    starts: float
    ends: float
    row: Busy | Closed
    is_patients: bool = False


class _Today(NamedTuple):
    """What every slot of one day is held against; instants in unix seconds."""

    day: date
    midnight: int
    now: float
    earliest: float
    offer: Offer
    offered: int  # the clinician's modes, as bits
    obstacles: Sequence[_Obstacle]


def _slots_of_day(
    day: date,
    hours: Sequence[Hours],
    offer: Offer,
    obstacles: Sequence[_Obstacle],
    resting: Mapping[tuple[date, int], Holiday],
) -> list[Slot]:
    kept = [window for window in hours if window.kept_on(day)]
    if not kept:
        return []
    midnight = offer.midnight(day)
    near = [o for o in obstacles if o.near_from < midnight + SECONDS_A_DAY and midnight < o.near_to]
    today = _Today(day, midnight, offer.now.timestamp(), offer.earliest, offer, offer.clinician_bits, near)
    beyond = _beyond_horizon(day, offer)
    slots: list[Slot] = []
    for window in kept:
        standing = [*_standing(window, today, resting.get((day, window.centre_id))), *beyond]
        slots.extend(_cut(window, today, standing))
    slots.sort(key=lambda slot: (slot.starts_minute, slot.ends_minute, slot.hours_id))
    return slots


def _cut(window: Hours, today: _Today, standing: Sequence[Reason]) -> Iterator[Slot]:
    """Steps of the slot's length, the last one ending inside the window (R-SLOT-1)."""
    day, midnight, _, earliest, _, offered, obstacles = today
    length = window.slot_minutes
    modes = MODES_OF_BITS[MODE_BITS[window.mode] & offered]
    span, starts_at = timedelta(minutes=length), datetime.fromtimestamp(midnight + window.opens_minute * 60, UTC)
    for minute in range(window.opens_minute, window.closes_minute - length + 1, length):
        starts = midnight + minute * 60
        ends, ends_at = starts + length * 60, starts_at + span
        reasons = [*standing]
        if near := [o for o in obstacles if o[0] < ends and starts < o[1]]:  # half-open: touching is allowed (R-SLOT-4)
            reasons += _in_the_way(near, starts, ends, window.centre_id, today)
        if starts < earliest:
            reasons.append(_too_late(starts, today))
        if len(reasons) > 1:
            reasons.sort(key=_rank)
        yield Slot(
            day=day,
            starts_minute=minute,
            ends_minute=minute + length,
            starts_at=starts_at,
            ends_at=ends_at,
            clinician_id=window.clinician_id,
            centre_id=window.centre_id,
            hours_id=window.id,
            modes=modes,
            reasons=tuple(reasons),
        )
        starts_at = ends_at


def _taken(busy: Iterable[Busy], offer: Offer) -> Iterator[_Obstacle]:
    buffer = offer.buffer_minutes * 60
    for row in busy:
        if row.until is None or row.until > offer.now:
            starts, ends = row.starts_at.timestamp(), row.ends_at.timestamp()
            yield _Obstacle(starts - buffer, ends + buffer, starts, ends, row)


def _patients_own(busy: Iterable[Busy], offer: Offer) -> Iterator[_Obstacle]:
    for row in busy:
        if row.until is None or row.until > offer.now:
            starts, ends = row.starts_at.timestamp(), row.ends_at.timestamp()
            yield _Obstacle(starts, ends, starts, ends, row, is_patients=True)


def _closures(closed: Iterable[Closed]) -> Iterator[_Obstacle]:
    for row in closed:
        starts, ends = row.starts_at.timestamp(), row.ends_at.timestamp()
        yield _Obstacle(starts, ends, starts, ends, row)


def _in_the_way(near: Iterable[_Obstacle], starts: int, ends: int, centre_id: int, today: _Today) -> Iterator[Reason]:
    for o in near:
        if reason := _told(o, starts, ends, centre_id, today):
            yield reason


def _told(o: _Obstacle, starts: int, ends: int, centre_id: int, today: _Today) -> Reason | None:
    """What an obstacle says to a slot that it reaches."""
    if isinstance(o.row, Closed):
        return _blocked(o.row) if o.row.centre_id in (None, centre_id) else None
    begins = _face(o.starts, today)
    if o.is_patients:
        return Reason(Why.PATIENT_BUSY, f"The patient has another appointment at {begins}", o.row.appointment_id)
    if o.ends <= starts or ends <= o.starts:
        kept_free = f"{today.offer.buffer_minutes} minutes are kept free around the appointment at {begins}"
        return Reason(Why.BUFFER, kept_free, o.row.appointment_id)
    where = "" if o.row.centre_id in (None, centre_id) else " at another centre"
    if o.row.kind == "held":
        until = f" until {_face_of(o.row.until, today.offer.zone)}" if o.row.until else ""
        return Reason(Why.HELD, f"Held{until}{where}", o.row.appointment_id)
    return Reason(Why.BOOKED, f"Booked from {begins} to {_face(o.ends, today)}{where}", o.row.appointment_id)


def _blocked(block: Closed) -> Reason:
    words = "Centre closed" if block.centre_wide else "Blocked"
    return Reason(Why.BLOCKED, f"{words}: {block.reason}", block_id=block.block_id)


def _too_late(starts: int, today: _Today) -> Reason:
    return _PAST if starts < today.now else _too_soon(today.offer.lead_minutes)


def _standing(window: Hours, today: _Today, holiday: Holiday | None) -> Iterator[Reason]:
    """What keeps a whole window from being offered, whatever the time."""
    offer = today.offer
    if holiday:
        yield Reason(Why.HOLIDAY, f"Holiday: {holiday.reason}")
    if not offer.clinician_active:
        yield Reason(Why.CLINICIAN_INACTIVE, "The clinician is not taking appointments")
    if window.centre_id in offer.inactive_centres:
        yield Reason(Why.CENTRE_INACTIVE, "The centre is not open for booking")
    bits = MODE_BITS[window.mode] & today.offered
    if not bits:
        yield Reason(Why.MODE_NOT_OFFERED, f"The clinician does not offer these hours' mode: {_spoken(window.mode)}")
    elif not bits & offer.asked_bits:
        yield Reason(Why.MODE_NOT_OFFERED, f"Not offered {_spoken(offer.mode or BOTH)}")


def _beyond_horizon(day: date, offer: Offer) -> tuple[Reason, ...]:
    if day <= offer.last_day:
        return ()
    return (Reason(Why.BEYOND_HORIZON, f"More than {offer.policy.horizon_days} days ahead"),)


_PAST = Reason(Why.PAST, "This time has passed")


@cache
def _too_soon(lead_minutes: int) -> Reason:
    return Reason(Why.TOO_SOON, f"Starts less than {lead_minutes} minutes from now")


def _rank(reason: Reason) -> int:
    return _RANK[reason.why]


def _spoken(mode: str) -> str:
    return {"IN_PERSON": "in person", "ONLINE": "online", BOTH: "in person or online"}[mode]


def _face(seconds: float, today: _Today) -> str:
    return clock_face(int(seconds - today.midnight) // 60)


def _face_of(instant: datetime, zone: tzinfo) -> str:
    local = instant.astimezone(zone)
    return clock_face(local.hour * 60 + local.minute)
