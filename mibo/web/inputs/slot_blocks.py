"""What apps tell to close time and to look for closed time (api-contract.md 5.3, 5.4)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from mibo.booking import blocks
from mibo.scheduling.spans import Span
from mibo.web.inputs.base import AnyCase, BlankIsNone, Day, Id, Input, Names, WallClock

REASON_LENGTH = 500
MOST_SLOTS = 200
LONGEST_PAGE = 500
WHY = "Clinician unavailable"
OF_RULES = {
    "day": "date", "from_time": "start_time", "to_time": "end_time", "clinician": "clinician_id", "centre": "centre_id",
}  # fmt: skip

Reason = Annotated[Annotated[str, Field(max_length=REASON_LENGTH)] | None, BlankIsNone]


def _only_true(sent: object) -> bool:
    """Present and anything but true asks for what is open again (api-contract.md 1.9)."""
    return str(sent).strip().lower() == "true"


def span_of(day: date, opens: time, closes: time) -> Span:
    """The span on the wall clock; a last time of midnight is the end of the day."""
    ends = datetime.combine(day, closes)
    return Span(datetime.combine(day, opens), ends + timedelta(days=1) if closes == time.min else ends)


class SlotToBlock(Input):
    """A stretch of one clinician's day at one centre."""

    clinician_id: Id
    centre_id: Id
    date: Day
    start_time: WallClock
    end_time: WallClock
    reason: Reason = None

    also: ClassVar[Names] = {"date": ("blocked_date",)}
    said_as: ClassVar[Mapping[str, str]] = OF_RULES

    @property
    def span(self) -> Span:
        """On the wall clock."""
        return span_of(self.date, self.start_time, self.end_time)


class SlotsToBlock(Input):
    """Several of them; each is read by itself, so that one that makes no sense stops no other."""

    slots: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_SLOTS)]
    reason: Reason = None


class DayToBlock(Input):
    """All hours that a clinician keeps at a centre on one day."""

    clinician_id: Id
    centre_id: Id
    date: Day
    reason: Reason = None

    said_as: ClassVar[Mapping[str, str]] = {"day": "date", "clinician": "clinician_id", "centre": "centre_id"}


class BlockedFilter(Input):
    """Which closed time is wanted."""

    clinician_id: Annotated[Id | None, BlankIsNone] = None
    centre_id: Annotated[Id | None, BlankIsNone] = None
    date_from: Annotated[Day | None, BlankIsNone] = None
    date_to: Annotated[Day | None, BlankIsNone] = None
    is_blocked: Annotated[bool | None, BeforeValidator(_only_true)] = None
    blocked_by_admin_id: Annotated[Id | None, BlankIsNone] = None
    limit: int = Field(LONGEST_PAGE, ge=1, le=LONGEST_PAGE)
    offset: int = Field(0, ge=0, le=1_000_000)

    @property
    def wish(self) -> blocks.BlockWish:
        """The same as the query takes it."""
        return blocks.BlockWish(
            clinician_id=self.clinician_id, centre_id=self.centre_id, first=self.date_from, last=self.date_to,
            author_id=self.blocked_by_admin_id, live=self.is_blocked,
        )  # fmt: skip


class NewException(Input):
    """Time of one day that is closed, as the older dialog for clinicians tells it. It closes for every mode."""

    centre_id: Id
    exception_date: Day
    start_time: WallClock
    end_time: WallClock
    mode: Annotated[Literal["IN_PERSON", "ONLINE", "HYBRID"], AnyCase]
    reason: Reason = None

    also: ClassVar[Names] = {"exception_date": ("date",), "mode": ("consultation_mode",)}

    @property
    def span(self) -> Span:
        """On the wall clock."""
        return span_of(self.exception_date, self.start_time, self.end_time)


class ExceptionFilter(Input):
    """Between which days, and at which centre."""

    start_date: Day
    end_date: Day
    centre_id: Annotated[Id | None, BlankIsNone] = None
