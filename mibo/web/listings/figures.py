"""Figures as files: the tables of their pages, and the rows behind each. What is of fewer than five people is not told apart."""

from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter
from typing import Literal

from mibo import analytics, clinics, clock
from mibo.analytics import NOTHING, Asked, Figures, TopClinician
from mibo.analytics.dictionary import METRICS
from mibo.analytics.intervals import FEWEST, Share
from mibo.analytics.periods import compared
from mibo.exports import Column, Kind, Listing, all_at_once, as_made
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.leads import SourceCount
from mibo.web import figure_rows, figure_tables
from mibo.web.figure_charts import MOST_DAYS, SOURCES, reminded, step_words
from mibo.web.inputs.figures import FiguresInput
from mibo.web.listings.words import Words, centre_name, said

AT = {"revenue": "Came at", "follow_ups": "Booked at", "patients": "Last visit"}
AMOUNTS = {
    "revenue": ("Amount", Kind.MONEY), "lead_time": ("Days ahead", Kind.NUMBER),
    "waiting": ("Minutes waited", Kind.NUMBER), "patients": ("Visits", Kind.NUMBER),
}  # fmt: skip

OfClinician = tuple[TopClinician, Figures]
OfCentre = tuple[str, Figures]
OfSource = tuple[SourceCount, int, int]  # with how many came in all, and by this way in the days before
ALL_CLINICIANS = 100_000  # more than any chain has: a file leaves nobody out


def _now(asked: FiguresInput) -> Asked:
    return Asked(period=compared(asked.kind, asked.days, clock.today())[0], centre_id=asked.centre)


def _filters(asked: FiguresInput) -> Words:
    return said(("Days", figure_rows.span(_now(asked).period)), ("Centre", centre_name(asked.centre)))


def _steps(asked: FiguresInput, who: Actor) -> Sequence[tuple[str, Figures]]:
    """Each day, or each month of many days, of which there is something to tell."""
    step: Literal["day", "month"] = "month" if _now(asked).period.days > MOST_DAYS else "day"
    return [(_when(on, step), told) for on, told in analytics.figures_by(step, _now(asked), by=who).items()]


def _visits(asked: FiguresInput, who: Actor) -> Sequence[tuple[str, Figures]]:
    return [(when, told) for when, told in _steps(asked, who) if told.kept or told.missed]


def _revenue(asked: FiguresInput, who: Actor) -> Sequence[tuple[str, Figures]]:
    return [(when, told) for when, told in _steps(asked, who) if told.came_in_paise]


def _when(on: date, step: str) -> str:
    return f"{step_words(on, step)} {on:%Y}" if step == "day" else step_words(on, step)


def _clinicians(asked: FiguresInput, who: Actor) -> Sequence[OfClinician]:
    each = analytics.figures_of("clinician", _now(asked), by=who)
    top = analytics.top_clinicians(_now(asked), ALL_CLINICIANS, by=who)
    return [(one, each.get(one.id, NOTHING)) for one in top]


def _centres(asked: FiguresInput, who: Actor) -> Sequence[OfCentre]:
    each = analytics.figures_of("centre", _now(asked), by=who)
    return [(one.short_name, each[one.id]) for one in clinics.centres() if who.reaches(one.id) and one.id in each]


def _leads(asked: FiguresInput, who: Actor) -> Sequence[OfSource]:
    period, former = compared(asked.kind, asked.days, clock.today())
    found, then = (
        analytics.leads_by_source(Asked(period=each, centre_id=asked.centre), by=who) for each in (period, former)
    )
    total, before = sum(one.leads for one in found), {one.source: one.leads for one in then}
    return [(one, total, before.get(one.source, 0)) for one in found] if total else []


def percent(share: float | None) -> str:
    """`8.3`, under a heading that says what it is."""
    return "" if share is None else f"{share * 100:.1f}"


def mean(value: float | None, of: int) -> str:
    """`12.3`, unless it is of so few that it would tell of one of them."""
    return f"{value or 0:.1f}" if of >= FEWEST else "not told" if of else ""


def _rate(row: tuple[object, Figures], _: Actor) -> str:
    share = row[1].no_shows
    return percent(share.value) if share.tells else f"fewer than {FEWEST} visits"


def _low(row: tuple[object, Figures], _: Actor) -> str:
    share = row[1].no_shows
    return percent(share.interval[0]) if share.tells else ""


def _high(row: tuple[object, Figures], _: Actor) -> str:
    share = row[1].no_shows
    return percent(share.interval[1]) if share.tells else ""


def _sees_revenue(who: Actor) -> bool:
    return who.may(Permission.SEE_REVENUE)


RATE = (
    Column("No-show rate, percent", _rate, weight=1.1),
    Column("True rate from, percent", _low),
    Column("True rate to, percent", _high),
    Column("Fill rate, percent", lambda row, _: percent(row[1].filled)),
)
LAST = (
    Column("Follow-ups booked", lambda row, _: row[1].follow_ups, Kind.NUMBER),
    Column("Revenue", lambda row, _: row[1].revenue_paise, Kind.MONEY, _sees_revenue, 1.2),
)


def _behind(key: str) -> Listing:
    """The rows behind one figure."""
    title, kind = AMOUNTS.get(key, ("", Kind.NUMBER))
    return Listing(
        name="figure-" + key.replace("_", "-"), title=METRICS[key].name, asks=FiguresInput, filters=_filters,
        permission=Permission.SEE_REVENUE if key == "revenue" else Permission.SEE_FIGURES, endpoint="figures.dashboard",
        read=as_made(lambda asked, who, limit, made_after: analytics.rows_of(
            key, _now(asked), by=who, limit=limit, made_after=made_after), attrgetter("key")),
        count=lambda asked, who: analytics.how_many(key, _now(asked), by=who)[0],
        columns=(
            Column(AT.get(key, "Visit"), lambda row, _: row.at, Kind.MOMENT),
            Column("Reference", lambda row, _: row.reference),
            Column("Patient", lambda row, _: row.patient, weight=1.6),
            Column("Clinician", lambda row, _: row.clinician, weight=1.4),
            Column("Centre", lambda row, _: row.centre),
            *([Column(title, lambda row, _: row.amount, kind)] if title else []),
        ),
    )  # fmt: skip


def _sat(asked: FiguresInput, who: Actor) -> Sequence[tuple[str, Figures]]:
    each = analytics.figures_of("clinician", _now(asked), by=who)
    return figure_tables.sat_before(analytics.clinician_names(each), each)


def _waits(row: tuple[str, Figures], _: Actor) -> str:
    return str(row[1].waits) if row[1].waits >= FEWEST else figure_tables.FEW


def _late(row: tuple[str, Figures], _: Actor) -> str:
    return percent(row[1].late.value) if row[1].late.tells else "not told"


def _reminders(asked: FiguresInput, who: Actor) -> Sequence[tuple[str, Share]]:
    return reminded(analytics.figures(_now(asked), by=who))


def _bounds(n: int) -> Callable[[tuple[str, Share], Actor], str]:
    return lambda row, _: percent(row[1].interval[n])


LISTINGS = (
    Listing(
        name="figures-visits", title="Visits", permission=Permission.SEE_FIGURES, asks=FiguresInput,
        endpoint="figures.dashboard", filters=_filters, read=all_at_once(_visits),
        columns=(
            Column("When", lambda row, _: row[0]),
            Column("Took place", lambda row, _: row[1].kept, Kind.NUMBER),
            Column("No-shows", lambda row, _: row[1].missed, Kind.NUMBER),
        ),
    ),
    Listing(
        name="figures-revenue", title="Revenue", permission=Permission.SEE_REVENUE, asks=FiguresInput,
        endpoint="figures.revenue", filters=_filters,
        read=all_at_once(_revenue),
        columns=(
            Column("When", lambda row, _: row[0]),
            Column("Came in", lambda row, _: row[1].came_in_paise, Kind.MONEY),
            Column("Given back since", lambda row, _: row[1].returned_paise, Kind.MONEY),
            Column("Kept", lambda row, _: row[1].revenue_paise, Kind.MONEY),
        ),
    ),
    Listing(
        name="figures-clinicians", title="Clinicians in figures", permission=Permission.SEE_FIGURES, asks=FiguresInput,
        endpoint="figures.clinicians", filters=_filters, read=all_at_once(_clinicians),
        columns=(
            Column("Clinician", lambda row, _: row[0].name, weight=1.8),
            Column("People", lambda row, _: row[0].patients, Kind.NUMBER, weight=0.7),
            Column("Visits", lambda row, _: row[0].visits, Kind.NUMBER, weight=0.7),
            Column("New patients", lambda row, _: row[1].new_patients, Kind.NUMBER),
            *RATE, *LAST,
        ),
    ),
    Listing(
        name="figures-centres", title="Centres in figures", permission=Permission.SEE_FIGURES, asks=FiguresInput,
        endpoint="figures.centres", filters=_filters, read=all_at_once(_centres),
        columns=(
            Column("Centre", lambda row, _: row[0], weight=1.4),
            Column("Visits", lambda row, _: row[1].kept, Kind.NUMBER, weight=0.7),
            Column("New patients", lambda row, _: row[1].new_patients, Kind.NUMBER),
            *RATE,
            Column("Lead time, days", lambda row, _: mean(row[1].lead_days, row[1].planned)),
            Column("Waiting time, minutes", lambda row, _: mean(row[1].wait, row[1].waits)),
            *LAST,
        ),
    ),
    Listing(
        name="figures-leads", title="Leads by source", permission=Permission.SEE_FIGURES, asks=FiguresInput,
        endpoint="figures.leads", filters=_filters, read=all_at_once(_leads),
        columns=(
            Column("Source", lambda row, _: SOURCES[row[0].source]),
            Column("New people", lambda row, _: row[0].leads, Kind.NUMBER),
            Column("Share, percent", lambda row, _: percent(row[0].leads / row[1])),
            Column("In the days before", lambda row, _: row[2], Kind.NUMBER),
        ),
    ),
    Listing(
        name="figures-waiting", title="Waiting times", permission=Permission.SEE_FIGURES, asks=FiguresInput,
        endpoint="figures.waiting", filters=_filters, read=all_at_once(_sat),
        columns=(
            Column("Clinician", lambda row, _: row[0], weight=1.8),
            Column("Visits with a waiting time", _waits),
            Column("Waiting time, minutes", lambda row, _: mean(row[1].wait, row[1].waits)),
            Column("Began late, percent", _late),
        ),
    ),
    Listing(
        name="figures-next-free", title="Next free times", permission=Permission.SEE_FIGURES, asks=FiguresInput,
        endpoint="figures.waiting", filters=lambda asked: said(("Centre", centre_name(asked.centre))),
        read=all_at_once(lambda asked, who: analytics.waits(asked.centre, by=who)),
        columns=(
            Column("Clinician", lambda row, _: row.name, weight=1.8),
            Column("Days from today", lambda row, _: row.days(), Kind.NUMBER),
            Column("Next free time", lambda row, _: row.free_at, Kind.MOMENT),
        ),
    ),
    Listing(
        name="figures-reminders", title="Reminders and no-shows", permission=Permission.SEE_FIGURES, asks=FiguresInput,
        endpoint="figures.reminders", filters=_filters, read=all_at_once(_reminders),
        columns=(
            Column("Visits", lambda row, _: row[0], weight=1.8),
            Column("How many", lambda row, _: row[1].whole, Kind.NUMBER),
            Column("No-shows", lambda row, _: row[1].part, Kind.NUMBER),
            Column("No-show rate, percent", lambda row, _: percent(row[1].value)),
            Column("True rate from, percent", _bounds(0)),
            Column("True rate to, percent", _bounds(1)),
        ),
    ),
    *(_behind(key) for key in analytics.KEYS),
)  # fmt: skip
