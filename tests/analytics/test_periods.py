"""Which days a period has, what came before it, and by how much a figure has changed."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mibo.analytics.periods import Kind, Period, after, before, change_percent, compared, period_of

days = st.dates(date(2000, 1, 10), date(2100, 1, 1))
kinds = st.sampled_from([Kind.DAY, Kind.WEEK, Kind.MONTH, Kind.YEAR])


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(kinds, days)
def test_periods_follow_each_other_without_a_gap(kind: Kind, on: date) -> None:
    period = period_of(kind, on)
    assert period.first <= on <= period.last
    assert before(kind, period).last == period.first - timedelta(days=1)
    assert after(kind, period).first == period.last + timedelta(days=1)
    assert before(kind, after(kind, period)) == period == after(kind, before(kind, period))


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(kinds, days, st.integers(0, 400))
def test_what_is_under_way_is_held_against_as_many_days(kind: Kind, on: date, gone: int) -> None:
    period = period_of(kind, on)
    today = period.first + timedelta(days=gone)
    told, former = compared(kind, period, today)
    assert told.first == period.first
    assert former.first == before(kind, period).first
    assert former.last < period.first
    if today < period.last:
        assert told.last == today
        assert former.days <= told.days
    else:
        assert (told, former) == (period, before(kind, period))


@pytest.mark.parametrize(
    ("kind", "on", "first", "last"),
    [
        (Kind.WEEK, date(2026, 1, 1), date(2025, 12, 29), date(2026, 1, 4)),
        (Kind.MONTH, date(2024, 2, 10), date(2024, 2, 1), date(2024, 2, 29)),
        (Kind.YEAR, date(2026, 12, 31), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_weeks_begin_on_monday_and_months_end_when_they_end(kind: Kind, on: date, first: date, last: date) -> None:
    assert period_of(kind, on) == Period(first, last)


def test_of_march_under_way_only_as_many_days_of_february_are_compared() -> None:
    march = period_of(Kind.MONTH, date(2026, 3, 30))
    assert compared(Kind.MONTH, march, date(2026, 3, 30)) == (
        Period(date(2026, 3, 1), date(2026, 3, 30)), Period(date(2026, 2, 1), date(2026, 2, 28))
    )  # fmt: skip
    chosen = Period(date(2026, 3, 5), date(2026, 3, 9))
    assert before(Kind.CUSTOM, chosen) == Period(date(2026, 2, 28), date(2026, 3, 4))


@pytest.mark.parametrize(
    ("now", "then", "told"), [(3, 2, 50.0), (1, 3, -66.7), (5, 0, 0.0), (0, 4, -100.0), (2, 2, 0.0)]
)
def test_a_change_has_one_decimal_and_is_nought_where_nothing_was(now: int, then: int, told: float) -> None:
    assert change_percent(now, then) == told
