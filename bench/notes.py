"""How long new keys for sealed notes take: `python -m bench.notes`. Figures stand in docs/performance.md.

Fills an embedded PostgreSQL with invented appointments (`bench.load`), seals a note of each under one key, puts a new key
first, and does what `flask notes rotate-keys` does.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg

from bench import load
from bench.lists import _cluster
from mibo import clock
from mibo.dev import migrate

LIMIT_S = 300
WORDS = "Sleeps better since the walks in the evening; the diary goes on. " * 15


def main() -> None:
    """Fill, seal, rotate; exit 1 when it takes too long."""
    parser = argparse.ArgumentParser(prog="python -m bench.notes", description=__doc__)
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path("/var/tmp"), help="where the database lies meanwhile")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _rotate()
        return
    with ExitStack() as cleanup:
        folder = Path(tempfile.mkdtemp(prefix="mibo-bench-", dir=asked.data))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        cluster = cleanup.enter_context(_cluster(folder))
        cluster.create_database("mibo_notes")
        url = cluster.url("mibo_notes")
        migrate.upgrade(url)
        plain = url.replace("+psycopg", "")
        load.fill(plain, asked.notes, clock.today())
        began = time.monotonic()
        count = _seal(plain, asked.notes)
        print(f"{count:,} notes of {len(WORDS):,} letters sealed in {time.monotonic() - began:.0f} s", flush=True)
        told = {**os.environ, "DATABASE_URL": url, "NOTES_KEYS": '["a-new-key-for-notes-that-is-long-enough-1"]'}
        subprocess.run([sys.executable, "-m", "bench.notes", "--inside"], env=told, check=True)


def _seal(url: str, notes: int) -> int:
    from mibo import sealing

    with psycopg.connect(url) as connection:
        ids = connection.execute("select id, booked_by from appointment order by id limit %s", (notes,)).fetchall()
        into = "copy consultation_note (appointment_id, version, key_name, key, text, author_id) from stdin"
        with connection.cursor().copy(into) as rows:
            for one, author in ids:
                sealed = sealing.seal_note(WORDS, f"{one}/1")
                rows.write_row((one, 1, sealed.key_name, sealed.key, sealed.text, author))
    return len(ids)


def _rotate() -> None:
    from mibo import care, db

    began, done = time.monotonic(), 0
    while True:
        with db.transaction():
            some = care.resealing.reseal_some()
        if not some:
            break
        done += some
    took = time.monotonic() - began
    with db.reading():
        left = care.resealing.left()
    print(f"{done:,} notes under a new key in {took:.1f} s, {left} left; {1000 * took / done:.2f} ms each")
    sys.exit(took > LIMIT_S or left > 0)


if __name__ == "__main__":
    main()
