"""What a drawer should hold, and whether a count can be. Pure (M15)."""

from collections.abc import Mapping
from dataclasses import dataclass

from mibo.errors import Invalid
from mibo.payments.rules import DESK_METHODS, refuse_card_number

MOST_PAISE = 10_00_00_000_00
EXPLANATION_LENGTH = 500
PIECES = (500, 200, 100, 50, 20, 10, 5, 2, 1)
"""Notes and coins of the rupee that a clinic takes, by their worth."""


@dataclass(frozen=True)
class Counted:
    """How much there is of each method, in paise."""

    cash: int
    card: int
    upi: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.cash + self.card + self.upi


@dataclass(frozen=True)
class Flow:
    """What one method brought and gave in a drawer, in paise."""

    taken: int = 0
    given_back: int = 0
    put_in: int = 0
    taken_out: int = 0
    times: int = 0

    @property
    def net(self) -> int:
        """What is left of it."""
        return self.taken - self.given_back + self.put_in - self.taken_out


@dataclass(frozen=True)
class Flows:
    """All that went through a drawer: its float, and each method."""

    float_paise: int
    of: Mapping[str, Flow]

    def flow(self, method: str) -> Flow:
        """Of one method."""
        return self.of.get(method, Flow())

    def expected(self, method: str) -> int:
        """What should be there, in paise; the float is cash."""
        return self.flow(method).net + (self.float_paise if method == "CASH" else 0)

    @property
    def total(self) -> int:
        """What should be there in all."""
        return sum(self.expected(method) for method in DESK_METHODS)


def cash_of(pieces: Mapping[int, int]) -> int:
    """What counted notes and coins come to, in paise."""
    return sum(worth * count for worth, count in pieces.items()) * 100


def check_count(counted: Counted) -> None:
    """Whether somebody can have counted that. Raises Invalid."""
    for name in ("cash", "card", "upi"):
        if not 0 <= getattr(counted, name) <= MOST_PAISE:
            raise Invalid.field(f"{name}_rupees", "Enter what you counted, in rupees, or 0.")


def explained(expected: Counted, counted: Counted, explanation: str | None) -> str | None:
    """The explanation as it is kept; there must be one where a method differs. Raises Invalid."""
    words = " ".join((explanation or "").split())
    if not words and counted != expected:
        raise Invalid.field(
            "explanation", "What you counted differs from what is expected. Say why, as far as you know."
        )
    if len(words) > EXPLANATION_LENGTH:
        raise Invalid.field("explanation", f"Keep it to {EXPLANATION_LENGTH} letters.")
    refuse_card_number(words, "explanation")
    return words or None
