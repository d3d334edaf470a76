"""The clinic's figures for apps (api-contract.md 3.11): of all centres, or of those of a centre's manager."""

from datetime import timedelta
from typing import Annotated

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import Field, WithJsonSchema

from mibo import analytics, clock
from mibo.analytics import Asked
from mibo.analytics.periods import Kind, Period, before, change_percent, period_of
from mibo.config import settings
from mibo.identity import Permission
from mibo.web.access import actor, may
from mibo.web.api.answers import said
from mibo.web.api.document import documented
from mibo.web.api.shown import Id, Rupees, Shown
from mibo.web.inputs.figures import OfCentre, RevenueFilter, TopFilter

bp = Blueprint("analytics", __name__, url_prefix="/analytics")

TAG = "Analytics"
LATELY_DAYS = 30
YEAR_MONTHS = 12
SOURCES = {
    "WEBSITE": ("Website", "#0f5c63"), "PHONE": ("Phone", "#0b5a8a"), "DIRECT": ("Direct", "#7a4b00"),
    "REFERRAL": ("Referrals", "#4b3a86"),
}  # fmt: skip

Percent = Annotated[float, WithJsonSchema({"type": "number", "description": "Percent, one decimal; 0 where it was 0."})]


class MonthFigures(Shown):
    """This calendar month, and by how much it differs from the month before."""

    total_patients: int = Field(description="People with a visit that took place, each counted once.")
    total_patients_change: Percent
    active_doctors: int = Field(description="Clinicians who saw somebody.")
    active_doctors_change: Percent
    follow_ups_booked: int = Field(description="Recommended follow-ups that were booked, and whose booking stands.")
    follow_ups_booked_change: Percent
    total_revenue: Rupees
    total_revenue_change: Percent


class TopDoctor(Shown):
    """A clinician, and how many people they saw in the last thirty days."""

    id: Id
    name: str
    specialty: str
    avatar: str | None
    patient_count: int


class Income(Shown):
    """What is kept of what came on a day, or in a month that begins with it."""

    date: str
    value: Rupees


class Leads(Shown):
    """How many new people came by one way, in the last thirty days."""

    label: str
    value: int
    color: Annotated[str, WithJsonSchema({"type": "string", "pattern": "^#[0-9a-f]{6}$"})]


@bp.get("/dashboard")
@documented(gives=MonthFigures, query=OfCentre, tag=TAG)
@may(Permission.SEE_FIGURES)
def dashboard(asked: OfCentre) -> ResponseReturnValue:
    """This calendar month against the one before."""
    month = period_of(Kind.MONTH, clock.today())
    now, then = (_totals(period, asked.centre_id) for period in (month, before(Kind.MONTH, month)))
    told = {f"{name}_change": change_percent(now[name], then[name]) for name in now}
    return said(MonthFigures.model_validate({**now, **told}))


def _totals(period: Period, centre_id: int | None) -> dict[str, int]:
    """What has happened in a period; nothing of it can lie on a day to come, so none of those is counted."""
    past = Period(period.first, min(period.last, clock.today()))
    asked, by = Asked(period=past, centre_id=centre_id), actor()
    told = analytics.figures(asked, by=by)
    return {
        "total_patients": analytics.patients_seen(asked, by=by), "active_doctors": told.clinicians,
        "follow_ups_booked": told.follow_ups,
        "total_revenue": told.revenue_paise if by.may(Permission.SEE_REVENUE) else 0,
    }  # fmt: skip


@bp.get("/top-doctors")
@documented(gives=list[TopDoctor], query=TopFilter, tag=TAG)
@may(Permission.SEE_FIGURES)
def top_doctors(asked: TopFilter) -> ResponseReturnValue:
    """Who saw the most people in the last thirty days."""
    found = analytics.top_clinicians(Asked(period=_lately(), centre_id=asked.centre_id), asked.limit, by=actor())
    return said(
        [
            TopDoctor(id=one.id, name=one.name, specialty=", ".join(one.specialisations), avatar=_address(one.picture),
                      patient_count=one.patients)
            for one in found
        ]
    )  # fmt: skip


@bp.get("/revenue")
@documented(gives=list[Income], query=RevenueFilter, tag=TAG)
@may(Permission.SEE_REVENUE)
def revenue(asked: RevenueFilter) -> ResponseReturnValue:
    """What is kept of each day's income, or of each month's in a year; days without any are left out."""
    today = clock.today()
    if asked.period == "year":
        first = today.replace(day=1)
        for _ in range(YEAR_MONTHS - 1):
            first = before(Kind.MONTH, Period(first, first)).first
    else:
        first = today - timedelta(days=(7 if asked.period == "week" else LATELY_DAYS) - 1)
    wanted = Asked(period=Period(first, today), centre_id=asked.centre_id)
    found = analytics.figures_by("month" if asked.period == "year" else "day", wanted, by=actor())
    return said(
        [Income(date=day.isoformat(), value=one.revenue_paise) for day, one in found.items() if one.came_in_paise]
    )


@bp.get("/leads-by-source")
@documented(gives=list[Leads], query=OfCentre, tag=TAG)
@may(Permission.SEE_FIGURES)
def leads_by_source(asked: OfCentre) -> ResponseReturnValue:
    """By which way new people came to the clinic, in the last thirty days."""
    found = analytics.leads_by_source(Asked(period=_lately(), centre_id=asked.centre_id), by=actor())
    said_as = ((SOURCES[one.source], one.leads) for one in found if one.leads)
    return said([Leads(label=label, value=value, color=colour) for (label, colour), value in said_as])


def _lately() -> Period:
    today = clock.today()
    return Period(today - timedelta(days=LATELY_DAYS - 1), today)


def _address(picture: str) -> str | None:
    """Where apps find it: our own pictures are told with our address."""
    return f"{settings().base_url.rstrip('/')}{picture}" if picture.startswith("/") else picture or None
