"""Pure: how an enquiry stands, what may become of it, from where it came, and which numbers are too small to show."""

from enum import StrEnum

from mibo.errors import Conflict

WEBSITE, PHONE, DIRECT, REFERRAL = "WEBSITE", "PHONE", "DIRECT", "REFERRAL"
SOURCES = (WEBSITE, PHONE, DIRECT, REFERRAL)
HEARD_OF = ("SEARCH", "SOCIAL", "FRIEND", "DOCTOR", "PASSED_BY", "PRESS", "EVENT", "OTHER")
REFERRING = ("FRIEND", "DOCTOR")  # somebody sent them, however they then reached us
CARES = ("OUT_PATIENT", "IN_PATIENT")
CALL_TIMES = ("ANY", "MORNING", "AFTERNOON", "EVENING")
LOST_REASONS = (
    "NEVER_REACHED",
    "WRONG_NUMBER",
    "NOT_INTERESTED",
    "TOO_DEAR",
    "NO_TIME",
    "ELSEWHERE",
    "NOT_OFFERED",
    "OTHER",
)
OUTCOMES = ("REACHED", "NO_ANSWER", "WRONG_NUMBER")
CALL_NOTICE = "2026-11"  # other words on the form about being called are another one
SMALLEST_SHOWN = 5


class State(StrEnum):
    """How an enquiry stands."""

    NEW = "NEW"
    NOT_REACHED = "NOT_REACHED"
    CONTACTED = "CONTACTED"
    BOOKED = "BOOKED"
    LOST = "LOST"


OPEN = (State.NEW, State.NOT_REACHED, State.CONTACTED)


class EnquiryClosed(Conflict):
    """It has been booked, or given up, meanwhile."""

    code = "ENQUIRY_CLOSED"
    message = "This enquiry is closed. Open it again first."


def is_open(status: str) -> bool:
    """Whether somebody should still see to it."""
    return status in OPEN


def check_open(status: str) -> None:
    """Raises EnquiryClosed."""
    if not is_open(status):
        raise EnquiryClosed


def after_call(outcome: str) -> State:
    """How it stands once a call has been noted; a wrong number is the end of it."""
    return {"REACHED": State.CONTACTED, "NO_ANSWER": State.NOT_REACHED, "WRONG_NUMBER": State.LOST}[outcome]


def source_of(told: str, heard_of: str | None) -> str:
    """By which way they came: whom a doctor or a friend sent is a referral, on the website as on the phone."""
    return REFERRAL if heard_of in REFERRING else told


def shown(count: int, *, to_worklist: bool) -> int | None:
    """A count, or none where so few would point at somebody; those who work with the people themselves see all (M25)."""
    return count if to_worklist or count == 0 or count >= SMALLEST_SHOWN else None
