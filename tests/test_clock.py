"""The clinic's wall clock, wherever the server stands."""

import os
import subprocess
import sys
import time as machine_time
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from mibo import clock

ZONES = ("UTC", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Chatham")
TOLD = """
from datetime import UTC, date, datetime, time
from mibo import clock
at = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
print(clock.clinic_day(at), clock.local(at), clock.instant(date(2026, 3, 29), time(2, 30)))
print(clock.day_span(date(2026, 11, 1), date(2026, 11, 30)), clock.read_instant("2026-11-23T10:00"))
"""


@pytest.fixture(params=ZONES)
def server_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    machine_time.tzset()
    yield request.param
    monkeypatch.undo()
    machine_time.tzset()


def test_the_day_begins_at_the_clinics_midnight(server_zone: str) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 18, 29, 59, tzinfo=UTC), tick=False):
        assert clock.today() == date(2026, 11, 22)
    with time_machine.travel(datetime(2026, 11, 22, 18, 30, tzinfo=UTC), tick=False):
        assert clock.today() == date(2026, 11, 23)


def test_an_instant_without_an_offset_is_the_clinics(server_zone: str) -> None:
    told = {clock.read_instant(text) for text in ("2026-11-23T10:00", "2026-11-23T10:00+05:30", "2026-11-23T04:30Z")}
    assert told == {datetime(2026, 11, 23, 4, 30, tzinfo=UTC)}


def test_every_zone_tells_the_same() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", TOLD], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True
        ).stdout
        for zone in ZONES
    }
    assert len(told) == 1


@given(st.dates(date(1946, 1, 1), date(2199, 12, 31)), st.times())  # before, India's clocks were put forward at times
def test_a_wall_time_comes_back_from_its_instant(day: date, at: time) -> None:
    there = clock.instant(day, at)
    assert there.tzinfo is UTC
    assert (clock.local(there).date(), clock.local(there).time()) == (day, at)


@given(st.dates(date(1946, 1, 1), date(2199, 12, 31)), st.integers(0, 400))
def test_days_follow_one_another_without_gap_or_overlap(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    starts, ends = clock.day_span(first, last)
    assert clock.clinic_day(starts) == first
    assert clock.clinic_day(ends) == last + timedelta(days=1)
    assert clock.clinic_day(ends - timedelta(microseconds=1)) == last
    assert ends - starts == timedelta(days=more + 1)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "0001-01-01T00:00", "0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00", "2026-13-01"]
)
def test_what_is_no_instant_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        clock.read_instant(text)
