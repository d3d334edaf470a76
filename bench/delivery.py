"""How fast messages leave: a part of `python -m bench.messages`. Figures stand in docs/performance.md.

The real worker of the Procfile beside an embedded PostgreSQL and Redis, and the sandbox, which takes 50 ms for each message.
First a pile of messages is due at once; then one is promised every fortieth of a second, and it is read how long after its
commit each was at the provider's door.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.kept import started
from mibo import sandbox
from mibo.dev import keys, migrate, redis
from mibo.sandbox.faults import Fault

PILE, STREAM, APART_S = 2_000, 600, 1 / 40
PROVIDER_S = 0.05


def measure(data: Path) -> None:
    """Set everything up, send, print."""
    with ExitStack() as cleanup:
        folder = Path(tempfile.mkdtemp(prefix="mibo-bench-", dir=data))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        cluster = cleanup.enter_context(started(folder))
        cluster.create_database("mibo_delivery")
        migrate.upgrade(cluster.url("mibo_delivery"))
        bell = redis.embedded(folder / "redis", log=folder / "redis.log")
        ringing = bell.child().start()
        cleanup.callback(bell.child().stop, ringing)
        bell.wait_until_ready(ringing)
        known = keys.fresh()
        provider = sandbox.serve(sandbox.Options(retries_after=(), **keys.for_sandbox(known)))
        cleanup.callback(provider.stop)
        provider.world.faults.switch_on(Fault("gallabox", "slow", times=10**9, seconds=PROVIDER_S))
        settings = {
            **keys.for_app(known, provider.url), "DATABASE_URL": cluster.url("mibo_delivery"), "REDIS_URL": bell.url,
            "MIBO_ENV": "test", "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        os.environ.update(settings)
        _pile(provider)
        with _memory() as most:
            _stream(provider)
        print(f"the worker and the job it forks: {most[0]:.0f} MB resident at the most, each")


def _pile(provider: sandbox.Running) -> None:
    _promise(range(PILE), at_once=True)
    with _worker():
        began = _first(provider)
        while len(provider.world.mailbox.messages()) < PILE:
            time.sleep(0.02)
        took = time.monotonic() - began
    texts = {message.text for message in provider.world.mailbox.messages()}
    print(
        f"{PILE:,} messages that were due left in {took:.1f} s, {PILE / took:.0f} a second, {PILE - len(texts)} of them twice"
    )
    provider.world.mailbox.forget()


def _first(provider: sandbox.Running) -> float:
    while not provider.world.mailbox.messages():
        time.sleep(0.005)
    return time.monotonic()


def _stream(provider: sandbox.Running) -> None:
    with _worker():
        time.sleep(3)  # it has begun to listen
        committed = {}
        for n in range(STREAM):
            began = time.monotonic()
            _promise([PILE + n])
            committed[f"MB-{PILE + n}"] = time.time()
            time.sleep(max(0.0, APART_S - (time.monotonic() - began)))
        until = time.monotonic() + 30
        while len(provider.world.mailbox.messages()) < STREAM and time.monotonic() < until:
            time.sleep(0.1)
    at_door = {message.values["reference"]: message.at for message in provider.world.mailbox.messages()}
    waits = sorted(at_door[reference] - at for reference, at in committed.items() if reference in at_door)
    print(
        f"{len(waits)} of {STREAM} messages, promised {1 / APART_S:.0f} a second, were taken by the provider"
        f" p50 {statistics.median(waits):.2f} s, p95 {waits[int(len(waits) * 0.95)]:.2f} s, at most {waits[-1]:.2f} s"
        " after their commit"
    )


def _promise(numbers: list[int] | range, *, at_once: bool = False) -> None:
    from mibo import clock, db, messaging

    def tell(n: int) -> None:
        said = messaging.wording.booking_cancelled("Asha", when=clock.local(clock.now()), reference=f"MB-{n}")
        messaging.tell(said, phone="+919876543210", name="Asha", dedupe_key=f"bench:{n}")

    if at_once:
        with db.transaction():
            for n in numbers:
                tell(n)
        return
    for n in numbers:
        with db.transaction():
            tell(n)


@contextmanager
def _worker() -> Iterator[None]:
    running = subprocess.Popen([sys.executable, "worker.py"])
    try:
        yield
    finally:
        running.terminate()
        running.wait(30)


@contextmanager
def _memory() -> Iterator[list[float]]:
    """The most that a worker, or a job it forked, had resident meanwhile, in megabytes."""
    most, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            for status in Path("/proc").glob("[0-9]*/status"):
                try:
                    if "worker.py" in (status.parent / "cmdline").read_text():
                        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                        most[0] = max(most[0], int(lines["VmRSS"].split()[0]) / 1024)
                except (OSError, KeyError):
                    continue

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield most
    finally:
        over.set()
        looking.join()
