"""Which spans somebody means who closes days or hours: nothing in the past, whole days in one piece (R-BLK-2)."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mibo.errors import Invalid
from mibo.scheduling.spans import MOST_SPANS, QUARTER, Days, Span, next_quarter, spans_of

NOW = datetime(2031, 4, 7, 10, 20)
TODAY = NOW.date()


def on(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2031, 4, day, hour, minute)


@pytest.mark.parametrize(
    ("days", "spans"),
    [
        (Days(first=date(2031, 4, 8)), [Span(on(8), on(9))]),
        (Days(first=date(2031, 4, 8), last=date(2031, 4, 11)), [Span(on(8), on(12))]),
        (Days(first=TODAY), [Span(on(7, 10, 30), on(8))]),
        (Days(first=TODAY, last=date(2031, 4, 8)), [Span(on(7, 10, 30), on(9))]),
        (Days(first=TODAY, opens=time(10, 20), closes=time(11)), [Span(on(7, 10, 20), on(7, 11))]),
        (Days(first=date(2031, 4, 8), opens=time(20), closes=time(0)), [Span(on(8, 20), on(9))]),
        (
            Days(first=date(2031, 4, 8), last=date(2031, 4, 9), opens=time(9), closes=time(10)),
            [Span(on(8, 9), on(8, 10)), Span(on(9, 9), on(9, 10))],
        ),
        (
            Days(first=date(2031, 4, 8), opens=time(9), closes=time(10), weeks=3),
            [Span(on(day, 9), on(day, 10)) for day in (8, 15, 22)],
        ),
        (Days(first=date(2031, 4, 8), weeks=2), [Span(on(8), on(9)), Span(on(15), on(16))]),
    ],
)
def test_what_is_meant(days: Days, spans: list[Span]) -> None:
    assert list(spans_of(days, NOW)) == spans


@pytest.mark.parametrize(
    ("days", "field"),
    [
        (Days(first=date(2031, 4, 6)), "day"),
        (Days(first=date(2031, 4, 9), last=date(2031, 4, 8)), "until"),
        (Days(first=TODAY, last=date(2032, 4, 8)), "until"),
        (Days(first=TODAY, opens=time(10), closes=time(11)), "from_time"),
        (Days(first=TODAY, opens=time(12), closes=time(11)), "to_time"),
        (Days(first=TODAY, opens=time(12), closes=time(12)), "to_time"),
        (Days(first=TODAY, opens=time(12)), "to_time"),
        (Days(first=TODAY, closes=time(12)), "from_time"),
        (Days(first=TODAY, weeks=0), "weeks"),
        (Days(first=TODAY, weeks=53), "weeks"),
        (Days(first=TODAY, last=date(2031, 4, 14), weeks=2), "weeks"),
        (Days(first=date(2034, 1, 1)), "day"),
        (Days(first=date(2031, 4, 8), last=date(2031, 12, 31), opens=time(9), closes=time(10)), "until"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(days: Days, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        spans_of(days, NOW)
    assert [one.field for one in caught.value.problems] == [field]


def test_a_day_whose_last_quarter_has_begun_is_over() -> None:
    with pytest.raises(Invalid, match=r"This day is over\."):
        spans_of(Days(first=TODAY), datetime(2031, 4, 7, 23, 46))


@settings(max_examples=60)
@given(
    first=st.integers(0, 30), more=st.integers(0, 6), weeks=st.integers(1, 14),
    minutes=st.none() | st.tuples(st.integers(0, 95), st.integers(1, 96)),
)  # fmt: skip
def test_spans_are_ahead_in_order_and_never_touch_the_wrong_day(
    first: int, more: int, weeks: int, minutes: tuple[int, int] | None
) -> None:
    begins = TODAY + timedelta(days=first)
    opens, closes = minutes or (None, None)
    days = Days(
        first=begins, last=begins + timedelta(days=more), weeks=weeks,
        opens=None if opens is None else time(opens // 4, opens % 4 * QUARTER),
        closes=None if closes is None else time(closes % 96 // 4, closes % 4 * QUARTER),
    )  # fmt: skip
    try:
        found = spans_of(days, NOW)
    except Invalid:
        assert (
            (opens is not None and closes is not None and opens >= closes)
            or first == 0
            or weeks * (more + 1) > MOST_SPANS
        )
        return
    wanted = {begins + timedelta(days=day, weeks=week) for week in range(weeks) for day in range(more + 1)}
    touched = set()
    for before, after in pairwise(found):
        assert before.ends <= after.starts
    for span in found:
        assert NOW <= span.starts < span.ends
        last = (span.ends - timedelta(microseconds=1)).date()
        touched |= {span.starts.date() + timedelta(days=day) for day in range((last - span.starts.date()).days + 1)}
    assert touched == wanted


@given(st.datetimes(datetime(2031, 1, 1), datetime(2032, 1, 1)))
@settings(max_examples=60)
def test_the_next_quarter_is_the_first_that_is_not_over(now: datetime) -> None:
    quarter = next_quarter(now)
    assert timedelta() <= quarter - now < timedelta(minutes=QUARTER)
    assert (quarter.minute % QUARTER, quarter.second, quarter.microsecond) == (0, 0, 0)
