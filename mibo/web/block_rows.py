"""Closed time in words, ready to draw."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from mibo import booking
from mibo.booking import blocks
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.scheduling.spans import Span
from mibo.web.filters import day, moment

A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    """A block, ready to draw."""

    id: int
    who: str
    where: str
    when: str
    reason: str
    author: str
    made: str
    lifted: str
    is_over: bool
    is_one_of_many: bool
    may_reopen: bool


def rows_of(found: Iterable[blocks.BlockRow], by: Actor) -> list[Line]:
    """Each of them."""
    known: dict[tuple[int | None, int | None], bool] = {}
    return [row_of(one, by, known) for one in found]


def row_of(one: blocks.BlockRow, by: Actor, known: dict[tuple[int | None, int | None], bool] | None = None) -> Line:
    """One of them; `known` remembers whose time may be opened, so that it is asked once."""
    lifted = f"{one.lifter or 'Mibo'}, {moment(one.lifted_at)}" if one.lifted_at else ""
    return Line(
        one.id, one.clinician or "Everybody", one.centre or "All their centres", span_words(one.span), one.reason,
        one.author or "Mibo", moment(one.created_at), lifted, one.is_over, one.group_id is not None,
        may_reopen(one, by, known),
    )  # fmt: skip


def may_reopen(one: blocks.BlockRow, by: Actor, known: dict[tuple[int | None, int | None], bool] | None = None) -> bool:
    """Whether there is something to open again, and it is theirs to do."""
    if not one.is_live or one.is_over or not by.may(Permission.BLOCK_TIME):
        return False
    whose = one.clinician_id, one.centre_id
    known = {} if known is None else known
    if whose not in known:
        known[whose] = booking.may_open(*whose, by)
    return known[whose]


def span_words(span: Span) -> str:
    """`Tue 24 Nov, 10:00 am to 11:15 am`; `Tue 24 Nov to Fri 27 Nov, all day`."""
    first, last = span.starts.date(), (span.ends - A_MOMENT).date()
    starts_whole, ends_whole = span.starts.time() == time.min, span.ends.time() == time.min
    if starts_whole and ends_whole:
        return f"{day(first)}, all day" if first == last else f"{day(first)} to {day(last)}, all day"
    ends = "midnight" if ends_whole else _face(span.ends)
    if first == last:
        return f"{day(first)}, {_face(span.starts)} to {ends}"
    return f"{day(first)}, {_face(span.starts)} to {day(last)}, {ends}"


def _face(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"
