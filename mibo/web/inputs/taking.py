"""How apps look for a time, take it and let it go."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mibo import clock
from mibo.booking import ASK_DAYS, NOTE_LENGTH
from mibo.identity import EMAIL_LENGTH, NAME_LENGTH
from mibo.web.inputs.base import AnyCase, BlankIsNone, Day, Id, Input, Instant, Names, Phone, WallClock
from mibo.web.inputs.proving import Email

REASON_LENGTH = 500
MODE_NAMES = ("session_type", "consultation_mode", "mode")

Mode = Annotated[Literal["IN_PERSON", "ONLINE"], AnyCase]


class SlotWish(Input):
    """Whose times are wanted, where, on which day."""

    clinician_id: Id
    centre_id: Id
    date: Day
    appointment_type: Annotated[Mode | None, BlankIsNone] = None

    also: ClassVar[Names] = {"appointment_type": MODE_NAMES}


class RangeWish(Input):
    """Some days of a clinician; at most 62 at once."""

    start_date: Day
    end_date: Day
    centre_id: Annotated[Id | None, BlankIsNone] = None
    appointment_type: Annotated[Mode | None, BlankIsNone] = None

    also: ClassVar[Names] = {"appointment_type": MODE_NAMES}

    @model_validator(mode="after")
    def not_too_many(self) -> Self:
        """The last day is not before the first, and not too far after it (security.md line 72)."""
        if not 0 <= (self.end_date - self.start_date).days < ASK_DAYS:
            raise PydanticCustomError("choice", "Ask for {days} days at most, the last not before the first.",
                                      {"days": ASK_DAYS})  # fmt: skip
        return self


class DaysWish(RangeWish):
    """On which days there are times, and whose."""

    clinician_id: Id


class TimeWish(Input):
    """Which time is wanted: a day and a time on the clinic's clock or, where they are not told, an instant."""

    clinician_id: Id
    centre_id: Id
    appointment_type: Mode
    appointment_date: Annotated[Day | None, BlankIsNone] = None
    appointment_time: Annotated[WallClock | None, BlankIsNone] = None
    appointment_date_utc: Annotated[Instant | None, BlankIsNone] = Field(None, alias="appointmentDateUTC")

    also: ClassVar[Names] = {"appointment_type": MODE_NAMES, "appointment_date_utc": ("scheduled_start_at",)}

    @model_validator(mode="after")
    def some_time(self) -> Self:
        """One of the two ways to name a time must be there."""
        if self.appointment_date_utc is None and not (self.appointment_date and self.appointment_time):
            raise PydanticCustomError("choice", "Appointment date and appointment time are required.")
        return self

    @property
    def starts_at(self) -> datetime:
        """The instant. What the slot was labelled with counts, not what a browser in some zone made of it."""
        if self.appointment_date and self.appointment_time:
            return clock.instant(self.appointment_date, self.appointment_time)
        assert self.appointment_date_utc
        return self.appointment_date_utc


class BookingWish(TimeWish):
    """A patient takes a time, for themselves or (`patient_id`) their family."""

    patient_id: Annotated[Id | None, BlankIsNone] = None
    patient_notes: Annotated[str | None, BlankIsNone] = Field(None, max_length=NOTE_LENGTH)
    notes: Annotated[str | None, BlankIsNone] = Field(None, max_length=NOTE_LENGTH)

    @property
    def note(self) -> str | None:
        """What the patient wants to say beforehand."""
        return self.patient_notes or self.notes


class DeskWish(TimeWish):
    """The desk takes a time for somebody who is found by phone, or added."""

    patient_phone: Phone
    patient_name: str = Field(min_length=2, max_length=NAME_LENGTH)
    patient_email: Email = Field(None, max_length=EMAIL_LENGTH)
    patient_id: Annotated[Id | None, BlankIsNone] = None
    last_four: Annotated[str | None, BlankIsNone] = Field(None, pattern="^[0-9]{4}$")
    notes: Annotated[str | None, BlankIsNone] = Field(None, max_length=NOTE_LENGTH)


class Cancellation(Input):
    """Why an appointment is cancelled, if somebody wants to say."""

    reason: Annotated[str | None, BlankIsNone] = Field(None, max_length=REASON_LENGTH)

    also: ClassVar[Names] = {"reason": ("cancellation_reason",)}
