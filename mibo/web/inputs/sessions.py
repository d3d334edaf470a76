"""What a clinician's app says of a consultation."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from mibo.care import FOLLOW_UP_NOTE_LENGTH
from mibo.web.inputs.base import BlankIsNone, Day, Input, Names


class SessionStart(Input):
    """What the clinician has seen before they start."""

    guardian_present: bool = False


class FollowUpWish(Input):
    """When the patient should come again, and what the centre should know."""

    follow_up_date: Day
    follow_up_notes: Annotated[str | None, BlankIsNone] = Field(None, max_length=FOLLOW_UP_NOTE_LENGTH)

    also: ClassVar[Names] = {"follow_up_date": ("wanted_on",), "follow_up_notes": ("notes", "note")}


class SessionNote(Input):
    """What the clinician wrote of a consultation."""

    session_notes: Annotated[str, StringConstraints(min_length=1)]

    also: ClassVar[Names] = {"session_notes": ("notes", "note_text", "note")}


class NotesChange(Input):
    """The note as it should be; empty words empty it, and what it said before stays among its versions."""

    notes: str

    also: ClassVar[Names] = {"notes": ("session_notes",)}
