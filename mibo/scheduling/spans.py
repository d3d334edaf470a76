"""PURE: what somebody asks to be closed, as wall-clock spans: none in the past, none without end (R-BLK-2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from mibo.errors import Invalid
from mibo.scheduling.reasons import clock_face

QUARTER = 15
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
LONGEST_DAYS = 366
FARTHEST_DAYS = 731
MOST_WEEKS = 52
MOST_SPANS = 100


class Span(NamedTuple):
    """From an instant of the clinic's wall clock until another, which is not part of it; both without a zone."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class Days:
    """From a day to a day: all day, or each day between two times; the same again in the weeks that follow.

    A last time of midnight is the end of the day.
    """

    first: date
    last: date | None = None
    opens: time | None = None
    closes: time | None = None
    weeks: int = 1

    @property
    def end(self) -> date:
        """The last day."""
        return self.last or self.first


def spans_of(days: Days, now: datetime) -> tuple[Span, ...]:
    """The spans, the earliest first; `now` is the wall clock without a zone. Raises Invalid at the field.

    Whole days that follow each other are one span, and today's begins with the next quarter of an hour.
    """
    _check_days(days, now.date())
    check_times(days.opens, days.closes)
    found = [span for week in range(days.weeks) for span in _once(days, week * A_WEEK, now)]
    if len(found) > MOST_SPANS:
        raise Invalid.field("until", f"These are {len(found)} spans. Close at most {MOST_SPANS} at once.")
    return tuple(found)


def next_quarter(now: datetime) -> datetime:
    """The next quarter of an hour that is not over, which may be this very moment."""
    midnight = datetime.combine(now.date(), time.min)
    quarters = -((midnight - now) // timedelta(minutes=QUARTER))
    return midnight + quarters * timedelta(minutes=QUARTER)


def _check_days(days: Days, today: date) -> None:
    if days.first < today:
        raise Invalid.field("day", "This day is over. Choose today or a later day.")
    if days.end < days.first:
        raise Invalid.field("until", "The last day is before the first.")
    if (days.end - days.first).days >= LONGEST_DAYS:
        raise Invalid.field("until", "Close a year at most.")
    if not 1 <= days.weeks <= MOST_WEEKS:
        raise Invalid.field("weeks", f"Repeat it for 1 to {MOST_WEEKS} weeks.")
    if days.weeks > 1 and days.end - days.first >= A_WEEK:
        raise Invalid.field("weeks", "More than a week cannot be repeated every week.")
    if (days.end + (days.weeks - 1) * A_WEEK - today).days > FARTHEST_DAYS:
        raise Invalid.field("until" if days.last else "day", "Close time up to two years ahead.")


def check_times(opens: time | None, closes: time | None) -> None:
    """Both or none of two times, the second after the first. Raises Invalid."""
    if opens is None and closes is not None:
        raise Invalid.field("from_time", "Say from when, or choose the whole day.")
    if opens is not None and closes is None:
        raise Invalid.field("to_time", "Say until when, or choose the whole day.")
    if opens is not None and closes is not None and time.min != closes <= opens:
        raise Invalid.field("to_time", "The end must be after the start.")


def _once(days: Days, later: timedelta, now: datetime) -> Iterator[Span]:
    first, last = days.first + later, days.end + later
    if days.opens is None or days.closes is None:
        yield _whole(first, last, now)
        return
    for number in range((last - first).days + 1):
        yield _between(first + number * A_DAY, days.opens, days.closes, now)


def _whole(first: date, last: date, now: datetime) -> Span:
    starts, ends = datetime.combine(first, time.min), datetime.combine(last, time.min) + A_DAY
    starts = max(starts, next_quarter(now))
    if starts >= ends:
        raise Invalid.field("day", "This day is over.")
    return Span(starts, ends)


def _between(day: date, opens: time, closes: time, now: datetime) -> Span:
    starts, ends = datetime.combine(day, opens), datetime.combine(day, closes)
    if starts < now:
        raise Invalid.field("from_time", _over(next_quarter(now)))
    return Span(starts, ends if closes != time.min else ends + A_DAY)


def _over(quarter: datetime) -> str:
    return f"This time is over. Today can be closed from {clock_face(quarter.hour * 60 + quarter.minute)} on."
