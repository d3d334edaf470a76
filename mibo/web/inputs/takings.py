"""Which days' takings are asked for, and what is owed of which age. Nothing of it is about a person."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal, TypeVar

from pydantic import ValidationError, model_validator

from mibo import clock
from mibo.ledger import Age, TakingsWish
from mibo.web.inputs.desk import Chosen
from mibo.web.inputs.sign_in import Strict

LONGEST_DAYS = 92

Told = TypeVar("Told", bound=Strict)


class TakingsInput(Strict):
    """From which day to which, at which centre, in which way; today, unless it says otherwise."""

    since: date | None = None
    until: date | None = None
    centre: Chosen | None = None
    method: Literal["ONLINE", "UPI", "CARD", "CASH", ""] = ""

    @model_validator(mode="after")
    def _days_of_ours(self) -> "TakingsInput":
        if self.first > self.last:
            raise ValueError("The first day must not come after the last one.")
        if self.last - self.first >= timedelta(days=LONGEST_DAYS):
            raise ValueError(f"Choose at most {LONGEST_DAYS} days.")
        return self

    @property
    def first(self) -> date:
        """The first day."""
        return self.since or self.until or clock.today()

    @property
    def last(self) -> date:
        """The last day."""
        return self.until or self.since or clock.today()

    @property
    def wish(self) -> TakingsWish:
        """The same as the query takes it."""
        return TakingsWish(first=self.first, last=self.last, centre_id=self.centre, method=self.method)


class UnpaidInput(Strict):
    """How long ago the visit was, and at which centre."""

    age: Age = Age.NEW
    centre: Chosen | None = None


def of_address(kind: type[Told], args: Mapping[str, str]) -> tuple[Told, str]:
    """What an address asks for, and what was wrong with it; whatever makes no sense is as good as not asked."""
    told = {name: value for name, value in args.items() if name in kind.model_fields and value}
    try:
        return kind.model_validate(told), ""
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        words = problem["msg"].removeprefix("Value error, ") if problem["type"] == "value_error" else ""
        return kind(), words or "Choose from what the page offers, and enter real dates."
