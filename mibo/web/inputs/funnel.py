"""Which enquiries the funnel counts, and into which lines."""

from datetime import date, timedelta
from typing import Literal

from pydantic import model_validator

from mibo import clock
from mibo.web.inputs.desk import Chosen
from mibo.web.inputs.sign_in import Strict

USUAL = timedelta(days=29)
LONGEST = timedelta(days=731)


class FunnelInput(Strict):
    """From which day to which (thirty days, unless it says otherwise), at which centre, by what."""

    since: date | None = None
    until: date | None = None
    centre: Chosen | None = None
    by: Literal["source", "heard_of", "campaign", "centre"] = "source"

    @model_validator(mode="after")
    def _days_of_ours(self) -> "FunnelInput":
        if self.first > self.last:
            raise ValueError("The first day must not come after the last one.")
        if self.last - self.first > LONGEST:
            raise ValueError("Choose at most two years.")
        return self

    @property
    def first(self) -> date:
        """The first day."""
        return self.since or self.last - USUAL

    @property
    def last(self) -> date:
        """The last day."""
        return self.until or clock.today()
