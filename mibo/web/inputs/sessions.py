"""What a clinician's app says of a consultation."""

from typing import Annotated, ClassVar

from pydantic import Field

from mibo.care import FOLLOW_UP_NOTE_LENGTH
from mibo.web.inputs.base import BlankIsNone, Day, Input, Names


class FollowUpWish(Input):
    """When the patient should come again, and what the centre should know."""

    follow_up_date: Day
    follow_up_notes: Annotated[str | None, BlankIsNone] = Field(None, max_length=FOLLOW_UP_NOTE_LENGTH)

    also: ClassVar[Names] = {"follow_up_date": ("wanted_on",), "follow_up_notes": ("notes", "note")}
