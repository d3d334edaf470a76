"""Ids as they come in addresses and forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mibo.ids import GREATEST_ID, read_id


@given(st.integers(1, GREATEST_ID))
def test_an_id_is_read(number: int) -> None:
    assert read_id(str(number)) == number


@given(st.text(max_size=60))
def test_whatever_is_read_fits_into_a_key(typed: str) -> None:
    found = read_id(typed)
    assert found is None or 0 < found <= GREATEST_ID


@pytest.mark.parametrize("typed", ["", "0", "-1", "1.0", "²", "९", str(GREATEST_ID + 1), "0" * 19 + "1" + "9" * 30])
def test_what_cannot_be_an_id_is_none(typed: str) -> None:
    assert read_id(typed) is None
