"""`MB-7F3K`: one reference for each id, and never one for two."""

from math import gcd

from hypothesis import given
from hypothesis import strategies as st

from mibo.booking import rules
from mibo.booking.models import Appointment

short_ids = st.integers(0, rules._SHORT - 1)
long_ids = st.integers(rules._SHORT, rules._LONG - 1)


def id_of(reference: str) -> int:
    """The id that a reference was made of: that there is one for each proves that no two share it."""
    signs = reference.removeprefix("MB-")
    space = rules._SHORT if len(signs) == 4 else rules._LONG
    number = sum(rules.LETTERS.index(sign) * len(rules.LETTERS) ** place for place, sign in enumerate(signs))
    return number * pow(rules._STRIDE, -1, space) % space


def test_the_stride_is_prime_to_both_ranges() -> None:
    assert gcd(rules._STRIDE, rules._SHORT) == gcd(rules._STRIDE, rules._LONG) == 1
    assert len(set(rules.LETTERS)) == len(rules.LETTERS) == 27


@given(short_ids)
def test_a_short_reference_leads_back_to_its_id(number: int) -> None:
    reference = rules.reference_of(number)
    assert len(reference) == 7
    assert id_of(reference) == number


@given(long_ids)
def test_a_long_reference_leads_back_to_its_id(number: int) -> None:
    reference = rules.reference_of(number)
    assert len(reference) == 10 == Appointment.reference.type.length
    assert id_of(reference) == number


def test_ten_thousand_million_ids_of_one_sequence_are_enough() -> None:
    assert rules._LONG > 10**10


@given(st.integers(0, rules._LONG - 2))
def test_neighbours_do_not_look_alike(number: int) -> None:
    one, other = rules.reference_of(number), rules.reference_of(number + 1)
    assert sum(a != b for a, b in zip(one[3:], other[3:], strict=False)) >= 2 or len(one) != len(other)
