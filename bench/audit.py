"""How long `flask audit verify` walks a million entries, and in how much memory: `python -m bench.audit`.

Fills an embedded PostgreSQL with invented entries, has them chained by the job that chains them at the clinic, and walks the
chain; then one byte of one entry in the middle is changed, and the walk must name it. Figures stand in docs/performance.md.
"""

import argparse
import os
import resource
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg

from bench.patients import _database
from mibo.dev import keys

SPELLED = """
    insert into audit_entry (at, act, subject_id, details)
    select now() - n * interval '1 second', 'appointment.status', n, jsonb_build_object('previous', 'PENDING', 'next', 'CONFIRMED')
    from generate_series(1, %s) n
"""
FORGE = """
    alter table audit_entry disable trigger user;
    update audit_entry set details = '{"previous": "PENDING", "next": "CANCELLED"}' where place = %s;
    alter table audit_entry enable trigger user
"""


def main() -> None:
    """Load, chain, walk, forge, walk again."""
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=Path("/var/tmp"), help="where the database lies meanwhile")
    asked = parser.parse_args()
    with ExitStack() as cleanup:
        folder = Path(tempfile.mkdtemp(prefix="mibo-bench-", dir=asked.data))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        url = cleanup.enter_context(_database(folder))
        _measure(url, asked.entries)


def _measure(url: str, entries: int) -> None:
    os.environ.update({key: value for key, value in keys.for_app(keys.fresh(), "").items() if value})
    os.environ.update({"DATABASE_URL": url, "MIBO_ENV": "test"})
    from mibo import audit, db

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute(SPELLED, (entries,))
        owner.execute("vacuum (analyze) audit_entry")
        began, before = time.monotonic(), _peak_mb()
        while owner.execute("select 1 from audit_entry where hash is null limit 1").fetchone():
            audit.chain_new()
        print(f"chained {entries:,} entries in {time.monotonic() - began:.0f} s")
        began = time.monotonic()
        with db.reading():
            verdict = audit.verify()
        print(
            f"walked  {verdict.entries:,} entries in {time.monotonic() - began:.0f} s, {_peak_mb() - before:.0f} MB more at the peak"
        )
        assert verdict.broken_id is None
        assert verdict.entries == entries
        for statement in FORGE.split(";"):
            owner.execute(statement, (entries // 2,) if "%s" in statement else None)
        with db.reading():
            verdict = audit.verify()
        print(
            f"forged  entry at place {entries // 2:,}: found, because {verdict.why}, after {verdict.entries:,} true ones"
        )
        assert verdict.entries == entries // 2 - 1


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
