"""The stuff that answers are made of: keys in camelCase, ids as strings, instants in UTC with milliseconds and a Z."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from mibo import money

Data = TypeVar("Data")


class Shown(BaseModel):
    """Something the API shows."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True, frozen=True)


class PaymentStatus(StrEnum):
    """The states of a payment."""

    PENDING = "PENDING"
    PAID = "PAID"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"


def instant(at: datetime) -> str:
    """`2031-04-07T03:30:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Id = Annotated[int, PlainSerializer(str, return_type=str), WithJsonSchema({"type": "string", "pattern": "^[0-9]+$"})]
Instant = Annotated[
    datetime,
    PlainSerializer(instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2031-04-07T03:30:00.000Z"]}),
]
Rupees = Annotated[
    int,
    PlainSerializer(money.whole_rupees, return_type=float, when_used="always"),
    WithJsonSchema({"type": "number", "description": "Rupees."}),
]
Paise = Annotated[int, WithJsonSchema({"type": "integer", "description": "Paise."})]


class Answer(Shown, Generic[Data]):
    """What every request that went well answers."""

    success: Literal[True] = True
    data: Data
    message: str | None = None


class Told(Shown):
    """A sentence."""

    message: str


class Done(Shown):
    """What a request answers that has nothing to tell but that it went well."""

    success: Literal[True] = True
    message: str


class Page(Shown):
    """Where a list stands: how many there are in all, and how to ask for the next of them."""

    total: int
    next_cursor: str | None = None


class Listed(Shown, Generic[Data]):
    """A list; older clients get all of it at once and no `meta`."""

    success: Literal[True] = True
    data: list[Data]
    meta: Page | None = None


class Part(Answer[Data], Generic[Data]):
    """A part of what is one's own, with how much there is in all; older clients get no `meta`."""

    meta: Page | None = None


class Detail(Shown):
    """One field that makes no sense, and why."""

    field: str
    message: str


class ErrorBody(Shown):
    """What went wrong, for programs and for people."""

    code: str
    message: str
    details: list[Detail] = []
    request_id: str | None = None


class Refusal(Shown):
    """What every request answers that did not go well; the sentence stands at both places where clients look."""

    success: Literal[False] = False
    message: str
    code: str
    error: ErrorBody
