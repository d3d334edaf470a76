"""How staff's apps book, change and cancel appointments, and patients' apps ask to (api-contract.md 3.3, 3.13)."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mibo.booking import NOTE_LENGTH, REASON_LENGTH
from mibo.web.inputs.base import AnyCase, BlankIsNone, Id, Input, Instant, Names

START_NAMES = ("new_start_time", "scheduled_at", "appointment_date_utc")
OF_RULES = {"at": "scheduled_start_at", "clinician": "clinician_id", "centre": "centre_id"}
Kind = Annotated[Literal["IN_PERSON", "ONLINE", "INPATIENT_ASSESSMENT", "FOLLOW_UP"], AnyCase]
Mode = Annotated[Literal["IN_PERSON", "ONLINE"], AnyCase]
Text = Annotated[str | None, BlankIsNone]


class StaffBooking(Input):
    """A time for a patient. Its length is the slot's; older apps send one, which is not read."""

    patient_id: Id
    clinician_id: Id
    centre_id: Id
    appointment_type: Kind
    scheduled_start_at: Instant
    consultation_mode: Annotated[Mode | None, BlankIsNone] = None
    last_four: Annotated[str | None, BlankIsNone] = Field(None, pattern="^[0-9]{4}$")
    patient_notes: Text = Field(None, max_length=NOTE_LENGTH)
    notes: Text = Field(None, max_length=NOTE_LENGTH)
    parent_appointment_id: Annotated[Id | None, BlankIsNone] = None

    also: ClassVar[Names] = {"appointment_type": ("session_type",), "scheduled_start_at": START_NAMES}
    said_as: ClassVar[Mapping[str, str]] = OF_RULES

    @property
    def mode(self) -> str:
        """How they meet: a follow-up or an assessment is in person unless told otherwise."""
        return self.appointment_type if self.appointment_type == "ONLINE" else self.consultation_mode or "IN_PERSON"

    @property
    def purpose(self) -> str:
        """What it is for."""
        special = self.appointment_type in ("INPATIENT_ASSESSMENT", "FOLLOW_UP")
        return self.appointment_type if special else "CONSULTATION"


class ChangeByStaff(Input):
    """One change: a new state, else notes, else another time; `version` refuses what was changed meanwhile."""

    new_status: Text = Field(None, max_length=30)
    reason: Text = Field(None, max_length=REASON_LENGTH)
    notes: str | None = Field(None, max_length=NOTE_LENGTH)
    scheduled_start_at: Annotated[Instant | None, BlankIsNone] = None
    clinician_id: Annotated[Id | None, BlankIsNone] = None
    centre_id: Annotated[Id | None, BlankIsNone] = None
    appointment_type: Annotated[Mode | None, BlankIsNone] = None
    version: int | None = Field(None, ge=1, le=2**31)

    also: ClassVar[Names] = {"new_status": ("status",), "scheduled_start_at": START_NAMES,
                             "reason": ("cancellation_reason",)}  # fmt: skip
    said_as: ClassVar[Mapping[str, str]] = OF_RULES


class StaffCancellation(Input):
    """Why the clinic cancels."""

    reason: str = Field(min_length=1, max_length=REASON_LENGTH)

    also: ClassVar[Names] = {"reason": ("cancellation_reason",)}


class CancellationWish(Input):
    """Why a patient would like to cancel."""

    reason: str = Field(min_length=5, max_length=REASON_LENGTH)

    also: ClassVar[Names] = {"reason": ("cancellation_reason",)}
