"""What the desk types for a series: its rhythm, how it is paid, where it goes, why it is cancelled."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from mibo.booking import series_changes, series_rules
from mibo.web.inputs.booking import KEY_LENGTH
from mibo.web.inputs.changes import AtTime
from mibo.web.inputs.desk import Chosen, DeskNote, Mode, Reason
from mibo.web.inputs.sign_in import Strict

SEEN = re.compile(r"([0-9]{1,19}\.[0-9]{1,9}(,[0-9]{1,19}\.[0-9]{1,9})*)?")
MOST_SEEN = 5_000  # letters: more than 52 ids with their versions


def _day(typed: object) -> date:
    try:
        return date.fromisoformat(str(typed))
    except ValueError:
        raise ValueError("That is no day of the calendar. Choose a real date.") from None


def _seen(typed: str) -> str:
    if not SEEN.fullmatch(typed):
        raise ValueError("Please look at the list again.")
    return typed


def _versions(typed: str) -> dict[int, int]:
    pairs = (each.split(".") for each in typed.split(",") if each)
    return {int(one): int(version) for one, version in pairs}


Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[int, Field(ge=1, le=52)]
SeenList = Annotated[str, StringConstraints(max_length=MOST_SEEN), AfterValidator(_seen)]
PayBy = Literal["LATER", "CASH", "CARD", "UPI"]


class SeriesInput(Strict):
    """Who, with whom, where, how, and on which days at what time."""

    patient: Chosen
    centre: Chosen
    clinician: Chosen
    mode: Mode
    day: Day
    at: AtTime
    every_weeks: int
    times: int | None = None
    until: Day | None = None

    @property
    def rhythm(self) -> series_rules.Rhythm:
        """The same as the rule takes it."""
        return series_rules.Rhythm(first=self.day, every_weeks=self.every_weeks, times=self.times, until=self.until)


class BookSeriesInput(SeriesInput):
    """The same, looked at, and how it is paid. The last four digits of the phone are those the desk saw."""

    last_four: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    pay_by: PayBy
    desk_note: DeskNote | None = None
    open_drawer: bool = False
    request_key: Annotated[str, StringConstraints(min_length=8, max_length=KEY_LENGTH)]


class MissingInput(Strict):
    """How numbers that were left are paid."""

    pay_by: PayBy
    desk_note: DeskNote | None = None
    open_drawer: bool = False


class MoveSeriesInput(Strict):
    """From which number on, and where the first of them goes; `seen` is the list that was looked at."""

    from_number: Number
    day: Day
    at: AtTime
    seen: SeenList | None = None

    @property
    def seen_as(self) -> dict[int, int]:
        """Which version of each visit was shown."""
        return _versions(self.seen or "")


class CancelSeriesInput(Strict):
    """From which number on, whose wish it is, and why."""

    from_number: Number
    wish: series_changes.Wish
    reason: Annotated[Reason, StringConstraints(min_length=1)]
    seen: SeenList = ""

    @property
    def seen_as(self) -> dict[int, int]:
        """Which version of each visit was shown."""
        return _versions(self.seen or "")
