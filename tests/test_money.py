"""Paise in, Indian rupees out."""

import re

from hypothesis import given
from hypothesis import strategies as st

from mibo.money import rupees, whole_rupees

paise = st.integers(-(10**15), 10**15)


@given(paise)
def test_no_paisa_is_lost_on_the_page(amount: int) -> None:
    whole, _, rest = rupees(amount).partition(".")
    read = int(re.sub(r"[^0-9]", "", whole)) * 100 + int(rest or 0)
    assert (-read if rupees(amount).startswith("-") else read) == amount


@given(paise)
def test_groups_are_three_and_then_twos(amount: int) -> None:
    assert re.fullmatch(r"-?₹([0-9]{1,2}(,[0-9]{2})*,[0-9]{3}|[0-9]{1,3})(\.[0-9]{2})?", rupees(amount))


@given(st.integers(-(10**12), 10**12))
def test_a_programs_number_is_whole_unless_there_are_paise(amount: int) -> None:
    told = whole_rupees(amount)
    assert isinstance(told, int) is (amount % 100 == 0)
    assert round(told * 100) == amount


def test_examples() -> None:
    shown = {0: "₹0", 100: "₹1", 160_050: "₹1,600.50", 12_000_000: "₹1,20,000", -100: "-₹1", 5: "₹0.05"}
    assert {amount: rupees(amount) for amount in shown} == shown
