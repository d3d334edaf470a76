"""The days of a series against dateutil's rule, and who may move when all of them move."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.rrule import WEEKLY, rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from mibo.booking.series_rules import (
    FEWEST,
    MOST,
    REACH_DAYS,
    Rhythm,
    days_of,
    one_after_another,
    overlaps,
    rhythm_from,
    who_stays,
)
from mibo.errors import Invalid

TODAY = date(2026, 11, 22)
QUICK = settings(max_examples=60, deadline=None)

ahead = st.integers(0, REACH_DAYS).map(lambda days: TODAY + timedelta(days=days))
every = st.integers(1, 12)


def wrong(rhythm: Rhythm) -> dict[str, str]:
    """What is wrong, by field."""
    with pytest.raises(Invalid) as found:
        days_of(rhythm, TODAY)
    return {problem.field: problem.message for problem in found.value.problems}


@QUICK
@given(ahead, every, st.integers(FEWEST, MOST))
def test_so_many_times_gives_the_days_of_the_oracle_or_says_that_it_reaches_too_far(first, weeks, times):
    oracle = [day.date() for day in rrule(WEEKLY, interval=weeks, count=times, dtstart=datetime.combine(first, datetime.min.time()))]  # fmt: skip  # noqa: E501
    rhythm = Rhythm(first=first, every_weeks=weeks, times=times)
    if oracle[-1] > TODAY + timedelta(days=REACH_DAYS):
        assert "reaches to 21 Nov 2027" in wrong(rhythm)["times"]
    else:
        assert days_of(rhythm, TODAY) == oracle


@QUICK
@given(ahead, every, st.integers(-20, REACH_DAYS))
def test_until_a_day_gives_the_days_of_the_oracle_or_a_sentence_at_its_field(first, weeks, more):
    until = min(first + timedelta(days=more), TODAY + timedelta(days=REACH_DAYS))
    start, end = (datetime.combine(day, datetime.min.time()) for day in (first, until))
    oracle = [day.date() for day in rrule(WEEKLY, interval=weeks, dtstart=start, until=end)]
    rhythm = Rhythm(first=first, every_weeks=weeks, until=until)
    if FEWEST <= len(oracle) <= MOST:
        assert days_of(rhythm, TODAY) == oracle
    else:
        assert set(wrong(rhythm)) == {"until"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first": TODAY - timedelta(days=1)}, "day"),
        ({"first": TODAY + timedelta(days=REACH_DAYS + 1)}, "day"),
        ({"every_weeks": 0}, "every_weeks"),
        ({"every_weeks": 13}, "every_weeks"),
        ({"times": 0}, "times"),
        ({"times": 1}, "times"),
        ({"times": 60}, "times"),
        ({"times": None}, "times"),
        ({"times": None, "until": TODAY}, "until"),
        ({"until": TODAY + timedelta(days=60)}, "until"),
        ({"every_weeks": 12, "times": 52}, "times"),
    ],
)
def test_what_makes_no_series_is_said_at_its_field(changed, field):
    good = {"first": TODAY + timedelta(days=2), "every_weeks": 2, "times": 8}
    assert set(wrong(Rhythm(**{**good, **changed}))) == {field}


def test_all_that_is_wrong_is_said_at_once():
    assert set(wrong(Rhythm(first=TODAY - timedelta(days=3), every_weeks=0, times=60))) == {
        "day", "every_weeks", "times"
    }  # fmt: skip


# all of them move


def span(hour: int, length: int = 1) -> tuple[datetime, datetime]:
    start = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(hours=hour)
    return start, start + timedelta(hours=length)


def test_whoever_stays_keeps_its_time_and_so_may_keep_another_from_moving():
    now = {1: span(0), 2: span(10), 3: span(20)}
    wanted = {1: span(10), 2: span(20), 3: span(30)}
    assert who_stays(now, wanted, lambda *_: True) == set()
    assert who_stays(now, wanted, lambda number, _: number != 3) == {1, 2, 3}
    assert who_stays(now, {**wanted, 2: None}, lambda *_: True) == {1, 2}


def test_of_two_who_want_one_time_one_gets_it():
    assert who_stays({1: span(0), 2: span(5)}, {1: span(9), 2: span(9)}, lambda *_: True) == {2}


places = st.lists(st.integers(0, 30), min_size=1, max_size=8, unique=True)


@QUICK
@given(places, st.data())
def test_in_this_order_nobody_ever_sits_on_another_and_all_but_rings_arrive(starts, data):
    now = {n: span(start) for n, start in enumerate(starts, 1)}
    goals = data.draw(st.lists(st.integers(0, 30), min_size=len(starts), max_size=len(starts)))
    wanted = {n: span(goal) for n, goal in enumerate(goals, 1)}
    staying = who_stays(now, wanted, lambda *_: True)
    moving = {n: goal for n, goal in wanted.items() if n not in staying}
    order = one_after_another(now, moving)
    assert len(order) == len(set(order))
    stand = dict(now)
    for number in order:
        stand[number] = moving[number]
        others = [each for n, each in stand.items() if n != number]
        assert not any(overlaps(stand[number], each) for each in others)
    for number in set(moving) - set(order):
        assert any(overlaps(moving[number], stand[other]) for other in set(moving) - set(order) - {number})


def test_the_rhythm_goes_on_from_the_new_day_and_gaps_stay_gaps():
    first = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert rhythm_from(first, 2, [3, 5, 4]) == {
        3: first, 4: first + timedelta(weeks=2), 5: first + timedelta(weeks=4)
    }  # fmt: skip
