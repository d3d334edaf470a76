"""Video links as values ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from mibo import clock
from mibo.booking import AppointmentRow, video_list
from mibo.identity import Actor
from mibo.web.appointment_rows import Line, lines
from mibo.web.filters import clock_time

STATES: Mapping[video_list.LinkState, tuple[str, str, str]] = {
    video_list.LinkState.READY: ("Link ready", "done", "tick"),
    video_list.LinkState.MISSING: ("Being made", "pend", "refresh"),
    video_list.LinkState.FAILED: ("Could not be made", "bad", "warning"),
}
TABS = (
    (None, "All"),
    (video_list.LinkState.READY, "Ready"),
    (video_list.LinkState.MISSING, "Missing"),
    (video_list.LinkState.FAILED, "Failed"),
)
WHY = {
    "PENDING": "The provider is still making the room.",
    "NOT_CONFIGURED": "Google is not set up for this clinic.",
    "BAD_CREDENTIALS": "Google does not accept the clinic's key.",
    "GONE": "The provider has taken the room away.",
}


@dataclass(frozen=True, slots=True)
class LinkLine:
    """An online appointment in the list; `soon` when it begins shortly, or has begun, without a link."""

    line: Line
    href: str
    mark: tuple[str, str, str]
    about: str
    soon: bool
    share: str


@dataclass(frozen=True, slots=True)
class CallLine:
    """A patient who waits to be called by phone."""

    line: Line
    since: str


def calls(found: Sequence[tuple[AppointmentRow, datetime]], who: Actor) -> list[CallLine]:
    """Who waits to be called."""
    drawn = lines([row for row, _ in found], who)
    return [CallLine(line, clock_time(asked_at)) for line, (_, asked_at) in zip(drawn, found, strict=True)]


def draw(rows: Sequence[video_list.LinkRow], who: Actor, *, alarm_minutes: int) -> list[LinkLine]:
    """The list."""
    now = clock.now()
    page = url_for("video_links.one", appointment_id=0).removesuffix("0")
    return [
        LinkLine(
            line=line,
            href=f"{page}{found.row.id}",
            mark=mark_of(found.state, pasted=found.pasted),
            about=about(found.state, found.attempts, found.last_error, pasted=found.pasted),
            soon=found.state is not video_list.LinkState.READY
            and (found.row.starts_at - now).total_seconds() <= alarm_minutes * 60,
            share=url_for("my.appointment", reference=found.row.reference, _external=True),
        )
        for found, line in zip(rows, lines([each.row for each in rows], who), strict=True)
    ]


def mark_of(state: video_list.LinkState, *, pasted: bool) -> tuple[str, str, str]:
    """Words, colour and drawing of a link's state."""
    words, colour, drawing = STATES[state]
    return ("Pasted by staff" if pasted else words), colour, drawing


def about(state: video_list.LinkState, attempts: int, last_error: str | None, *, pasted: bool) -> str:
    """Why it is not there, in words; nothing where it is."""
    if state is video_list.LinkState.READY or pasted or not attempts:
        return ""
    tried = f"Tried {'once' if attempts == 1 else f'{attempts} times'}."
    return f"{WHY.get(last_error or '', 'The provider does not answer as it should.')} {tried}"
