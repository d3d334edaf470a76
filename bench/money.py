"""How fast money is looked at: `python -m bench.money pages`. Figures stand in docs/performance.md.

Fills an embedded PostgreSQL with years of invented appointments (`bench.load`) and their money: paid online and at the
desk, in parts, given back, twice, never. Then it asks what the pages ask: the list of payments with its filters, orders,
searches and sums, one payment, a patient's account, what is owed, and the takings; and fetches the whole pages.
"""

import argparse
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import cast

import psycopg
from alembic.script import ScriptDirectory
from sqlalchemy import text

from bench import kept, load
from bench.lists import _ms, _statements
from bench.patients import FIRST, LAST
from mibo import clock
from mibo.dev import migrate

LIMIT_MS = 50
LOCAL_NAME = "mibo_money"
DESK = 5  # the account at the first centre's desk


def main() -> None:
    """One command for each thing that is measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.money", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    pages = commands.add_parser("pages", help="the list of payments, one payment, accounts, what is owed, the takings")
    pages.add_argument("--sizes", type=int, nargs="*", default=[200_000, 2_000_000])
    pages.add_argument("--questions", type=int, default=40, help="of each kind")
    kept.arguments(pages)
    pages.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _measure(asked.questions)
        return
    kept.measure_each(asked, ["bench.money", "pages"], LOCAL_NAME, _load, "payments")


def _load(size: int, url: str) -> None:
    load.fill(url, size, clock.today())
    with psycopg.connect(url, autocommit=True) as connection:
        _load_money(connection)


def _load_money(connection: psycopg.Connection) -> None:
    """Attempts, tenders and refunds beside the payments: shares as at the clinic (clinic.md 6)."""
    for setting in ("session_replication_role = replica", "maintenance_work_mem = '512MB'", "synchronous_commit = off"):
        connection.execute(f"set {setting}")  # type: ignore[arg-type]
    connection.execute(
        "insert into account (id, audience, full_name, phone) select n, 'STAFF', 'Bench Desk ' || n, '+9197' || 10000000 + n"
        " from generate_series(%s::int, %s::int) n",
        [DESK, DESK + 9],
    )
    connection.execute(
        "update patient set full_name = (%s::text[])[1 + id %% %s] || ' ' || (%s::text[])[1 + (id / 7) %% %s],"
        " mrn = 'MRN-' || lpad(id::text, 7, '0')",
        [FIRST, len(FIRST), LAST, len(LAST)],
    )
    later = load.put_aside_indexes(connection, "attempt", "tender", "refund", "payment")
    for statement in (*MONEY, _told()):
        connection.execute(statement)  # type: ignore[arg-type]
    for made in later:
        connection.execute(made)  # type: ignore[arg-type]
    for table in ("payment", "patient", "attempt", "tender", "refund", "appointment"):
        connection.execute(f"vacuum (analyze) {table}")  # type: ignore[arg-type]


def _told() -> str:
    """What triggers tell a payment for its lists, told at once, as the migration did it: nothing here rang a trigger."""
    scripts = ScriptDirectory.from_config(migrate.configuration())
    return cast(str, scripts.get_revision("0046").module.TOLD)


# 55 of a hundred online, 22 by UPI, 15 in cash, 8 by card; one of 25 given back, one of 500 twice, one of 700 visits unpaid
MONEY = (
    "create temp table way as select id, case when id % 100 < 55 then 'ONLINE' when id % 100 < 77 then 'UPI'"
    " when id % 100 < 92 then 'CASH' else 'CARD' end as method from payment where status = 'PAID'",
    "update payment set status = 'PENDING', method = null, paid_at = null from appointment"
    " where appointment.payment_id = payment.id and appointment.status = 'COMPLETED' and payment.id % 701 = 0",
    "insert into attempt (payment_id, kind, paise, status, method, provider_payment_id, provider_order_id, token, taken_by,"
    " paid_at, created_at)"
    " select p.id, case when w.method = 'ONLINE' then 'ORDER' else 'DESK' end, 160000, 'PAID', w.method,"
    " case when w.method = 'ONLINE' then 'pay_' || p.id end, case when w.method = 'ONLINE' then 'order_' || p.id end,"
    " 'token-' || p.id, case when w.method <> 'ONLINE' then 5 + p.id % 10 end, p.paid_at, p.created_at"
    " from payment p join way w using (id) where p.status = 'PAID'",
    "insert into attempt (payment_id, kind, paise, status, token, created_at)"
    " select id, 'LINK', 160000, case when released_at is null then 'OPEN' else 'VOID' end, 'token-' || id, created_at"
    " from payment where status = 'PENDING'",
    "insert into attempt (payment_id, kind, paise, status, method, provider_payment_id, token, paid_at, created_at)"
    " select id, 'LINK', 160000, 'SURPLUS', 'ONLINE', 'pay_twice_' || id, 'twice-' || id, paid_at + interval '1 hour',"
    " created_at from payment where status = 'PAID' and id % 503 = 0",
    "insert into tender (attempt_id, method, paise, reference, taken_by, taken_at)"
    " select id, method, case when id % 9 = 0 then 100000 else 160000 end,"
    " case when method = 'UPI' then (500000000000 + id)::text end, taken_by, paid_at from attempt where kind = 'DESK'",
    "insert into tender (attempt_id, method, paise, taken_by, taken_at)"
    " select id, 'CASH', 60000, taken_by, paid_at from attempt where kind = 'DESK' and id % 9 = 0",
    "insert into refund (payment_id, attempt_id, paise, reason, status, opened_at, decided_at, way, method, done_at)"
    " select payment_id, id, 160000, 'CANCELLED_IN_TIME', 'DONE', paid_at + interval '1 day', paid_at + interval '1 day',"
    " case when kind = 'DESK' then 'DESK' else 'PROVIDER' end, case when kind = 'DESK' then 'CASH' end,"
    " paid_at + interval '2 days' from attempt where status = 'PAID' and id % 25 = 0",
    "update payment set status = 'REFUNDED' where id in (select payment_id from refund)",
    "insert into refund (payment_id, attempt_id, paise, reason, opened_at)"
    " select payment_id, id, paise, 'PAID_TWICE', paid_at from attempt where status = 'SURPLUS'",
    "update payment set method = w.method from way w where w.id = payment.id and payment.status <> 'PENDING'"
    " and w.method <> 'ONLINE'",
)


def _measure(questions: int) -> None:
    from mibo import db, ledger
    from mibo.errors import Missing
    from mibo.identity import Actor
    from mibo.identity.permissions import Role
    from mibo.ledger import Age, PaymentWish, State, TakingsWish, lists

    dice, today = random.Random(11), clock.today()
    with db.reading() as session:
        least, most = session.execute(text("select min(id), max(id) from payment")).one()
        patients = session.scalar(text("select count(*) from patient")) or 0

    def somebody(role: Role, *centres: int, account: int = 1) -> Actor:
        return Actor(account, "STAFF", frozenset({role}), frozenset(centres), role == Role.MANAGER, None, 0, "Bench")

    def payment() -> int:
        return dice.randrange(least, most)

    def page(by: Actor, **wanted: object) -> Callable[[], object]:
        def ask() -> object:
            made = {name: value() if callable(value) else value for name, value in wanted.items()}
            return lists.page(PaymentWish(**made), by=by)  # type: ignore[arg-type]

        return ask

    def far_in(by: Actor, order: str) -> Callable[[], object]:
        at = clock.now() - timedelta(days=200)
        return lambda: lists.page(PaymentWish(order=order), by=by, place=lists.Place(at, payment()))

    month = {"first": today - timedelta(days=29), "last": today}
    long_ago = today - timedelta(days=400)

    def of_list(by: Actor) -> dict[str, Callable[[], object]]:
        return {
            "last 30 days": page(by, **month),
            "today": page(by, first=today, last=today),
            "30 days, by payment": page(by, **month, dates="paid", order="-paid"),
            "any time": page(by),
            "any time, paid last": page(by, order="-paid"),
            "to pay, any time": page(by, state=State.OWED),
            "given back, any time": page(by, state=State.RETURNED),
            "came too late, 30 days": page(by, **month, state=State.UNWANTED),
            "cash, 30 days": page(by, **month, method="CASH"),
            "still to go back, any time": page(by, refund="waiting"),
            "one clinician, any time": page(by, clinician_id=101),
            "a week a year ago": page(by, first=long_ago, last=long_ago + timedelta(days=6)),
            "a page 200 days back": far_in(by, "-made"),
            "whole name": page(by, typed=lambda: f"{dice.choice(FIRST)} {dice.choice(LAST)}"),
            "first name, 30 days": page(by, **month, typed=lambda: dice.choice(FIRST)),
            "last four of the phone": page(by, typed=lambda: f"{dice.randrange(10_000):04d}"),
            "payment id": page(by, typed=lambda: f"pay_{payment()}"),
            "UPI reference": page(by, typed=lambda: str(500_000_000_000 + payment())),
        }

    def of_money(by: Actor) -> dict[str, Callable[[], object]]:
        def one() -> object:
            with suppress(Missing):
                return ledger.payment_in_full(payment(), by=by)
            return None

        return {
            "one payment": one,
            "a patient's account": lambda: ledger.ledger_of(load.FIRST_PATIENT + dice.randrange(patients), by=by),
            "what is owed, by age": lambda: ledger.owed_by_age(by=by),
            "what is owed, older": lambda: ledger.owed_of(Age.OLDER, by=by),
            "takings of a day": lambda: ledger.takings(TakingsWish(first=long_ago, last=long_ago), by=by),
            "their lines": lambda: ledger.lines_of(TakingsWish(first=long_ago, last=long_ago), by=by),
            "takings of a month": lambda: ledger.takings(
                TakingsWish(first=long_ago, last=long_ago + timedelta(days=29)), by=by
            ),
        }

    people = {
        "manager": somebody(Role.MANAGER), "centre mgr": somebody(Role.CENTRE_MANAGER, 1),
        "front desk": somebody(Role.FRONT_DESK, 1, account=DESK),
    }  # fmt: skip
    print(f"{'':12}{'':28}{'statements':>11}{'CPU ms':>8}{'least ms':>9}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}")
    for who, by in people.items():
        kinds = of_list(by) if who == "front desk" else of_list(by) | of_money(by)
        for kind, ask in kinds.items():
            with db.reading():
                asked, server = _statements(ask), db.session().scalar(text("select pg_backend_pid()"))
                cost, times = zip(*((_cpu_ms(ask, server)) for _ in range(questions)), strict=True)
                took = sorted(times)
            p95 = quantiles(took, n=20)[18]
            mark = "" if p95 < LIMIT_MS else "  above the limit"
            print(
                f"{who:12}{kind:28}{asked:>11}{median(cost):8.1f}{took[0]:9.1f}{median(took):8.1f}{p95:8.1f}{took[-1]:8.1f}{mark}",
                flush=True,
            )
    _whole_pages(questions, payment, load.FIRST_PATIENT + 7)


def _cpu_ms(ask: Callable[[], object], server: int) -> tuple[float, float]:
    """What a question costs, here and in PostgreSQL, which other work on the machine hardly changes; and how long it took."""

    def spent() -> float:
        return time.thread_time() * 1000 + int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1e6

    before = spent()
    took = _ms(ask)
    return spent() - before, took


def _whole_pages(questions: int, payment: Callable[[], int], patient: int) -> None:
    """The pages with everything around them, and the trivial route, asked in turns in one process."""
    from mibo import db, identity
    from mibo.identity import Account, RoleGrant
    from mibo.web import create_app
    from mibo.web.access import SESSION_KEY

    client, dice = create_app().test_client(), random.Random()
    with db.transaction() as session:
        account = Account(audience="STAFF", full_name="Bench Manager", phone=f"+9197{dice.randrange(10**8):08d}")
        session.add(account)
        session.flush()
        session.add(RoleGrant(account_id=account.id, role="MANAGER"))
        key = identity.start_web_sign_in(account, "bench")
    with client.session_transaction() as cookie:
        cookie[SESSION_KEY] = key
    pages = {
        "/healthz": lambda: "/healthz", "/money/payments": lambda: "/money/payments",
        "/money/payments/<id>": lambda: f"/money/payments/{payment()}", "/money/unpaid": lambda: "/money/unpaid",
        "/money/takings": lambda: "/money/takings", "…/account": lambda: f"/desk/patients/{patient}/account",
    }  # fmt: skip
    took: dict[str, list[float]] = {page: [] for page in pages}
    for _ in range(questions):
        for page, path in pages.items():
            began = time.perf_counter()
            answer = client.get(path())
            took[page].append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, (page, answer.status)
    trivial = median(took["/healthz"])
    for page, times in took.items():
        print(f"GET {page:34}{median(times):8.1f} ms{median(times) / trivial:8.1f} x the trivial route", flush=True)


if __name__ == "__main__":
    main()
