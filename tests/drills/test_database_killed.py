"""PostgreSQL is killed three times while four people book without pause: what was promised is there, and there once."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
import pytest
from flask import Flask

from mibo import db, identity
from mibo.identity import Account
from tests import invariants, make
from tests.machine import Database

pytestmark = pytest.mark.drill

WRITERS, KILLS = 4, 3
PHONES_EACH = 100
EVERY_S, DARK_S, AFTERWARDS_S, PACE_S = 1.5, 0.5, 1.5, 0.05
BACK_WITHIN_S = 5.0
FACES = [f"{hour:02d}:00" for hour in range(9, 18)]


@dataclass
class Ledger:
    """What one writer asked for, and was told."""

    tokens: list[str]
    clinician: str
    centre: str
    promised: dict[str, str] = field(default_factory=dict)  # key of the request: appointment
    answers: Counter[int] = field(default_factory=Counter)
    last_good: float = 0.0

    def book(self, app: Flask, n: int, over: threading.Event) -> None:
        """Ask for the n-th time until it is granted, with one key, as a good client does."""
        key = f"{self.clinician}-{n}"
        day = make.tomorrow() + timedelta(days=n // len(FACES))
        wish = {
            "clinicianId": self.clinician,
            "centreId": self.centre,
            "appointmentDate": day.isoformat(),
            "appointmentTime": FACES[n % len(FACES)],
            "appointmentType": "IN_PERSON",
        }
        headers = {"Authorization": f"Bearer {self.tokens[n // 2]}", "Idempotency-Key": key}
        client = app.test_client()
        while not over.is_set():
            answer = client.post("/api/booking/create", json=wish, headers=headers)
            self.answers[answer.status_code] += 1
            if answer.status_code == 201:
                self.promised[key] = answer.get_json()["data"]["appointment"]["id"]
                self.last_good = time.monotonic()
                return
            assert answer.headers.get("Retry-After"), answer.get_data(as_text=True)
            time.sleep(0.05)

    def write(self, app: Flask, over: threading.Event) -> None:
        for n in range(2 * len(self.tokens)):
            if over.is_set():
                return
            self.book(app, n, over)
            time.sleep(PACE_S)


@pytest.fixture
def keeps_its_word(database: Database) -> Iterator[Database]:
    """The tests' database forgets what it committed last when it is killed; for this drill it may not."""

    def remember(how: str) -> None:
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute(f"alter database mibo {how}")  # type: ignore[arg-type]
        db.dispose()

    remember("set synchronous_commit = on")
    yield database
    remember("reset synchronous_commit")


@pytest.fixture
def ledgers(keeps_its_word: Database) -> list[Ledger]:
    with db.transaction() as session:
        where = make.centre()
        found = []
        for _ in range(WRITERS):
            who = make.clinician(where)
            make.hours(who, where)
            accounts = [session.get_one(Account, make.patient().account_id) for _ in range(PHONES_EACH)]
            tokens = [identity.start_api_sign_in(account).access for account in accounts]
            found.append(Ledger(tokens, str(who.id), str(where.id)))
        return found


def test_nothing_acknowledged_is_lost_or_doubled_when_the_database_is_killed(
    app: Flask, keeps_its_word: Database, ledgers: list[Ledger]
) -> None:
    database, over, back = keeps_its_word, threading.Event(), 0.0
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(one.write, app, over) for one in ledgers]
        for _ in range(KILLS):
            time.sleep(EVERY_S)
            database.kill()
            time.sleep(DARK_S)
            database.start()
            back = time.monotonic()
        deadline = time.monotonic() + BACK_WITHIN_S
        while time.monotonic() < deadline and not all(one.last_good > back for one in ledgers):
            time.sleep(0.05)
        recovered = all(one.last_good > back for one in ledgers)
        time.sleep(AFTERWARDS_S)
        over.set()
        for each in writing:
            each.result()

    told = sum((one.answers for one in ledgers), Counter())
    assert recovered, told
    assert set(told) == {201, 503}, told
    promised = {key: int(found) for one in ledgers for key, found in one.promised.items()}
    with psycopg.connect(database.url) as connection:
        kept = dict(connection.execute("select request_key, id from appointment").fetchall())
    assert {key: kept.get(key) for key in promised} == promised
    assert len(kept) - len(promised) <= WRITERS  # granted, but the answer of the last moment was lost
    assert invariants.broken(database.url) == {}
