"""Which messages somebody wants to see, or have counted."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from mibo import clock
from mibo.web.inputs.sign_in import Strict
from mibo.web.inputs.staff import Chosen, plain

LONGEST_SPAN_DAYS = 62
Standing = Literal["", "waiting", "accepted", "delivered", "read", "failed", "unsure", "dropped"]
Kind = Literal["", "CODE", "BOOKING", "PAYMENT", "REMINDER", "CHANGE", "AFTER", "CLINICIAN"]


class LogFilter(Strict):
    """To whom, what, by which way, how far it came, and when; `before` is the last message of the page before."""

    q: Annotated[str, StringConstraints(max_length=100), BeforeValidator(plain)] = ""
    standing: Standing = ""
    kind: Kind = ""
    channel: Literal["", "WHATSAPP", "SMS", "EMAIL"] = ""
    centre: Chosen | None = None
    patient: Chosen | None = None
    appointment: Chosen | None = None
    since: date | None = None
    until: date | None = None
    before: Chosen | None = None


class NumbersFilter(Strict):
    """Which days are counted; until today where no last one is said."""

    since: date | None = None
    until: date | None = Field(None, validate_default=True)

    @field_validator("until")
    @classmethod
    def _a_span(cls, until: date | None, told: ValidationInfo) -> date | None:
        since, last = told.data.get("since"), until or clock.today()
        if since and not 0 <= (last - since).days < LONGEST_SPAN_DAYS:
            raise ValueError(f"Choose up to {LONGEST_SPAN_DAYS} days, the first of them first.")
        return until
