"""The queue of a centre's day as values ready to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import get_template_attribute, url_for

from mibo import clock, phone
from mibo.booking import QueueRow
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.web.filters import clock_time

LOOKS = {
    "WAITING": ("pend", "clock", "Waiting"),
    "CALLED": ("live", "dot", "Called"),
    "SKIPPED": ("bad", "undo", "Did not come"),
    "DONE": ("done", "tick", "Done"),
    "LEFT": ("gone", "x", "Left"),
}
BUTTONS = {
    "WAITING": (("CALLED", "Call"), ("LEFT", "Left")),
    "CALLED": (("DONE", "Done"), ("SKIPPED", "Skip"), ("LEFT", "Left")),
    "SKIPPED": (("CALLED", "Call back"), ("LEFT", "Left")),
    "DONE": (("WAITING", "Bring back"),),
    "LEFT": (("WAITING", "Bring back"),),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody in the queue."""

    id: int
    token: int
    version: int
    who: str
    facts: str
    wants: str
    note: str
    look: str
    icon: str
    words: str
    since: str
    buttons: Sequence[tuple[str, str]]
    step: str
    book: str
    slip: str
    booked: str


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page shows: who is here, who is not any more, and the numbers over it."""

    here: Sequence[Line]
    over: Sequence[Line]
    counts: Sequence[tuple[str, str]]
    next_up: Line | None
    called: Sequence[int]


def look(rows: Sequence[QueueRow], centre_id: int, who: Actor) -> Shown:
    """The queue as this person sees it."""
    now = clock.now()
    draw = _Drawing(centre_id, who, now)
    here = [draw.line(row) for row in rows if row.is_here]
    waiting = [row for row in rows if row.status == "WAITING"]
    longest = max((row.waited_minutes(now) for row in waiting), default=0)
    return Shown(
        here=here,
        over=[draw.line(row) for row in rows if not row.is_here],
        counts=[
            (str(len(waiting)), "waiting"),
            (f"{longest} min", "longest wait"),
            (str(sum(row.status == "CALLED" for row in rows)), "called"),
            (str(sum(row.status == "DONE" for row in rows)), "done"),
        ],
        next_up=next((line for line in here if line.id == waiting[0].id), None) if waiting else None,
        called=[row.token for row in rows if row.status == "CALLED"],
    )


class _Drawing:
    """What every line of one queue is drawn with."""

    def __init__(self, centre_id: int, who: Actor, now: datetime) -> None:
        self.now, self.icon = now, get_template_attribute("ui/icons.html", "icon")
        self.books = who.may(Permission.BOOK_AT_DESK)
        self.new = url_for("desk.new_booking", centre=centre_id, walk_in="yes")
        self.one = url_for("queue.step", entry_id=0).removesuffix("0/step")
        self.page = url_for("desk.appointment", appointment_id=0).removesuffix("0")

    def line(self, row: QueueRow) -> Line:
        """One line; whoever it is, two facts tell them apart (P3)."""
        colour, icon, words = LOOKS[row.status]
        here = row.is_here
        facts = [phone.masked(row.patient_phone), row.patient_mrn or ""]
        return Line(
            id=row.id,
            token=row.token,
            version=row.version,
            who=row.patient_name,
            facts=" · ".join(filter(None, facts)),
            wants=row.clinician_name or "Anybody",
            note=row.note or "",
            look=colour,
            icon=self.icon(icon),
            words=words,
            since=self._since(row),
            buttons=() if row.appointment_id else BUTTONS[row.status],
            step=f"{self.one}{row.id}/step",
            book=self._book(row) if here and self.books else "",
            slip=f"{self.one}{row.id}/slip" if here else "",
            booked=f"{self.page}{row.appointment_id}" if row.appointment_id else "",
        )

    def _since(self, row: QueueRow) -> str:
        waited = f"{row.waited_minutes(self.now)} min"
        if row.status == "WAITING":
            return waited
        if row.status == "CALLED" and row.called_at:
            return f"{waited}, called {clock_time(row.called_at)}"
        return f"{waited}, {clock_time(row.finished_at)}" if row.finished_at else waited

    def _book(self, row: QueueRow) -> str:
        """The desk's page for the next free time, with all that is known already."""
        wanted = f"&clinician={row.clinician_id}" if row.clinician_id else ""
        return f"{self.new}&patient={row.patient_id}&queue_entry={row.id}{wanted}"
