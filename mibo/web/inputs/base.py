"""What every input has in common: keys in any spelling, and values that are what they look like.

pydantic alone would take `0` for an instant, `true` for a number and a number for a date; these types do not.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from mibo import clock, phone
from mibo.errors import Invalid
from mibo.ids import GREATEST_ID, read_id
from mibo.web.inputs.text import cleaned

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WALL_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
LONGEST_INSTANT = 40
YEARS = range(1900, 2200)  # beyond them the arithmetic of days overflows, and nobody is born or booked
LONGEST_PHONE = 40

Names = Mapping[str, tuple[str, ...]]


class Input(BaseModel):
    """What somebody sent. Keys may be camelCase or snake_case, or another name that a client knows (`also`)."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        str_strip_whitespace=True,
        frozen=True,
        hide_input_in_errors=True,
    )

    also: ClassVar[Names] = {}
    said_as: ClassVar[Mapping[str, str]] = {}  # a field, by what rules call it where they refuse it

    @model_validator(mode="before")
    @classmethod
    def one_spelling(cls, sent: Any) -> Any:
        """Rename every key to its field's name; a field's own name wins over its other names. No number is yes or no."""
        if not isinstance(sent, Mapping):
            return sent
        names = _names_of(cls)
        strangers = {key: value for key, value in sent.items() if _squashed(key) not in names}
        told = {field: sent[key] for field, key in read_keys(cls, sent).items()}
        numbers = _numbers_of(cls)
        renamed = {
            field: str(value) if isinstance(value, bool) and field in numbers else value
            for field, value in told.items()
        }
        return {**strangers, **cleaned(renamed)}


def read_keys(model: type[Input], sent: Mapping[str, Any]) -> dict[str, str]:
    """Which key of what was sent is read for each field."""
    names, found = _names_of(model), dict[str, str]()
    known = [key for key in sent if _squashed(key) in names]
    for key in sorted(known, key=lambda key: names[_squashed(key)][1]):
        found.setdefault(names[_squashed(key)][0], key)
    return found


def keys_of(model: type[Input], sent: Mapping[str, Any]) -> dict[str, str]:
    """What each field is called to whoever sent this, by every name it has: as they wrote it, else as the document does."""
    used = read_keys(model, sent)
    called = {name: used.get(name) or field.alias or name for name, field in model.model_fields.items()}
    others = {other: field for field, names in model.also.items() if field in called for other in names}
    return {name: called[field] for name, field in (others | dict(model.said_as)).items()} | called


@cache
def _names_of(model: type[Input]) -> dict[str, tuple[str, int]]:
    """Each name a field may come by, squashed, with the field and how good a name it is (0 is its own)."""
    names = {_squashed(field): (field, 0) for field in model.model_fields}
    for field, others in model.also.items():
        for rank, other in enumerate(others, start=1):
            names.setdefault(_squashed(other), (field, rank))
    return names


@cache
def _numbers_of(model: type[Input]) -> set[str]:
    """The fields that hold a number, or nothing: pydantic would take `true` for 1."""
    kinds = {field: set(_kinds(told.annotation)) for field, told in model.model_fields.items()}
    return {field for field, each in kinds.items() if each & {int, float} and bool not in each}


def _kinds(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _kinds(one)
    else:
        yield annotation


def _squashed(key: object) -> str:
    return str(key).replace("_", "").lower()


def _id(sent: object) -> int:
    if isinstance(sent, float) and sent.is_integer():
        sent = int(sent)
    found = None
    if isinstance(sent, str):
        found = read_id(sent)
    elif isinstance(sent, int) and not isinstance(sent, bool) and 0 < sent <= GREATEST_ID:
        found = sent
    if found is None:
        raise PydanticCustomError("id", "{field} must be an id: a number, or a number in quotes.")
    return found


def _phone(sent: str) -> str:
    try:
        return phone.canonical(sent)
    except Invalid as error:
        raise PydanticCustomError("phone", "{sentence}", {"sentence": error.message}) from None


def read_day(typed: str | None) -> date | None:
    """A day as it stands in an address; None for what is none, or is of a year in which nobody is born or booked."""
    try:
        day = date.fromisoformat(typed or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _day(sent: object) -> date:
    if isinstance(sent, date) and not isinstance(sent, datetime):
        return sent
    if isinstance(sent, str) and DAY.fullmatch(sent) and (day := read_day(sent)):
        return day
    raise PydanticCustomError("day", "{field} must be a date such as 2031-04-07.")


def _wall_clock(sent: object) -> time:
    if isinstance(sent, time):
        return sent
    if isinstance(sent, str) and WALL_CLOCK.fullmatch(sent):
        return time.fromisoformat(sent)
    raise PydanticCustomError("wall_clock", "{field} must be a time such as 09:30.")


def _instant(sent: object) -> datetime:
    if isinstance(sent, datetime) and sent.tzinfo:
        return sent
    try:
        if isinstance(sent, str) and len(sent) <= LONGEST_INSTANT and DAY.match(sent) and int(sent[:4]) in YEARS:
            return clock.read_instant(sent)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError("instant", "{field} must be a date and time such as 2031-04-07T09:00:00+05:30.")


def _upper(sent: object) -> object:
    return sent.strip().upper() if isinstance(sent, str) else sent


def _yes_or_no(sent: object) -> bool | None:
    """`"true"` and `"false"` as they stand in an address; anything else asks for nothing (api-contract.md 1.9)."""
    return {"true": True, "false": False}.get(str(sent).strip().lower())


def _blank_is_none(sent: object) -> object:
    return None if isinstance(sent, str) and not sent.strip() else sent


_ID_SCHEMA = {"type": "string", "pattern": "^[0-9]{1,19}$", "examples": ["88"]}

Id = Annotated[int, BeforeValidator(_id), WithJsonSchema(_ID_SCHEMA)]
Phone = Annotated[
    str,
    AfterValidator(_phone),
    WithJsonSchema({"type": "string", "maxLength": LONGEST_PHONE, "examples": ["919000000031"]}),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
WallClock = Annotated[
    time,
    BeforeValidator(_wall_clock),
    WithJsonSchema({"type": "string", "pattern": f"^{WALL_CLOCK.pattern}$", "examples": ["09:30"]}),
]
Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
YesOrNo = Annotated[bool | None, BeforeValidator(_yes_or_no), WithJsonSchema({"type": "string"})]
BlankIsNone = BeforeValidator(_blank_is_none)
AnyCase = BeforeValidator(_upper)
