"""Intervals that tell the truth: of many clinics whose true share is known, 93 to 97 in a hundred contain it (M25)."""

from math import comb, isclose
from random import Random

import pytest

from mibo.analytics.intervals import FEWEST, Share, difference, wilson

SHARES = [0.03, 0.07, 0.12, 0.2, 0.35, 0.5]


def coverage(whole: int, share: float) -> float:
    """How often the interval holds the true share, told exactly: the chance of each count that can be seen."""
    return sum(
        comb(whole, part) * share**part * (1 - share) ** (whole - part)
        for part in range(whole + 1)
        if wilson(part, whole)[0] <= share <= wilson(part, whole)[1]
    )


@pytest.mark.parametrize("share", SHARES)
def test_over_clinics_of_many_sizes_an_interval_holds_the_truth_in_95_of_100(share: float) -> None:
    sizes = range(20, 400, 5)
    assert 0.93 <= sum(coverage(whole, share) for whole in sizes) / len(sizes) <= 0.97


def test_the_interval_of_a_difference_holds_the_truth_in_95_of_100() -> None:
    chance, held, clinics = Random(7), 0, 4_000
    for _ in range(clinics):
        one, other = chance.choice(SHARES), chance.choice(SHARES)
        seen = [
            Share(sum(chance.random() < share for _ in range(whole)), whole)
            for share, whole in ((one, chance.randint(30, 200)), (other, chance.randint(30, 200)))
        ]
        found = difference(*seen)
        assert found is not None
        held += found.low <= one - other <= found.high
    assert 0.93 <= held / clinics <= 0.97


def test_nobody_and_everybody() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(0, 10)
    assert low == 0.0
    assert isclose(high, 0.2775, abs_tol=1e-4)
    assert wilson(10, 10) == (pytest.approx(1 - high), 1.0)
    assert Share(0, 0).value is None


def test_of_fewer_than_five_nothing_is_compared() -> None:
    assert not Share(1, FEWEST - 1).tells
    assert difference(Share(1, FEWEST - 1), Share(1, 100)) is None
    assert difference(Share(1, 100), Share(1, FEWEST - 1)) is None
    told = difference(Share(2, 100), Share(30, 100))
    assert told is not None
    assert told.is_clear
    assert told.value == pytest.approx(-0.28)
