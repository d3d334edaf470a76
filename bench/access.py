"""What knowing who asks costs: `python -m bench.access`. Figures stand in docs/performance.md.

Brings up an embedded PostgreSQL and Redis, adds two views to the real app that do nothing, one for anybody and one that asks
for a permission, and sends both the same cookie by turns, so that what else the machine does meets both alike. Also times the
staff list over 2,000 accounts and the largest pictures that are taken, with the memory they need.
"""

import argparse
import io
import os
import resource
import sys
import time
from collections.abc import Callable
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event

ROUNDS = 400


def main() -> None:
    """Measure, and print each figure beside what it may be."""
    told = argparse.ArgumentParser(description="What knowing who asks costs.")
    told.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = told.parse_args().rounds
    sys.path.insert(0, os.getcwd())
    from tests.machine import Machine

    machine = Machine()
    os.environ.update(machine.settings())
    try:
        _pictures()
        machine.start_redis()
        machine.start_database()
        _pages(rounds)
    finally:
        machine.close()


def _pages(rounds: int) -> None:
    from mibo.web import create_app

    app = create_app()
    _add_views(app)
    client = _manager_of(app)
    plain, guarded = (lambda path=path: client.get(path) for path in ("/bench/anybody", "/bench/staff"))
    more = _statements(guarded) - _statements(plain)
    took: dict[str, list[float]] = {"anybody": [], "staff": []}
    for _ in range(rounds):
        took["anybody"].append(_ms(plain))
        took["staff"].append(_ms(guarded))
    anybody, staff = (sorted(took[who])[rounds // 10] for who in ("anybody", "staff"))
    print(f"a view for anybody                 {anybody:6.2f} ms (nine in ten of {rounds} took longer)")
    print(
        f"the same with sign-in and permission {staff:4.2f} ms: {staff - anybody:+.2f} ms (may be 1), ratio {staff / anybody:.2f}"
    )
    print(f"statements more for it             {more:6d}    (may be 1)")
    _two_thousand()
    listed = sorted(_ms(lambda: client.get("/desk/staff?page=3")) for _ in range(60))
    print(f"staff list of 2,000                {median(listed):6.1f} ms, p95 {listed[56]:.1f} (may be 100)")


def _add_views(app: Flask) -> None:
    """As `create_app` guards its own, so that what is measured is what every view goes through."""
    from mibo.identity.permissions import Permission
    from mibo.web.access import guard_every_view, may, public

    guarded_before = dict(app.view_functions)
    app.add_url_rule("/bench/anybody", "bench_anybody", public(lambda: "x"))
    app.add_url_rule("/bench/staff", "bench_staff", may(Permission.SEE_STAFF)(lambda: "x"))
    new = {name: view for name, view in app.view_functions.items() if name not in guarded_before}
    app.view_functions = new
    guard_every_view(app)
    app.view_functions = {**guarded_before, **app.view_functions}


def _manager_of(app: Flask) -> FlaskClient:
    from mibo import db, identity
    from mibo.identity.permissions import Role
    from tests import make

    with db.transaction():
        key = identity.start_web_sign_in(make.staff(Role.MANAGER), "a measurement")
    client = app.test_client()
    with client.session_transaction() as session:
        session["key"] = key
    return client


def _two_thousand() -> None:
    from mibo import db
    from mibo.identity.permissions import Role
    from tests import make

    with db.transaction():
        for n in range(2000):
            make.staff(Role.MANAGER, name=f"Person {n}")


def _statements(act: Callable[[], object]) -> int:
    from mibo import db

    act()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engines = db.read_engine(), db.write_engine()
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    act()
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def _ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _pictures() -> None:
    from mibo.people.pictures import LARGEST_PIXELS, LARGEST_WEBP_PIXELS

    for kind, pixels in (("JPEG", LARGEST_PIXELS), ("PNG", LARGEST_PIXELS), ("WEBP", LARGEST_WEBP_PIXELS)):
        body = _drawn(kind, pixels)
        sys.stdout.flush()
        if os.fork() == 0:  # each in a process of its own, because a peak never comes down again
            _picture(f"{kind:<5} of {pixels / 1e6:.0f} megapixels", body)
            sys.stdout.flush()
            os._exit(0)
        os.wait()


def _picture(what: str, body: bytes) -> None:
    from mibo.people.pictures import redrawn

    before = _peak_mb()
    took = _ms(lambda: redrawn(body)) / 1000
    print(f"{what}  {took:.2f} s (may be 2), +{_peak_mb() - before:.0f} MB at its peak (may be 100)")


def _drawn(kind: str, pixels: int) -> bytes:
    """As many pixels as are taken. Made by a child, whose memory is not counted."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        side = int(pixels**0.5)
        body = io.BytesIO()
        Image.linear_gradient("L").resize((side, side)).convert("RGB").save(body, kind)
        with os.fdopen(writer, "wb") as out:
            out.write(body.getvalue())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as sent:
        body_sent = sent.read()
    os.wait()
    return body_sent


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
