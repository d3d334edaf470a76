"""Which appointments an app asks for."""

from typing import Annotated

from pydantic import Field

from mibo.web.inputs.base import BlankIsNone, Day, Id, Input
from mibo.web.inputs.lists import LONGEST_PAGE

LONGEST_CURSOR = 120


class AppointmentFilter(Input):
    """Which appointments are wanted; `date` is a day of the clinic's. Without limit and cursor older apps get all."""

    centre_id: Annotated[Id | None, BlankIsNone] = None
    clinician_id: Annotated[Id | None, BlankIsNone] = None
    patient_id: Annotated[Id | None, BlankIsNone] = None
    date: Annotated[Day | None, BlankIsNone] = None
    status: Annotated[str | None, BlankIsNone] = Field(None, max_length=30)
    limit: Annotated[int | None, BlankIsNone] = Field(None, ge=1, le=LONGEST_PAGE)
    cursor: Annotated[str | None, BlankIsNone] = Field(None, max_length=LONGEST_CURSOR)

    @property
    def is_paged(self) -> bool:
        """Whether a page is asked for."""
        return self.limit is not None or self.cursor is not None


class DaysFilter(Input):
    """Which of the clinic's days; today without any."""

    start_date: Annotated[Day | None, BlankIsNone] = None
    end_date: Annotated[Day | None, BlankIsNone] = None


class DaysOfState(DaysFilter):
    """The same, of one state."""

    status: Annotated[str | None, BlankIsNone] = Field(None, max_length=30)
