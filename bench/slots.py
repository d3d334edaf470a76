"""How fast free times are told: `python -m bench.slots`. See bench/README.md; figures stand in docs/performance.md.

One run, in rounds: each round asks the real server for free times, then for its trivial route, then PostgreSQL alone
for the same SQL, with 200,000 appointments and with 2,000,000. What counts are the ratios within a round, because the
machine's other work falls on all of them alike.
"""

import argparse
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

from bench import load
from bench.load import World
from mibo import clock
from mibo.booking import availability
from mibo.dev import keys, migrate, postgres, redis
from mibo.dev.children import Child, Process

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench/results"
CONNECTIONS = 16
COUNTED_REQUESTS = 200
SERVER_UP_WITHIN_S = 60
STOP_WITHIN_S = 120  # PostgreSQL writes out what was loaded
CALM = 0.8
LEAST_SHARE, MOST_GROWTH = 1 / 3, 1.2
UNLIMITED = {"LIMIT_API_PER_MINUTE": "100000000"}

Sample = dict[str, float]


@dataclass(frozen=True)
class Served:
    """A loaded database, and the real server that answers from it."""

    name: str
    world: World
    database: str
    url: str
    server: Process
    slot_paths: Path
    trivial_paths: Path
    pgbench_script: Path
    environment: dict[str, str]


def main() -> None:
    """Load, measure, print; with --keep also write bench/results/."""
    asked = _asked()
    for program in ("wrk", "pgbench"):
        if not shutil.which(program):
            sys.exit(f"{program} is missing: apt-get install wrk postgresql-contrib")
    with ExitStack() as cleanup:
        folder = Path(tempfile.mkdtemp(prefix="mibo-bench-", dir=asked.data))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        cluster = cleanup.enter_context(_postgres(folder))
        bell = cleanup.enter_context(_redis(folder))
        both = [
            cleanup.enter_context(_served(f"{size:,}", size, folder, cluster, bell))
            for size in (asked.small, asked.large)
        ]
        result = _measured(asked, both, cluster)
    print(_told(result))
    if asked.keep:
        RESULTS.mkdir(exist_ok=True)
        kept = RESULTS / f"slots-{datetime.now(UTC):%Y-%m-%d-%H%M}.json"
        kept.write_text(json.dumps(result, indent=1) + "\n")
        print(f"written to {kept.relative_to(ROOT)}")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.slots", description=__doc__)
    parser.add_argument("--small", type=int, default=200_000, help="appointments of the smaller clinic")
    parser.add_argument("--large", type=int, default=2_000_000, help="appointments of the larger clinic")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement")
    parser.add_argument("--data", type=Path, default=Path("/var/tmp"), help="where the databases lie meanwhile")
    parser.add_argument(
        "--patience",
        type=int,
        default=0,
        metavar="S",
        help="wait so long before each round for a moment in which nobody else uses the machine",
    )
    parser.add_argument("--keep", action="store_true", help="write the result to bench/results/")
    return parser.parse_args()


@contextmanager
def _postgres(folder: Path) -> Iterator[postgres.Postgres]:
    """PostgreSQL as `bin/run` starts it, durable, with the extension that counts statements."""
    settings = ("shared_preload_libraries=pg_stat_statements", "max_wal_size=4GB")
    server = postgres.embedded(folder / "postgres", log=folder / "postgres.log", settings=settings)
    server.create_cluster()
    with _running(server.child()) as process:
        server.wait_until_ready(process)
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("create extension pg_stat_statements")
        yield server


@contextmanager
def _redis(folder: Path) -> Iterator[redis.Redis]:
    server = redis.embedded(folder / "redis", log=folder / "redis.log")
    with _running(server.child()) as process:
        server.wait_until_ready(process)
        yield server


@contextmanager
def _running(child: Child) -> Iterator[Process]:
    process = child.start()
    try:
        yield process
    finally:
        child.stop(process, within=STOP_WITHIN_S)


@contextmanager
def _served(name: str, size: int, folder: Path, cluster: postgres.Postgres, bell: redis.Redis) -> Iterator[Served]:
    database = f"mibo_{size}"
    cluster.create_database(database)
    migrate.upgrade(cluster.url(database))
    began = time.monotonic()
    world = load.fill(cluster.url(database), size, clock.today())
    print(f"loaded {name} appointments, {world.first_day} to {world.days[-1]}, in {time.monotonic() - began:.0f} s")
    port = redis.free_port()
    environment = _environment(cluster.url(database), bell.url)
    server = Child(f"web-{size}", _procfile_web(port), folder / f"web-{size}.log", ROOT, environment)
    with _running(server) as process:
        url = f"http://127.0.0.1:{port}"
        _wait_until_up(url, server, process)
        yield Served(
            name, world, database, url, process,
            _written(folder / f"slots-{size}.paths", _slot_paths(world)),
            _written(folder / f"trivial-{size}.paths", ["/healthz"]),
            _written(folder / f"slots-{size}.sql", [_same_sql(world)]),
            environment,
        )  # fmt: skip


def _procfile_web(port: int) -> list[str]:
    """The web line of the Procfile, on loopback."""
    line = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web: "))
    words = line.removeprefix("web: ").replace("${PORT:-8000}", str(port)).replace("0.0.0.0", "127.0.0.1").split()
    return [sys.executable, "-m", *words]


def _environment(database_url: str, redis_url: str) -> dict[str, str]:
    """Production's settings: what it would insist on is made up, and the rate limits are out of reach."""
    made_up = {name: value for name, value in keys.for_app(keys.fresh(), "").items() if value and "URL" not in name}
    return {
        **os.environ, **made_up, **UNLIMITED,
        "MIBO_ENV": "production", "BASE_URL": "https://bench.example", "TRUSTED_HOSTS": '["127.0.0.1"]',
        "DATABASE_URL": database_url, "REDIS_URL": redis_url, "STORAGE_DIR": f"{tempfile.gettempdir()}/mibo-bench-files",
    }  # fmt: skip


def _wait_until_up(url: str, server: Child, process: Process) -> None:
    deadline = time.monotonic() + SERVER_UP_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/readyz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"the server did not come up: {server.last_words()}")


def _written(file: Path, lines: list[str]) -> Path:
    file.write_text("\n".join(lines) + "\n")
    file.chmod(0o644)
    return file


def _slot_paths(world: World) -> list[str]:
    return [
        f"/api/booking/available-slots?clinicianId={who}&centreId={world.centre_of(who)}&date={day}"
        for who in world.clinicians
        for day in world.days
    ]


def _same_sql(world: World) -> str:
    """The route's own statement for pgbench, whose parameters are numbers: the day is counted from tomorrow."""
    first = world.days[0]
    starts, _ = clock.day_span(first)
    number = "cast(:day_number as int)"
    in_place_of = {
        "midnight_local": f"(timestamp '{first}' + {number} * interval '1 day')",
        "midnight": f"({int(starts.timestamp())} + {number} * 86400)",
        "day_starts": f"(timestamptz '{starts}' + {number} * interval '1 day')",
        "day_ends": f"(timestamptz '{starts}' + ({number} + 1) * interval '1 day')",
        "day": f"(date '{first}' + {number})",
        "weekday": f"(extract(isodow from date '{first}' + {number})::int % 7)",
        "now": f"timestamptz '{clock.now()}'",
        "clinician": "cast(:who as bigint)",
        "centre": "cast(:place as bigint)",
    }
    asked = re.sub(r"%\((\w+)\)s", lambda found: in_place_of[found[1]], availability._ONE_DAY)
    return "\n".join(
        (
            f"\\set who random({world.clinicians[0]}, {world.clinicians[-1]})",
            f"\\set place {world.centres[0]} + (:who - {world.clinicians[0]}) % {len(world.centres)}",
            f"\\set day_number random(0, {len(world.days) - 1})",
            " ".join(asked.split()) + ";",
        )
    )


def _measured(asked: argparse.Namespace, both: list[Served], cluster: postgres.Postgres) -> dict[str, Any]:
    began, load_before = time.monotonic(), os.getloadavg()
    for served in both:
        for kind in ("slots", "trivial", "pgbench"):
            _sample(kind, served, cluster, 2, seed=0)
    counted = {served.name: _counted(served, cluster) for served in both}
    rounds: list[dict[str, dict[str, Sample]]] = []
    for number in range(asked.rounds):
        idle = _idle_within(asked.patience)
        # turned round every time, so that nobody always comes after somebody
        order = both if number % 2 else both[::-1]
        rounds.append(
            {
                served.name: {
                    kind: _sample(kind, served, cluster, asked.seconds, seed=number)
                    for kind in ("slots", "trivial", "pgbench")
                }
                for served in order
            }
        )
        print(
            f"round {number + 1} ({idle:.0%} idle before): "
            + " · ".join(_in_short(rounds[-1][served.name]) for served in both),
            flush=True,
        )
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "load_average_before": load_before,
        "seconds": round(time.monotonic() - began),
        "command": " ".join(["python", "-m", "bench.slots", *sys.argv[1:]]),
        "connections": CONNECTIONS,
        "worlds": {s.name: asdict(s.world) | {"clinicians": load.CLINICIANS, "centres": load.CENTRES,
                   "first_day": str(s.world.first_day), "today": str(s.world.today)} for s in both},
        "statements": counted,
        "inside": {served.name: _inside(served) for served in both},
        "summary": _summary([served.name for served in both], rounds),
        "rounds": rounds,
    }  # fmt: skip


def _sample(kind: str, served: Served, cluster: postgres.Postgres, seconds: int, seed: int) -> Sample:
    if kind == "pgbench":
        return _pgbench(served, cluster, seconds, seed)
    paths = served.slot_paths if kind == "slots" else served.trivial_paths
    cpu = _cpu_seconds(served.server.pid)
    said = _run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(ROOT / "bench/wrk.lua"), served.url, "--",
         str(paths), str(seed + 1)],
    )  # fmt: skip
    seen = json.loads(said.splitlines()[-1])
    if seen["bad"]:
        raise SystemExit(f"{seen['bad']} of {seen['requests']} answers were errors:\n{said}")
    return {
        "rps": seen["requests"] / seen["seconds"],
        "p50_ms": seen["p50_ms"],
        "p99_ms": seen["p99_ms"],
        "server_cpu_us": (_cpu_seconds(served.server.pid) - cpu) / seen["requests"] * 1e6,
    }


def _pgbench(served: Served, cluster: postgres.Postgres, seconds: int, seed: int) -> Sample:
    said = _run(
        ["pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-T", str(seconds),
         f"--random-seed={seed + 1}", "-f", str(served.pgbench_script), "-h", str(cluster.sockets),
         "-p", str(postgres.PORT), "-U", "postgres", served.database],
    )  # fmt: skip
    rate = re.search(r"tps = ([\d.]+)", said)
    average = re.search(r"latency average = ([\d.]+) ms", said)
    if not rate or not average:
        raise SystemExit(f"pgbench said something new: {said}")
    return {"rps": float(rate[1]), "average_ms": float(average[1])}


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr or done.stdout}")
    return done.stdout


def _cpu_seconds(root: int) -> float:
    """What a program and all its children have used of the processors."""
    used, parents = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        fields = text.rpartition(")")[2].split()
        pid = int(text.split(" ", 1)[0])
        used[pid], parents[pid] = int(fields[11]) + int(fields[12]), int(fields[1])

    def belongs(pid: int) -> bool:
        while pid and pid != root:
            pid = parents.get(pid, 0)
        return pid == root

    return sum(ticks for pid, ticks in used.items() if belongs(pid)) / os.sysconf("SC_CLK_TCK")


def _counted(served: Served, cluster: postgres.Postgres) -> dict[str, Any]:
    """How many statements PostgreSQL sees for so many requests, transactions' own included."""
    paths = random.Random(3).choices(served.slot_paths.read_text().split(), k=COUNTED_REQUESTS)
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("select pg_stat_statements_reset()")
        offered = 0
        for path in paths:
            with urlopen(served.url + path, timeout=10) as answer:
                offered += len(json.load(answer)["data"]["slots"])
        rows = connection.execute(
            "select calls, query from pg_stat_statements join pg_database d on d.oid = dbid where d.datname = %s",
            [served.database],
        ).fetchall()
    calls = sum(row[0] for row in rows)
    if calls != COUNTED_REQUESTS:
        raise SystemExit(f"{calls} statements for {COUNTED_REQUESTS} requests: {[row[1][:80] for row in rows]}")
    return {"requests": COUNTED_REQUESTS, "statements": calls, "slots_per_answer": offered / COUNTED_REQUESTS}


def _inside(served: Served) -> dict[str, Any]:
    world = served.world
    asked = {"pairs": [(who, world.centre_of(who)) for who in world.clinicians], "days": [str(d) for d in world.days]}
    done = subprocess.run(
        [sys.executable, "-m", "bench.inside"], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**served.environment, "BENCH_WORLD": json.dumps(asked)},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _summary(names: list[str], rounds: list[dict[str, dict[str, Sample]]]) -> dict[str, Any]:
    small, large = names

    def of(name: str, kind: str, what: str) -> list[float]:
        return [one[name][kind][what] for one in rounds]

    def ratio(top: list[float], bottom: list[float]) -> dict[str, float]:
        pairs = [a / b for a, b in zip(top, bottom, strict=True)]
        return {"median": round(median(pairs), 3), "least": round(min(pairs), 3), "most": round(max(pairs), 3)}

    middles = {
        name: {
            kind: {what: round(median(of(name, kind, what)), 2) for what in rounds[0][name][kind]}
            | {"rps_range": [round(min(of(name, kind, "rps"))), round(max(of(name, kind, "rps")))]}
            | ({"server_cpu_us_least": round(min(of(name, kind, "server_cpu_us")))} if kind != "pgbench" else {})
            for kind in ("slots", "trivial", "pgbench")
        }
        for name in names
    }
    return {
        "medians": middles,
        "slots_to_trivial": {name: ratio(of(name, "slots", "rps"), of(name, "trivial", "rps")) for name in names},
        "slots_to_pgbench": {name: ratio(of(name, "slots", "rps"), of(name, "pgbench", "rps")) for name in names},
        "time_large_to_small": ratio(of(small, "slots", "rps"), of(large, "slots", "rps")),
        "sql_time_large_to_small": ratio(of(small, "pgbench", "rps"), of(large, "pgbench", "rps")),
    }


def _idle_within(patience: int) -> float:
    """The idle share of the processors, once it is high enough or patience has run out."""
    deadline = time.monotonic() + patience
    while (idle := _idle_share(1.0)) < CALM and time.monotonic() < deadline:
        pass
    return idle


def _idle_share(seconds: float) -> float:
    def ticks() -> list[int]:
        return [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]

    before = ticks()
    time.sleep(seconds)
    spent = [after - earlier for after, earlier in zip(ticks(), before, strict=True)]
    return (spent[3] + spent[4]) / max(sum(spent), 1)


def _machine() -> str:
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return f"{os.cpu_count()} × {model[1] if model else platform.machine()}, {memory} GiB, Linux {platform.release()}"


def _in_short(seen: dict[str, Sample]) -> str:
    return ", ".join(f"{kind} {sample['rps']:,.0f}/s" for kind, sample in seen.items())


def _told(result: dict[str, Any]) -> str:
    lines = [f"\n{result['at']}  {result['machine']}  load before {result['load_average_before'][0]:.2f}"]
    summary = result["summary"]
    for name, middle in summary["medians"].items():
        lines.append(f"\n{name} appointments (medians of {len(result['rounds'])} rounds, {CONNECTIONS} connections)")
        for kind, seen in middle.items():
            least, most = seen["rps_range"]
            slow = f"p50 {seen['p50_ms']:.1f} p99 {seen['p99_ms']:.1f} ms, CPU {seen['server_cpu_us_least']} us (least)" \
                if kind != "pgbench" else f"average {seen['average_ms']:.2f} ms"  # fmt: skip
            lines.append(f"  {kind:8} {seen['rps']:8,.0f}/s [{least:,}-{most:,}]  {slow}")
        lines.append(f"  one process: {json.dumps(result['inside'][name])}")
    for name in summary["medians"]:
        share = summary["slots_to_trivial"][name]
        lines.append(_verdict(f"{name}: slots / trivial", share, share["median"] >= LEAST_SHARE, ">= 1/3"))
        lines.append(_verdict(f"{name}: slots / pgbench", summary["slots_to_pgbench"][name]))
        seen = result["statements"][name]
        lines.append(f"{name}: {seen['statements']} statements for {seen['requests']} requests: aim met")
    growth = summary["time_large_to_small"]
    lines.append(_verdict("time at ten times the data", growth, growth["median"] <= MOST_GROWTH, "<= 1.2"))
    lines.append(_verdict("the SQL alone", summary["sql_time_large_to_small"]))
    return "\n".join(lines)


def _verdict(what: str, seen: dict[str, float], met: bool | None = None, aim: str = "") -> str:
    told = f"{what}: {seen['median']:.3f} [{seen['least']:.3f}-{seen['most']:.3f}]"
    return told if met is None else f"{told}, aim {aim}: {'met' if met else 'MISSED'}"


if __name__ == "__main__":
    main()
