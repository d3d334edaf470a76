"""What a clinician says at the end of a consultation, and how late they run."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, StringConstraints

from mibo.care import FOLLOW_UP_NOTE_LENGTH
from mibo.errors import Invalid
from mibo.web.inputs.desk import Chosen
from mibo.web.inputs.sign_in import Strict

WEEKS = (1, 2, 3, 4, 6, 8, 12)
OTHER = "day"


def _count(typed: object) -> int:
    if not (str(typed).isascii() and str(typed).isdigit() and len(str(typed)) <= 9):
        raise ValueError("Please open the page again.")
    return int(str(typed))


class EndInput(Strict):
    """When the patient is due again, if at all: in some weeks, or on a day of its own."""

    again: Literal["", "1", "2", "3", "4", "6", "8", "12", "day"] = ""
    wanted_on: date | None = None
    note: Annotated[str, StringConstraints(max_length=FOLLOW_UP_NOTE_LENGTH)] | None = None
    without_note: bool = False

    def day(self, today: date) -> date | None:
        """The day that is meant; None for no follow-up. Raises Invalid."""
        if self.again == OTHER and self.wanted_on is None:
            raise Invalid.field("wanted_on", "Enter the day, or choose a number of weeks.")
        if self.again == OTHER:
            return self.wanted_on
        return today + timedelta(weeks=int(self.again)) if self.again else None


class NoteInput(Strict):
    """What is in the field of a note, which version was there before, and on which open page; `over` is the version that
    was looked at when it had changed, and `auto` says that nobody pressed a button.
    """

    words: str = ""
    version: Annotated[int, BeforeValidator(_count)] = 0
    over: Annotated[int, BeforeValidator(_count)] | None = None
    page: Annotated[str, StringConstraints(max_length=40)] | None = None
    auto: Literal["", "1"] = ""

    @property
    def text(self) -> str:
        """As it is kept: browsers send two letters for the end of a line."""
        return self.words.replace("\r\n", "\n").replace("\r", "\n")

    @property
    def seen(self) -> int:
        """The version that its writer knows."""
        return self.version if self.over is None else self.over


def _minutes(typed: object) -> int:
    try:
        return int(str(typed))
    except ValueError:
        raise ValueError("Choose how many minutes.") from None


class LateInput(Strict):
    """How late it is, and at which centre."""

    centre: Chosen
    minutes: Annotated[int, BeforeValidator(_minutes)]


class VersionInput(Strict):
    """Which version of an appointment was on the page."""

    version: Chosen
