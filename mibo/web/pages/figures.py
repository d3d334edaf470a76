"""The clinic's figures: an overview with what each number means and its rows, and one page for each question beyond it."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import analytics, clinics, clock
from mibo.analytics import Asked
from mibo.analytics.dictionary import METRICS, ZONE_WORDS
from mibo.analytics.intervals import difference
from mibo.analytics.periods import Kind, Period, after, before, compared
from mibo.identity.permissions import Permission
from mibo.web import figure_charts, figure_rows, figure_tables, figure_tiles
from mibo.web.access import actor, may
from mibo.web.htmx import show
from mibo.web.inputs.figures import FiguresInput
from mibo.web.inputs.takings import of_address

bp = Blueprint("figures", __name__, url_prefix="/figures")

TABS = (
    ("dashboard", "Overview"), ("revenue", "Revenue"), ("clinicians", "Clinicians"), ("centres", "Centres"),
    ("waiting", "Waiting"), ("reminders", "Reminders"), ("leads", "Leads"), ("definitions", "What they mean"),
)  # fmt: skip
KINDS = (
    ("recent", "30 days"), ("day", "Day"), ("week", "Week"), ("month", "Month"), ("year", "Year"), ("custom", "Days I choose"),
)  # fmt: skip


@bp.get("")
@may(Permission.SEE_FIGURES)
def dashboard() -> ResponseReturnValue:
    """The tiles, and how visits and revenue went from day to day."""
    page = _Page()
    by, money_too = actor(), actor().may(Permission.SEE_REVENUE)
    now, steps = analytics.figures_and_steps(page.step, page.now, by=by)
    then = analytics.figures(page.then, by=by)
    seen = analytics.patients_seen(page.now, by=by), analytics.patients_seen(page.then, by=by)
    return page.show(
        "dashboard", tiles=figure_tiles.tiles(now, then, seen, kept=page.kept, money_too=money_too),
        visits=figure_charts.visits(page.period, page.step, steps, half=True),
        revenue=figure_charts.revenue(page.period, page.step, steps, half=True) if money_too else None,
    )  # fmt: skip


@bp.get("/behind/<key>")
@may(Permission.SEE_FIGURES)
def rows(key: str) -> ResponseReturnValue:
    """The rows behind one figure: as many as it says."""
    page = _Page()
    found = analytics.behind(key, page.now, page.asked.page, by=actor())
    return page.show(
        "rows", metric=METRICS[key], found=found, rows=figure_rows.behind_rows(key, found.rows),
        amount=figure_rows.AMOUNTS.get(key, ("",))[0], sum_words=figure_rows.sum_words(key, found), key=key,
    )  # fmt: skip


@bp.get("/revenue")
@may(Permission.SEE_REVENUE)
def revenue() -> ResponseReturnValue:
    """What is kept of each day's, or each month's, income."""
    page = _Page()
    now, steps = analytics.figures_and_steps(page.step, page.now, by=actor())
    then = analytics.figures(page.then, by=actor())
    return page.show(
        "revenue", chart=figure_charts.revenue(page.period, page.step, steps), sums=now, then=then, metric=METRICS["revenue"],
        rows=figure_tables.revenue(page.step, steps), rupees=figure_rows.rupees,
    )  # fmt: skip


@bp.get("/clinicians")
@may(Permission.SEE_FIGURES)
def clinicians() -> ResponseReturnValue:
    """Who saw how many people."""
    page, by = _Page(), actor()
    top = analytics.top_clinicians(page.now, figure_tables.MOST_CLINICIANS, by=by)
    each = analytics.figures_of("clinician", page.now, by=by)
    return page.show(
        "clinicians", chart=figure_charts.people(top), table_of=figure_tables.clinicians(top, each, by.may(Permission.SEE_REVENUE)),
        metric=METRICS["top"], most=figure_tables.MOST_CLINICIANS,
    )  # fmt: skip


@bp.get("/centres")
@may(Permission.SEE_FIGURES)
def centres() -> ResponseReturnValue:
    """The centres side by side."""
    page, by = _Page(), actor()
    each = analytics.figures_of("centre", page.now, by=by)
    names = {one.id: one.short_name for one in page.centres}
    return page.show(
        "centres", chart=figure_charts.fill(names, each), metric=METRICS["fill"],
        table_of=figure_tables.centres(names, each, by.may(Permission.SEE_REVENUE)),
    )  # fmt: skip


@bp.get("/waiting")
@may(Permission.SEE_FIGURES)
def waiting() -> ResponseReturnValue:
    """How long patients sit, and how many days until a clinician has a time."""
    page, by = _Page(), actor()
    free = analytics.waits(page.asked.centre, by=by)
    each = analytics.figures_of("clinician", page.now, by=by)
    names = analytics.clinician_names(each)
    return page.show(
        "waiting", sums=analytics.figures(page.now, by=by), sat=figure_tables.sat(names, each),
        free=figure_tables.free(free), metrics=METRICS, words=figure_rows,
    )  # fmt: skip


@bp.get("/reminders")
@may(Permission.SEE_FIGURES)
def reminders() -> ResponseReturnValue:
    """No-shows of those whom a reminder reached, beside the others."""
    page = _Page()
    now = analytics.figures(page.now, by=actor())
    return page.show(
        "reminders", sums=now, apart=difference(now.reminded, now.unreminded), metric=METRICS["reminders"],
        words=figure_rows, chart=figure_charts.reminders(now),
    )  # fmt: skip


@bp.get("/leads")
@may(Permission.SEE_FIGURES)
def leads() -> ResponseReturnValue:
    """By which way new people came."""
    page = _Page()
    found = analytics.leads_by_source(page.now, by=actor())
    former = analytics.leads_by_source(page.then, by=actor())
    return page.show(
        "leads", chart=figure_charts.leads(found), rows=figure_tables.leads(found, former), metric=METRICS["leads"],
        total=sum(one.leads for one in found),
    )  # fmt: skip


@bp.get("/definitions")
@may(Permission.SEE_FIGURES)
def definitions() -> ResponseReturnValue:
    """What each figure means, in one place."""
    return _Page().show("definitions", metrics=METRICS.values(), zone=ZONE_WORDS)


class _Page:
    """What all of these pages have in common: the days asked for, those before, and the way to others."""

    def __init__(self) -> None:
        self.asked, self.problem = of_address(FiguresInput, request.args)
        self.centres = [one for one in clinics.centres() if actor().reaches(one.id)]
        self.period, self.former = compared(self.asked.kind, self.asked.days, clock.today())
        self.now = Asked(period=self.period, centre_id=self.asked.centre)
        self.then = Asked(period=self.former, centre_id=self.asked.centre)
        self.kept = self.asked.kept()

    @property
    def step(self) -> Any:
        """What one bar stands for."""
        return "month" if self.period.days > figure_charts.MOST_DAYS else "day"

    def show(self, name: str, **facts: Any) -> ResponseReturnValue:
        """One of the pages."""
        if not (actor().everywhere or actor().centre_ids):
            return show("desk/no_centre.html")
        asked, whole = self.asked, self.asked.days
        tabs = [
            (f"figures.{one}", words) for one, words in TABS if one != "revenue" or actor().may(Permission.SEE_REVENUE)
        ]
        later = after(asked.kind, whole)
        return show(
            f"figures/{name}.html", asked=asked, kept=self.kept, problem_words=self.problem, tabs=tabs, kinds=KINDS,
            centres=self.centres, days=figure_rows.span(self.period), short=figure_rows.short_span(self.period),
            former=figure_rows.short_span(self.former), under_way=self.period != whole,
            when=figure_rows.when(self.period), everywhere=actor().everywhere,
            centre_words=next((one.short_name for one in self.centres if one.id == asked.centre), "all centres"),
            earlier=self._at(before(asked.kind, whole)), later=self._at(later) if later.first <= clock.today() else None,
            made_at=clock.local(clock.now()), status=422 if self.problem else 200, **facts,
        )  # fmt: skip

    def _at(self, period: Period) -> dict[str, object]:
        if self.asked.kind is Kind.CUSTOM:
            return self.kept | {"since": str(period.first), "until": str(period.last)}
        return self.kept | {"on": str(period.last if self.asked.kind is Kind.RECENT else period.first)}
