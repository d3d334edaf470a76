"""Every periodic job, one table. Ticks may be missed or doubled: each job looks at the state first."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from mibo import analytics, audit, booking, exports, identity, jobs, leads, messaging, payments, people, video
from mibo.booking import climbing, gate
from mibo.care import documents, due_telling, resealing

TICK_S = 1

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Periodic:
    """A job and how often its bell is rung."""

    job: Callable[[], None]
    every_s: int


TIMETABLE = (
    Periodic(messaging.deliver_due, 5),
    Periodic(messaging.match_reports, 30),
    Periodic(messaging.forget_reports, 6 * 3600),
    Periodic(climbing.climb_due, 15),
    Periodic(booking.expire_holds, 30),
    Periodic(booking.ringing.ring_bell, 10),
    Periodic(booking.answering.settle_replies, 15),
    Periodic(booking.answering.forget_answer_tokens, 6 * 3600),
    Periodic(messaging.forget_replies, 6 * 3600),
    Periodic(booking.ringing.forget_rings, 6 * 3600),
    Periodic(booking.remind_due, 60),
    Periodic(booking.attach_wanted_meetings, 30),
    Periodic(booking.settle_waiting, 15),
    Periodic(booking.send_unsent_links, 15),
    Periodic(payments.close_links, 30),
    Periodic(booking.sending_back.send_due_refunds, 5),
    Periodic(video.take_away_unwanted, 60),
    Periodic(gate.forget_whereabouts, 6 * 3600),
    Periodic(due_telling.tell_due, 600),
    Periodic(documents.sweep, 6 * 3600),
    Periodic(resealing.seal_what_lies_open, 600),
    Periodic(exports.ring_waiting, 15),
    Periodic(exports.sweep, 600),
    Periodic(booking.reconcile, 60),
    Periodic(booking.sweeping.reconcile_daily, 600),
    Periodic(booking.listening.listen, 900),
    Periodic(identity.forget_spent, 3600),
    Periodic(identity.repeating.forget_answers, 3600),
    Periodic(people.forget_picture_leftovers, 6 * 3600),
    Periodic(people.inbox.forget_notices, 6 * 3600),
    Periodic(leads.notice_bookings, 60),
    Periodic(leads.forget_enquiries, 6 * 3600),
    Periodic(audit.chain_new, 10),
    Periodic(analytics.roll_up, 60),
)


def run() -> None:
    """The clock: ring each job's bell when it is due, for ever. Two clocks do no harm."""
    due = dict.fromkeys(TIMETABLE, 0.0)
    while True:
        tick(due, time.monotonic())
        time.sleep(TICK_S)


def tick(due: dict[Periodic, float], now: float) -> None:
    """Ring for what is due; where the bell is out of order, do it here, so that messages leave without Redis."""
    for periodic, at in due.items():
        if at > now:
            continue
        due[periodic] = now + periodic.every_s
        if not jobs.ring(periodic.job):
            _do_here(periodic.job)


def _do_here(job: Callable[[], None]) -> None:
    """Do a job and what it rings for; one that fails is due again anyway, and must not stop the clock."""
    try:
        with jobs.done_here():
            job()
    except Exception as error:
        log.error("timetable.failed", job=job.__qualname__, exc_info=error)
