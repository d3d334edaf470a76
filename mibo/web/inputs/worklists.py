"""What staff say on the worklists: which visit, as it was seen, and what becomes of it."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from mibo.care import CLOSE_REASON_LENGTH
from mibo.ids import read_id
from mibo.web.inputs.base import read_day
from mibo.web.inputs.changes import DecisionInput
from mibo.web.inputs.desk import Chosen
from mibo.web.inputs.sign_in import Strict

Seen = tuple[int, int]


def read_seen(text: object) -> Seen:
    """`4711.3`: an id, and the version that was seen. Raises ValueError."""
    if isinstance(text, tuple):
        return text
    row_id, _, version = str(text).partition(".")
    found, seen = read_id(row_id), read_id(version)
    if found is None or seen is None:
        raise ValueError("Choose again, please.")
    return found, seen


class WishDecision(DecisionInput):
    """What becomes of one wish to cancel."""

    visit: Annotated[Seen, BeforeValidator(read_seen)]


class NotWantedInput(Strict):
    """Why a follow-up is not wanted any more."""

    follow_up: Chosen
    reason: Annotated[str, StringConstraints(min_length=1, max_length=CLOSE_REASON_LENGTH)]


def read_due_place(text: str) -> tuple[date, int] | None:
    """Where a page of follow-ups goes on: `2031-04-07.88`; None for what is no such place."""
    day, _, row_id = text.partition(".")
    wanted_on, found = read_day(day), read_id(row_id)
    return (wanted_on, found) if wanted_on and found is not None else None
