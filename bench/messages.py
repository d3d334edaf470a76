"""How fast messages are: `python -m bench.messages`. Figures stand in docs/performance.md.

Fills an embedded PostgreSQL with invented appointments, all of them due for a reminder, and computes their reminders in a
process of its own, whose memory is read afterwards; then runs again when nothing is due, as it does twice a minute. How
fast messages leave is `bench.delivery`, which comes first.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg
from sqlalchemy import func, select, text

from bench import delivery, load
from bench.kept import started
from mibo import clock
from mibo.dev import keys, migrate

LOCAL_NAME = "mibo_messages"


def main() -> None:
    """Load, remind, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.messages", description=__doc__)
    parser.add_argument("--appointments", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path("/var/tmp"), help="where the database lies meanwhile")
    parser.add_argument("--only", choices=("reminders", "delivery"), help="leave the other out")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _measure()
        return
    if asked.only != "reminders":
        delivery.measure(asked.data)
    if asked.only == "delivery":
        return
    with ExitStack() as cleanup:
        folder = Path(tempfile.mkdtemp(prefix="mibo-bench-", dir=asked.data))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        cluster = cleanup.enter_context(started(folder))
        cluster.create_database(LOCAL_NAME)
        migrate.upgrade(cluster.url(LOCAL_NAME))
        _fill(cluster.url(LOCAL_NAME).replace("+psycopg", ""), asked.appointments)
        settings = {key: value for key, value in keys.for_app(keys.fresh(), "").items() if value}
        environment = {**os.environ, **settings, "DATABASE_URL": cluster.url(LOCAL_NAME), "MIBO_ENV": "test"}
        subprocess.run([sys.executable, "-m", "bench.messages", "--inside"], env=environment, check=True)


def _fill(url: str, appointments: int) -> None:
    """All of them confirmed long ago, to begin within a day; so many at once that no constraint would have it."""
    load.fill(url, appointments, clock.today())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("alter table appointment drop constraint appointment_clinician_free")
        connection.execute("alter table appointment drop constraint appointment_patient_free")
        connection.execute(
            "update appointment set status = 'CONFIRMED', held_until = null, created_at = now() - interval '30 days',"
            " starts_at = now() + interval '3 hours' + (id %% 75000) * interval '1 second',"
            " ends_at = now() + interval '4 hours' + (id %% 75000) * interval '1 second'".replace("%%", "%")
        )
        connection.execute(
            "insert into status_change (appointment_id, next, at) select id, 'CONFIRMED', created_at from appointment"
        )
        connection.execute("vacuum (analyze)")
    print(f"loaded {appointments:,} appointments that begin within a day", flush=True)


def _measure() -> None:
    from mibo import booking, db
    from mibo.messaging import Message

    with db.reading() as session:
        session.execute(text("select 1"))
    before = _megabytes()
    spent = time.process_time()
    took = [_seconds(booking.remind_due)]
    spent = time.process_time() - spent
    took += [_seconds(booking.remind_due) for _ in range(2)]
    with db.reading() as session:
        promised = session.scalar(select(func.count()).select_from(Message)) or 0
        twice = session.scalar(select(func.count(Message.about_id) - func.count(Message.about_id.distinct()))) or 0
    print(
        f"{promised:,} reminders in {took[0]:.1f} s ({spent:.1f} s of this process), {twice} of them twice;"
        f" with nothing due {took[1]:.2f} and"
        f" {took[2]:.2f} s; {_megabytes():.0f} MB at the most, {before:.0f} before"
    )


def _seconds(what: Callable[[], None]) -> float:
    began = time.monotonic()
    what()
    return time.monotonic() - began


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
