"""The rows of a day board as they are drawn, each with a key of all that it shows; a poll is sent the rows it has not.

Most rows look as they did at the last poll, so what was drawn is kept. A board tells which keys it has; what it has and
should not is taken out, what it has not is put in behind its neighbour. So a row may change, move, come or go alike.
"""

from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from flask import get_template_attribute
from markupsafe import Markup

from mibo.web.desk_lanes import Entry

KEY_LENGTH = 5  # characters of 6 bits: of a million changed rows one might be taken for what stood there before
MOST_KEYS = 6000


class Row(NamedTuple):
    """One row of a lane, drawn."""

    key: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Lane:
    """A clinician's day, drawn; its own key tells of the head alone."""

    id: int
    name: str
    about: str
    key: str
    rows: Sequence[Row]

    @property
    def html(self) -> Markup:
        """All of its rows; a template's loop over them would take as long as all else that it draws."""
        return Markup("\n").join([row.html for row in self.rows])


@dataclass(frozen=True, slots=True)
class Arrival:
    """Rows that a board has not, and where they belong: behind the row of a key, or first in a lane."""

    behind: str
    lane: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class News:
    """How a board becomes what it should be."""

    gone: Sequence[str]
    come: Sequence[Arrival]


def lane(clinician_id: int, name: str, about: str, entries: Sequence[Entry]) -> Lane:
    """A clinician's day with all of its rows."""
    return Lane(
        clinician_id, name, about, _key((clinician_id, name, about)), [_drawn(clinician_id, e) for e in entries]
    )


def news(lanes: Sequence[Lane], told: str) -> News | None:
    """What a board lacks that has the rows of these keys; None when it must be drawn anew, as a lane is new to it."""
    if not told or len(told) > MOST_KEYS * KEY_LENGTH:
        return None
    has = {told[at : at + KEY_LENGTH]: None for at in range(0, len(told), KEY_LENGTH)}
    if not all(each.key in has for each in lanes):
        return None
    meant = {each.key for each in lanes} | {row.key for each in lanes for row in each.rows}
    gone = [key for key in has if key not in meant and _is_key(key)]
    return News(gone, [arrival for each in lanes for arrival in _arrivals(each, has)])


def _arrivals(one: Lane, has: Collection[str]) -> Iterator[Arrival]:
    behind, new = "", list[Row]()
    for row in one.rows:
        if row.key not in has:
            new.append(row)
            continue
        if new:
            yield Arrival(behind, one.id, new)
        behind, new = row.key, []
    if new:
        yield Arrival(behind, one.id, new)


@lru_cache(maxsize=8192)
def _drawn(clinician_id: int, entry: Entry) -> Row:
    key = key_of(clinician_id, entry)
    row: Markup = get_template_attribute("desk/_row.html", "row")(entry, key)
    return Row(key, row)


def key_of(clinician_id: int, entry: Entry) -> str:
    """The key of a row: another as soon as anything that it shows is another."""
    return _key((clinician_id, entry))


def _key(shown: object) -> str:
    return urlsafe_b64encode(blake2b(repr(shown).encode(), digest_size=6).digest()).decode()[:KEY_LENGTH]


def _is_key(told: str) -> bool:
    """What a browser says goes back into a selector."""
    return len(told) == KEY_LENGTH and told.replace("-", "").replace("_", "").isalnum() and told.isascii()
