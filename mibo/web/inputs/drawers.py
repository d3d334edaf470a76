"""What somebody says of a drawer: opened with what, moved how much, counted how much, opened again why."""

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from mibo.payments import EXPLANATION_LENGTH, PIECES
from mibo.web.inputs.desk import Chosen, Why
from mibo.web.inputs.sign_in import Strict


class DrawersFilter(Strict):
    """Which drawers are listed: open on which days, where, and only those still open."""

    since: date | None = None
    until: date | None = None
    centre: Chosen | None = None
    state: Literal["", "open"] = ""
    page: Annotated[int, "from 1"] = 1


class OpeningInput(Strict):
    """A drawer is opened, with what lies in it already."""

    centre: Chosen
    float_rupees: int | None = None


class FloatInput(Strict):
    """What really lay in the drawer when it was opened."""

    float_rupees: int


class CashInput(Strict):
    """Cash that is put in or taken out, and why."""

    kind: Literal["IN", "OUT"]
    rupees: int
    reason: Why


class CountInput(Strict):
    """What was counted of each method; of notes and coins so many pieces each, which count before a typed sum."""

    cash_rupees: int | None = None
    card_rupees: int
    upi_rupees: int
    p500: int | None = None
    p200: int | None = None
    p100: int | None = None
    p50: int | None = None
    p20: int | None = None
    p10: int | None = None
    p5: int | None = None
    p2: int | None = None
    p1: int | None = None
    explanation: Annotated[str, StringConstraints(max_length=EXPLANATION_LENGTH)] | None = None

    @property
    def pieces(self) -> dict[int, int]:
        """How many there are of each note and coin, where somebody counted them so."""
        typed = {worth: getattr(self, f"p{worth}") for worth in PIECES}
        return {worth: count for worth, count in typed.items() if count is not None}


class ReopeningInput(Strict):
    """Why a counted drawer is opened again."""

    reason: Why
