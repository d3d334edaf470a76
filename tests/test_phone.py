"""One canonical phone, whatever somebody typed, and never somebody else's."""

import re
from contextlib import suppress

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mibo import phone
from mibo.errors import Invalid

STORED = re.compile(r"\+[1-9][0-9]{7,14}")

nationals = st.from_regex(r"[6-9][0-9]{9}", fullmatch=True)
separators = st.sampled_from(["", " ", "-", ".", "  ", " - ", "(", ")", "\u00a0", "\u200b", "/"])
prefixes = st.sampled_from(["", "0", "91", "+91", "+91 ", "0091", "+91-0", "091"])


@st.composite
def typed_as_people_do(draw: st.DrawFn) -> tuple[str, str]:
    """A number, and one of the ways to type it."""
    national = draw(nationals)
    spread = "".join(draw(separators) + digit for digit in national)
    return national, f"{draw(st.sampled_from(['', ' ', chr(9)]))}{draw(prefixes)}{spread}{draw(separators)}"


@given(typed_as_people_do())
def test_every_way_to_type_a_mobile_number_is_the_same_number(pair: tuple[str, str]) -> None:
    national, typed = pair
    assert phone.canonical(typed) == f"+91{national}"


@given(nationals)
def test_what_is_canonical_stays_as_it_is(national: str) -> None:
    once = phone.canonical(national)
    assert phone.canonical(once) == phone.canonical(phone.digits(once)) == phone.canonical(phone.shown(once)) == once
    assert phone.ten_digits(once) == national


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_number_that_can_be_kept_or_is_refused(typed: str) -> None:
    for foreign in (False, True):
        with suppress(Invalid):
            assert STORED.fullmatch(phone.canonical(typed, foreign=foreign))


@given(nationals, st.integers(1, 9))
def test_a_number_that_is_cut_short_is_never_another_persons(national: str, lost: int) -> None:
    for prefix in ("+91", "91 ", "0"):
        cut = prefix + national[:-lost]
        if cut.startswith("91") and len(re.sub(r"\D", "", cut)) == 10:
            continue  # ten digits that begin with 9 are a whole number of their own
        with pytest.raises(Invalid):
            phone.canonical(cut)


def test_an_incomplete_number_after_the_country_code_is_refused() -> None:
    with pytest.raises(Invalid):
        phone.canonical("+91 98765432")
    assert phone.canonical("9198765432") == "+919198765432"


@pytest.mark.parametrize("typed", ["९८७६५४३२१०", "൯൮൭൬൫൪൩൨൧൦", "٩٨٧٦٥٤٣٢١٠"])
def test_digits_of_other_scripts_are_digits(typed: str) -> None:
    assert phone.canonical(typed) == "+919876543210"


@pytest.mark.parametrize("typed", ["", "+", "98765", "5876543210", "98765432101", "+1 650 253 0000", "²98765432¹0"])
def test_what_is_no_indian_mobile_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        phone.canonical(typed)


def test_staff_may_enter_a_number_of_any_country() -> None:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        if example is None:
            continue
        number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        if STORED.fullmatch(number):
            assert phone.canonical(number, foreign=True) == number
        else:
            with pytest.raises(Invalid):
                phone.canonical(number, foreign=True)


def test_a_phone_is_shown_in_two_halves_and_masked_to_its_end() -> None:
    assert phone.shown("+919876543210") == "98765 43210"
    assert phone.shown("+16502530000") == "+16502530000"
    assert phone.masked("+919876543210") == "••••3210"
