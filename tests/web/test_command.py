"""The command line of the desk: what may be meant is read, in any order, and nothing is guessed."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mibo.web.command import MODES, NEAR_DAYS, PAYS, TITLES, WALKS_IN, WEEKDAYS, Wish, read

SUNDAY = date(2026, 11, 22)
THURSDAY = date(2026, 11, 26)
FIVE = (time(17),)


def test_a_whole_booking_is_read():
    assert read("ravi 98.. thu 5pm anita online upi", SUNDAY) == Wish(
        patient="ravi", begins="98", days=(THURSDAY,), times=FIVE, clinician="anita", mode="ONLINE", pay_by="UPI"
    )


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("", Wish()),
        ("Asha Menon", Wish(patient="Asha Menon")),
        ("43210", Wish(ends="43210")),
        ("98765 43210", Wish(ends="9876543210")),
        ("+919876543210", Wish(ends="9876543210")),
        ("..210", Wish(ends="210")),
        ("K-00418", Wish(patient="K-00418")),
        ("43210 walkin cash", Wish(ends="43210", walk_in=True, pay_by="CASH")),
        ("43210 walk in card", Wish(ends="43210", walk_in=True, pay_by="CARD")),
        ("ravi with dr anita kurian", Wish(patient="ravi", clinician="anita kurian")),
        ("ravi in person with anita", Wish(patient="ravi", mode="IN_PERSON", clinician="anita")),
        ("thu 5pm anita for ravi nair", Wish(patient="ravi nair", days=(THURSDAY,), times=FIVE, clinician="anita")),
        ("ravi tmrw", Wish(patient="ravi", days=(SUNDAY + timedelta(1),))),
        ("ravi sunday", Wish(patient="ravi", days=(SUNDAY,))),
        ("ravi next thu", Wish(patient="ravi", days=(THURSDAY, THURSDAY + timedelta(7)))),
        ("ravi 24/11", Wish(patient="ravi", days=(date(2026, 11, 24),))),
        ("ravi 24 nov", Wish(patient="ravi", days=(date(2026, 11, 24),))),
        ("ravi nov 24th", Wish(patient="ravi", days=(date(2026, 11, 24),))),
        ("ravi 3jan", Wish(patient="ravi", days=(date(2027, 1, 3),))),
        ("ravi 24/11/2027", Wish(patient="ravi", days=(date(2027, 11, 24),))),
        ("ravi 2026-11-24", Wish(patient="ravi", days=(date(2026, 11, 24),))),
        ("ravi 5", Wish(patient="ravi", times=(time(5), time(17)))),
        ("ravi 5.30 pm", Wish(patient="ravi", times=(time(17, 30),))),
        ("ravi 17:00", Wish(patient="ravi", times=FIVE)),
        ("ravi 12pm", Wish(patient="ravi", times=(time(12),))),
        ("ravi 12am", Wish(patient="ravi", times=(time(0),))),
        ("43210 upi 432156789012", Wish(ends="43210", pay_by="UPI", pay_note="432156789012")),
        ("upi 9876543210", Wish(ends="9876543210", pay_by="UPI")),
        ("43210 cash card", Wish(ends="43210", pay_by="CARD")),
        ("may joseph later", Wish(patient="may joseph", pay_by="LATER")),
        ("Sunny Thomas", Wish(patient="Sunny Thomas")),
    ],
)
def test_words_mean_what_the_desk_means(typed, wish):
    assert read(typed, SUNDAY) == wish


@pytest.mark.parametrize(
    ("typed", "odd"),
    [
        ("ravi 31/2", "31/2 is no day of the calendar."),
        ("ravi 31 feb", "31 feb is no day of the calendar."),
        ("ravi 31feb", "31feb is no day of the calendar."),
        ("ravi 2027-02-31", "2027-02-31 is no day of the calendar."),
        ("ravi 0/0", "0/0 is no day of the calendar."),
        ("ravi 25:99", "25:99 is no time of day."),
        ("ravi 99pm", "99pm is no time of day."),
    ],
)
def test_what_is_no_day_and_no_time_is_not_made_one_nor_taken_for_a_name(typed, odd):
    assert read(typed, SUNDAY) == Wish(patient="ravi", odd=(odd,))


def test_only_who_is_looked_for_is_no_command():
    assert read("asha menon", SUNDAY).is_plain
    assert read("43210", SUNDAY).is_plain
    assert not read("43210 cash", SUNDAY).is_plain


KNOWN = [*WEEKDAYS, *NEAR_DAYS, *MODES, *PAYS, *TITLES, *WALKS_IN, "5pm", "17:00", "24/11", "31/02", "24", "nov", "next",
         "98..", "..10", "43210", "for", "in", "person", "٣٤", "²"]  # fmt: skip
words = st.lists(st.one_of(st.sampled_from(KNOWN), st.text(max_size=12)), max_size=60).map(" ".join)


@given(typed=st.one_of(words, st.text(max_size=300)), today=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_it_never_raises_and_means_only_what_can_be(typed, today):
    wish = read(typed, today)
    assert wish.mode in (None, "ONLINE", "IN_PERSON")
    assert wish.pay_by is None or wish.pay_by in PAYS.values()
    assert wish.begins.isascii()
    assert wish.ends.isascii()
    assert len(wish.ends) <= 10
    assert len(wish.days) <= 2
    assert len(wish.times) <= 2
    assert all(name in typed for name in wish.patient.split() + wish.clinician.split())


@given(parts=st.permutations(["thu", "5pm", "online", "upi", "43210", "walkin"]))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_words_does_not_matter(parts):
    typed = " ".join(parts)
    wish = read(typed, SUNDAY)
    assert (wish.days, wish.times, wish.mode, wish.pay_by, wish.walk_in) == (
        (THURSDAY,), FIVE, "ONLINE", "UPI", True,
    )  # fmt: skip
    assert "43210" in (wish.ends, wish.pay_note)
