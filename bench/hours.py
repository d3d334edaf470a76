"""How fast hours are set and a clinician's grid of 61 days is told: `python -m bench.hours`. See docs/performance.md.

Fills an embedded PostgreSQL as bench/slots.py does, then asks the app itself, in this process: each answer is timed from
the request to its last byte, signed in where the page asks for it.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import quantiles

from bench import load
from bench.load import World
from mibo import clock
from mibo.dev import keys, migrate, postgres, redis

SAVE_MS, GRID_MS = 100, 30
DAYS = 61


def main() -> None:
    """Load, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.hours", description=__doc__)
    parser.add_argument("--appointments", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=60, help="of each kind")
    parser.add_argument("--data", type=Path, default=Path("/var/tmp"), help="where the database lies meanwhile")
    asked = parser.parse_args()
    with ExitStack() as cleanup:
        folder = Path(tempfile.mkdtemp(prefix="mibo-bench-", dir=asked.data))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        url, bell = cleanup.enter_context(machine(folder))
        world = load.fill(url, asked.appointments, clock.today())
        os.environ.update({key: value for key, value in keys.for_app(keys.fresh(), "").items() if value})
        os.environ.update({"DATABASE_URL": url, "REDIS_URL": bell, "MIBO_ENV": "test"})
        os.environ["LIMIT_API_PER_MINUTE"] = "100000000"
        _measure(world, asked.questions)


@contextmanager
def machine(folder: Path) -> Iterator[tuple[str, str]]:
    """PostgreSQL, durable, and Redis."""
    server = postgres.embedded(folder / "postgres", log=folder / "postgres.log")
    bell = redis.embedded(folder / "redis", log=folder / "redis.log")
    server.create_cluster()
    with ExitStack() as cleanup:
        for one in (server, bell):
            child = one.child()
            process = child.start()
            cleanup.callback(child.stop, process, within=120)
            one.wait_until_ready(process)
        server.create_database("mibo")
        migrate.upgrade(server.url("mibo"))
        yield server.url("mibo"), bell.url


def _measure(world: World, questions: int) -> None:
    from mibo import booking, db
    from mibo.booking import HoursWish
    from mibo.booking.displacing import Choice
    from mibo.identity import Actor
    from mibo.identity.permissions import Role
    from mibo.scheduling.rules import Window
    from mibo.web import create_app

    client = create_app().test_client()
    with db.transaction() as session:
        from mibo.identity import Account

        account = Account(audience="STAFF", phone="+919700000001", full_name="Bench")
        session.add(account)
        session.flush()
    by = Actor(account.id, "STAFF", frozenset({Role.ADMIN}), frozenset(), True, None, 0, "Bench")
    turn = iter(range(10**9))

    def wish() -> tuple[int, HoursWish]:
        n = next(turn)
        who = world.clinicians[n % len(world.clinicians)]
        opens = 9 * 60 + 15 * (n // len(world.clinicians) % 4)
        rows = [
            Window(weekday, start, end, world.centre_of(who), "BOTH", load.SLOT_MINUTES)
            for weekday in range(1, 7)
            for start, end in ((opens, 13 * 60), (14 * 60, 17 * 60))
        ]
        return who, HoursWish(rows=rows, from_day=world.today + timedelta(days=7))

    def preview() -> object:
        with db.reading():
            return booking.preview_hours(*wish(), by=by)

    def save() -> object:
        who, wanted = wish()
        with db.reading():
            outside = booking.preview_hours(who, wanted, by=by).outside
        with db.transaction():
            return booking.set_hours(who, wanted, answers={one.id: Choice.KEEP for one in outside}, by=by)

    def grid() -> object:
        n = next(turn)
        first = world.days[0]
        path = "/api/booking/clinician-slots"
        asked = {
            "clinicianId": world.clinicians[n % len(world.clinicians)],
            "startDate": first, "endDate": first + timedelta(days=DAYS - 1),
        }  # fmt: skip
        answer = client.get(path, query_string=asked)
        assert answer.status_code == 200, answer.text
        assert answer.data.count(b"startTime") > 500
        return answer

    print(f"{world.appointments:,} appointments; load {os.getloadavg()[0]:.1f}")
    print(f"{'':40}{'p50 ms':>8}{'p95 ms':>8}{'limit':>8}")
    _told(f"clinician-slots, {DAYS} days", grid, questions, GRID_MS)
    _told("preview of a week and who is outside", preview, questions, SAVE_MS)
    _told("preview and save", save, questions, SAVE_MS)


def _told(kind: str, ask: Callable[[], object], questions: int, limit: int) -> None:
    for _ in range(5):
        ask()
    took = []
    for _ in range(questions):
        began = time.perf_counter()
        ask()
        took.append(1000 * (time.perf_counter() - began))
    cuts = quantiles(took, n=20)
    print(
        f"{kind:40}{cuts[9]:8.1f}{cuts[18]:8.1f}{limit:8}{'' if cuts[9] < limit else '  above the limit'}", flush=True
    )


if __name__ == "__main__":
    main()
