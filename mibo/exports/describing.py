"""What a list is as a file: its columns, what may be asked of it, and how it is read on. The pages describe each of theirs
here once, in their own words; CSV and PDF are both written from that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any

from pydantic import BaseModel

from mibo import clock, money, phone
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission

ZONE = "IST"
PAGING = {"page", "place", "after", "before", "turn", "show", "sums"}  # which page was looked at is of no matter
Mark = list[Any]  # where a list goes on, as JSON can say it

UNIT = {"moment": f" ({ZONE})", "money": " (rupees)"}


class Kind(StrEnum):
    """How a value is written."""

    WORDS = "words"
    NUMBER = "number"
    MONEY = "money"  # paise
    MOMENT = "moment"  # an instant
    DAY = "day"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it says of a row to somebody, and who has it at all. `weight` is its share on paper."""

    title: str
    of: Callable[[Any, Actor], Any]
    kind: Kind = Kind.WORDS
    seen_by: Callable[[Actor], bool] = lambda _: True
    weight: float = 1.0

    @property
    def heading(self) -> str:
        """With the zone or the unit of what stands below."""
        return self.title + UNIT.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows in their order, and where the list goes on; `after` is None when that was all."""

    rows: Sequence[Any]
    after: Mark | None = None


Read = Callable[[Any, Actor, Mark | None, int], Batch]


def no_words(_: Any) -> Sequence[tuple[str, str]]:
    """A list without filters."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list of staff as a file. `asks` is the input of its page; what is `typed` in it never reaches the audit."""

    name: str
    title: str
    permission: Permission
    asks: type[BaseModel]
    columns: Sequence[Column]
    read: Read
    count: Callable[[Any, Actor], int | None] | None = None
    filters: Callable[[Any], Sequence[tuple[str, str]]] = no_words
    typed: frozenset[str] = frozenset({"q"})
    endpoint: str

    def columns_for(self, who: Actor) -> Sequence[Column]:
        """The columns that this person may have."""
        return [one for one in self.columns if one.seen_by(who)]

    def told(self, asked: BaseModel) -> dict[str, Any]:
        """What was asked, without anything that somebody typed."""
        kept = asked.model_dump(mode="json", exclude_defaults=True, exclude=PAGING)
        return {name: "…" if name in self.typed else value for name, value in kept.items() if value not in ("", None)}


_known: dict[str, Listing] = {}


def describe(*described: Listing) -> None:
    """Make lists known by their names."""
    for one in described:
        _known[one.name] = one


def listings() -> Mapping[str, Listing]:
    """Every list that is known."""
    return _known


def listing(name: str) -> Listing:
    """The list of that name. Raises Missing."""
    if (found := _known.get(name)) is None:
        raise Missing("We could not find that list.")
    return found


def all_at_once(read: Callable[[Any, Actor], Sequence[Any]]) -> Read:
    """A list that is small by its nature, such as the centres."""
    return lambda asked, who, mark, size: Batch(read(asked, who))


def as_made(
    read: Callable[[Any, Actor, int, int | None], Sequence[Any]], key: Callable[[Any], int] = attrgetter("id")
) -> Read:
    """A worklist, read by `read(asked, who, limit, made_after)`: one that fits into a single piece is in the order of its
    page. Whatever a longer one is sorted by may change while it is made, so its pieces go by the id of each row: who was in
    the list all along is in the file once.
    """

    def batch(asked: Any, who: Actor, mark: Mark | None, size: int) -> Batch:
        if mark is None and len(whole := read(asked, who, size + 1, None)) <= size:
            return Batch(whole)
        found = read(asked, who, size + 1, int(mark[0]) if mark else 0)
        return Batch(found[:size], [key(found[size - 1])] if len(found) > size else None)

    return batch


def by_place(
    read: Callable[[Any, Actor, tuple[datetime, int] | None, int], Sequence[Any]],
    place_of: Callable[[Any, Any], tuple[datetime, int]],
    lasting: Callable[[Any], Any] = lambda asked: asked,
) -> Read:
    """A list that is read on from where a row stands in its order, by an instant and its id: `read(asked, who, place, limit)`.
    `lasting` is the same list in an order that nothing changes, for what does not fit into a single piece (`as_made`).
    """

    def batch(asked: Any, who: Actor, mark: Mark | None, size: int) -> Batch:
        if mark is None and len(whole := read(asked, who, None, size + 1)) <= size:
            return Batch(whole)
        asked = lasting(asked)
        found = read(asked, who, (datetime.fromisoformat(mark[0]), int(mark[1])) if mark else None, size + 1)
        if len(found) <= size:
            return Batch(found)
        at, row_id = place_of(found[size - 1], asked)
        return Batch(found[:size], [at.isoformat(), row_id])

    return batch


def written(value: Any, kind: Kind) -> str | int:
    """A value for a spreadsheet: times in the clinic's zone, money in rupees with two decimals."""
    if value is None or value == "":
        return ""
    if kind is Kind.MONEY:
        rupees, paise = divmod(abs(int(value)), 100)  # a sum of the database is a decimal
        return f"{'-' if value < 0 else ''}{rupees}.{paise:02d}"
    if kind is Kind.NUMBER:
        return int(value)
    if kind is Kind.MOMENT:
        return f"{clock.local(value):%Y-%m-%d %H:%M}"
    if kind is Kind.DAY:
        return f"{_day(value):%Y-%m-%d}"
    return phone.shown(value) if kind is Kind.PHONE else str(value)


def drawn(value: Any, kind: Kind) -> str:
    """The same for paper."""
    if value is None or value == "":
        return ""
    if kind is Kind.MONEY:
        return money.rupees(int(value))
    if kind is Kind.MOMENT:
        at = clock.local(value)
        return f"{at.day} {at:%b %Y}, " + f"{at:%I:%M %p}".lstrip("0").lower()
    if kind is Kind.DAY:
        return f"{_day(value).day} {_day(value):%b %Y}"
    return str(written(value, kind))


def _day(value: date | datetime) -> date:
    return clock.clinic_day(value) if isinstance(value, datetime) else value
