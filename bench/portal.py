"""How fast a patient's own side is: `python -m bench.portal`. Figures stand in docs/performance.md.

Fills an embedded PostgreSQL with years of invented appointments (`bench.load`), gives the patients who have been here most
often a family and notices, and asks for their home, their appointments and one of them in process, from the request to the
last byte. Then a browser on a slow phone (1.6 Mbit/s, 150 ms, a quarter of this computer) opens the pages of a first visit.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from functools import partial
from statistics import median, quantiles
from typing import Any

from werkzeug.serving import make_server

from bench import kept, load
from mibo import clock
from mibo.dev import browser, keys

LIMIT_MS = 30
LCP_LIMIT_MS = 2000
PATIENTS = 40
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
LCP = """() => new Promise((done) => new PerformanceObserver((found) => done(found.getEntries().at(-1).startTime))
  .observe({type: "largest-contentful-paint", buffered: true}))"""


def main() -> None:
    """Load each size, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.portal", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[200_000, 2_000_000])
    parser.add_argument("--questions", type=int, default=200, help="of each kind")
    parser.add_argument("--no-browser", action="store_true", help="leave the slow phone out")
    kept.arguments(parser)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _measure(asked.questions, look=not asked.no_browser)
        return
    with kept.cluster(asked.data, asked.keep) as cluster:
        for size in asked.sizes:
            url = kept.loaded(
                cluster, f"mibo_portal_{size}", partial(load.fill, appointments=size, today=clock.today())
            )
            print(f"\n{size:,} appointments, load {os.getloadavg()[0]:.1f}", flush=True)
            made_up = {key: value for key, value in keys.for_app(keys.fresh(), "").items() if value}
            environment = {**os.environ, **made_up, "DATABASE_URL": url, "MIBO_ENV": "test", "LOG_LEVEL": "ERROR"}
            inside = [sys.executable, "-m", "bench.portal", "--inside", "--questions", str(asked.questions)]
            subprocess.run([*inside, *(["--no-browser"] if asked.no_browser else [])], env=environment, check=True)


def _measure(questions: int, *, look: bool) -> None:
    from app import app

    clients = [_signed_in(app, account_id) for account_id in _oldest_friends()]
    print(f"{'':26}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}")
    for kind, path in {
        "home": "/my", "appointments to come": "/my/appointments", "earlier ones": "/my/appointments?show=past",
        "earlier ones, page 2": "/my/appointments?show=past&page=2", "trivial route": "/healthz",
    }.items():  # fmt: skip
        for client in clients[:5]:
            assert client.get(path).status_code == 200
        took = sorted(_ms(clients[n % len(clients)], path) for n in range(questions))
        over = "  above the limit" if median(took) > LIMIT_MS else ""
        print(f"{kind:26}{median(took):8.1f}{quantiles(took, n=20)[18]:8.1f}{took[-1]:8.1f}{over}", flush=True)
    if look:
        _on_a_slow_phone(app)


def _oldest_friends() -> list[int]:
    """The accounts of those who have been here most often."""
    from sqlalchemy import func, select

    from mibo import db
    from mibo.booking import Appointment
    from mibo.people import Patient

    with db.reading() as session:
        often = select(Patient.account_id).join(Appointment, Appointment.patient_id == Patient.id)
        wanted = often.where(Patient.id < load.FIRST_PATIENT + 5_000).group_by(Patient.account_id)
        return list(session.scalars(wanted.order_by(func.count().desc()).limit(PATIENTS)))


def _signed_in(app: Any, account_id: int) -> Any:
    from mibo import db, identity
    from mibo.identity import Account

    client = app.test_client()
    with db.transaction() as session:
        key = identity.start_web_sign_in(session.get_one(Account, account_id), "a bench")
    with client.session_transaction() as cookie:
        cookie["key"] = key
    return client


def _ms(client: Any, path: str) -> float:
    began = time.perf_counter()
    assert client.get(path).status_code == 200
    return 1000 * (time.perf_counter() - began)


def _on_a_slow_phone(app: Any) -> None:
    from playwright.sync_api import sync_playwright

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=browser.find())
        print(f"\n{'on a slow phone':26}{'LCP ms':>8}{'KB':>8}")
        for path in ("/", "/clinicians", f"/book/{load.FIRST_CLINICIAN}", "/sign-in", "/privacy"):
            seen = [_first_visit(chromium, address + path) for _ in range(3)]
            late = median(lcp for lcp, _ in seen)
            over = "  above the limit" if late > LCP_LIMIT_MS else ""
            print(f"{path:26}{late:8.0f}{max(size for _, size in seen) / 1024:8.1f}{over}", flush=True)
        chromium.close()
    server.shutdown()


def _first_visit(chromium: Any, address: str) -> tuple[float, int]:
    """Milliseconds to the largest part of the page, and bytes over the wire, with nothing cached."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    session = context.new_cdp_session(page)
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda found: sizes.append(int(found["encodedDataLength"])))
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address)
    page.wait_for_load_state("load")
    late = float(page.evaluate(LCP))
    context.close()
    return late, sum(sizes)


if __name__ == "__main__":
    main()
