"""How a million appointments become a file: `python -m bench.exports`. Figures stand in docs/performance.md.

Fills an embedded PostgreSQL (`bench.load`), then makes the export as a worker does, with all that a worker loads: piece by
piece, sealed, into a folder. Says how long it took and how much memory the process ever held; then opens every piece again.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from bench import kept, load
from mibo import clock
from mibo.dev import keys

LIMIT_MB = 200
LOCAL_NAME = "mibo_exports"


def main() -> None:
    """Load, and measure in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m bench.exports", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    kept.arguments(parser)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _measure()
        return
    with kept.cluster(asked.data, asked.keep) as cluster, tempfile.TemporaryDirectory(dir=asked.data) as files:
        url = kept.loaded(cluster, f"{LOCAL_NAME}_{asked.rows}", partial(_load, asked.rows))
        settings = {key: value for key, value in keys.for_app(keys.fresh(), "").items() if value}
        environment = {**os.environ, **settings, "DATABASE_URL": url, "MIBO_ENV": "test", "STORAGE_DIR": files}
        subprocess.run([sys.executable, "-m", "bench.exports", "--inside"], env=environment, check=True)
        size = sum(each.stat().st_size for each in Path(files).rglob("*.bin"))
        print(f"in the store: {size / 1e6:,.0f} MB, sealed")


def _load(rows: int, url: str) -> None:
    load.fill(url, rows, clock.today())


def _measure() -> None:
    import worker  # noqa: F401  (all that a worker loads)
    from mibo import db, exports
    from mibo.identity import Account, RoleGrant, actor_for
    from mibo.identity.permissions import Role
    from mibo.web.inputs.appointments import AppointmentsInput

    before = _held("VmRSS")
    with db.transaction() as session:
        account = Account(audience="STAFF", phone=f"+9198{time.time_ns() % 10**8:08d}", full_name="Bench Manager")
        session.add(account)
        session.flush()
        session.add(RoleGrant(account_id=account.id, role=Role.MANAGER))
    with db.reading():
        who = actor_for(account.id)
    assert who is not None
    began, used = time.monotonic(), time.process_time()
    with db.transaction():
        export = exports.ask(exports.listing("appointments"), AppointmentsInput(time="all"), "csv", by=who).export
    while True:
        exports.make(export.id)
        with db.reading():
            state = exports.one(export.id, by=who)
            if state.state not in exports.rules.OPEN:
                break
    took, cpu, peak = time.monotonic() - began, time.process_time() - used, _held("VmHWM")
    with db.reading():
        opened = exports.opened(export.id, by=who)
    read = time.monotonic()
    octets = sum(len(piece) for piece in opened.pieces())
    print(
        f"{opened.rows:,} rows, {octets / 1e6:,.0f} MB in {len(opened.parts)} pieces: {took:,.0f} s ({opened.rows / took:,.0f} rows/s),"
        f" {cpu:,.0f} s of processor; memory {before} MB before, at most {peak} MB (allowed: {LIMIT_MB});"
        f" opened again in {time.monotonic() - read:,.1f} s, memory then at most {_held('VmHWM')} MB; load {os.getloadavg()[0]:.1f}"
    )
    assert octets == opened.size


def _held(what: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) // 1024


if __name__ == "__main__":
    main()
