"""How fast apps are answered: `python -m bench.api --keep /var/tmp/kept`. Figures stand in docs/performance.md.

One run, in rounds: the real server, as the Procfile starts it, is asked for each list, dashboard and month that apps ask
for, with 200,000 appointments and with 2,000,000, and beside them for its trivial route. Who asks is signed in as an app
is. What counts are the processor time beside the trivial route's, and the growth from one size to the other.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

import psycopg

from bench import kept, load, slots
from bench.money import LOCAL_NAME, _load
from bench.slots import CONNECTIONS, ROOT, Sample
from mibo import clock
from mibo.dev import postgres, redis
from mibo.dev.children import Child, Process

TRIVIAL = "trivial route"
MOST_GROWTH, MOST_MS, MOST_TIMES_TRIVIAL = 1.3, 50, 9
COUNTED = 40
COUNTING = ("shared_preload_libraries=pg_stat_statements", "max_wal_size=4GB")
SOME_PATIENTS = 50
SPAN = {"a week": 6, "a month": 30, "62 days": 61}


@dataclass(frozen=True)
class Kind:
    """One thing that is asked for: by whom, and at which addresses."""

    name: str
    who: str | None
    paths: list[str]


@dataclass
class Served:
    """A loaded database, and the real server that answers from it."""

    size: int
    database: str
    url: str
    server: Process
    tokens: dict[str, str]
    kinds: list[Kind]


def main() -> None:
    """Load or open, ask in turns, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.api", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, default=[200_000, 2_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement")
    parser.add_argument("--only", default="", help="of the kinds, those whose name contains this, and the trivial one")
    kept.arguments(parser)
    asked = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="mibo-bench-", dir="/var/tmp")))
        folder.chmod(0o755)
        cluster = cleanup.enter_context(kept.cluster(asked.data, asked.keep, COUNTING))
        bell = cleanup.enter_context(slots._redis(folder))
        both = [cleanup.enter_context(_served(size, cluster, bell, folder, asked.only)) for size in asked.sizes]
        print(f"{slots._machine()}, load {os.getloadavg()[0]:.1f}, {CONNECTIONS} at a time", flush=True)
        statements = {served.size: _statements(served, cluster) for served in both}
        found: dict[tuple[int, str], list[Sample]] = {}
        for number in range(asked.rounds):
            for served in both if number % 2 else both[::-1]:
                for kind in served.kinds:
                    sample = _sample(kind, served, asked.seconds, number, folder)
                    found.setdefault((served.size, kind.name), []).append(sample)
            print(f"round {number + 1}, load {os.getloadavg()[0]:.1f}", flush=True)
    _tell(asked.sizes, both[0].kinds, found, statements)


@contextmanager
def _served(size: int, cluster: postgres.Postgres, bell: redis.Redis, folder: Path, only: str) -> Iterator[Served]:
    url = kept.loaded(cluster, f"{LOCAL_NAME}_{size}", partial(_load, size))
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("create extension if not exists pg_stat_statements")
    port, environment = redis.free_port(), slots._environment(url, bell.url)
    told = subprocess.run(
        [sys.executable, "-c", "from bench.api import sign_in; sign_in()"], cwd=ROOT, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if told.returncode:
        sys.exit(told.stderr[-3000:])
    server = Child(f"web-{size}", slots._procfile_web(port), folder / f"web-{size}.log", ROOT, environment)
    with slots._running(server) as process:
        address = f"http://127.0.0.1:{port}"
        slots._wait_until_up(address, server, process)
        kinds = [kind for kind in _kinds() if only in kind.name or kind.name == TRIVIAL]
        yield Served(size, f"{LOCAL_NAME}_{size}", address, process, json.loads(told.stdout.splitlines()[-1]), kinds)


def sign_in() -> None:
    """In a process of its own: keep the days that are over, as the timetable does, and sign in a manager, a front desk,
    a clinician and a patient; prints their tokens.
    """
    from sqlalchemy import select

    from bench.analytics import _keep_days
    from mibo import db, identity
    from mibo.identity import Account, RoleGrant
    from mibo.people import Clinician

    def staff(number: int, role: str, centre: int | None = None) -> Account:
        phone = f"+91960000000{number}"
        if (known := db.session().scalar(select(Account).where(Account.phone == phone))) is None:
            known = Account(audience="STAFF", full_name=f"Bench {role}", phone=phone)
            db.session().add(known)
            db.session().flush()
            db.session().add(RoleGrant(account_id=known.id, role=role, centre_id=centre))
        return known

    _keep_days()
    with db.transaction() as session:
        centre = load.FIRST_CENTRE
        people = {"manager": staff(1, "MANAGER"), "front desk": staff(2, "FRONT_DESK", centre)}
        people["clinician"] = staff(3, "CLINICIAN", centre)
        session.get_one(Clinician, load.FIRST_CLINICIAN).account_id = people["clinician"].id
        people["patient"] = session.get_one(Account, load.FIRST_PATIENT + SOME_PATIENTS)
        session.flush()
        print(json.dumps({who: identity.start_api_sign_in(each).access for who, each in people.items()}))


def _kinds() -> list[Kind]:
    """Everything asked for; of what differs from day to day and from one clinician to the next, many."""
    dice, today = random.Random(7), clock.today()
    days = [today + timedelta(days=n) for n in range(1, load.DAYS_AHEAD)]
    clinicians = range(load.FIRST_CLINICIAN, load.FIRST_CLINICIAN + load.CLINICIANS)

    def of_days(path: str, span: int) -> list[str]:
        first = [today + timedelta(days=dice.randrange(1, 15)) for _ in clinicians]
        return [
            f"{path}?clinicianId={who}&centreId={load.FIRST_CENTRE + (who - load.FIRST_CLINICIAN) % load.CENTRES}"
            f"&startDate={day}&endDate={day + timedelta(days=span)}"
            for who, day in zip(clinicians, first, strict=True)
        ]

    day_lists = [f"/api/appointments?date={day}" for day in days]
    return [
        Kind(TRIVIAL, None, ["/healthz"]),
        Kind("clinicians", None, ["/api/clinicians"]),
        Kind("clinicians of a centre", None, [f"/api/clinicians?centreId={n + 1}" for n in range(load.CENTRES)]),
        Kind("one day, all centres", "manager", day_lists),
        Kind("one day, one centre", "front desk", day_lists),
        Kind("clinician's numbers", "clinician", ["/api/appointments/dashboard/stats"]),
        Kind("patient's dashboard", "patient", ["/api/patient/dashboard"]),
        Kind("clinic's dashboard", "manager", ["/api/analytics/dashboard"]),
        Kind("days with slots, a month", None, of_days("/api/booking/dates-with-slots", SPAN["a month"])),
        Kind("slots, a week", None, of_days("/api/booking/clinician-slots", SPAN["a week"])),
        Kind("slots, 62 days", None, of_days("/api/booking/clinician-slots", SPAN["62 days"])),
    ]


def _statements(served: Served, cluster: postgres.Postgres) -> dict[str, float]:
    """How many statements PostgreSQL sees for a request of each kind, with the one that asks who it is."""
    counted = {}
    with psycopg.connect(cluster.url(served.database).replace("+psycopg", ""), autocommit=True) as connection:
        for kind in served.kinds:
            headers = _authorization(kind, served)
            paths = [kind.paths[n % len(kind.paths)] for n in range(COUNTED)]
            for warm in (True, False):
                connection.execute("select pg_stat_statements_reset()")
                for path in paths[: COUNTED // 4 if warm else COUNTED]:
                    with urlopen(Request(served.url + path, headers=headers), timeout=20) as answer:
                        answer.read()
            asked = connection.execute(
                "select sum(calls) from pg_stat_statements join pg_database d on d.oid = dbid"
                " where d.datname = %s and query not like '%%pg_stat_statements%%'",
                [served.database],
            ).fetchone()
            counted[kind.name] = float((asked and asked[0]) or 0) / COUNTED
    return counted


def _authorization(kind: Kind, served: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {served.tokens[kind.who]}"} if kind.who else {}


def _sample(kind: Kind, served: Served, seconds: int, number: int, folder: Path) -> Sample:
    paths = slots._written(folder / "asked.paths", kind.paths)
    headers = [word for name, value in _authorization(kind, served).items() for word in ("-H", f"{name}: {value}")]
    cpu = slots._cpu_seconds(served.server.pid)
    said = slots._run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *headers, "-s", str(ROOT / "bench/wrk.lua"), served.url, "--",
         str(paths), str(number + 1)],
    )  # fmt: skip
    seen = json.loads(said.splitlines()[-1])
    if seen["bad"]:
        sys.exit(f"{kind.name}: {seen['bad']} of {seen['requests']} answers were errors:\n{said}")
    used, answers = slots._cpu_seconds(served.server.pid) - cpu, max(seen["requests"], 1)  # none, where all take longer
    return {
        "rps": seen["requests"] / seen["seconds"], "p50": seen["p50_ms"], "p99": seen["p99_ms"],
        "cpu": 1000 * used / answers, "kb": seen["bytes"] / answers / 1024,
    }  # fmt: skip


def _tell(
    sizes: list[int],
    kinds: list[Kind],
    found: dict[tuple[int, str], list[Sample]],
    statements: dict[int, dict[str, float]],
) -> None:
    """One line for each kind and size."""
    columns = ("requests/s", "p50 ms", "p99 ms", "cpu ms", "x trivial", "KB", "statements")
    print(f"\n{'':26}{'appointments':>13}" + "".join(f"{each:>11}" for each in columns) + f"{'growth':>8}")
    for kind in kinds:
        cpu = {size: min(each["cpu"] for each in found[size, kind.name]) for size in sizes}
        for size in sizes:
            middle = {
                what: median(each[what] for each in found[size, kind.name]) for what in ("rps", "p50", "p99", "kb")
            }
            trivial = min(each["cpu"] for each in found[size, TRIVIAL])
            growth = cpu[size] / cpu[sizes[0]]
            told = (
                f"{middle['rps']:11,.0f}{middle['p50']:11.1f}{middle['p99']:11.1f}{cpu[size]:11.2f}"
                f"{cpu[size] / trivial:11.1f}{middle['kb']:11.1f}{statements[size][kind.name]:11.1f}"
            )
            faults = [
                *(["grows"] if growth > MOST_GROWTH else []),
                *(["above the limit"] if cpu[size] > MOST_MS else []),
                *(["far from the trivial route"] if cpu[size] / trivial > MOST_TIMES_TRIVIAL else []),
            ]
            grown = f"{growth:8.2f}" if size != sizes[0] else f"{'':8}"
            print(f"{kind.name:26}{size:13,}{told}{grown}  {', '.join(faults)}")


if __name__ == "__main__":
    main()
