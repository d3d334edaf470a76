"""A weekly pattern: which rows make sense, which slots a normal week gives, and which time it covers. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import zip_longest

from mibo.errors import Conflict, Invalid, Problem
from mibo.scheduling.diary import BOTH, MINUTES_A_DAY, MODE_BITS, Hours
from mibo.scheduling.reasons import clock_face

GRID_MINUTES = 15
SHORTEST_SESSION, LONGEST_SESSION = 15, 240
LONGEST_BUFFER = 120
MOST_ROWS = 140
MORNING_ENDS, NOON = 6 * 60, 12 * 60
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

Cover = Mapping[tuple[int, int, str], int]


class HoursChanged(Conflict):
    """Somebody else saved these hours first."""

    code = "CHANGED_MEANWHILE"
    message = "Somebody changed these hours in the meantime. Please look at them again."


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A row of a weekly pattern: a weekday (0 is Sunday), from and to in minutes of the day, where, how, how long."""

    weekday: int
    opens_minute: int
    closes_minute: int
    centre_id: int
    mode: str
    slot_minutes: int

    @property
    def starts(self) -> range:
        """The minutes at which its sessions start; the last one ends inside it (R-SLOT-1)."""
        return range(self.opens_minute, self.closes_minute - self.slot_minutes + 1, self.slot_minutes)

    @property
    def left_over(self) -> int:
        """Minutes at its end that are too short for another session."""
        return (self.closes_minute - self.opens_minute) % self.slot_minutes

    @property
    def times(self) -> str:
        """`9:00 am to 1:00 pm`."""
        return f"{face(self.opens_minute)} to {face(self.closes_minute)}"

    def overlaps(self, other: "Window") -> bool:
        """Whether both are kept at a time; touching is allowed."""
        same_day = self.weekday == other.weekday
        return same_day and self.opens_minute < other.closes_minute and other.opens_minute < self.closes_minute


@dataclass(frozen=True, slots=True)
class Practice:
    """What a clinician offers at all: where they work, by name, and how they meet patients."""

    name: str
    centres: Mapping[int, str]
    modes: Collection[str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is kept every week from a day on, until the next pattern begins; `last` is None for the newest."""

    first: date
    last: date | None
    rows: Sequence[Hours]


def face(minute: int) -> str:
    """`10:05 am`; the end of the day is midnight."""
    return "midnight" if minute == MINUTES_A_DAY else clock_face(minute)


def window_of(hours: Hours) -> Window:
    """The row behind kept hours."""
    return Window(
        hours.weekday, hours.opens_minute, hours.closes_minute, hours.centre_id, hours.mode, hours.slot_minutes
    )


def is_opening(hours: Hours) -> bool:
    """Whether it is an extra opening of one day, and so no part of any weekly pattern."""
    return hours.effective_from == hours.effective_to and hours.kept_on(hours.effective_from)


def check_rows(
    rows: Mapping[int, Window], practice: Practice, beside: Iterable[Hours], mine: Collection[int], from_day: date
) -> None:
    """Whether these rows can be kept together from a day on, and with what stays: other centres' rows, extra openings.

    Raises Invalid with a sentence for each that cannot, at the field `number.field`.
    """
    if len(rows) > MOST_ROWS:
        raise Invalid.field("rows", f"A week has at most {MOST_ROWS} rows.")
    staying = [each for each in beside if each.effective_to is None or each.effective_to >= from_day]
    problems = [
        Problem(f"{number}.{field}", sentence)
        for number, row in rows.items()
        for field, sentence in [*_alone(row, practice, mine), *_together(number, rows, staying, practice)][:1]
    ]
    if problems:
        raise Invalid(problems=problems)


def _alone(row: Window, practice: Practice, mine: Collection[int]) -> list[tuple[str, str]]:
    wrong = _times(row)
    if row.centre_id not in practice.centres:
        wrong.append(("centre", f"{practice.name} does not work at this centre."))
    elif row.centre_id not in mine:
        wrong.append(("centre", f"The hours at {practice.centres[row.centre_id]} are not yours to set."))
    if not MODE_BITS[row.mode] & sum(MODE_BITS[mode] for mode in set(practice.modes)):
        offered = {"IN_PERSON": "in person", "ONLINE": "online"}[next(iter(practice.modes))]
        wrong.append(("mode", f"{practice.name} meets patients {offered} only."))
    return wrong


def _times(row: Window) -> list[tuple[str, str]]:
    opens, closes, length = row.opens_minute, row.closes_minute, row.slot_minutes
    if not 0 <= row.weekday < len(WEEKDAYS):
        return [("weekday", "A weekday is 0 (Sunday) to 6 (Saturday).")]
    if not 0 <= opens < MINUTES_A_DAY or not 0 <= closes <= MINUTES_A_DAY:
        return [("opens", "A day goes from 0:00 to 24:00.")]
    if opens % GRID_MINUTES:
        return [("opens", f"Start on the quarter hour, for example {face(opens - opens % GRID_MINUTES)}.")]
    if closes < opens and opens >= NOON and closes <= MORNING_ENDS:
        return [("closes", "Hours end by midnight. For the time after it, add a row to the next day.")]
    if closes <= opens:
        return [("closes", "The end must be after the start.")]
    if not SHORTEST_SESSION <= length <= LONGEST_SESSION:
        return [("minutes", f"A session has from {SHORTEST_SESSION} to {LONGEST_SESSION} minutes.")]
    if length > closes - opens:
        return [("minutes", f"A session of {length} minutes does not fit into {row.times}.")]
    return []


def _together(
    number: int, rows: Mapping[int, Window], staying: Sequence[Hours], practice: Practice
) -> list[tuple[str, str]]:
    row = rows[number]
    for before, other in rows.items():
        if before < number and row.overlaps(other):
            where = practice.centres.get(other.centre_id, "another centre")
            return [("opens", f"Overlaps {other.times} at {where} on {WEEKDAYS[row.weekday]}.")]
    for kept in staying:
        other = window_of(kept)
        if not row.overlaps(other):
            continue
        where = practice.centres.get(other.centre_id, "another centre")
        if is_opening(kept):
            on = f"{kept.effective_from:%a} {kept.effective_from.day} {kept.effective_from:%b}"
            return [("opens", f"There is an extra opening on {on}, {other.times} at {where}. Take it away first.")]
        return [("opens", f"{practice.name} is at {where} then, from {other.times}.")]
    return []


def patterns(kept: Iterable[Hours]) -> list[Pattern]:
    """What was, is and will be kept, one pattern after the other; extra openings are none of it."""
    weekly = [each for each in kept if not is_opening(each)]
    begins = {each.effective_from for each in weekly}
    ends = {each.effective_to + timedelta(days=1) for each in weekly if each.effective_to}
    days = sorted(begins | ends)
    found = []
    for first, after in zip_longest(days, days[1:]):
        rows = sorted((each for each in weekly if in_effect(each, first)), key=window_of)
        found.append(Pattern(first, after - timedelta(days=1) if after else None, rows))
    return found


def in_effect(hours: Hours, day: date) -> bool:
    """Whether a row belongs to the pattern of a day, on whatever weekday it is kept."""
    return hours.effective_from <= day and (hours.effective_to is None or day <= hours.effective_to)


def rows_on(kept: Iterable[Hours], day: date) -> list[Hours]:
    """The pattern that is in effect on a day, by weekday and time."""
    return sorted((each for each in kept if in_effect(each, day) and not is_opening(each)), key=window_of)


def cover(rows: Iterable[Window]) -> Cover:
    """The time that rows cover, as bits of minutes, for each weekday, centre and mode."""
    covered: dict[tuple[int, int, str], int] = {}
    for row in rows:
        bits = _bits(row.opens_minute, row.closes_minute)
        for mode in ("IN_PERSON", "ONLINE") if row.mode == BOTH else (row.mode,):
            key = row.weekday, row.centre_id, mode
            covered[key] = covered.get(key, 0) | bits
    return covered


def is_covered(covered: Cover, weekday: int, centre_id: int, mode: str, span: tuple[int, int]) -> bool:
    """Whether a visit, from and to in minutes of its day, lies inside; it may lie across rows that touch."""
    bits = _bits(*span)
    return covered.get((weekday, centre_id, mode), 0) & bits == bits


@cache
def _bits(opens: int, closes: int) -> int:
    return ((1 << closes - opens) - 1) << opens
