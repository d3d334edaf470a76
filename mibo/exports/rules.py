"""Pure: the states of an export, its numbers, and what may be done in which state."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from mibo.errors import Conflict

AT_ONCE = {"csv": 2_000, "pdf": 300}  # so many lines are answered straight away; more are made as a job
PDF_AT_MOST = 2_000  # lines: nobody leafs through more, and a CSV file has no limit
BATCH = 4_000  # lines that are read, sealed and kept in one step of a job
SLICE_S = 3.0  # after so long a job makes way for what else is waiting, and rings for itself again
LEASE = timedelta(seconds=60)  # after so long without a step whoever made it is taken for dead
TRIES = 5  # steps begun without one that succeeded
KEPT_FOR = timedelta(days=7)
OPEN_AT_MOST = 3  # exports of one person that wait or are being made


class State(StrEnum):
    """How far an export has come."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class Failure(StrEnum):
    """Why an export came to nothing."""

    NOT_ALLOWED = "NOT_ALLOWED"
    STORE_AWAY = "STORE_AWAY"
    TOO_LONG = "TOO_LONG"
    BROKE = "BROKE"


OPEN = (State.QUEUED, State.RUNNING)
AGAIN = (State.FAILED, State.CANCELLED)


class NotThatWay(Conflict):
    """What is asked of an export does not fit its state."""

    message = "This export has moved on meanwhile. Please look at the list again."


class TooManyOpen(Conflict):
    """Somebody asks for one more while several are being made."""

    message = f"{OPEN_AT_MOST} of your exports are being made. Please wait until one is ready, or cancel one."


def check_may(state: str, wanted: Collection[State]) -> None:
    """Raises NotThatWay."""
    if state not in wanted:
        raise NotThatWay
