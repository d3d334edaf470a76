"""How long somebody at the desk waits for the server while they book: `python -m bench.desk`. See docs/performance.md.

Fills an embedded PostgreSQL as bench/slots.py does and asks the app in this process, signed in as the front desk: the line
that says the booking, the page that reads it back, the booking, and the appointment's page.
"""

import argparse
import os
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench import hours, load
from bench.load import World
from mibo import clock
from mibo.dev import keys

WAIT_MS = 1000  # look.md C5: in all
STEPS = ("the line that says it", "the page that reads it back", "the booking", "the appointment's page", "in all")


def main() -> None:
    """Load, book, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--appointments", type=int, default=200_000)
    parser.add_argument("--bookings", type=int, default=60)
    parser.add_argument("--data", type=Path, default=Path("/var/tmp"), help="where the database lies meanwhile")
    asked = parser.parse_args()
    with ExitStack() as cleanup:
        folder = Path(tempfile.mkdtemp(prefix="mibo-bench-", dir=asked.data))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        url, bell = cleanup.enter_context(hours.machine(folder))
        world = load.fill(url, asked.appointments, clock.today())
        os.environ.update({key: value for key, value in keys.for_app(keys.fresh(), "").items() if value})
        os.environ.update({"DATABASE_URL": url, "REDIS_URL": bell, "MIBO_ENV": "test"})
        _measure(world, asked.bookings)


def _measure(world: World, bookings: int) -> None:
    from mibo.web import create_app

    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    with client.session_transaction() as session:
        session["key"] = _desk(world)
    took = [_book(client, world, n) for n in range(bookings + 3)][3:]
    print(f"{world.appointments:,} appointments; load {os.getloadavg()[0]:.1f}")
    print(f"{'':32}{'p50 ms':>8}{'p95 ms':>8}{'limit':>8}")
    for n, step in enumerate(STEPS):
        cuts = quantiles([times[n] for times in took], n=20)
        print(f"{step:32}{cuts[9]:8.1f}{cuts[18]:8.1f}{WAIT_MS if step == STEPS[-1] else '':>8}")


def _desk(world: World) -> str:
    """Somebody of the front desk at the first centre, signed in."""
    from mibo import db, identity
    from mibo.identity import Account, RoleGrant
    from mibo.identity.permissions import Role

    with db.transaction() as session:
        account = Account(audience="STAFF", phone="+919700000001", full_name="Bench")
        session.add(account)
        session.flush()
        session.add(RoleGrant(account_id=account.id, role=Role.FRONT_DESK, centre_id=world.centres[0]))
        session.flush()
        return identity.start_web_sign_in(account, "bench")


def _book(client: Any, world: World, n: int) -> list[float]:
    """One booking of a patient by the last digits of their phone, in milliseconds for each step and in all."""
    import re

    digits = _phones(world)[n % len(_phones(world))]
    times = []

    def timed(ask: Any) -> Any:
        began = time.perf_counter()
        answer = ask()
        times.append(1000 * (time.perf_counter() - began))
        assert answer.status_code in (200, 303), answer.text
        return answer

    found = timed(lambda: client.post("/desk/find", data={"q": f"{digits} cash"}))
    page = timed(lambda: client.get(found.headers["Location"])).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    at = re.search(r'name="at" value="([^"]+)" form="book" checked', page)
    assert at, "no time is free"
    wanted = {"patient", "centre", "clinician", "mode", "day", "last_four", "request_key"}
    told = {name: value for name, value in fields.items() if name in wanted}
    made = timed(lambda: client.post("/desk/new", data={**told, "at": at[1], "pay_by": "CASH"}))
    assert made.status_code == 303, made.text
    timed(lambda: client.get(made.headers["Location"]))
    return [*times, sum(times)]


def _phones(world: World) -> list[str]:
    from sqlalchemy import select

    from mibo import db
    from mibo.people import Patient

    if not _KNOWN:
        with db.reading() as session:
            _KNOWN.extend(session.scalars(select(Patient.phone).order_by(Patient.id).limit(500)))
    return [phone[3:] for phone in _KNOWN]


_KNOWN: list[str] = []


if __name__ == "__main__":
    main()
