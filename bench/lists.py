"""How fast lists of appointments are: `python -m bench.lists`. Figures stand in docs/performance.md.

Fills an embedded PostgreSQL with years of invented appointments (`bench.load`), then asks what the list's page asks, for
a manager, a front desk of one centre and a clinician: filters, both orders, pages far in, searches, and the counts of the
worklists. Beside them the whole page and the trivial route, in one process and in turns.
"""

import argparse
import random
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median, quantiles

import psycopg
from sqlalchemy import event

from bench import kept, load
from bench.patients import FIRST, LAST
from mibo import clock

LIMIT_MS = 50
LOCAL_NAME = "mibo_lists"


def main() -> None:
    """Load each size, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.lists", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[200_000, 2_000_000])
    parser.add_argument("--questions", type=int, default=60, help="of each kind")
    kept.arguments(parser)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _measure(asked.questions)
        return
    kept.measure_each(asked, ["bench.lists"], LOCAL_NAME, _load, "appointments")


def _load(size: int, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        # each row its own moment of booking, as COPY comes to it
        connection.execute("alter table appointment alter created_at set default clock_timestamp()")
    load.fill(url, size, clock.today())
    with psycopg.connect(url, autocommit=True) as connection:
        _vary(connection)


def _vary(connection: psycopg.Connection) -> None:
    """Names that people have, and something on every worklist; without triggers, for there is no history."""
    connection.execute("set session_replication_role = replica")
    connection.execute(
        "update patient set full_name = (%s::text[])[1 + id %% %s] || ' ' || (%s::text[])[1 + (id / 7) %% %s],"
        " mrn = 'MRN-' || lpad(id::text, 7, '0')",
        [FIRST, len(FIRST), LAST, len(LAST)],
    )
    for status, share in (("CONFIRMED", 401), ("CANCELLATION_REQUESTED", 7_001), ("IN_PROGRESS", 20_011)):
        connection.execute(
            "update appointment set status = %s where id in (select distinct on (case when %s = 'IN_PROGRESS' then clinician_id"
            " else id end) id from appointment where status = 'COMPLETED' and id %% %s = 0)",
            [status, status, share],
        )
    connection.execute("vacuum (analyze) appointment")
    connection.execute("vacuum (analyze) patient")


def _measure(questions: int) -> None:
    from mibo import booking, care, db
    from mibo.booking import Status, lists
    from mibo.booking.lists import ListWish
    from mibo.identity import Actor
    from mibo.identity.permissions import Role

    dice = random.Random(11)
    today = clock.today()
    first, last = load.FIRST_PATIENT, load.FIRST_PATIENT + 20_000

    def somebody(role: Role, *centres: int, clinician: int | None = None) -> Actor:
        return Actor(1, "STAFF", frozenset({role}), frozenset(centres), role == Role.MANAGER, clinician, 0, "Bench")

    def far_in(by: Actor) -> Callable[[], object]:
        wish = ListWish(order="-starts")
        at = clock.now() - timedelta(days=200)
        return lambda: lists.page(wish, by=by, place=lists.Place(at, dice.randrange(10_000_000)))

    def kinds(by: Actor) -> dict[str, Callable[[], object]]:
        def page(**wanted: object) -> Callable[[], object]:
            made = {name: value() if callable(value) else value for name, value in wanted.items()}
            return lambda: lists.page(ListWish(**made), by=by)  # type: ignore[arg-type]

        def typed(words: Callable[[], str], span: str = "all") -> Callable[[], object]:
            return lambda: lists.page(ListWish(typed=words(), span=span), by=by)

        return {
            "today": page(span="today", order="starts"),
            "all, latest first": page(),
            "all, booked last": page(order="-booked"),
            "upcoming, one clinician": page(span="upcoming", order="starts", clinician_id=101),
            "no-shows": page(states=frozenset({Status.NO_SHOW})),
            "cancellation asked": page(states=frozenset({Status.CANCELLATION_REQUESTED})),
            "in consultation": page(states=frozenset({Status.IN_PROGRESS})),
            "a month, to pay": page(payment="PENDING", first=today - timedelta(days=30), last=today),
            "a page 200 days back": far_in(by),
            "whole name": typed(lambda: f"{dice.choice(FIRST)} {dice.choice(LAST)}"),
            "first name": typed(lambda: dice.choice(FIRST)),
            "first name, today": typed(lambda: dice.choice(FIRST), "today"),
            "last four of the phone": typed(lambda: f"{dice.randrange(10_000):04d}"),
            "MRN": typed(lambda: f"MRN-{dice.randrange(first, last):07d}"),
            "clinician": typed(lambda: f"bench {dice.randrange(101, 131)}"),
            "counts of the worklists": lambda: care.waiting(by=by),
            "needs closing": lambda: booking.worklists.visits_to_close(by=by),
        }

    people = {
        "manager": somebody(Role.MANAGER), "front desk": somebody(Role.FRONT_DESK, 1),
        "clinician": somebody(Role.CLINICIAN, 2, clinician=107),
    }  # fmt: skip
    print(f"{'':12}{'':26}{'statements':>11}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}")
    for who, by in people.items():
        for kind, ask in kinds(by).items():
            with db.reading():
                asked = _statements(ask)
                took = sorted(_ms(ask) for _ in range(questions))
            p95 = quantiles(took, n=20)[18]
            mark = "" if p95 < LIMIT_MS else "  above the limit"
            print(f"{who:12}{kind:26}{asked:>11}{median(took):8.1f}{p95:8.1f}{took[-1]:8.1f}{mark}", flush=True)
    _whole_page(questions)


def _whole_page(questions: int) -> None:
    """The page with everything around it, and the trivial route, asked in turns in one process."""
    from mibo import db, identity
    from mibo.identity import Account, RoleGrant
    from mibo.web import create_app
    from mibo.web.access import SESSION_KEY

    client = create_app().test_client()
    with db.transaction() as session:
        account = Account(audience="STAFF", full_name="Bench Manager", phone="+919700000001")
        session.add(account)
        session.flush()
        session.add(RoleGrant(account_id=account.id, role="MANAGER"))
        key = identity.start_web_sign_in(account, "bench")
    with client.session_transaction() as cookie:
        cookie[SESSION_KEY] = key
    pages = ("/healthz", "/appointments", "/appointments?time=all", "/worklists/closing")
    took: dict[str, list[float]] = {page: [] for page in pages}
    for _ in range(questions):
        for page in pages:
            began = time.perf_counter()
            answer = client.get(page)
            took[page].append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, (page, answer.status)
    trivial = median(took["/healthz"])
    for page, times in took.items():
        print(f"GET {page:34}{median(times):8.1f} ms{median(times) / trivial:8.1f} x the trivial route", flush=True)


def _ms(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began)


def _statements(ask: Callable[[], object]) -> int:
    from mibo import db

    seen: list[str] = []

    def count(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(db.read_engine(), "before_cursor_execute", count)
    ask()
    event.remove(db.read_engine(), "before_cursor_execute", count)
    return len(seen)


if __name__ == "__main__":
    main()
