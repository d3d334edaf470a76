"""The tables of the pages of figures. What is of fewer than five people is not told apart (M25)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mibo.analytics import NOTHING, Figures, TopClinician, Wait
from mibo.analytics.intervals import FEWEST
from mibo.leads import SourceCount
from mibo.web.figure_charts import SOURCES, Steps, step_words
from mibo.web.figure_rows import between, count, mean, percent, rate, rupees
from mibo.web.filters import day

MOST_CLINICIANS = 100
FEW = f"fewer than {FEWEST}"


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, and rows under them; the first cell of a row names it."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def revenue(step: str, found: Steps) -> Sequence[tuple[str, str, str, str]]:
    """What came, went back and is kept, of each step on which something came."""
    return [
        (step_words(one, step), rupees(told.came_in_paise), rupees(told.returned_paise), rupees(told.revenue_paise))
        for one, told in found.items()
        if told.came_in_paise
    ]


def clinicians(top: Sequence[TopClinician], each: Mapping[int, Figures], money_too: bool) -> Table:
    """Those who saw somebody, whoever saw the most first."""
    heads = ["Clinician", "People", "Visits", "New patients", "No-show rate", "Fill rate", "Follow-ups booked"]
    rows = []
    for one in top:
        told = each.get(one.id, NOTHING)
        row = [one.name, count(one.patients), count(one.visits), count(told.new_patients), _rate(told), percent(told.filled),
               count(told.follow_ups)]  # fmt: skip
        rows.append([*row, rupees(told.revenue_paise)] if money_too else row)
    return Table([*heads, "Revenue"] if money_too else heads, rows)


def centres(names: Mapping[int, str], each: Mapping[int, Figures], money_too: bool) -> Table:
    """Each centre, and what is told of it."""
    heads = [
        "Centre",
        "Visits",
        "New patients",
        "No-show rate",
        "Fill rate",
        "Lead time",
        "Waiting time",
        "Follow-ups booked",
    ]
    rows = []
    for key, name in names.items():
        if (told := each.get(key)) is None:
            continue
        row = [name, count(told.kept), count(told.new_patients), _rate(told), percent(told.filled),
               mean(told.lead_days, told.planned, "days"), mean(told.wait, told.waits, "min"), count(told.follow_ups)]  # fmt: skip
        rows.append([*row, rupees(told.revenue_paise)] if money_too else row)
    return Table([*heads, "Revenue"] if money_too else heads, rows)


def sat_before(names: Mapping[int, str], each: Mapping[int, Figures]) -> Sequence[tuple[str, Figures]]:
    """The clinicians before whom somebody sat, the longest first."""
    known = [(names[key], told) for key, told in each.items() if key in names and told.waits]
    return sorted(known, key=lambda one: (one[1].waits >= FEWEST, one[1].wait or 0), reverse=True)


def sat(names: Mapping[int, str], each: Mapping[int, Figures]) -> Table:
    """How long patients sat before each clinician."""
    rows = [
        [name, count(told.waits), mean(told.wait, told.waits, "min"), percent(told.late.value)] if told.waits >= FEWEST
        else [name, FEW, "not told", "not told"]
        for name, told in sat_before(names, each)
    ]  # fmt: skip
    return Table(["Clinician", "Visits with a waiting time", "Waiting time", "Began late"], rows)


def free(found: Sequence[Wait]) -> Table:
    """When each clinician has a time again, whoever is booked longest first."""
    rows = [
        [one.name, _days(one.days()), day(one.free_at) if one.free_at else "nothing free in what may be booked"]
        for one in found
    ]
    return Table(["Clinician", "From today", "Next free time"], rows)


def leads(found: Sequence[SourceCount], former: Sequence[SourceCount]) -> Sequence[tuple[str, str, str, str]]:
    """Each source with its share, and what it was before."""
    total, then = sum(one.leads for one in found), {one.source: one.leads for one in former}
    return [
        (SOURCES[one.source], count(one.leads), percent(one.leads / total if total else None), count(then.get(one.source, 0)))
        for one in found
    ]  # fmt: skip


def _rate(told: Figures) -> str:
    share = told.no_shows
    return f"{rate(share)} ({between(share)})" if share.tells else rate(share)


def _days(days: int | None) -> str:
    return "–" if days is None else "today" if days == 0 else "tomorrow" if days == 1 else f"{days} days"
