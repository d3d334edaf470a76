"""Which figures are asked for, by programs (api-contract.md 3.11) and on pages."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mibo import clock
from mibo.analytics.periods import LONGEST_DAYS, Kind, Period, period_of
from mibo.web.inputs.base import BlankIsNone, Id, Input
from mibo.web.inputs.desk import Chosen
from mibo.web.inputs.sign_in import Strict

MOST_CLINICIANS = 100
EARLIEST = date(2000, 1, 1)


class OfCentre(Input):
    """At which centre; without one, at all that are theirs to see."""

    centre_id: Annotated[Id | None, BlankIsNone] = None


class TopFilter(OfCentre):
    """The same, and how many."""

    limit: int = Field(10, ge=1, le=MOST_CLINICIANS)


class RevenueFilter(OfCentre):
    """The last seven days, the last thirty, or the last twelve months."""

    period: Literal["week", "month", "year"] = "month"


class FiguresInput(Strict):
    """Which days: the thirty up to a date, a day, week, month or year by a date in it, or days one chose; where; which page."""

    period: Literal["recent", "day", "week", "month", "year", "custom"] = "recent"
    on: date | None = None
    since: date | None = None
    until: date | None = None
    centre: Chosen | None = None
    page: int = Field(1, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _days_of_ours(self) -> "FiguresInput":
        told = [day for day in (self.on, self.since, self.until) if day]
        if any(not EARLIEST <= day <= clock.today() + timedelta(days=LONGEST_DAYS) for day in told):
            raise ValueError(f"Choose days from {EARLIEST.year} on, and not more than a year ahead.")
        if self.days.first > self.days.last:
            raise ValueError("The first day must not come after the last one.")
        if self.days.days > LONGEST_DAYS:
            raise ValueError(f"Choose at most {LONGEST_DAYS} days.")
        return self

    @property
    def kind(self) -> Kind:
        """What the period is."""
        return Kind(self.period)

    @property
    def days(self) -> Period:
        """All days of the period; the last thirty, unless something else is asked for."""
        if self.kind is Kind.CUSTOM:
            first = self.since or self.until or clock.today()
            return Period(first, self.until or first)
        return period_of(self.kind, self.on or clock.today())

    def kept(self, **more: object) -> dict[str, object]:
        """The address of the same days and centre."""
        told = self.model_dump(exclude_defaults=True, exclude={"page"}, mode="json")
        return {name: value for name, value in (told | more).items() if value is not None}
