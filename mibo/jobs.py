"""Work for later. PostgreSQL holds what must be done; Redis only rings the bell, and may be down."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from math import inf
from threading import Lock, Timer
from time import monotonic
from typing import TypeVar

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.queue import EnqueueData
from rq.serializers import JSONSerializer

from mibo import db
from mibo.config import settings

QUEUE = "mibo"
JOB_TIMEOUT_S = 120
BELL_TTL_S = 600
RESULT_TTL_S = 60
SPARINGLY_S = 1.0
FAILURE_TTL_S = 7 * 24 * 3600

log = structlog.get_logger(__name__)
F = TypeVar("F", bound=Callable[..., None])
Bell = tuple[str, tuple[int, ...]]  # a job's name, and what it is about
_unheard: ContextVar[list[Bell] | None] = ContextVar("unheard", default=None)
registered: dict[str, Callable[..., None]] = {}
_lock = Lock()
_rung_at: dict[str, float] = {}  # what is rung for sparingly, and when it last was
_held_back: dict[str, Timer] = {}


class JobFailed(Exception):
    """A job failed. The queue keeps this error's text, so it names the job only; the rest is in the log."""


def job(function: F) -> F:
    """Something that may be done later, any number of times: it takes ids only and looks at the state first.

    A job opens its own transactions, because one that calls a provider needs a committed state between its steps.
    """
    registered[_name(function)] = function
    return function


def _name(function: Callable[..., None]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def defer(function: Callable[..., None], *ids: int) -> None:
    """Ring for a job once the transaction under way is committed; nothing rings if it is rolled back.

    All that one transaction rings for leaves in one go, so a Redis that hangs is waited for once.
    """
    bells: dict[Bell, None] = db.session().info.setdefault("bells", {})
    if not bells:
        db.after_commit(lambda: _ring_all(bells))
    bells[_known(function), ids] = None


def ring(function: Callable[..., None], *ids: int) -> bool:
    """Ring for a job now. False when the bell is out of order: the timetable rings again."""
    return _ring_all([(_known(function), ids)])


def ring_sparingly(function: Callable[..., None]) -> None:
    """Ring for a job that looks for all that waits: at once, and then at most once a second.

    A ring that is held back leaves when the second is over. It is lost with its process: the timetable rings too.
    """
    name = _known(function)
    with _lock:
        if name in _held_back:
            return
        if (wait := _rung_at.get(name, -inf) + SPARINGLY_S - monotonic()) > 0:
            _held_back[name] = later = Timer(wait, _ring_again, (function,))
            later.daemon = True
            later.start()
            return
        _rung_at[name] = monotonic()
    ring(function)


def _ring_again(function: Callable[..., None]) -> None:
    with _lock:
        _held_back.pop(_known(function), None)
        _rung_at[_known(function)] = monotonic()
    ring(function)


def hold_nothing_back() -> Collection[str]:
    """The jobs whose ring was held back; they are not rung for any more, and the next is rung for at once."""
    with _lock:
        held = list(_held_back)
        for later in _held_back.values():
            later.cancel()
        _held_back.clear()
        _rung_at.clear()
    return held


def _known(function: Callable[..., None]) -> str:
    name = _name(function)
    assert name in registered, f"{name} is not a @job, so no worker would know it"
    return name


def _ring_all(bells: Iterable[Bell]) -> bool:
    try:
        _queue().enqueue_many([_envelope(bell) for bell in bells])
    except (RedisError, OSError):
        log.warning("jobs.bell_out_of_order", jobs=sorted({name for name, _ in bells}))
        if (unheard := _unheard.get()) is not None:
            unheard.extend(bells)
        return False
    return True


def _envelope(bell: Bell) -> EnqueueData:
    """A job as it lies in Redis: its name and ids, for as long as it is of use. Later the timetable has rung again."""
    name, ids = bell
    return Queue.prepare_data(
        perform, (name, *ids), timeout=JOB_TIMEOUT_S, ttl=BELL_TTL_S, result_ttl=RESULT_TTL_S, failure_ttl=FAILURE_TTL_S
    )


@contextmanager
def done_here() -> Iterator[None]:
    """What is rung for inside while the bell is out of order is done at the end, in this process (for the clock)."""
    unheard: list[Bell] = []
    token = _unheard.set(unheard)
    try:
        yield
    finally:
        _unheard.reset(token)
    for name, ids in unheard:
        perform(name, *ids)


def perform(name: str, *ids: int) -> None:
    """Do a job by its name: what the queue calls in a worker. Raises JobFailed."""
    log.info("jobs.perform", job=name, ids=ids)
    try:
        registered[name](*ids)
    except Exception:
        log.exception("jobs.failed", job=name, ids=ids)
        raise JobFailed(name) from None


@cache
def _queue() -> Queue:
    # one attempt, short patience: a booking must not wait 3 s for a bell that is out of order
    connection = Redis.from_url(
        settings().redis_url, socket_connect_timeout=0.3, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer())


def waiting() -> int:
    """How many jobs were rung for and wait for a worker."""
    return _queue().count


def work_off() -> None:
    """Do, in this process and in order, all that was rung for: for tests and the command line."""
    for name in hold_nothing_back():
        registered[name]()
    queue = _queue()
    while not queue.is_empty():
        job_id = queue.pop_job_id()
        if job_id and (waiting := queue.fetch_job(job_id)):
            name, *ids = waiting.args
            registered[name](*ids)
