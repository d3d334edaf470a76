"""What is told about the hours a clinician keeps: by an app in its rules, by staff in the rows of a form."""

import re
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from mibo.ids import read_id
from mibo.scheduling.rules import MOST_ROWS, WEEKDAYS, Window
from mibo.web.inputs.base import AnyCase, BlankIsNone, Day, Id, Input, Names
from mibo.web.inputs.sign_in import Strict

CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])(?::[0-5][0-9])?")
WORDED = re.compile(r"(1[0-2]|0?[1-9])(?:[:.]([0-5][0-9]))?\s*([ap])\.?m\.?", re.IGNORECASE)
MIDNIGHT = 24 * 60


def _minute(sent: object) -> int:
    """`09:30`, `9.30`, `9:30 am` or `24:00` as a minute of the day."""
    told = str(sent).strip()
    if found := CLOCK.fullmatch(told):
        minute = int(found[1]) * 60 + int(found[2])
    elif found := WORDED.fullmatch(told):
        minute = (int(found[1]) % 12 + (12 if found[3].lower() == "p" else 0)) * 60 + int(found[2] or 0)
    else:
        minute = MIDNIGHT + 1
    if minute > MIDNIGHT:
        raise PydanticCustomError("wall_clock", "{field} must be a time such as 09:30.")
    return minute


def _weekday(sent: object) -> int:
    """0 (Sunday) to 6, or its name."""
    told = str(sent).strip()
    names = [day.upper() for day in WEEKDAYS]
    if not isinstance(sent, bool) and told in ("0", "1", "2", "3", "4", "5", "6"):
        return int(told)
    if told.upper() in names:
        return names.index(told.upper())
    raise PydanticCustomError("choice", "{field} must be 0 (Sunday) to 6 (Saturday).")


def _mode(sent: object) -> object:
    return "BOTH" if isinstance(sent, str) and sent.strip().upper() == "HYBRID" else sent


_CLOCK_SCHEMA = WithJsonSchema({"type": "string", "examples": ["09:30"]})
Minute = Annotated[int, BeforeValidator(_minute), _CLOCK_SCHEMA]
Weekday = Annotated[
    int, BeforeValidator(_weekday), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 6})
]  # fmt: skip
HoursMode = Annotated[Literal["IN_PERSON", "ONLINE", "BOTH"], AnyCase, BeforeValidator(_mode)]
Length = Annotated[int, Field(ge=1, le=MIDNIGHT)]


class RuleWish(Input):
    """A window of a weekday (0 is Sunday); it is cut into sessions of the told length, else of the clinician's."""

    day_of_week: Weekday
    start_time: Minute
    end_time: Minute
    centre_id: Annotated[Id | None, BlankIsNone] = None
    slot_duration_minutes: Annotated[Length | None, BlankIsNone] = None
    consultation_mode: HoursMode = "BOTH"

    also: ClassVar[Names] = {
        "day_of_week": ("weekday", "day"),
        "consultation_mode": ("mode",),
        "slot_duration_minutes": ("slot_minutes", "duration_minutes"),
    }

    def window(self, centre_id: int, minutes: int) -> Window:
        """The same as the action takes it; where nothing is told, at this centre and in sessions of this length."""
        return Window(
            self.day_of_week, self.start_time, self.end_time or MIDNIGHT, self.centre_id or centre_id,
            self.consultation_mode, self.slot_duration_minutes or minutes,
        )  # fmt: skip


class AvailabilityWish(Input):
    """All the hours a clinician is to keep every week; those that are not told end."""

    availability_rules: list[RuleWish] = Field(max_length=MOST_ROWS)
    effective_from: Annotated[Day | None, BlankIsNone] = None

    also: ClassVar[Names] = {"availability_rules": ("rules", "availability", "availability_slots")}


class WeekdayWish(Input):
    """All hours of a weekday, at a centre or at all."""

    day_of_week: Weekday
    centre_id: Annotated[Id | None, BlankIsNone] = None


class GridWish(Input):
    """Which day of a clinician is wanted, at a centre or at all."""

    date: Day
    centre_id: Annotated[Id | None, BlankIsNone] = None


def _centre(sent: object) -> int:
    found = read_id(str(sent))
    if found is None:
        raise ValueError("Choose a centre.")
    return found


def _length(sent: object) -> int:
    told = str(sent).strip()
    if not (told.isascii() and told.isdigit() and len(told) < 5):
        raise ValueError("Enter whole minutes, for example 50.")
    return int(told)


class RowInput(Strict):
    """A row of the editor: from, to (00:00 is midnight), where, how, and how long a session is (empty: as usual)."""

    weekday: Weekday
    opens: Minute
    closes: Minute
    centre: Annotated[int, BeforeValidator(_centre)]
    mode: Literal["IN_PERSON", "ONLINE", "BOTH"]
    minutes: Annotated[int, BeforeValidator(_length)] | None = None

    def window(self, minutes: int) -> Window:
        """The same as the action takes it."""
        return Window(
            self.weekday, self.opens, self.closes or MIDNIGHT, self.centre, self.mode, self.minutes or minutes
        )  # fmt: skip


class HoursInput(Strict):
    """From which day on, the usual session and pause, and what was seen when the form was drawn."""

    from_day: date
    session_minutes: Annotated[int, Field(ge=1, le=MIDNIGHT)]
    buffer_minutes: Annotated[int, Field(ge=0, le=MIDNIGHT)] = 0
    version: Annotated[str, StringConstraints(max_length=40)] = ""
