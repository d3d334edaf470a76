"""The days of a series, and what becomes of its visits when they all move: pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mibo.errors import Invalid, Problem

FEWEST, MOST = 2, 52
MOST_WEEKS = 12
REACH_DAYS = 52 * 7
"""How far ahead the desk may plan a series: further than patients see, for therapy is agreed on for months."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """Every so many weeks from a first day, so many times or until a last day."""

    first: date
    every_weeks: int
    times: int | None = None
    until: date | None = None


def days_of(rhythm: Rhythm, today: date) -> list[date]:
    """Its days, in order. Raises Invalid, with each thing wrong at its field."""
    if problems := list(_problems(rhythm, today)):
        raise Invalid(problems=problems)
    step = timedelta(weeks=rhythm.every_weeks)
    times = rhythm.times if rhythm.times is not None else _times_until(rhythm, step)
    field = "times" if rhythm.times is not None else "until"
    if not FEWEST <= times <= MOST:
        raise Invalid.field(field, f"That makes {times}. A series has {FEWEST} to {MOST} appointments.")
    days = [rhythm.first + n * step for n in range(times)]
    if days[-1] > today + timedelta(days=REACH_DAYS):
        last = today + timedelta(days=REACH_DAYS)
        raise Invalid.field(field, f"It would end on {_told(days[-1])}. A series reaches to {_told(last)} at most.")
    return days


def _problems(rhythm: Rhythm, today: date) -> Iterator[Problem]:
    if rhythm.first < today:
        yield Problem("day", "This day has passed. Choose a day to come.")
    elif rhythm.first > today + timedelta(days=REACH_DAYS):
        yield Problem("day", f"Choose a day until {_told(today + timedelta(days=REACH_DAYS))}.")
    if not 1 <= rhythm.every_weeks <= MOST_WEEKS:
        yield Problem("every_weeks", f"Choose every 1 to {MOST_WEEKS} weeks.")
    if rhythm.times is None and rhythm.until is None:
        yield Problem("times", "Say how many appointments, or until when.")
    elif rhythm.times is not None and rhythm.until is not None:
        yield Problem("until", "Say how many appointments or until when, not both.")
    elif rhythm.times is not None and not FEWEST <= rhythm.times <= MOST:
        yield Problem("times", f"A series has {FEWEST} to {MOST} appointments.")
    elif rhythm.until is not None and rhythm.until < rhythm.first:
        yield Problem("until", "The last day is before the first one.")


def _times_until(rhythm: Rhythm, step: timedelta) -> int:
    assert rhythm.until is not None
    return (rhythm.until - rhythm.first) // step + 1


def _told(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def overlaps(one: Span, other: Span) -> bool:
    """Whether two spans share time; touching is allowed (R-SLOT-4)."""
    return one[0] < other[1] and other[0] < one[1]


def who_stays(
    now: Mapping[int, Span], wanted: Mapping[int, Span | None], is_open: Callable[[int, Span], bool]
) -> set[int]:
    """Who of those that want to move cannot: their time is not open, or somebody of the same series stays in it.

    `wanted` is None for those who are to stay. Whoever stays may keep another from moving, so it is asked until nobody
    more has to.
    """
    staying = {number for number, goal in wanted.items() if goal is None or not is_open(number, goal)}
    while more := {
        number
        for number, goal in wanted.items()
        if goal is not None and number not in staying and any(overlaps(goal, now[other]) for other in staying)
    } | _second_to_one_time(wanted, staying):
        staying |= more
    return staying


def _second_to_one_time(wanted: Mapping[int, Span | None], staying: set[int]) -> set[int]:
    """Of two who want one time the later in number stays."""
    moving = [(number, goal) for number, goal in sorted(wanted.items()) if goal is not None and number not in staying]
    return {
        number for n, (number, goal) in enumerate(moving) if any(overlaps(goal, before) for _, before in moving[:n])
    }


def one_after_another(now: Mapping[int, Span], wanted: Mapping[int, Span]) -> list[int]:
    """An order in which each finds its time already left by the others; whoever is in a ring is not in it."""
    left, order = dict(wanted), list[int]()
    while ready := _unhindered(now, left):
        order.extend(ready)
        for number in ready:
            del left[number]
    return order


def _unhindered(now: Mapping[int, Span], left: Mapping[int, Span]) -> Sequence[int]:
    found = (
        number
        for number, goal in sorted(left.items())
        if not any(other != number and overlaps(goal, now[other]) for other in left)
    )
    return list(found)[:1]


def rhythm_from(first: datetime, every_weeks: int, numbers: Iterable[int]) -> dict[int, datetime]:
    """When each visit is if the lowest of these numbers is at `first`, and the rhythm stays as it was."""
    ordered = sorted(numbers)
    return {number: first + timedelta(weeks=every_weeks * (number - ordered[0])) for number in ordered}
