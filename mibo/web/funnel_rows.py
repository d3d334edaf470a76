"""The funnel as a table ready to draw: each step with its number and its share of the step before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.leads import NONE, STEPS, Row, total
from mibo.leads.rules import SMALLEST_SHOWN, shown
from mibo.web.enquiry_words import SOURCES, STAFF_HEARD_OF
from mibo.web.inputs.funnel import FunnelInput

LINES = {"source": "Source", "heard_of": "How they heard of us", "campaign": "Campaign", "centre": "Centre"}
WORDS = {"asked": "Asked", "reached": "Reached", "booked": "Booked", "attended": "Attended", "paid": "Paid"}
NOTHING = {"heard_of": "Not said", "campaign": "No campaign", "centre": "No centre yet"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: its words, its share of the step before, and the list of what it counts."""

    words: str
    share: str
    href: str


@dataclass(frozen=True, slots=True)
class Table:
    """The lines, and what they have together."""

    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    together: Sequence[Cell]
    hidden: str


def table(rows: Sequence[Row], asked: FunnelInput, who: Actor) -> Table:
    """The table; who does not work with the enquiries themselves sees no number that would point at somebody (M25)."""
    to_worklist = who.may(Permission.ANSWER_ENQUIRIES)
    lines = [(name_of(row, asked.by), _cells(row.counts, asked, row.value, to_worklist)) for row in rows]
    few = "" if to_worklist else f"Numbers under {SMALLEST_SHOWN} are not shown."
    return Table(list(WORDS.values()), lines, _cells(total(rows), asked, "", to_worklist), few)


def name_of(row: Row, by: str) -> str:
    """What a line is called."""
    if row.value == NONE:
        return NOTHING[by]
    return {"source": SOURCES, "heard_of": STAFF_HEARD_OF}.get(by, {}).get(row.value) or row.name


def _cells(counts: Sequence[int], asked: FunnelInput, value: str, to_worklist: bool) -> list[Cell]:
    befores = (0, *counts)
    return [
        _cell(count, before, _list_of(asked, step, value) if to_worklist else "", to_worklist)
        for step, count, before in zip(STEPS, counts, befores, strict=False)
    ]


def _cell(count: int, before: int, href: str, to_worklist: bool) -> Cell:
    words = count_words(count, to_worklist=to_worklist)
    if shown(count, to_worklist=to_worklist) is None:
        return Cell(words, "", "")
    share = f"{round(100 * count / before)}%" if before >= SMALLEST_SHOWN else ""
    return Cell(words, share, href if count else "")


def count_words(count: int, *, to_worklist: bool) -> str:
    """A number, unless it is so small that it would point at somebody."""
    seen = shown(count, to_worklist=to_worklist)
    return f"under {SMALLEST_SHOWN}" if seen is None else str(seen)


def _list_of(asked: FunnelInput, step: str, value: str) -> str:
    """The enquiries that a number counts."""
    cut: dict[str, Any] = {"by": asked.by, "value": value} if value else {}
    days: dict[str, Any] = {"since": asked.first.isoformat(), "until": asked.last.isoformat()}
    return url_for("enquiries.listing", **days, step=step, centre=asked.centre, **cut)
