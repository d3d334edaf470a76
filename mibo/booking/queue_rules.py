"""What may become of somebody in the queue: one table, pure."""

from typing import Literal

from mibo.booking.rules import NotAllowed
from mibo.errors import Conflict

Step = Literal["WAITING", "CALLED", "SKIPPED", "DONE", "LEFT"]

STEPS: dict[str, frozenset[str]] = {
    "WAITING": frozenset({"CALLED", "DONE", "LEFT"}),
    "CALLED": frozenset({"SKIPPED", "DONE", "LEFT", "WAITING"}),
    "SKIPPED": frozenset({"CALLED", "DONE", "LEFT"}),
    "DONE": frozenset({"WAITING"}),  # a slip of the hand, or they came back
    "LEFT": frozenset({"WAITING"}),
}
OVER = ("DONE", "LEFT")
HERE = ("WAITING", "CALLED", "SKIPPED")

_WORDS = {
    "WAITING": "waiting already",
    "CALLED": "called already",
    "SKIPPED": "skipped already",
    "DONE": "done already",
    "LEFT": "gone already",
}


class AlreadyWaiting(Conflict):
    """A patient waits once at a centre; `token` is the number they have."""

    code = "ALREADY_WAITING"

    def __init__(self, token: int) -> None:
        super().__init__(f"They are in the queue already, with number {token}.")
        self.token = token


def check_step(current: str, wanted: str, *, booked: bool = False) -> None:
    """Raises NotAllowed unless the table has the step; who has a booking out of it does not wait again."""
    if wanted not in STEPS[current]:
        raise NotAllowed(f"This number is {_WORDS[current]}.")
    if booked:
        raise NotAllowed("An appointment was booked for this number, so it stays done.")
