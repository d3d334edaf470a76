"""What is agreed to, for which purpose, by whom, and whether it still stands (security.md lines 75, 78, 79). Pure."""

from dataclasses import dataclass
from datetime import datetime

from mibo.errors import Conflict
from mibo.phrases import phrase

NOTICE_VERSION = (
    "2026-11"  # other words in templates/consents/_notice.html that change what is agreed to are another one
)
CARE, MESSAGES, ONLINE = "CARE", "MESSAGES", "ONLINE"
PURPOSES = (CARE, MESSAGES, ONLINE)
SELF, GUARDIAN, FAMILY, DESK = "SELF", "GUARDIAN", "FAMILY", "DESK"
CAPACITIES = (SELF, GUARDIAN, FAMILY, DESK)


class ConsentWithdrawn(Conflict):
    """Nothing new is booked for somebody who has taken back that we keep their records for it."""

    code = "CONSENT_WITHDRAWN"
    message = phrase(
        "You took back your consent to keep records for new appointments. Give it again under “What I agreed to” to book."
    )


@dataclass(frozen=True, slots=True)
class Said:
    """The last thing that was said about one purpose: yes or no, to which words, by whom, when."""

    purpose: str
    given: bool
    version: str
    capacity: str
    at: datetime


def stands(last: Said | None, *, is_minor: bool, version: str = NOTICE_VERSION) -> bool:
    """Whether it is agreed to now: to the words as they are, and of a grown-up not by their former guardian."""
    if last is None or not last.given or last.version != version:
        return False
    return is_minor or last.capacity != GUARDIAN


def capacity_of(*, own: bool, is_minor: bool) -> str:
    """As what an account's holder speaks: for a child as its guardian, for themselves, or for grown-up family."""
    if is_minor:
        return GUARDIAN
    return SELF if own else FAMILY
