"""Exports as values ready to draw."""

from dataclasses import dataclass
from datetime import timedelta

from flask import url_for
from pydantic import ValidationError

from mibo import clock, exports, sealing
from mibo.errors import DomainError, Missing
from mibo.exports import Export
from mibo.exports.rules import AGAIN, OPEN, Failure, State
from mibo.identity import Actor
from mibo.web.filters import moment

LOOKS = {
    State.QUEUED: ("pend", "clock", "Waiting"), State.RUNNING: ("live", "dot", "Being made"),
    State.DONE: ("done", "tick", "Ready"), State.FAILED: ("bad", "warning", "Failed"),
    State.CANCELLED: ("gone", "x", "Called off"), State.EXPIRED: ("gone", "clock", "Deleted"),
}  # fmt: skip
BECAUSE = {
    Failure.NOT_ALLOWED: "What you may see has changed since you asked for it. Please make it again from its list.",
    Failure.STORE_AWAY: "The place where files are kept could not be reached.",
    Failure.TOO_LONG: "The list has grown too long for a PDF. Narrow it by its filters, or take it along as CSV.",
    Failure.BROKE: "It could not be made, tried several times. Whoever runs Mibo finds why in its log.",
}
LONG = timedelta(minutes=1)
STILL_WAITS = "It waits longer than usual, and is made by itself as soon as it can be: you need not ask for it again."
STEPS = (("MB", 1024 * 1024), ("KB", 1024))


@dataclass(frozen=True, slots=True)
class Row:
    """One export; `done` and `total` are lines, `total` is 0 where nobody knows it before."""

    id: int
    title: str
    file: str
    filters: str
    asked: str
    look: tuple[str, str, str]
    because: str
    under_way: bool
    done: int
    total: int
    progress: str
    size: str
    until: str
    href: str
    again: bool
    list_href: str


def row(one: Export, who: Actor) -> Row:
    """How far it has come, and what may be done about it."""
    state = State(one.state)
    known = exports.listings().get(one.listing)
    ready = state is State.DONE
    return Row(
        id=one.id, title=known.title if known else one.listing, file=one.file.upper(), filters=_filters(one),
        asked=moment(one.asked_at), look=LOOKS[state], because=_because(one),
        under_way=state in OPEN, done=min(one.rows, one.total or one.rows), total=one.total or 0,
        progress=_progress(one), size=_size(one.size) if ready else "",
        until=moment(one.expires_at) if ready and one.expires_at else "",
        href=url_for("exports.download", export_id=one.id) if ready else "", again=state in AGAIN and bool(one.filters),
        list_href=url_for(known.endpoint) if known and who.may(known.permission) else "",
    )  # fmt: skip


def _because(one: Export) -> str:
    """Why it came to nothing, or that it is not forgotten: what rings for it may be away."""
    if one.failure:
        return BECAUSE[Failure(one.failure)]
    return STILL_WAITS if one.state == State.QUEUED and clock.now() - one.asked_at > LONG else ""


def _filters(one: Export) -> str:
    """`Centre: Kochi · From: 1 Nov 2026`; nothing when what was asked for is not kept any more."""
    try:
        which, asked = exports.asked_of(one)
    except (DomainError, Missing, sealing.InvalidToken, ValidationError):
        return ""
    return " · ".join(f"{label}: {words}" for label, words in which.filters(asked))


def _progress(one: Export) -> str:
    if one.state == State.DONE:
        return "1 line" if one.rows == 1 else f"{one.rows:,} lines"
    if one.state not in OPEN:
        return ""
    return f"{one.rows:,} of {one.total:,} lines" if one.total else f"{one.rows:,} lines so far"


def _size(octets: int) -> str:
    """`3.4 MB`."""
    name, step = next(((name, step) for name, step in STEPS if octets >= step), ("bytes", 1))
    return f"{octets / step:.1f} {name}" if step > 1 else f"{octets} bytes"
