"""What an appointment may become, and when: the transition table (R-CHG-9) and the rules around it."""

from enum import StrEnum

from mibo.errors import Conflict


class Status(StrEnum):
    """The states of an appointment; the words are the API's (api-contract.md)."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"
    CANCELLATION_REQUESTED = "CANCELLATION_REQUESTED"
    EXPIRED = "EXPIRED"


S = Status

ALLOWED: dict[Status, frozenset[Status]] = {
    S.PENDING: frozenset({S.CONFIRMED, S.CANCELLED, S.EXPIRED}),
    S.CONFIRMED: frozenset({S.IN_PROGRESS, S.COMPLETED, S.CANCELLATION_REQUESTED, S.CANCELLED, S.NO_SHOW}),
    S.CANCELLATION_REQUESTED: frozenset({S.CANCELLED, S.CONFIRMED}),
    S.IN_PROGRESS: frozenset({S.COMPLETED, S.CANCELLED, S.NO_SHOW}),
    S.EXPIRED: frozenset({S.CONFIRMED}),  # money that came late, and the time is still free (R-BOOK-6)
    S.COMPLETED: frozenset(),
    S.CANCELLED: frozenset(),
    S.NO_SHOW: frozenset({S.CONFIRMED}),  # marked by mistake
}

HOLDS_TIME = (S.PENDING, S.CONFIRMED, S.CANCELLATION_REQUESTED, S.IN_PROGRESS, S.COMPLETED)


class NotAllowed(Conflict):
    """The appointment is in a state from which this cannot be done."""

    code = "CONFLICT"


def check_transition(current: str, wanted: str) -> None:
    """Raises NotAllowed unless the transition table has the step."""
    if Status(wanted) not in ALLOWED[Status(current)]:
        words = current.lower().replace("_", " ")
        raise NotAllowed(f"This appointment is {words}, so that cannot be done any more.")
