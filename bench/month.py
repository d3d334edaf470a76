"""How fast a whole chain's free times are told: `python -m bench.month`. See docs/performance.md.

One run (M22): two databases of 200 clinicians at 20 centres, with 200,000 and 2,000,000 appointments, are asked in turns
by a process of their own: the grid of 60 days of one centre, of all clinicians together, the next free time of everybody,
the same questions' SQL alone, and the app's trivial route.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench import load
from bench.board import _machine
from mibo import clock
from mibo.dev import keys, migrate, postgres

CENTRES, CLINICIANS, DAYS = 20, 200, 60
MOST_GROWTH = 1.3
GRID, CHAIN, NEXT = "grid of a centre", "grid of the chain", "next free, chain"
LIMITS = {GRID: 50, CHAIN: 50, NEXT: 50}  # of the median, in milliseconds

Found = dict[str, dict[str, float]]


def main() -> None:
    """Load, ask in turns, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.month", description=__doc__)
    parser.add_argument("--small", type=int, default=200_000)
    parser.add_argument("--large", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=30, help="of each kind and round")
    parser.add_argument("--data", type=Path, default=Path("/var/tmp"), help="where the databases lie meanwhile")
    asked = parser.parse_args()
    with ExitStack() as cleanup:
        folder = Path(tempfile.mkdtemp(prefix="mibo-bench-", dir=asked.data))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        cluster, bell = cleanup.enter_context(_machine(folder))
        sizes = sorted({asked.small, asked.large})
        for size in sizes:
            _filled(cluster, size)
        rounds: dict[int, list[Found]] = {size: [] for size in sizes}
        for number in range(asked.rounds):
            for size in sizes if number % 2 else sizes[::-1]:
                rounds[size].append(_asked_apart(cluster.url(f"mibo_{size}"), bell, asked.questions))
            print(f"round {number + 1}, load {os.getloadavg()[0]:.1f}", flush=True)
    _tell(sizes, rounds)


def _filled(cluster: postgres.Postgres, size: int) -> None:
    name, began = f"mibo_{size}", time.monotonic()
    cluster.create_database(name)
    migrate.upgrade(cluster.url(name))
    load.fill(cluster.url(name), size, clock.today(), centres_open=CENTRES, clinicians_there=CLINICIANS)
    print(f"loaded {size:,} appointments in {time.monotonic() - began:.0f} s", flush=True)


def _asked_apart(url: str, bell: str, questions: int) -> Found:
    """Milliseconds of each kind, from a fresh process of the app."""
    made_up = {key: value for key, value in keys.for_app(keys.fresh(), "").items() if value}
    done = subprocess.run(
        [sys.executable, "-c", "from bench.month import answer; answer()"], capture_output=True, text=True, check=False,
        env={**os.environ, **made_up, "DATABASE_URL": url, "REDIS_URL": bell, "MIBO_ENV": "test",
             "BENCH_QUESTIONS": str(questions)},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def answer() -> None:
    """In the process of its own: ask in turns, print what each took as JSON."""
    from app import app

    client = app.test_client()
    first, last = clock.today() + timedelta(days=1), clock.today() + timedelta(days=DAYS)
    everybody = range(load.FIRST_CLINICIAN, load.FIRST_CLINICIAN + CLINICIANS)
    there = everybody[::CENTRES]
    found = {
        GRID: _asked(lambda: _view(there, first, last, load.FIRST_CENTRE)),
        CHAIN: _asked(lambda: _view(everybody, first, last, None)),
        NEXT: _asked(lambda: _soonest(everybody)),
        "trivial route": _asked(lambda: client.get("/healthz")),
    }
    print(json.dumps(found))


def _view(who: range, first: date, last: date, centre_id: int | None) -> int:
    from mibo import booking

    return len(booking.month_view(who, first, last, centre_id=centre_id))


def _soonest(who: range) -> int:
    from mibo import booking

    return len(booking.next_free(who, mode="ONLINE"))


def _asked(ask: Callable[[], object]) -> dict[str, float]:
    """Median and 95th percentile of many answers, the database's share of the median, and how many statements one takes.

    Nobody listens while they are timed: what is listened to goes another way (mibo/straight.py).
    """
    from mibo import db
    from tests.counting import statements

    took, inside, found = [], [], db.rows
    sql = [0.0]

    def timed(*told: Any, **more: Any) -> Any:
        began = time.perf_counter()
        try:
            return found(*told, **more)
        finally:
            sql[0] += time.perf_counter() - began

    with db.reading():
        with statements() as sent:
            ask()
        db.rows = timed
        try:
            for number in range(3 + int(os.environ["BENCH_QUESTIONS"])):
                sql[0], start = 0.0, time.perf_counter()
                ask()
                if number >= 3:
                    took.append(1000 * (time.perf_counter() - start))
                    inside.append(1000 * sql[0])
        finally:
            db.rows = found
    return {"p50": median(took), "p95": quantiles(took, n=20)[18], "sql": median(inside), "statements": len(sent)}


def _tell(sizes: list[int], rounds: dict[int, list[Found]]) -> None:
    small, large = sizes[0], sizes[-1]
    heads = "".join(f"{f'{size:,}':>34}" for size in sizes)
    print(f"{'p50 / p95 [SQL alone], ms':26}{heads}{'growth':>8}{'statements':>12}{'limit':>7}")
    for kind in rounds[small][0]:
        growth = median(b[kind]["p50"] / a[kind]["p50"] for a, b in zip(rounds[small], rounds[large], strict=True))
        limit = LIMITS.get(kind, 0)
        least = max(min(each[kind]["p50"] for each in rounds[size]) for size in sizes)
        words = f"{limit or '':>7}{'  above the limit' if limit and least > limit else ''}"
        told = "".join(f"{_three(rounds[size], kind):>34}" for size in sizes)
        statements = int(rounds[small][0][kind]["statements"])
        print(f"{kind:26}{told}{growth:8.2f}{statements:12}{words}{'  grows' if growth > MOST_GROWTH else ''}")


def _three(rounds: list[Found], kind: str) -> str:
    p50, p95, sql = (median(each[kind][what] for each in rounds) for what in ("p50", "p95", "sql"))
    return f"{p50:.1f} / {p95:.1f} [{sql:.1f}]"


if __name__ == "__main__":
    main()
