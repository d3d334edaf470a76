"""How an appointment's state reads at the desk: a key of the table of states in `ui/tags.html`, and the words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from mibo import clock
from mibo.booking import NotOffered, SlotTaken, Status
from mibo.errors import Conflict
from mibo.messaging import wording
from mibo.web.filters import clock_time

MODES = {"IN_PERSON": "In person", "ONLINE": "Online"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an appointment when its state is put into words."""

    status: str
    mode: str
    held_until: datetime | None
    arrived_at: datetime | None
    since: datetime | None
    by_desk: bool
    link_sent: bool
    link_failed: bool
    meeting_ready: bool
    expected_at: datetime | None = None
    coming: bool = False

    def reads(self, now: datetime) -> tuple[str, str]:
        """The state's key and its words; empty words stand for the state's own."""
        if self.status == Status.PENDING:
            return self._held(now)
        if self.status == Status.CONFIRMED:
            return self._confirmed()
        if self.status == Status.IN_PROGRESS and self.since:
            return self.status, f"In consultation · {minutes(now - self.since)} min"
        return self.status, ""

    def _held(self, now: datetime) -> tuple[str, str]:
        left = minutes(self.held_until - now, up=True) if self.held_until else 0
        if left <= 0:
            return "EXPIRED", "Hold ended"
        if not self.by_desk:
            return "HELD", f"Held · {left} min left"
        if self.link_sent:
            return "PENDING", f"Link sent · {left} min"
        if self.link_failed:
            return "LINK_NOT_SENT", f"Link not sent · {left} min"
        return "PENDING", f"Sending link · {left} min"

    def _confirmed(self) -> tuple[str, str]:
        if self.arrived_at:
            return "ARRIVED", f"Arrived {clock_time(self.arrived_at)}"
        if self.expected_at:
            return "LATE", f"Late, expected {clock_time(self.expected_at)}"
        if self.mode == "ONLINE":
            coming = " · will come" if self.coming else ""
            return "ONLINE", ("Online · link ready" if self.meeting_ready else "Online · making link") + coming
        return "CONFIRMED", "Will come" if self.coming else ""


def booked(status: str, payment: str, full_name: str) -> str:
    """What happens next, said to the desk."""
    name = wording.first_name(full_name)
    if status == Status.PENDING:
        return f"Booked. {name} gets a payment link on WhatsApp."
    if payment == "PENDING":
        return f"Booked. {name} pays at the centre and gets the confirmation on WhatsApp."
    return f"Booked and paid. {name} gets the confirmation on WhatsApp."


def refused(error: Conflict, starts_at: datetime, walk_in: bool) -> str:
    """Why a time could not be given, and what to do where there is something to do."""
    if isinstance(error, SlotTaken):
        return f"{clock_time(starts_at)} has just been taken."
    late = isinstance(error, NotOffered) and starts_at < clock.now() and not walk_in
    return f"{error.message} If the patient is here, tick Walk-in." if late else error.message


def minutes(span: timedelta, *, up: bool = False) -> int:
    """Whole minutes of a span, rounded down, or up for what is left of one."""
    return -(-span // timedelta(minutes=1)) if up else span // timedelta(minutes=1)


@lru_cache(maxsize=4096)
def short_name(full_name: str) -> str:
    """`Asha Menon` → `A. Menon`, as the board has it: a passer-by reads no more."""
    *others, last = full_name.split() or [""]
    return " ".join([f"{other[0]}." for other in others] + [last])
