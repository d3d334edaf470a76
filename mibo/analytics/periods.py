"""Pure: which days a period has, which came before it, and how a figure has changed since."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST_DAYS = 366
RECENT_DAYS = 30


class Kind(StrEnum):
    """What a period is: the thirty days up to one, one day, a week from Monday, a calendar's month or year, or days one chose."""

    RECENT = "recent"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Period:
    """From one of the clinic's days to another, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def until(self, today: date) -> "Period":
        """Without the days that have not begun; a period to come keeps its first."""
        return Period(self.first, max(self.first, min(self.last, today)))


def period_of(kind: Kind, on: date) -> Period:
    """The period of this kind that the day lies in."""
    match kind:
        case Kind.RECENT:
            return Period(on - timedelta(days=RECENT_DAYS - 1), on)
        case Kind.WEEK:
            monday = on - timedelta(days=on.weekday())
            return Period(monday, monday + timedelta(days=6))
        case Kind.MONTH:
            return Period(on.replace(day=1), on.replace(day=monthrange(on.year, on.month)[1]))
        case Kind.YEAR:
            return Period(date(on.year, 1, 1), date(on.year, 12, 31))
        case _:
            return Period(on, on)


def before(kind: Kind, period: Period) -> Period:
    """The whole period before; of days that no calendar names, as many days before them."""
    if kind not in (Kind.MONTH, Kind.YEAR):
        return Period(period.first - timedelta(days=period.days), period.first - timedelta(days=1))
    return period_of(kind, period.first - timedelta(days=1))


def after(kind: Kind, period: Period) -> Period:
    """The period that follows."""
    if kind not in (Kind.MONTH, Kind.YEAR):
        return Period(period.last + timedelta(days=1), period.last + timedelta(days=period.days))
    return period_of(kind, period.last + timedelta(days=1))


def compared(kind: Kind, period: Period, today: date) -> tuple[Period, Period]:
    """What is told of a period, and what it is held against: of one that is under way, as many days of the one before."""
    told, former = period.until(today), before(kind, period)
    if told == period:
        return told, former
    return told, Period(former.first, min(former.last, former.first + timedelta(days=told.days - 1)))


def change_percent(now: float, then: float) -> float:
    """By how much it has changed, in percent with one decimal; 0 where there was nothing before (api-contract.md 3.11)."""
    return round((now - then) * 100 / abs(then), 1) + 0.0 if then else 0.0
