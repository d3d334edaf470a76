"""The worker: it waits for Redis, works in forks with connections of their own, and stops when told."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.registry import FailedJobRegistry, FinishedJobRegistry
from rq.serializers import JSONSerializer

from mibo import booking, jobs
from mibo.config import settings
from tests.machine import Database

pytestmark = pytest.mark.drill
ROOT = Path(__file__).parents[1]


@contextmanager
def worker(log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as said:
        process = subprocess.Popen([sys.executable, "worker.py", *arguments], cwd=ROOT, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def eventually(holds: Callable[[], bool], within: float = 90.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def finished() -> int:
    with Redis.from_url(os.environ["REDIS_URL"]) as connection:
        queue = Queue(jobs.QUEUE, connection=connection, serializer=JSONSerializer())
        assert FailedJobRegistry(queue=queue).count == 0
        return len(FinishedJobRegistry(queue=queue).get_job_ids())


def test_it_waits_for_redis_then_does_each_job_in_a_fork_and_stops_when_told(
    database: Database, redis_down: Callable[[], AbstractContextManager[None]], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with worker(log) as process:
        with redis_down():
            eventually(lambda: "worker.waits_for_redis" in log.read_text())
        for _ in range(3):
            assert jobs.ring(booking.expire_holds)
        eventually(lambda: finished() == 3)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) >= 10
        process.terminate()
        assert process.wait(10) == 0
    assert log.read_text().count("jobs.perform") == 3


def test_the_clock_rings_for_what_is_periodic(database: Database, tmp_path: Path) -> None:
    with worker(tmp_path / "log", "clock"), Redis.from_url(settings().redis_url) as connection:
        eventually(lambda: Queue(jobs.QUEUE, connection=connection, serializer=JSONSerializer()).count >= 3)


def test_an_unknown_word_is_refused(tmp_path: Path) -> None:
    with worker(tmp_path / "log", "sleep") as process:
        assert process.wait(30) == 1
    assert (tmp_path / "log").read_text().strip().endswith("usage: python worker.py [clock]")
