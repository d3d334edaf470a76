"""Which charts the pages of figures have."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from mibo.analytics import NOTHING, Figures, TopClinician
from mibo.analytics.intervals import Share
from mibo.analytics.periods import Kind, Period, after, period_of
from mibo.leads import SourceCount
from mibo.web.charts import Chart, Series, bars, ranks
from mibo.web.figure_rows import count, rupees
from mibo.web.filters import day

MOST_DAYS = 62
MOST_NAMES = 10
RUPEE = 100
SOURCES = {"WEBSITE": "Website", "PHONE": "Phone", "DIRECT": "Walked in", "REFERRAL": "Referral"}

Steps = Mapping[date, Figures]


def visits(period: Period, step: str, found: Steps, *, half: bool = False) -> Chart:
    """Visits that took place, and on top of them those that were missed."""
    days = _steps(period, step)
    series = [
        Series("Took place", [found.get(one, NOTHING).kept for one in days]),
        Series("No-show", [found.get(one, NOTHING).missed for one in days]),
    ]
    return bars("Visits", _head(step), _labels(days, step), series, count, half=half)


def revenue(period: Period, step: str, found: Steps, *, half: bool = False) -> Chart:
    """What is kept of what came."""
    days = _steps(period, step)
    series = [Series("Revenue", [found.get(one, NOTHING).revenue_paise for one in days])]
    return bars("Revenue", _head(step), _labels(days, step), series, rupees, unit=RUPEE, half=half)


def people(top: Sequence[TopClinician]) -> Chart | None:
    """Who saw the most."""
    some = top[:MOST_NAMES]
    names = [one.name for one in some]
    return (
        ranks("People seen", "Clinician", names, [Series("People", [one.patients for one in some])], count)
        if some
        else None
    )


def fill(names: Mapping[int, str], found: Mapping[int, Figures]) -> Chart | None:
    """Booked of offered minutes at each centre."""
    told = [(name, found[key].filled) for key, name in names.items() if key in found and found[key].filled is not None]
    series = [Series("Fill rate", [100 * share for _, share in told if share is not None])]
    return ranks("Fill rate", "Centre", [name for name, _ in told], series, _percent) if told else None


def reminded(now: Figures) -> Sequence[tuple[str, Share]]:
    """Both no-show rates, where there are enough of both to tell them."""
    both = (("Reminder arrived", now.reminded), ("No reminder arrived", now.unreminded))
    return both if all(share.tells for _, share in both) else ()


def reminders(now: Figures) -> Chart | None:
    """The same, drawn."""
    if not (both := reminded(now)):
        return None
    return ranks(
        "No-show rate",
        "Visits",
        [name for name, _ in both],
        [Series("No-show rate", [100 * (one.value or 0) for _, one in both])],
        _percent,
    )


def leads(found: Sequence[SourceCount]) -> Chart | None:
    """By which way they came."""
    if not any(one.leads for one in found):
        return None
    names = [SOURCES[one.source] for one in found]
    return ranks("New people by source", "Source", names, [Series("New people", [one.leads for one in found])], count)


def _steps(period: Period, step: str) -> list[date]:
    if step == "day":
        return [period.first + timedelta(days=n) for n in range(period.days)]
    months, month = [], period_of(Kind.MONTH, period.first)
    while month.first <= period.last:
        months.append(month.first)
        month = after(Kind.MONTH, month)
    return months


def step_words(one: date, step: str) -> str:
    """`Mon 2 Nov`, `Nov 2026`."""
    return day(one) if step == "day" else f"{one:%b %Y}"


def _labels(days: Sequence[date], step: str) -> list[str]:
    return [step_words(one, step) for one in days]


def _head(step: str) -> str:
    return "Day" if step == "day" else "Month"


def _percent(hundredths: float) -> str:
    return f"{hundredths:.1f} %"
