"""Figures as files: the tables of their pages, and the rows behind each. What is of fewer than five people is not told apart."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Literal

from mibo import analytics, clinics, clock
from mibo.analytics import Asked, Figures, TopClinician
from mibo.analytics.dictionary import METRICS
from mibo.analytics.intervals import FEWEST
from mibo.analytics.periods import compared
from mibo.exports import Column, Kind, Listing, all_at_once, as_made
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.leads import SourceCount
from mibo.web import figure_rows, figure_tables
from mibo.web.figure_charts import MOST_DAYS, SOURCES, step_words
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


def _now(asked: FiguresInput) -> Asked:
    return Asked(period=compared(asked.kind, asked.days, clock.today())[0], centre_id=asked.centre)


def _filters(asked: FiguresInput) -> Words:
    return said(("Days", figure_rows.span(_now(asked).period)), ("Centre", centre_name(asked.centre)))


def _revenue(asked: FiguresInput, who: Actor) -> Sequence[tuple[str, Figures]]:
    step: Literal["day", "month"] = "month" if _now(asked).period.days > MOST_DAYS else "day"
    found = analytics.figures_by(step, _now(asked), by=who)
    return [(_when(on, step), told) for on, told in found.items() if told.came_in_paise]


def _when(on: date, step: str) -> str:
    return f"{step_words(on, step)} {on:%Y}" if step == "day" else step_words(on, step)


def _clinicians(asked: FiguresInput, who: Actor) -> Sequence[OfClinician]:
    each = analytics.figures_of("clinician", _now(asked), by=who)
    top = analytics.top_clinicians(_now(asked), figure_tables.MOST_CLINICIANS, by=who)
    return [(one, each[one.id]) for one in top]


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


LISTINGS = (
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
    *(_behind(key) for key in analytics.KEYS),
)  # fmt: skip
