"""`python worker.py` does the jobs that are rung for; `python worker.py clock` rings for the periodic ones.

Run any number of workers and exactly one clock; two clocks only ring twice, and every job may run twice.
"""

import os
import sys
import time
from types import FrameType
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer

from mibo import booking, db, jobs, logs, timetable
from mibo.config import settings
from mibo.web import listings

# imported here so that every job is registered and every list described, and loaded once instead of in every fork
DOES = (booking, timetable, listings)
TRY_AGAIN_AFTER_S = 2.0
GIVES_WAY = 10  # niceness: where web and worker share processors, whoever waits at a page goes first

log = structlog.get_logger("worker")


class MiboWorker(Worker):
    """RQ's forking worker, whose forks have database connections of their own."""

    told_to_stop = False

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        db.dispose(close=False)  # the parent's connections are not ours to close, nor to use
        super().main_work_horse(job, queue)

    def request_stop(self, signum: int, frame: FrameType | None) -> Any:
        self.told_to_stop = True
        return super().request_stop(signum, frame)


def work() -> None:
    """Do jobs until told to stop, giving way to the web processes of the same machine."""
    os.setpriority(os.PRIO_PROCESS, 0, GIVES_WAY)
    connection = Redis.from_url(settings().redis_url, health_check_interval=30)
    _wait_for(connection)
    worker = _worker(connection)
    try:
        worker.work(logging_level="WARNING")
    except RedisError as error:
        log.warning("worker.lost_redis", error=type(error).__name__)
    if not worker.told_to_stop:
        _start_afresh()


def _wait_for(connection: Redis) -> None:
    """Redis may come up after us: RQ itself would give up at once."""
    while True:
        try:
            connection.ping()
            return
        except (RedisError, OSError) as error:
            log.warning("worker.waits_for_redis", error=type(error).__name__)
            time.sleep(TRY_AGAIN_AFTER_S)


def _worker(connection: Redis) -> MiboWorker:
    # one queue, and maintenance often: a job that was popped by a worker who died is found within two minutes
    queue = Queue(jobs.QUEUE, connection=connection, serializer=JSONSerializer)
    return MiboWorker(
        [queue], connection=connection, serializer=JSONSerializer, worker_ttl=60, maintenance_interval=30,
        default_result_ttl=jobs.RESULT_TTL_S,
    )  # fmt: skip


def _start_afresh() -> None:
    """Begin again in the same process: RQ ends when Redis vanishes at the wrong moment, and leaves a thread behind."""
    time.sleep(TRY_AGAIN_AFTER_S)
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606


def main(arguments: list[str]) -> None:
    """Do what was asked for on the command line."""
    logs.configure(settings().log_level)
    if arguments == []:
        work()
    elif arguments == ["clock"]:
        timetable.run()
    else:
        sys.exit("usage: python worker.py [clock]")


if __name__ == "__main__":
    main(sys.argv[1:])
