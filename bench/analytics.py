"""How fast figures are told: `python -m bench.analytics pages`. Figures stand in docs/performance.md.

Fills an embedded PostgreSQL with years of invented appointments (`bench.load`), their money (`bench.money`), arrivals,
follow-ups and reminders. Then the days are kept as the timetable keeps them, and it asks what the pages and apps ask: once
as they stand, and once with every day of the period marked as changed, so that all of them are counted live.
"""

import argparse
import random
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median, quantiles

import psycopg
from sqlalchemy import text

from bench import kept, load, money
from bench.lists import _ms, _statements
from mibo import clock

LIMIT_MS = 50
LOCAL_NAME = "mibo_figures"
AT_ONCE = 200_000
APART = 1_000_000_000
OVER = "t.starts_at < now()"
# what is copied back in time: which instants and ids move, and which rows
BEFORE: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "account": ((), ("id",), "audience = 'PATIENT'"),
    "patient": ((), ("id", "account_id"), "true"),
    "payment": (("created_at", "paid_at", "released_at"), ("id", "patient_id"), "t.created_at < now()"),
    "appointment": (
        ("starts_at", "ends_at", "created_at", "arrived_at", "started_at", "ended_at"),
        ("id", "patient_id", "payment_id"), OVER,
    ),
    "attempt": (("created_at", "paid_at"), ("id", "payment_id"), "t.created_at < now()"),
    "refund": (("opened_at", "decided_at", "done_at"), ("id", "payment_id", "attempt_id"), "true"),
}  # fmt: skip
# a visit in two had its arrival noted, one in twenty was booked from a follow-up, three in four of the last 400 days reminded
MORE = (
    "update appointment set arrived_at = starts_at - (id % 20) * interval '1 minute', started_at = starts_at + (id % 25) *"
    " interval '1 minute', ended_at = starts_at + interval '50 minutes' where status = 'COMPLETED' and id % 2 = 0",
    "update appointment set created_at = least(starts_at - (1 + id % 12) * interval '1 day', now() - (id % 45) * interval '1 day')",
    "update attempt set paid_at = paid_at - (id % 45) * interval '1 day', created_at = created_at - (id % 45) * interval '1 day'"
    " where created_at > now() - interval '2 days'",
    "insert into follow_up (parent_id, wanted_on, status, booked_id, created_by, closed_at)"
    " select id, starts_at::date, 'BOOKED', id, 5, created_at from appointment where status = 'COMPLETED' and id % 20 = 0",
    "insert into message (dedupe_key, template, phone, name, body, about_id, status, delivered_at)"
    " select 'reminder:' || id || ':first:' || extract(epoch from starts_at)::bigint, 'reminder', '+919876543210', 'A', '{}', id,"
    " 'DELIVERED', starts_at - interval '1 day' from appointment"
    " where starts_at between now() - interval '400 days' and now() and id % 4 <> 0",
    "insert into enquiry (full_name, phone, centre_id, source, consent_version, status, lost_reason, patient_id, created_at)"
    " select 'Asha', '+9163' || lpad(n::text, 8, '0'), c.id, (array['WEBSITE', 'PHONE', 'DIRECT', 'REFERRAL'])[1 + n % 4], '1', 'LOST',"
    " 'NEVER_REACHED', p.id, now() - n * interval '36 minutes' from generate_series(1, 40000) n"
    " join (select id, row_number() over (order by id) - 1 as nth, count(*) over () as many from centre) c on c.nth = n % c.many"
    " left join (select id, row_number() over (order by id) as nth from patient) p on p.nth = n and n % 3 = 0",
    "vacuum (analyze) appointment", "vacuum (analyze) follow_up", "vacuum (analyze) message",
    "vacuum (analyze) attempt", "vacuum (analyze) enquiry",
)  # fmt: skip


def main() -> None:
    """One command."""
    parser = argparse.ArgumentParser(prog="python -m bench.analytics", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    pages = commands.add_parser("pages", help="the overview, the other pages, the rows behind a figure, and the API")
    pages.add_argument("--sizes", type=int, nargs="*", default=[200_000, 2_000_000])
    pages.add_argument("--questions", type=int, default=30, help="of each kind")
    kept.arguments(pages)
    pages.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _measure(asked.questions)
        return
    kept.measure_each(asked, ["bench.analytics", "pages"], LOCAL_NAME, _load, "appointments")


def _load(size: int, url: str) -> None:
    """Two hundred thousand as at any bench; more are the same years again, before these, of other people."""
    money._load(min(size, AT_ONCE), url)
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in (
            "session_replication_role = replica",
            "maintenance_work_mem = '512MB'",
            "synchronous_commit = off",
        ):
            connection.execute(f"set {setting}")  # type: ignore[arg-type]
        for statement in MORE:
            connection.execute(statement)  # type: ignore[arg-type]
        if size > AT_ONCE:
            years_before(connection, size // AT_ONCE - 1)


def years_before(connection: psycopg.Connection, copies: int) -> None:
    """All that is over once more, as often and as far back as it takes."""
    later = load.put_aside_indexes(connection, *BEFORE)
    span = connection.execute(
        "select 7 * (1 + (max(starts_at)::date - min(starts_at)::date) / 7) from appointment where starts_at < now()"
    ).fetchone()
    assert span
    for table, (instants, ids, which) in BEFORE.items():
        found = connection.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped",
            [table],
        )
        names = [name for (name,) in found]
        told = [
            f"{name} - n * interval '{span[0]} days'" if name in instants
            else f"{name} + n * {APART}::bigint" if name in ids
            else f"{name} || '-' || n" if name in ("token", "provider_order_id", "provider_payment_id", "dedupe_key", "mrn")
            else f"left({name}, 6) || '-' || n || id % 100" if name == "reference"
            else "'+91' || 6000000000 + n * 100000000 + id" if name == "phone" else name
            for name in names
        ]  # fmt: skip
        connection.execute(  # type: ignore[call-overload]
            f"insert into {table} ({', '.join(names)}) select {', '.join(told)} from {table} t, generate_series(1, {copies}) n"
            f" where {which}"
        )
    for made in later:
        if "reference" not in made:  # those of copies are not told apart
            connection.execute(made)  # type: ignore[arg-type]
    connection.execute("vacuum (analyze)")


def _measure(questions: int) -> None:
    from mibo import analytics, db
    from mibo.analytics import Asked
    from mibo.analytics.periods import Kind, Period, period_of
    from mibo.identity import Actor
    from mibo.identity.permissions import Role

    _keep_days()
    today = clock.today()
    manager = Actor(1, "STAFF", frozenset({Role.MANAGER}), frozenset(), True, None, 0, "Bench")
    local = Actor(1, "STAFF", frozenset({Role.CENTRE_MANAGER}), frozenset({1}), False, None, 0, "Bench")
    month = Asked(period=Period(today - timedelta(days=29), today))
    year = Asked(period=period_of(Kind.YEAR, today.replace(year=today.year - 1)))
    for who, by in (("manager", manager), ("centre mgr", local)):
        kinds: dict[str, Callable[[], object]] = {}
        for name, asked in (("30 days", month), ("a year", year)):
            kinds |= {
                f"figures of {name}": partial(analytics.figures, asked, by=by),
                f"by day, {name}": partial(analytics.figures_by, "day", asked, by=by),
                f"by clinician, {name}": partial(analytics.figures_of, "clinician", asked, by=by),
                f"people seen, {name}": partial(analytics.patients_seen, asked, by=by),
                f"top clinicians, {name}": partial(analytics.top_clinicians, asked, 10, by=by),
            }
        kinds |= {
            "leads by source, 30 days": partial(analytics.leads_by_source, month, by=by),
            "rows behind people seen": partial(analytics.behind, "patients", month, 1, by=by),
            "rows behind no-shows": partial(analytics.behind, "missed", month, 1, by=by),
            "rows behind revenue": partial(analytics.behind, "revenue", month, 1, by=by),
            "next free times": partial(analytics.waits, None, by=by),
        }
        _ask(who, kinds, questions)
    with db.transaction() as session:
        session.execute(text("insert into stale_days (first_on, last_on) values (:first, :last)"),
                        {"first": month.period.first, "last": today})  # fmt: skip
    _ask("all changed", {"figures of 30 days": partial(analytics.figures, month, by=manager)}, questions)
    _keep_days()
    _whole_pages(questions)


def _keep_days() -> None:
    from mibo import analytics, db

    began, before = time.monotonic(), -1
    while True:
        analytics.roll_up()
        with db.reading() as session:
            days = session.scalar(text("select count(*) from rolled_day")) or 0
        if days == before:
            break
        before = days
    with db.write_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum (analyze) day_figures")
    print(f"{days:,} days are kept after {time.monotonic() - began:.1f} s", flush=True)


def _ask(who: str, kinds: dict[str, Callable[[], object]], questions: int) -> None:
    from mibo import db

    print(f"{'':12}{'':28}{'statements':>11}{'least ms':>9}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}")
    for kind, ask in kinds.items():
        with db.reading():
            asked = _statements(ask)
            took = sorted(_ms(ask) for _ in range(questions))
        p95 = quantiles(took, n=20)[18]
        mark = "" if median(took) < LIMIT_MS else "  above the limit"
        print(
            f"{who:12}{kind:28}{asked:>11}{took[0]:9.1f}{median(took):8.1f}{p95:8.1f}{took[-1]:8.1f}{mark}", flush=True
        )


def _whole_pages(questions: int) -> None:
    """The pages and answers with everything around them, and the trivial route, asked in turns in one process."""
    from mibo import db, identity
    from mibo.identity import Account, RoleGrant
    from mibo.web import create_app
    from mibo.web.access import SESSION_KEY

    client = create_app().test_client()
    with db.transaction() as session:
        account = Account(audience="STAFF", full_name="Bench", phone=f"+9197{random.randrange(10**8):08d}")
        session.add(account)
        session.flush()
        session.add(RoleGrant(account_id=account.id, role="MANAGER"))
        key = identity.start_web_sign_in(account, "bench")
    with client.session_transaction() as cookie:
        cookie[SESSION_KEY] = key
    today = clock.today()
    month, year = f"?on={today - timedelta(days=31)}", f"?period=year&on={today.replace(year=today.year - 1)}"
    pages = ["/healthz", f"/figures{month}", f"/figures{year}", f"/figures/clinicians{month}", f"/figures/centres{year}",
             f"/figures/behind/kept{month}"]  # fmt: skip
    took: dict[str, list[float]] = {page: [] for page in pages}
    for _ in range(questions):
        for page in pages:
            began = time.perf_counter()
            answer = client.get(page)
            took[page].append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, (page, answer.status)
    trivial = median(took["/healthz"])
    for page, times in took.items():
        print(f"GET {page:44}{median(times):8.1f} ms{median(times) / trivial:8.1f} x the trivial route", flush=True)


if __name__ == "__main__":
    main()
