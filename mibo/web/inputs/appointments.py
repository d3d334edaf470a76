"""How staff ask for lists of appointments. What is typed travels in the body; an address has ids and words only."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import StringConstraints, ValidationError, field_validator

from mibo.booking import Status, lists
from mibo.people import SHORTEST_SEARCH
from mibo.web.inputs.desk import Chosen, Search
from mibo.web.inputs.sign_in import Strict

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_PLACE = 80

Order = Literal["starts", "-starts", "booked", "-booked", ""]


class Sought(Strict):
    """What every list that is searched asks of its `q`, `since` and `until`."""

    @field_validator("q", check_fields=False)
    @classmethod
    def _long_enough(cls, typed: str) -> str:
        if typed and len(typed) < SHORTEST_SEARCH:
            raise ValueError(f"Type at least {SHORTEST_SEARCH} letters or digits.")
        return typed


class AppointmentsInput(Sought):
    """Which appointments are looked for, in which order, and from where on; `turn` is the order of a heading."""

    q: Search = ""
    time: Literal["today", "upcoming", "past", "all"] = "today"
    since: date | None = None
    until: date | None = None
    centre: Chosen | None = None
    clinician: Chosen | None = None
    state: Status | Literal[""] = ""
    source: Literal["WEB_PATIENT", "APP_PATIENT", "FRONT_DESK", "CARE_COORDINATOR", "MANAGER", ""] = ""
    payment: Literal["PENDING", "PAID", "FAILED", "REFUNDED", ""] = ""
    order: Order = ""
    turn: Order = ""
    place: Annotated[str, StringConstraints(max_length=LONGEST_PLACE)] = ""
    show: Literal["", "all"] = ""

    @property
    def asked(self) -> "AppointmentsInput":
        """The same as it is meant: dates ask for themselves, not within today; `show` takes every filter away."""
        if self.show:
            return AppointmentsInput(q=self.q, time="all", order=self.order)
        time = "all" if self.time == "today" and (self.since or self.until) else self.time
        return self.model_copy(update={"time": time, "order": self.turn or self.order, "turn": ""})

    @property
    def sorted_by(self) -> str:
        """The order: what comes next first, and what is over backwards, unless another is chosen."""
        return self.order or ("starts" if self.time in ("today", "upcoming") else "-starts")

    @property
    def wish(self) -> lists.ListWish:
        """The same as the query takes it."""
        return lists.ListWish(
            typed=self.q, centre_id=self.centre, clinician_id=self.clinician,
            states=frozenset({Status(self.state)}) if self.state else frozenset(), source=self.source,
            payment=self.payment, span=self.time, first=self.since, last=self.until, order=self.sorted_by,
        )  # fmt: skip

    @property
    def where(self) -> lists.Place | None:
        """Where the page begins; nowhere in particular for what is no place of this order."""
        return read_place(self.place, self.sorted_by)

    @property
    def kept(self) -> dict[str, str]:
        """What may stand in an address: never what was typed."""
        told = self.model_dump(exclude={"q", "turn", "show"}, exclude_defaults=True)
        return {name: str(value) for name, value in told.items() if value}


def of_address(args: Mapping[str, str]) -> AppointmentsInput:
    """What an address asks for; whatever makes no sense in it is as good as not asked."""
    told = {name: value for name, value in args.items() if name in AppointmentsInput.model_fields and name != "q"}
    try:
        return AppointmentsInput.model_validate({name: value for name, value in told.items() if value})
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors()}
        return AppointmentsInput.model_validate(
            {name: value for name, value in told.items() if value and name not in wrong}
        )


def write_place(place: lists.Place | None, order: str) -> str:
    """A place as it stands in an address: direction, order, instant and id."""
    if place is None:
        return ""
    micros = (place.at - EPOCH) // timedelta(microseconds=1)
    return f"{'b' if place.back else 'a'}.{order}.{micros}.{place.id}"


def read_place(text: str, order: str) -> lists.Place | None:
    """The place again; None for what is none, or of another order."""
    way, _, rest = text.partition(".")
    kind, _, numbers = rest.partition(".")
    micros, _, row_id = numbers.partition(".")
    if way not in ("a", "b") or kind != order or not (_is_number(micros) and _is_number(row_id)):
        return None
    return lists.Place(EPOCH + timedelta(microseconds=int(micros)), int(row_id), way == "b")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 17
