"""Every periodic job, one table. Ticks may be missed or doubled: each job looks at the state first."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from mibo import booking, jobs, messaging

TICK_S = 1

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Periodic:
    """A job and how often its bell is rung."""

    job: Callable[[], None]
    every_s: int


TIMETABLE = (
    Periodic(messaging.ring_due, 5),
    Periodic(booking.expire_holds, 30),
    Periodic(booking.attach_wanted_meetings, 30),
    Periodic(booking.settle_waiting, 15),
    Periodic(booking.send_unsent_links, 15),
    Periodic(booking.reconcile, 60),
)


def run() -> None:
    """The clock: ring each job's bell when it is due, for ever. Two clocks do no harm."""
    due = dict.fromkeys(TIMETABLE, 0.0)
    while True:
        now = time.monotonic()
        for periodic, at in due.items():
            if at <= now and jobs.ring(periodic.job):
                due[periodic] = now + periodic.every_s
        time.sleep(TICK_S)
