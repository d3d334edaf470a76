"""Pure: how sure a share is that was seen few times, and what must not be told because it would name somebody (M25)."""

from dataclasses import dataclass
from math import sqrt

FEWEST = 5  # of fewer people nothing is told apart
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the interval in which the true share lies in 95 cases of a hundred (Wilson)."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1; none of none."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """From and to."""
        return wilson(self.part, self.whole)

    @property
    def tells(self) -> bool:
        """Whether there are enough to tell it."""
        return self.whole >= FEWEST


@dataclass(frozen=True, slots=True)
class Difference:
    """One share less another, with its interval (Newcombe's, made of both Wilson intervals)."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves no doubt in which direction."""
        return self.low > 0 or self.high < 0


def wilson(part: int, whole: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval: right for few and for rare, where part ± deviation is not."""
    if whole == 0:
        return 0.0, 1.0
    seen = part / whole
    middle = seen + z * z / (2 * whole)
    reach = z * sqrt(seen * (1 - seen) / whole + z * z / (4 * whole * whole))
    stretched = 1 + z * z / whole
    low = 0.0 if part == 0 else max(0.0, (middle - reach) / stretched)
    high = 1.0 if part == whole else min(1.0, (middle + reach) / stretched)
    return low, high


def difference(one: Share, other: Share) -> Difference | None:
    """`one` less `other`; None where there are too few of either."""
    if not (one.tells and other.tells):
        return None
    seen, compared = one.part / one.whole, other.part / other.whole
    (low, high), (other_low, other_high) = one.interval, other.interval
    return Difference(
        seen - compared,
        seen - compared - sqrt((seen - low) ** 2 + (other_high - compared) ** 2),
        seen - compared + sqrt((high - seen) ** 2 + (compared - other_low) ** 2),
    )
