"""How much is free and when, without saying why: the fast twin of `slots`, pure as well, and equal to it by test.

Time is a bit mask. A busy span sets the bits it touches, rounded outwards; a slot is free when none of its bits is set.
Smearing the busy bits backwards by a slot's length marks every start that would run into one, so a month is counted
without a loop over slots.

What is done for each of a chain's hundred thousand busy spans is a look-up and an or: many clinicians are busy at the
same times, so the bits of each span are worked out once for all of them. And it is done once: whoever is as busy as when
last asked about has the mask of then.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from mibo.scheduling.diary import MINUTES_A_DAY, MODE_BITS, Closed, Holiday, Hours, Offer

TAKEN, SHUT = 0, 4  # kinds of row beside the windows, whose kind is their mode bits: 1 in person, 2 online, 3 both

Span = tuple[int, int]  # from and to, in microseconds since 2000, which is how PostgreSQL keeps and sends instants
SPAN = struct.Struct(">qq")  # a span as PostgreSQL sends it
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
COARSE_STEP = 5  # minutes per bit, when every slot starts and ends on it


class Kept(tuple[Hours, ...]):
    """Hours that stay one object until somebody changes them, and are told apart by that: what was made of them stands."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


@dataclass(frozen=True, slots=True)
class ClinicianDays:
    """What is known of one clinician over some days; `busy` is spans one after another, and no hold that ran out.

    Spans, blocks and holidays may lie outside the days and be of any centre, hours of any weekday.
    """

    clinician_id: int
    offer: Offer
    hours: Sequence[Hours]
    busy: bytes = b""
    closed: Iterable[Closed] = ()
    holidays: Iterable[Holiday] = ()


class DayCount(NamedTuple):
    """How many slots of a day are free, and the minute at which the first of them starts."""

    free: int
    first_minute: int | None


NONE_FREE = DayCount(0, None)


def free_times(day: date, rows: Iterable[Sequence[int]], offer: Offer) -> list[tuple[int, int, int]]:
    """The free slots of a clinician's day as (start minute, end minute, mode bits), in order of time.

    Each row is (kind, a, b, c). A window of hours kept that day, at an active centre: (mode bits, opens, closes, slot
    minutes). A live appointment or hold, at any centre: (TAKEN, from, to, 0). A block or holiday that closes all these
    windows: (SHUT, from, to, 0). From and to are minutes after midnight, rounded outwards; they may leave the day.
    """
    earliest = _earliest_minute(day, offer)
    busy, windows = 0, []
    for kind, a, b, c in rows:
        if TAKEN < kind < SHUT:
            windows.append((a, b, c, kind))
        else:
            busy |= _span(a, b, offer.buffer_minutes if kind == TAKEN else 0)
    offered, asked = offer.clinician_bits, offer.asked_bits
    times = []
    for opens, closes, length, kind in windows:
        bits = kind & offered
        if bits & asked:
            ones = (1 << length) - 1
            times += [
                (minute, minute + length, bits)
                for minute in range(opens, closes - length + 1, length)
                if minute >= earliest and not busy >> minute & ones
            ]
    times.sort()
    return times


def month_counts(diaries: Iterable[ClinicianDays], first: date, last: date) -> dict[tuple[int, date], DayCount]:
    """For each clinician and each day from `first` to `last`, both included, what `slots_between` would find free."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    counts: dict[tuple[int, date], DayCount] = {}
    for diary in diaries:
        hours = diary.hours if isinstance(diary.hours, Kept) else tuple(diary.hours)
        step = _step(hours)
        lanes = _free_starts(diary, hours, days, step)
        whose = [(diary.clinician_id, day) for day in days]
        counts.update(zip(whose, _counts(lanes, len(days), step), strict=True))
    return counts


def span(starts_at: datetime, ends_at: datetime) -> bytes:
    """Busy time as `ClinicianDays` takes it; what comes from PostgreSQL is such a span already."""
    return SPAN.pack((starts_at - EPOCH) // MICROSECOND, (ends_at - EPOCH) // MICROSECOND)


def _earliest_minute(day: date, offer: Offer) -> int:
    """The minute of a day from which slots may start; the day's end when none may."""
    if not offer.clinician_active or day > offer.last_day:
        return MINUTES_A_DAY
    return _up(offer.earliest - offer.midnight(day), 60)


def _span(starts: int, ends: int, buffer: int = 0) -> int:
    """The bits of a span of minutes within one day."""
    starts, ends = max(starts - buffer, 0), min(ends + buffer, MINUTES_A_DAY)
    return ((1 << ends - starts) - 1) << starts if starts < ends else 0


def _counts(lanes: Sequence[int], days: int, step: int) -> list[DayCount]:
    """How much is free in each day of masks over all of them."""
    if not lanes:
        return [NONE_FREE] * days
    size = MINUTES_A_DAY // step // 8
    rows = [lane.to_bytes(size * days, "little") for lane in lanes]
    told = [[_count(row[at : at + size], step) for at in range(0, size * days, size)] for row in rows]
    return told[0] if len(told) == 1 else list(map(_together, *told))


@lru_cache(maxsize=16_384)
def _count(starts: bytes, step: int) -> DayCount:
    """What a day's mask comes to; most days look as they did when they were last asked about. At most some 4 MB."""
    bits = int.from_bytes(starts, "little")
    return DayCount(bits.bit_count(), ((bits & -bits).bit_length() - 1) * step) if bits else NONE_FREE


def _together(*counts: DayCount) -> DayCount:
    """What a day comes to of which there are several masks."""
    first = [count.first_minute for count in counts if count.first_minute is not None]
    return DayCount(sum(count.free for count in counts), min(first)) if first else NONE_FREE


def _free_starts(diary: ClinicianDays, hours: tuple[Hours, ...], days: Sequence[date], step: int) -> list[int]:
    """Masks over all the days with a bit at each free start; in one mask unless slots begin at one and the same time."""
    offer = diary.offer
    origin = offer.midnight(days[0])
    opens = _up(offer.earliest - origin, 60 * step)
    closes = ((offer.last_day - days[0]).days + 1) * (MINUTES_A_DAY // step)
    if not offer.clinician_active or closes <= max(opens, 0):
        return []
    within = (1 << closes) - 1 & -1 << max(opens, 0)
    busy = _busy_mask(diary.busy, origin, step, offer.buffer_minutes, len(days))
    closed, holidays = list(diary.closed), list(diary.holidays)
    free: list[int] = []
    wanted = offer.clinician_bits & offer.asked_bits
    lanes_of = _lanes(
        hours, wanted=wanted, at=offer.centre_id, inactive=frozenset(offer.inactive_centres), first=days[0],
        days=len(days), step=step,
    )  # fmt: skip
    for (centre_id, length), lanes in lanes_of.items():
        shut = busy | _closed_mask(closed, centre_id, origin, len(days), step)
        shut |= _holiday_mask(holidays, centre_id, days, step)
        open_starts = within & ~_smeared(shut, length // step)
        for starts in lanes:
            _lay(free, starts & open_starts)
    return free


@lru_cache(maxsize=1024)
def _lanes(
    hours: tuple[Hours, ...],
    *,
    wanted: int,
    at: int | None,
    inactive: frozenset[int],
    first: date,
    days: int,
    step: int,
) -> dict[tuple[int, int], list[int]]:
    """The grid of slot starts over all the days, by centre and length; coinciding windows lie in lanes of their own.

    Kept for a chain and more; whoever asks changes nothing in it.
    """
    lanes: dict[tuple[int, int], list[int]] = {}
    for window in hours:
        if not MODE_BITS[window.mode] & wanted or window.centre_id in inactive:
            continue
        if at is not None and window.centre_id != at:
            continue
        grid = _grid(
            (window.opens_minute, window.closes_minute, window.slot_minutes),
            (window.weekday - first.isoweekday()) % 7,
            max((window.effective_from - first).days, 0),
            min((window.effective_to - first).days + 1, days) if window.effective_to else days,
            step,
        )
        _lay(lanes.setdefault((window.centre_id, window.slot_minutes), []), grid)
    return lanes


@lru_cache(maxsize=1024)
def _step(hours: tuple[Hours, ...]) -> int:
    """Minutes per bit."""
    return COARSE_STEP if all(map(_is_coarse, hours)) else 1


@lru_cache(maxsize=1024)
def _grid(window: tuple[int, int, int], until_first: int, begins: int, ends: int, step: int) -> int:
    """A bit at the start of each slot of a window (opens, closes, slot minutes) on each of its weekdays in some days.

    The same for whoever keeps such hours, so it is worked out once. At most 3 kB each.
    """
    starts, width, grid = _starts(*window, step), MINUTES_A_DAY // step, 0
    for index in range(until_first, ends, 7):
        if index >= begins:
            grid |= starts << index * width
    return grid


def _lay(lanes: list[int], grid: int) -> None:
    for index, lane in enumerate(lanes):
        if not lane & grid:
            lanes[index] = lane | grid
            return
    lanes.append(grid)


@lru_cache(maxsize=4096)
def _starts(opens: int, closes: int, length: int, step: int) -> int:
    """A bit at the start of each slot of a window."""
    return sum(1 << minute // step for minute in range(opens, closes - length + 1, length))


class _Marks(dict[Span, tuple[int, int]]):
    """Of each busy span, within so many days from a midnight: the day on which it begins, and the bits that it sets there.

    What runs past midnight has bits beyond those of its day. What lies outside the days sets none.
    """

    def __init__(self, origin: int, step: int, buffer: int, *, days: int) -> None:
        super().__init__()
        self.origin, self.step, self.buffer, self.days = origin, step, buffer, days
        self.width = MINUTES_A_DAY // step
        self.since = (origin - int(EPOCH.timestamp())) * 1_000_000

    def __missing__(self, told: Span) -> tuple[int, int]:
        begins, over = told[0] - self.since - self.buffer * MINUTE, told[1] - self.since + self.buffer * MINUTE
        starts = max(begins // (self.step * MINUTE), 0)
        ends = min(-(-over // (self.step * MINUTE)), self.days * self.width)
        day, at = divmod(starts, self.width)
        self[told] = found = (day, ((1 << ends - starts) - 1) << at) if starts < ends else (0, 0)
        return found


@lru_cache(maxsize=16)
def _marks(origin: int, step: int, buffer: int, days: int) -> _Marks:
    """Kept from one question to the next: as many spans as there are times at which somebody can be busy."""
    return _Marks(origin, step, buffer, days=days)


@lru_cache(maxsize=1024)
def _busy_mask(busy: bytes, origin: int, step: int, buffer: int, days: int) -> int:
    """The bits that busy spans touch, gathered by day and then joined. Kept for a chain and more: at most some 10 MB."""
    marks = _marks(origin, step, buffer, days)
    by_day = [0] * days
    for told in SPAN.iter_unpack(busy):
        day, bits = marks[told]
        by_day[day] |= bits
    full, over, joined = (1 << marks.width) - 1, 0, []
    for bits in by_day:
        over |= bits
        joined.append((over & full).to_bytes(marks.width // 8, "little"))
        over >>= marks.width
    return int.from_bytes(b"".join(joined), "little")


def _closed_mask(closed: Iterable[Closed], centre_id: int, origin: int, days: int, step: int) -> int:
    mask, last = 0, days * (MINUTES_A_DAY // step)
    for block in closed:
        if block.centre_id is None or block.centre_id == centre_id:
            starts = max(int((block.starts_at.timestamp() - origin) // (60 * step)), 0)
            ends = min(_up(block.ends_at.timestamp() - origin, 60 * step), last)
            mask |= ((1 << max(ends - starts, 0)) - 1) << starts
    return mask


def _holiday_mask(holidays: Iterable[Holiday], centre_id: int, days: Sequence[date], step: int) -> int:
    mask, width = 0, MINUTES_A_DAY // step
    for holiday in holidays:
        if holiday.centre_id == centre_id and days[0] <= holiday.day <= days[-1]:
            mask |= ((1 << width) - 1) << (holiday.day - days[0]).days * width
    return mask


def _smeared(busy: int, steps: int) -> int:
    """A bit at every start whose next `steps` bits are not all clear, by doubling."""
    reach = 1
    while reach < steps:
        shift = min(reach, steps - reach)
        busy |= busy >> shift
        reach += shift
    return busy


def _is_coarse(window: Hours) -> bool:
    return window.opens_minute % COARSE_STEP == 0 and window.slot_minutes % COARSE_STEP == 0


def _up(seconds: float, unit: int) -> int:
    return -int(-seconds // unit)
