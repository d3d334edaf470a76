"""Jobs: known to every worker, and silent about people when they fail."""

import time
import traceback
from collections.abc import Callable

import pytest

from mibo import jobs, timetable

SECRET = "what somebody wrote"


@jobs.job
def fail(number: int) -> None:
    raise ValueError(f"{number}: {SECRET}")


looked: list[float] = []


@jobs.job
def look() -> None:
    looked.append(time.monotonic())


def forgotten() -> None: ...


def test_whatever_the_clock_rings_for_is_known_to_workers() -> None:
    known = set(jobs.registered.values())
    assert [periodic.job.__name__ for periodic in timetable.TIMETABLE if periodic.job not in known] == []


def test_ringing_for_what_no_worker_knows_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="forgotten is not a @job"):
        jobs.ring(forgotten)


def test_what_the_queue_keeps_of_a_failure_names_the_job_only() -> None:
    with pytest.raises(jobs.JobFailed) as failed:
        jobs.perform(f"{fail.__module__}.fail", 7)
    kept = "".join(traceback.format_exception(failed.value))
    assert kept.strip().endswith(f"JobFailed: {fail.__module__}.fail")
    assert SECRET not in kept


def test_a_test_that_works_off_the_queue_sees_the_failure_itself(work: Callable[[], None]) -> None:
    jobs.ring(fail, 7)
    with pytest.raises(ValueError, match=SECRET):
        work()


def test_a_burst_is_rung_for_at_once_and_once_more_when_its_second_is_over(work: Callable[[], None]) -> None:
    looked.clear()
    for _ in range(100):
        jobs.ring_sparingly(look)
    assert jobs.waiting() == 1
    deadline = time.monotonic() + 5
    while jobs.waiting() < 2:
        assert time.monotonic() < deadline, "what was held back never left"
        time.sleep(0.02)
    assert jobs.hold_nothing_back() == []
    work()
    assert len(looked) == 2
