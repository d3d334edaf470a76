"""How much news of money is taken and settled: `python -m bench.news webhooks`, `python -m bench.news reconcile`.

`webhooks` sends events to the server of the Procfile at an even pace, whatever it answers, beside its worker and clock,
and waits until every one is settled. `reconcile` asks the sandbox, a process of its own, about open attempts of which some
were paid unheard. Figures stand in docs/performance.md.
"""

import argparse
import hashlib
import hmac
import http.client
import json
import os
import random
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

import psycopg
import requests

from bench import cpu
from mibo.dev.children import Child

ROOT = Path(__file__).parents[1]
KINDS = (
    "payment.authorized",
    "payment.captured",
    "order.paid",
    "payment.captured",
    "payment.failed",
    "payment.captured",
)
SLOTS = 100


def main() -> None:
    """Measure one of the two, and print each figure beside what it may be."""
    parser = argparse.ArgumentParser(prog="python -m bench.news", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    webhooks = commands.add_parser("webhooks", help="events per second taken, and settled")
    webhooks.add_argument("--rate", type=int, default=300, help="events a second")
    webhooks.add_argument("--seconds", type=int, default=60)
    asking = commands.add_parser("reconcile", help="open attempts asked about")
    asking.add_argument("--attempts", type=int, default=10_000)
    asking.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.command == "reconcile" and asked.inside:
        _ask_all()
        return
    sys.path.insert(0, os.getcwd())
    from tests.machine import Machine

    machine = Machine()
    os.environ.update(machine.settings())
    try:
        machine.start_redis()
        machine.start_database()
        with ExitStack() as children:
            _webhooks(machine, children, asked) if asked.command == "webhooks" else _reconcile(machine, children, asked)
    finally:
        machine.close()


def _holds(count: int) -> list[tuple[int, int]]:
    """So many times that wait for their money, each with its open order: attempt and paise. Copies of one, made by SQL."""
    from mibo import clock, db
    from mibo.booking import Status
    from tests import make

    until = clock.now() + timedelta(minutes=8)
    with db.transaction():
        where = make.centre()
        clinicians = [make.clinician(where).id for _ in range(SLOTS)]
        patients = [make.patient().id for _ in range(SLOTS)]
        one = make.appointment(
            make.patient(), make.clinician(where), where, make.at("09:00"), status=Status.PENDING, held_until=until
        )
    with psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            COPIES, {"count": count, "one": one.id, "people": SLOTS, "clinicians": clinicians, "patients": patients}
        )  # type: ignore[arg-type]
        connection.execute("update attempt set expires_at = %s where status = 'OPEN'", [until])
        wanted = "select id, paise from attempt where payment_id <> %s order by id"
        return connection.execute(wanted, [one.payment_id]).fetchall()  # type: ignore[return-value]


COPIES = """
with made as (
  select n, nextval('entity_id') as payment_id, nextval('entity_id') as attempt_id, nextval('entity_id') as appointment_id
    from generate_series(0, %(count)s - 1) n
), of_one as (
  select appointment.*, payment as owed, attempt as tried from appointment
    join payment on payment.id = appointment.payment_id join attempt on attempt.payment_id = payment.id
   where appointment.id = %(one)s
), paid as (
  insert into payment
  select (jsonb_populate_record(owed, jsonb_build_object('id', made.payment_id, 'patient_id',
      (%(patients)s::bigint[])[1 + n %% %(people)s]))).* from made, of_one
), asked as (
  insert into attempt select (jsonb_populate_record(tried, jsonb_build_object(
      'id', made.attempt_id, 'payment_id', made.payment_id, 'token', 'bench-' || n))).* from made, of_one
)
insert into appointment
select (jsonb_populate_record(whole, jsonb_build_object(
    'id', made.appointment_id, 'payment_id', made.payment_id, 'reference', 'B-' || n,
    'patient_id', (%(patients)s::bigint[])[1 + n %% %(people)s],
    'clinician_id', (%(clinicians)s::bigint[])[1 + n %% %(people)s], 'starts_at', starts_at + (n / %(people)s) * interval '1 hour',
    'ends_at', ends_at + (n / %(people)s) * interval '1 hour'))).*
  from made, of_one, lateral (select appointment as whole from appointment where id = of_one.id) rows
"""


# webhooks


def _webhooks(machine, children: ExitStack, asked: argparse.Namespace) -> None:  # type: ignore[no-untyped-def]
    total = asked.rate * asked.seconds
    holds = _holds(total // len(KINDS))
    with psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("update attempt set provider_order_id = 'order_' || id")
    server, served = _serve(machine, children)
    served["postgres"] = machine.database.process.pid
    events = [(kind, attempt, paise) for attempt, paise in holds for kind in KINDS]
    random.Random(1).shuffle(events)
    deliveries = [_delivery(number, *each) for number, each in enumerate(events)]
    before = _cpu(served)
    took, answers = _sent(server, deliveries, asked.rate)
    sent = _cpu(served)
    cuts = quantiles(took, n=1000)
    print(f"{len(deliveries):,} events at {asked.rate} a second: {dict(answers)}, load {os.getloadavg()[0]:.1f}")
    print(
        f"p50 {cuts[499] * 1000:.0f} ms, p95 {cuts[949] * 1000:.0f} ms, p99 {cuts[989] * 1000:.0f} ms (may be 200)",
        flush=True,
    )
    _tell_cpu("while they came", before, sent, len(deliveries))
    began = time.monotonic()
    with psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""), autocommit=True) as connection:
        while left := connection.execute("select count(*) from provider_event where settled_at is null").fetchone()[0]:  # type: ignore[index]
            if time.monotonic() - began > 900:
                sys.exit(f"{left} are still not settled")
            time.sleep(1)
        kept = connection.execute("select count(*), count(distinct event_id) from provider_event").fetchone()
        stands = connection.execute("select status, count(*) from appointment group by 1").fetchall()
    print(f"kept {kept}, all settled {time.monotonic() - began:.0f} s after the last; appointments {stands}")
    _tell_cpu("until all were settled", before, _cpu(served), len(deliveries))


def _cpu(served: dict[str, int]) -> dict[str, float]:
    return {name: cpu.seconds_of(pid) for name, pid in served.items()} | {"this client": time.process_time()}


def _tell_cpu(when: str, before: dict[str, float], after: dict[str, float], events: int) -> None:
    each = ", ".join(f"{name} {1000 * (after[name] - before[name]) / events:.2f}" for name in after)
    print(f"CPU ms of an event, {when}: {each}", flush=True)


def _serve(machine, children: ExitStack) -> tuple[str, dict[str, int]]:  # type: ignore[no-untyped-def]
    """Web, worker and clock as the Procfile says: where they are reached, and their processes."""
    served: dict[str, int] = {}
    port = urlsplit(machine.app_url).port
    for line in (ROOT / "Procfile").read_text().splitlines():
        name, command = line.split(": ", 1)
        if name == "release":
            continue
        words = command.replace("${PORT:-8000}", str(port)).replace("0.0.0.0", "127.0.0.1").split()
        words = ["-m", *words] if words[0] == "granian" else words[1:]
        child = Child(name, [sys.executable, *words], machine.folder / f"{name}.log", ROOT, dict(os.environ))
        process = child.start()
        children.callback(child.stop, process)
        served[name] = process.pid
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if requests.get(f"{machine.app_url}/readyz", timeout=2).ok:
                return str(machine.app_url), served
        except requests.RequestException:
            time.sleep(0.2)
    sys.exit("the server did not come up")


def _delivery(number: int, kind: str, attempt: int, paise: int) -> tuple[bytes, dict[str, str]]:
    status = {"payment.authorized": "authorized", "payment.failed": "failed"}.get(kind, "captured")
    payment = {
        "id": f"pay_{attempt:08}", "order_id": f"order_{attempt}", "status": status, "amount": paise, "currency": "INR",
        "method": "upi", "created_at": int(time.time()),
    }  # fmt: skip
    raw = json.dumps({"entity": "event", "event": kind, "payload": {"payment": {"entity": payment}}}).encode()
    secret = json.loads(os.environ["RAZORPAY_WEBHOOK_SECRETS"])[0]
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return raw, {
        "Content-Type": "application/json", "X-Razorpay-Signature": signature, "x-razorpay-event-id": f"evt_{number}",
    }  # fmt: skip


def _sent(server: str, deliveries: list[tuple[bytes, dict[str, str]]], rate: int) -> tuple[list[float], Counter[int]]:
    """Each at its own moment; late ones count from when they should have left, so a slow answer hides nothing."""
    took: list[float] = []
    answers: Counter[int] = Counter()
    lock, local, netloc = threading.Lock(), threading.local(), urlsplit(server).netloc
    began = time.monotonic() + 0.5

    def send(number: int) -> None:
        due = began + number / rate
        time.sleep(max(0.0, due - time.monotonic()))
        if not hasattr(local, "line"):
            local.line = http.client.HTTPConnection(netloc, timeout=30)
        raw, headers = deliveries[number]
        local.line.request("POST", "/api/webhooks/razorpay", raw, headers)
        answer = local.line.getresponse()
        answer.read()
        with lock:
            took.append(time.monotonic() - due)
            answers[answer.status] += 1

    with ThreadPoolExecutor(48) as pool:
        list(pool.map(send, range(len(deliveries))))
    return took, answers


# asking the provider


def _reconcile(machine, children: ExitStack, asked: argparse.Namespace) -> None:  # type: ignore[no-untyped-def]
    sandbox = urlsplit(machine.sandbox_url)
    words = [sys.executable, "-m", "mibo.sandbox", "--port", str(sandbox.port), "--app-url", ""]
    child = Child("sandbox", words, machine.folder / "sandbox.log", ROOT, dict(os.environ))
    process = child.start()
    children.callback(child.stop, process)
    holds = _holds(asked.attempts)
    time.sleep(2)
    key = (os.environ["RAZORPAY_KEY_ID"], os.environ["RAZORPAY_KEY_SECRET"])
    with ThreadPoolExecutor(4) as pool:
        orders = list(pool.map(lambda hold: _order(machine.sandbox_url, key, *hold), holds))
    with psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""), autocommit=True) as connection:
        with connection.cursor() as cursor:
            cursor.executemany("update attempt set provider_order_id = %s where id = %s", orders)
        connection.execute("analyze")
    for order_id, _ in orders[::20]:
        requests.post(f"{machine.sandbox_url}/_sandbox/pay", json={"order_id": order_id}, timeout=10).raise_for_status()
    print(f"{len(orders):,} open attempts, {len(orders[::20]):,} of them paid unheard", flush=True)
    subprocess.run([sys.executable, "-m", "bench.news", "reconcile", "--inside"], check=True)
    with psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", "")) as connection:
        print("appointments", connection.execute("select status, count(*) from appointment group by 1").fetchall())


def _order(url: str, key: tuple[str, str], attempt: int, paise: int) -> tuple[str, int]:
    wanted = {"amount": paise, "currency": "INR", "receipt": f"mibo-{attempt}"}
    answer = requests.post(f"{url}/v1/orders", json=wanted, auth=key, timeout=10)
    answer.raise_for_status()
    return answer.json()["id"], attempt


def _ask_all() -> None:
    """The job, until nothing is due any more, as the clock rings for it."""
    import structlog

    from mibo import booking, db
    from mibo.payments import Attempt

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    began = time.monotonic()
    cpu = time.process_time()
    while True:
        booking.reconcile()
        with db.reading() as session:
            left = (
                session.query(Attempt).where(Attempt.provider_order_id.is_not(None), Attempt.asked_at.is_(None)).count()
            )
        if not left:
            break
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"all asked about in {time.monotonic() - began:.1f} s (may be 60), {time.process_time() - cpu:.1f} s of it our own CPU,"
        f" at most {rss:.0f} MB (may be 150), load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
