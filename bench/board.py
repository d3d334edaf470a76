"""How fast the day board of twenty clinicians is told: `python -m bench.board`. See docs/performance.md.

One run: two databases (200,000 and 2,000,000 appointments), each with a centre of twenty clinicians whose day is five
sixths full, are asked in turns by a process of their own: the whole page, a poll with news, a poll without, and the
app's trivial route. Each answer is timed in process from the request to its last byte, signed in as staff are.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from statistics import median

import psycopg

from bench import load
from mibo import clock
from mibo.dev import keys, migrate, postgres, redis

CLINICIANS = 20
LIMITS = {"page": 40, "poll with news": 40, "304": 3}
MOST_GROWTH = 1.3
FIRST_MORE = 201
CLOSED = 7

MORE = (
    "insert into clinician (id, full_name, specialisations, qualifications, languages, modes, fee_paise, session_minutes)"
    " select n, 'Dr. Board ' || n, '{Psychologist}', '{M.Phil}', '{English}', '{IN_PERSON,ONLINE}', 160000, 30"
    " from generate_series(%(first)s::int, %(last)s::int) n",
    "insert into clinician_centre select n, %(centre)s, true from generate_series(%(first)s::int, %(last)s::int) n",
    "insert into weekly_hours (clinician_id, centre_id, weekday, opens_minute, closes_minute, slot_minutes)"
    " select n, %(centre)s, weekday, opens, opens + 240, 30 from generate_series(%(first)s::int, %(last)s::int) n,"
    " generate_series(1, 6) weekday, unnest(array[540, 840]) opens",
    "create temp table more as select nextval('entity_id') as id, nextval('entity_id') as payment, n, minute,"
    " row_number() over () as number from generate_series(%(first)s::int, %(last)s::int) n,"
    " unnest(array[540,570,600,630,660,690,720,750,840,870,900,930,960,990,1020,1050]) minute where (n + minute / 30) %% 6 > 0",
    "insert into payment (id, patient_id, consultation_paise, registration_paise, status, method, paid_at)"
    " select payment, %(patient)s + number, 160000, 0, 'PAID', 'ONLINE', now() from more",
    "insert into appointment (id, reference, patient_id, clinician_id, centre_id, mode, starts_at, ends_at, status,"
    " payment_id, source, booked_by) select id, 'X' || number, %(patient)s + number, n, %(centre)s, 'IN_PERSON',"
    " %(midnight)s + minute * interval '1 minute', %(midnight)s + (minute + 30) * interval '1 minute', 'CONFIRMED',"
    " payment, 'FRONT_DESK', %(patient)s from more",
    "analyze",
)


def main() -> None:
    """Load, ask in turns, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.board", description=__doc__)
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
        sizes = (asked.small, asked.large)
        worlds = {size: _filled(cluster, size) for size in sizes}
        rounds: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
        for number in range(asked.rounds):
            for size in sizes if number % 2 else sizes[::-1]:
                rounds[size].append(_asked_apart(cluster.url(f"mibo_{size}"), bell, worlds[size], asked.questions))
            print(
                f"round {number + 1}, load {os.getloadavg()[0]:.1f}: {rounds[sizes[0]][-1]} {rounds[sizes[1]][-1]}",
                flush=True,
            )
    _tell(sizes, rounds)


@contextmanager
def _machine(folder: Path) -> Iterator[tuple[postgres.Postgres, str]]:
    server = postgres.embedded(folder / "postgres", log=folder / "postgres.log", settings=("max_wal_size=4GB",))
    bell = redis.embedded(folder / "redis", log=folder / "redis.log")
    server.create_cluster()
    with ExitStack() as cleanup:
        for one in (server, bell):
            child = one.child()
            process = child.start()
            cleanup.callback(child.stop, process, within=120)
            one.wait_until_ready(process)
        yield server, bell.url


def _filled(cluster: postgres.Postgres, size: int) -> tuple[int, date]:
    """A database with so many appointments; the centre of the board, and its full day."""
    name, began = f"mibo_{size}", time.monotonic()
    cluster.create_database(name)
    migrate.upgrade(cluster.url(name))
    world = load.fill(cluster.url(name), size, clock.today())
    centre, day = world.centres[0], next(day for day in world.days if day.isoweekday() != CLOSED)
    with psycopg.connect(cluster.url(name), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        there = sum(world.centre_of(who) == centre for who in world.clinicians)
        told = {
            "first": FIRST_MORE, "last": FIRST_MORE + CLINICIANS - there - 1, "centre": centre,
            "patient": load.FIRST_PATIENT, "midnight": clock.day_span(day)[0],
        }  # fmt: skip
        for statement in MORE:
            connection.execute(statement, told if "%(" in statement else None)
    print(f"loaded {size:,} appointments in {time.monotonic() - began:.0f} s", flush=True)
    return centre, day


def _asked_apart(url: str, bell: str, where: tuple[int, date], questions: int) -> dict[str, float]:
    """Median milliseconds of each kind, from a fresh process of the app."""
    made_up = {key: value for key, value in keys.for_app(keys.fresh(), "").items() if value}
    asked = json.dumps({"centre": where[0], "day": str(where[1]), "questions": questions})
    done = subprocess.run(
        [sys.executable, "-c", "from bench.board import answer; answer()"], capture_output=True, text=True, check=False,
        env={**os.environ, **made_up, "DATABASE_URL": url, "REDIS_URL": bell, "MIBO_ENV": "test", "BENCH_ASKED": asked},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def answer() -> None:
    """In the process of its own: sign in, ask, print the medians as JSON."""
    from app import app
    from mibo import db, identity
    from mibo.identity import Account, RoleGrant
    from mibo.identity.permissions import Role

    asked = json.loads(os.environ["BENCH_ASKED"])
    client = app.test_client()
    with db.transaction() as session:
        account = Account(audience="STAFF", phone=f"+9197{time.time_ns() % 10**8:08d}", full_name="Bench")
        session.add(account)
        session.flush()
        session.add(RoleGrant(account_id=account.id, role=Role.FRONT_DESK, centre_id=asked["centre"]))
        key = identity.start_web_sign_in(account, "a bench")
    with client.session_transaction() as kept:
        kept["key"] = key
    path, part = f"/desk?centre={asked['centre']}&day={asked['day']}", {"HX-Request": "true", "X-Poll": "1"}

    def unchanged() -> int:
        tag = client.get(path, headers=part).headers["ETag"]
        began = time.perf_counter()
        status = client.get(path, headers={**part, "If-None-Match": tag}).status_code
        took.append(1000 * (time.perf_counter() - began))
        return status

    took: list[float] = []
    answer = client.get(path)
    assert answer.text.count('<section class="lane"') == CLINICIANS, answer.text[:2000]
    rows = re.findall(r'<li data-k="([^"]+)"', answer.text)[1:]  # all but one, which is news
    news = {**part, "X-Have": "".join([*re.findall(r'class="lane" data-k="([^"]+)"', answer.text), *rows])}
    assert client.get(path, headers=news).headers["HX-Reswap"] == "none"
    found = {
        "page": _median(lambda: client.get(path).status_code, 200, asked["questions"]),
        "poll with news": _median(lambda: client.get(path, headers=news).status_code, 200, asked["questions"]),
    }
    for _ in range(asked["questions"] + 3):
        unchanged()
    found["304"] = median(took[3:])
    found["trivial route"] = _median(lambda: client.get("/healthz").status_code, 200, asked["questions"])
    print(json.dumps({kind: round(value, 2) for kind, value in found.items()}))


def _median(ask: Callable[[], int], status: int, questions: int) -> float:
    for _ in range(5):
        assert ask() == status
    took = []
    for _ in range(questions):
        began = time.perf_counter()
        ask()
        took.append(1000 * (time.perf_counter() - began))
    return median(took)


def _tell(sizes: tuple[int, int], rounds: dict[int, list[dict[str, float]]]) -> None:
    small, large = sizes
    print(f"{'milliseconds':18}{f'{small:,}':>22}{f'{large:,}':>22}{'growth':>8}{'limit':>7}")
    for kind in rounds[small][0]:
        of = {size: [each[kind] for each in rounds[size]] for size in sizes}
        growth = median(b / a for a, b in zip(of[small], of[large], strict=True))
        limit = LIMITS.get(kind, 0)
        over = limit and max(min(of[small]), min(of[large])) > limit
        words = f"{limit or '':>7}{'  above the limit' if over else ''}{'  grows' if growth > MOST_GROWTH else ''}"
        told = "".join(f"{f'{median(of[size]):.1f} (least {min(of[size]):.1f})':>22}" for size in sizes)
        print(f"{kind:18}{told}{growth:8.2f}{words}")


if __name__ == "__main__":
    main()
