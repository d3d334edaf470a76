"""Delivery reports that are of no message we know, as lines ready to draw."""

from collections.abc import Mapping
from dataclasses import dataclass

from mibo import messaging
from mibo.web.filters import moment
from mibo.web.message_rows import WHY

SAYS = {"sent": "Sent", "delivered": "Delivered", "read": "Read", "failed": "Not delivered"}
NO_MESSAGE = "No message of ours fits it: it may belong to another system on the same WhatsApp account."
UNREADABLE = "Mibo cannot read it: WhatsApp’s provider may have changed its shape. Tell whoever looks after Mibo."


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report: when, what it says, why it is here, and which names stand in it."""

    id: int
    at: str
    event: str
    says: str
    why: str
    tried: str
    shape: tuple[str, ...]
    seen: str


def line(one: messaging.unmatched.Unmatched, names: Mapping[int, str]) -> ReportLine:
    """A report as the list shows it; no value of its body is said but what became of a message, and the error's number."""
    return ReportLine(
        id=one.id,
        at=moment(one.at),
        event=one.event or "No event named",
        says=says(one),
        why=why(one),
        tried=f"Its message is looked for until {moment(one.tried_until)}." if one.said else "",
        shape=one.shape,
        seen=f"{moment(one.seen_at)}, {names.get(one.seen_by or 0, 'somebody')}" if one.seen_at else "",
    )


def says(one: messaging.unmatched.Unmatched) -> str:
    """What it tells became of a message, and the error's number or its words."""
    return ". ".join([*(SAYS[each] for each in one.said), *(WHY.get(each, each) for each in one.errors)])


def why(one: messaging.unmatched.Unmatched) -> str:
    """Why it waits for somebody."""
    return NO_MESSAGE if one.said else UNREADABLE
