"""The pure core: hours kept and time taken in, slots out, each with a state and every reason.

The slots of a day are the whole grid: what is not free is explained (R-SLOT-14). Staff read the reasons; patients see
only what is `free`. The clinic's zone keeps no daylight saving time (R-TIME-1), so a minute of its wall clock is a
minute after its midnight. `openings` answers the same without reasons, much faster; `diary` has the values that go in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from mibo.scheduling.diary import (
    BOTH,
    KOLKATA,
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
from mibo.scheduling.reasons import (
    STATE_OF,
    Obstacle,
    Reason,
    SlotState,
    Today,
    Why,
    beyond_horizon,
    clock_face,
    closures,
    in_the_way,
    patients_own,
    rank,
    standing_reasons,
    taken,
    too_late,
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
    obstacles = [*taken(busy, offer), *closures(closed), *patients_own(patient_busy, offer)]
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


def _slots_of_day(
    day: date,
    hours: Sequence[Hours],
    offer: Offer,
    obstacles: Sequence[Obstacle],
    resting: Mapping[tuple[date, int], Holiday],
) -> list[Slot]:
    kept = [window for window in hours if window.kept_on(day)]
    if not kept:
        return []
    midnight = offer.midnight(day)
    near = [o for o in obstacles if o.near_from < midnight + SECONDS_A_DAY and midnight < o.near_to]
    today = Today(day, midnight, offer.now.timestamp(), offer.earliest, offer, offer.clinician_bits, near)
    beyond = beyond_horizon(day, offer)
    slots: list[Slot] = []
    for window in kept:
        standing = [*standing_reasons(window, today, resting.get((day, window.centre_id))), *beyond]
        slots.extend(_cut(window, today, standing))
    slots.sort(key=lambda slot: (slot.starts_minute, slot.ends_minute, slot.hours_id))
    return slots


def _cut(window: Hours, today: Today, standing: Sequence[Reason]) -> Iterator[Slot]:
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
            reasons += in_the_way(near, starts, ends, window.centre_id, today)
        if starts < earliest:
            reasons.append(too_late(starts, today))
        if len(reasons) > 1:
            reasons.sort(key=rank)
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
