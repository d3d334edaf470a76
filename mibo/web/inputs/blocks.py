"""What somebody types who closes time, looks for closed time, or opens hours on one day."""

import re
from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from mibo.booking import Choice, blocks, extra
from mibo.scheduling.spans import Days
from mibo.web.inputs.sign_in import Strict
from mibo.web.inputs.staff import Chosen, chosen_id, plain

REASON_LENGTH = 500
KEY_LENGTH = 80
MOST_SEEN = 40_000  # letters: the ids of some two thousand appointments
SEEN = re.compile(r"(none|[0-9]{1,19}(,[0-9]{1,19})*)")
NOBODY = "none"
EVERYBODY = "everybody"


def _seen(typed: str) -> str:
    if not SEEN.fullmatch(typed):
        raise ValueError("Please look at the list again.")
    return typed


def _whose(typed: object) -> int:
    return 0 if typed == EVERYBODY else chosen_id(typed)


Whose = Annotated[int, BeforeValidator(_whose)]
Reason = Annotated[str, StringConstraints(max_length=REASON_LENGTH), BeforeValidator(plain)]
Key = Annotated[str, StringConstraints(min_length=8, max_length=KEY_LENGTH)]
Seen = Annotated[str, StringConstraints(max_length=MOST_SEEN), AfterValidator(_seen)]


class AnswersInput(Strict):
    """Who was shown to be booked there (`seen`), and what becomes of all of them; `each` has an answer of its own."""

    seen: Seen | None = None
    choice: Literal["cancel", "move", "keep", "each"] = "each"

    @property
    def seen_ids(self) -> frozenset[int] | None:
        """The appointments that were shown; None when nothing was shown yet."""
        if self.seen is None:
            return None
        return frozenset(map(int, self.seen.split(","))) if self.seen != NOBODY else frozenset()

    @property
    def for_all(self) -> Choice | None:
        """What becomes of all of them, where they share an answer."""
        return None if self.choice == "each" else Choice(self.choice)


class ClosingInput(AnswersInput):
    """Whose time, where and when; without times all day, without a last day one day."""

    clinician: Whose  # 0 is everybody at the centre
    centre: Chosen | None = None
    day: date
    until: date | None = None
    from_time: time | None = None
    to_time: time | None = None
    weeks: int = 1
    reason: Reason = ""
    key: Key

    @property
    def days(self) -> Days:
        """When, as the rule takes it."""
        return Days(
            first=self.day, last=self.until, opens=self.from_time, closes=self.to_time, weeks=self.weeks
        )  # fmt: skip


class BlockFilter(Strict):
    """Which closed time is looked at."""

    clinician: Chosen | None = None
    centre: Chosen | None = None
    since: date | None = None
    until: date | None = None
    author: Chosen | None = None
    state: Literal["ahead", "over", "reopened", "any"] = "ahead"
    far: Literal["yes", ""] = ""
    page: Annotated[int, Field(ge=1, le=100_000)] = 1

    @property
    def wish(self) -> blocks.BlockWish:
        """The same as the query takes it."""
        live = {"ahead": True, "over": True, "reopened": False}.get(self.state)
        over = {"ahead": False, "over": True}.get(self.state)
        return blocks.BlockWish(
            clinician_id=self.clinician, centre_id=self.centre, first=self.since, last=self.until,
            author_id=self.author, live=live, over=over, far=bool(self.far),
        )  # fmt: skip


class ExtraInput(Strict):
    """Hours on one day."""

    clinician: Chosen
    centre: Chosen
    day: date
    from_time: time
    to_time: time
    minutes: int
    mode: Literal["BOTH", "IN_PERSON", "ONLINE"] = "BOTH"

    @property
    def wish(self) -> extra.Extra:
        """The same as the action takes it."""
        return extra.Extra(
            clinician_id=self.clinician, centre_id=self.centre, day=self.day, opens=self.from_time,
            closes=self.to_time, slot_minutes=self.minutes, mode=self.mode,
        )  # fmt: skip
