"""What the front desk types: a search, a patient, a booking, money taken."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, StringConstraints, field_validator

from mibo.booking import NOTE_LENGTH, REASON_LENGTH
from mibo.ids import read_id
from mibo.payments import DESK_NOTE_LENGTH
from mibo.people import SHORTEST_SEARCH
from mibo.web.inputs.booking import KEY_LENGTH, DetailsInput
from mibo.web.inputs.sign_in import Phone, Strict

SEARCH_LENGTH = 100

Mode = Literal["IN_PERSON", "ONLINE"]


def _id(typed: object) -> int:
    found = read_id(str(typed))
    if found is None:
        raise ValueError("Choose again, please.")
    return found


def _wall_clock(typed: object) -> time:
    try:
        return time.fromisoformat(str(typed)).replace(tzinfo=None)
    except ValueError:
        raise ValueError("Choose a time.") from None


def _plain(typed: object) -> object:
    """PostgreSQL cannot keep a NUL in a text."""
    return typed.replace("\x00", "") if isinstance(typed, str) else typed


Chosen = Annotated[int, BeforeValidator(_id)]
Search = Annotated[str, StringConstraints(max_length=SEARCH_LENGTH), BeforeValidator(_plain)]
Note = Annotated[str, StringConstraints(max_length=NOTE_LENGTH), BeforeValidator(_plain)]
Reason = Annotated[str, StringConstraints(max_length=REASON_LENGTH), BeforeValidator(_plain)]
DeskNote = Annotated[str, StringConstraints(max_length=DESK_NOTE_LENGTH), BeforeValidator(_plain)]


class FindInput(Strict):
    """Part of a name, the last digits of a phone, or an MRN."""

    q: Search = ""

    @field_validator("q")
    @classmethod
    def _long_enough(cls, typed: str) -> str:
        if len(typed) < SHORTEST_SEARCH:
            raise ValueError(f"Type at least {SHORTEST_SEARCH} letters or digits.")
        return typed


class PatientInput(DetailsInput):
    """A new patient; with `family` the phone may be another patient's."""

    phone: Phone
    family: Literal["yes", ""] = ""


class BookingInput(Strict):
    """A time for a patient, and how it is paid. The last four digits of the phone are those the desk saw."""

    patient: Chosen
    centre: Chosen
    clinician: Chosen
    mode: Mode
    day: date
    at: Annotated[time, BeforeValidator(_wall_clock)]
    last_four: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    note: Note | None = None
    pay_by: Literal["LINK", "CASH", "CARD", "UPI", "LATER"]
    desk_note: DeskNote | None = None
    walk_in: bool = False
    overbook_reason: Reason | None = None
    request_key: Annotated[str, StringConstraints(min_length=8, max_length=KEY_LENGTH)]
    queue_entry: Chosen | None = None
    follow_up: Chosen | None = None


class PaymentInput(Strict):
    """Money taken at the desk."""

    method: Literal["CASH", "CARD", "UPI"]
    note: DeskNote | None = None
