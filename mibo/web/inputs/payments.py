"""How staff ask for lists of payments. What is typed travels in the body; an address has ids and words only."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import StringConstraints, ValidationError

from mibo import clock
from mibo.ledger import PaymentWish, State, lists
from mibo.web.inputs.appointments import LONGEST_PLACE, Sought, read_place
from mibo.web.inputs.desk import Chosen, Search
from mibo.web.inputs.sign_in import Strict

Order = Literal["made", "-made", "paid", "-paid", ""]
LONGEST_TYPED = 60
DAYS_BACK = {"today": 0, "week": 6, "month": 29}


class PaymentsInput(Sought):
    """Which payments are looked for, in which order, and from where on; `turn` is the order of a heading."""

    q: Search = ""
    time: Literal["today", "week", "month", "all"] = "month"
    dates: Literal["made", "paid"] = "made"
    since: date | None = None
    until: date | None = None
    centre: Chosen | None = None
    clinician: Chosen | None = None
    state: State | Literal[""] = ""
    method: Literal["ONLINE", "CASH", "CARD", "UPI", ""] = ""
    refund: Literal["any", "waiting", "failed", "done", "declined", ""] = ""
    order: Order = ""
    turn: Order = ""
    place: Annotated[str, StringConstraints(max_length=LONGEST_PLACE)] = ""
    show: Literal["", "all"] = ""
    sums: Literal["", "all"] = ""

    @property
    def asked(self) -> "PaymentsInput":
        """The same as it is meant: dates ask for themselves, not within a month; `show` takes every filter away."""
        if self.show:
            return PaymentsInput(q=self.q, time="all", order=self.order)
        time = "all" if self.since or self.until else self.time
        return self.model_copy(update={"time": time, "order": self.turn or self.order, "turn": ""})

    @property
    def sorted_by(self) -> str:
        """The order: by the date that is asked for, the latest first, unless another is chosen."""
        return self.order or f"-{self.dates}"

    @property
    def wish(self) -> PaymentWish:
        """The same as the query takes it."""
        today, back = clock.today(), DAYS_BACK.get(self.time)
        return PaymentWish(
            typed=self.q, centre_id=self.centre, clinician_id=self.clinician, state=State(self.state) if self.state else None,
            method=self.method, refund=self.refund, dates=self.dates,
            first=self.since if back is None else today - timedelta(days=back), last=self.until if back is None else today,
            order=self.sorted_by, every_sum=self.sums == "all",
        )  # fmt: skip

    @property
    def where(self) -> lists.Place | None:
        """Where the page begins; nowhere in particular for what is no place of this order."""
        return read_place(self.place, self.sorted_by)

    @property
    def kept(self) -> dict[str, str]:
        """What may stand in an address: never what was typed."""
        told = self.model_dump(exclude={"q", "turn", "show", "sums"}, exclude_defaults=True)
        return {name: str(value) for name, value in told.items() if value}


def of_address(args: Mapping[str, str]) -> PaymentsInput:
    """What an address asks for; whatever makes no sense in it is as good as not asked."""
    told = {name: value for name, value in args.items() if name in PaymentsInput.model_fields and name != "q" and value}
    try:
        return PaymentsInput.model_validate(told)
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors()}
        return PaymentsInput.model_validate({name: value for name, value in told.items() if name not in wrong})


class ReferenceInput(Strict):
    """The reference of money that was taken without one."""

    reference: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TYPED)]
