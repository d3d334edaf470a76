"""How much is free and when, without saying why: the fast twin of `slots`, pure as well, and equal to it by test.

Time is a bit mask. A busy span sets the bits it touches, rounded outwards; a slot is free when none of its bits is set.
Smearing the busy bits backwards by a slot's length marks every start that would run into one, so a month is counted
without a loop over slots.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from mibo.scheduling.diary import MINUTES_A_DAY, MODE_BITS, Closed, Holiday, Hours, Offer

TAKEN, SHUT = 0, 4  # kinds of row beside the windows, whose kind is their mode bits: 1 in person, 2 online, 3 both

LENGTH_BITS = 11
LONGEST_MINUTES = (1 << LENGTH_BITS) - 1
COARSE_STEP = 5  # minutes per bit, when every slot starts and ends on it


@dataclass(frozen=True, slots=True)
class ClinicianDays:
    """What is known of one clinician over some days; `busy` has packed spans (see `pack`), without holds that ran out.

    Blocks and holidays may reach outside the days and be of any centre, hours of any weekday.
    """

    clinician_id: int
    offer: Offer
    hours: Sequence[Hours]
    busy: Iterable[int] = ()
    closed: Iterable[Closed] = ()
    holidays: Iterable[Holiday] = ()


@dataclass(frozen=True, slots=True)
class DayCount:
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
    return {
        (diary.clinician_id, day): count
        for diary in diaries
        for day, count in zip(days, _counts(diary, days), strict=True)
    }


def pack(starts_at: datetime, ends_at: datetime) -> int:
    """A busy span as one integer: its first minute since 1970 and, in the lowest 11 bits, its length; rounded outwards.

    In SQL: floor(extract(epoch from starts_at) / 60)::int8 * 2048
            + (ceil(extract(epoch from ends_at) / 60) - floor(extract(epoch from starts_at) / 60))::int8
    """
    starts, ends = int(starts_at.timestamp() // 60), -int(-ends_at.timestamp() // 60)
    if not 0 < ends - starts <= LONGEST_MINUTES:
        raise ValueError(f"a busy span has from 1 to {LONGEST_MINUTES} minutes")
    return starts << LENGTH_BITS | ends - starts


def _earliest_minute(day: date, offer: Offer) -> int:
    """The minute of a day from which slots may start; the day's end when none may."""
    if not offer.clinician_active or day > offer.last_day:
        return MINUTES_A_DAY
    return _up(offer.earliest - offer.midnight(day), 60)


def _span(starts: int, ends: int, buffer: int = 0) -> int:
    """The bits of a span of minutes within one day."""
    starts, ends = max(starts - buffer, 0), min(ends + buffer, MINUTES_A_DAY)
    return ((1 << ends - starts) - 1) << starts if starts < ends else 0


def _counts(diary: ClinicianDays, days: Sequence[date]) -> Iterator[DayCount]:
    step = COARSE_STEP if all(_is_coarse(window) for window in diary.hours) else 1
    width = MINUTES_A_DAY // step
    lanes = _free_starts(diary, days, step)
    if not lanes:
        return iter([NONE_FREE] * len(days))
    size = width // 8
    rows = [lane.to_bytes(size * len(days), "little") for lane in lanes]
    return (_count([row[at : at + size] for row in rows], step) for at in range(0, size * len(days), size))


def _count(cells: Sequence[bytes], step: int) -> DayCount:
    found = [starts for cell in cells if (starts := int.from_bytes(cell, "little"))]
    if not found:
        return NONE_FREE
    first = min((starts & -starts).bit_length() - 1 for starts in found)
    return DayCount(sum(starts.bit_count() for starts in found), first * step)


def _free_starts(diary: ClinicianDays, days: Sequence[date], step: int) -> list[int]:
    """Masks over all the days with a bit at each free start, one for each lane."""
    offer, origin = diary.offer, diary.offer.midnight(days[0])
    opens = _up(offer.earliest - origin, 60 * step)
    closes = ((offer.last_day - days[0]).days + 1) * (MINUTES_A_DAY // step)
    if not offer.clinician_active or closes <= max(opens, 0):
        return []
    within = (1 << closes) - 1 & -1 << max(opens, 0)
    busy = _busy_mask(diary.busy, origin // 60, len(days), step, offer.buffer_minutes)
    closed = list(diary.closed)
    holidays = list(diary.holidays)
    free = []
    for (centre_id, length), lanes in _lanes(diary, days, step).items():
        shut = busy | _closed_mask(closed, centre_id, origin, len(days), step)
        shut |= _holiday_mask(holidays, centre_id, days, step)
        open_starts = within & ~_smeared(shut, length // step)
        free += [starts & open_starts for starts in lanes]
    return free


def _lanes(diary: ClinicianDays, days: Sequence[date], step: int) -> dict[tuple[int, int], list[int]]:
    """The grid of slot starts over all the days, by centre and length; coinciding windows lie in lanes of their own."""
    offer, width = diary.offer, MINUTES_A_DAY // step
    wanted = offer.clinician_bits & offer.asked_bits
    lanes: dict[tuple[int, int], list[int]] = {}
    for window in diary.hours:
        if not MODE_BITS[window.mode] & wanted or window.centre_id in offer.inactive_centres:
            continue
        if offer.centre_id is not None and window.centre_id != offer.centre_id:
            continue
        starts = _starts(window.opens_minute, window.closes_minute, window.slot_minutes, step)
        until_first = (window.weekday - days[0].isoweekday()) % 7
        grid = 0
        for index in range(until_first, len(days), 7):
            if window.kept_on(days[index]):
                grid |= starts << index * width
        _lay(lanes.setdefault((window.centre_id, window.slot_minutes), []), grid)
    return lanes


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


def _busy_mask(packed: Iterable[int], origin_minute: int, days: int, step: int, buffer: int) -> int:
    """The bits that busy spans touch, gathered by day; what runs past midnight flows over when the days are joined."""
    width = MINUTES_A_DAY // step
    by_day = [0] * days
    for word in packed:
        starts = (word >> LENGTH_BITS) - origin_minute - buffer
        ends = -(-(starts + (word & LONGEST_MINUTES) + 2 * buffer) // step)
        starts = starts // step if starts > 0 else 0
        day, at = divmod(starts, width)
        if day < days and starts < ends:
            by_day[day] |= ((1 << ends - starts) - 1) << at
    mask = 0
    for index, bits in enumerate(by_day):
        mask |= bits << index * width
    return mask


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
        index = (holiday.day - days[0]).days
        if holiday.centre_id == centre_id and 0 <= index < len(days):
            mask |= ((1 << width) - 1) << index * width
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
