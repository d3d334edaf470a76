"""Which figures are asked for, by programs (api-contract.md 3.11) and on pages."""

from typing import Annotated, Literal

from pydantic import Field

from mibo.web.inputs.base import BlankIsNone, Id, Input

MOST_CLINICIANS = 100


class OfCentre(Input):
    """At which centre; without one, at all that are theirs to see."""

    centre_id: Annotated[Id | None, BlankIsNone] = None


class TopFilter(OfCentre):
    """The same, and how many."""

    limit: int = Field(10, ge=1, le=MOST_CLINICIANS)


class RevenueFilter(OfCentre):
    """The last seven days, the last thirty, or the last twelve months."""

    period: Literal["week", "month", "year"] = "month"
