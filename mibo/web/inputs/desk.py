"""What the front desk types: a search, a patient, a booking, money taken."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, StringConstraints, field_validator

from mibo.booking import NOTE_LENGTH, REASON_LENGTH
from mibo.ids import read_id
from mibo.payments import DESK_NOTE_LENGTH, REFERENCE_LENGTH, WHY_LENGTH, Handed
from mibo.people import SHORTEST_SEARCH
from mibo.web.inputs.booking import KEY_LENGTH, DetailsInput
from mibo.web.inputs.sign_in import Phone, Strict

SEARCH_LENGTH = 100

HeardOf = Literal["SEARCH", "SOCIAL", "FRIEND", "DOCTOR", "PASSED_BY", "PRESS", "EVENT", "OTHER"]
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
Reference = Annotated[str, StringConstraints(max_length=REFERENCE_LENGTH), BeforeValidator(_plain)]
Why = Annotated[str, StringConstraints(max_length=WHY_LENGTH), BeforeValidator(_plain)]
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
    agreed: bool = False
    family: Literal["yes", ""] = ""
    heard_of: HeardOf | None = None


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
    enquiry: Chosen | None = None
    open_drawer: bool = False


class PaymentInput(Strict):
    """Money taken at the desk: by `method` all of it, or the rest of it where parts are handed over in other ways too.

    `shown_paise` is the price that the page showed; `received` is the cash that was handed over, before change.
    """

    method: Literal["CASH", "CARD", "UPI"]
    reference: Reference | None = None
    received: int | None = None
    also_1_method: Literal["CASH", "CARD", "UPI"] | None = None
    also_1_rupees: int | None = None
    also_1_reference: Reference | None = None
    also_2_method: Literal["CASH", "CARD", "UPI"] | None = None
    also_2_rupees: int | None = None
    also_2_reference: Reference | None = None
    note: DeskNote | None = None
    shown_paise: int | None = None
    open_drawer: bool = False

    @property
    def also(self) -> tuple[Handed, ...]:
        """The parts that are handed over in other ways, those with anything in them."""
        rows = (
            (self.also_1_method, self.also_1_rupees, self.also_1_reference),
            (self.also_2_method, self.also_2_rupees, self.also_2_reference),
        )
        return tuple(
            Handed(method or "", rupees * 100 if rupees is not None else None, reference)
            for method, rupees, reference in rows
            if method or rupees is not None or reference
        )


class PriceInput(Strict):
    """What is taken off the price of a booking, and why."""

    kind: Literal["DISCOUNT", "WAIVE_CONSULTATION", "WAIVE_REGISTRATION", "PAID_ELSEWHERE"]
    rupees: int | None = None
    reason: Why
