"""One booking with marked words, from the code to the confirmation: then every place is searched for them (line 68)."""

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from redis import Redis

from mibo import db
from mibo.config import settings
from tests import make
from tests.machine import Database, Sandbox

TEN_DIGITS = "9811198111"
FIRST, LAST, NOTE, EMAIL = "Kanaarivogel", "Merkwurdig", "Ich-traume-von-Kanarien", "kanarie@example.com"
MAY_HOLD = {
    "phone": {"account", "patient", "message", "challenge", "provider_event"},
    "name": {"account", "patient", "message", "provider_event"},
    "mail": {"patient", "account"},
    "note": {"appointment"},
    "code": set[str](),
    "tokens": set[str](),
}


class Told:
    """All that left the app, and what lay about while it was at work."""

    def __init__(self) -> None:
        self.redis = self.log = ""
        self.codes: list[str] = []
        self.tokens: list[str] = []

    def look_into_redis(self) -> None:
        with Redis.from_url(settings().redis_url) as connection:
            for key in connection.scan_iter():
                self.redis += f"\n{_words(key)}: {_words(*_values(connection, key))}"

    def marks(self) -> dict[str, list[str]]:
        return {
            "phone": [TEN_DIGITS], "name": [FIRST, LAST], "mail": [EMAIL], "note": [NOTE],
            "code": self.codes, "tokens": self.tokens,
        }  # fmt: skip

    def found_in(self, text: str) -> set[str]:
        return {kind for kind, marks in self.marks().items() for mark in marks if mark in text}


def _values(connection: "Redis[bytes]", key: bytes) -> Iterator[bytes]:
    match connection.type(key):
        case b"hash":
            for field, value in connection.hgetall(key).items():
                yield from (field, value)
        case b"list":
            yield from connection.lrange(key, 0, -1)
        case b"set":
            yield from connection.smembers(key)
        case b"zset":
            yield from connection.zrange(key, 0, -1)
        case b"string":
            yield connection.get(key) or b""


def _words(*values: bytes) -> str:
    plain = []
    for value in values:
        plain.append(value)
        with suppress(zlib.error):
            plain.append(zlib.decompress(value))
    return b" ".join(plain).decode("utf-8", "replace")


def _tables(database: Database) -> dict[str, str]:
    with psycopg.connect(database.url) as connection:
        names = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        return {
            name: "\n".join(row[0] for row in connection.execute(f'select t::text from "{name}" t').fetchall())  # type: ignore[arg-type]
            for (name,) in names
        }


@pytest.fixture
def booked(
    client: FlaskClient,
    live: str,
    sandbox: Sandbox,
    database: Database,
    work: Callable[[], None],
    capfd: pytest.CaptureFixture[str],
) -> Told:
    """Somebody new signs in, books with a note, pays, and is told."""
    told = Told()
    with db.transaction():
        where = make.centre()
        who = make.clinician(where)
        make.hours(who, where)

    def post(path: str, sent: dict[str, object]) -> Any:
        headers = {"Authorization": f"Bearer {told.tokens[0]}"} if told.tokens else {}
        answer = client.post("/api" + path, json=sent, headers=headers)
        told.look_into_redis()
        assert answer.status_code < 300, answer.get_data(as_text=True)
        return answer.get_json()["data"]

    phone = "91" + TEN_DIGITS
    post("/patient-auth/send-otp", {"phone": phone})
    work()
    told.codes.append(sandbox.otp(phone))
    person = {"firstName": FIRST, "lastName": LAST, "email": EMAIL, "age": 31, "gender": "FEMALE"}
    proof = post("/patient-auth/verify-otp", {"phone": phone, "otp": told.codes[0], **person})
    told.tokens += [value for key, value in proof.items() if key in ("accessToken", "refreshToken")]
    assert len(told.tokens) == 2
    made = post(
        "/booking/create",
        {
            "clinicianId": str(who.id), "centreId": str(where.id), "appointmentDate": str(make.tomorrow()),
            "appointmentTime": "10:00", "appointmentType": "ONLINE", "notes": NOTE, "note": NOTE,
        },
    )  # fmt: skip
    order = post("/payments/create-order", {"appointmentId": made["appointment"]["id"]})
    sandbox.pay(order_id=order["orderId"])
    sandbox.idle()
    told.look_into_redis()
    work()
    work()
    with psycopg.connect(database.url) as connection:
        assert connection.execute("select status, patient_note from appointment").fetchall() == [("CONFIRMED", NOTE)]
    client.get("/api/booking/" + made["appointment"]["id"], headers={"Authorization": f"Bearer {told.tokens[0]}"})
    said = capfd.readouterr()
    told.log = said.out + said.err
    return told


def test_nothing_personal_is_where_it_does_not_belong(booked: Told, database: Database, sandbox: Sandbox) -> None:
    assert '"route": "/api/booking/create"' in booked.log, "no log was seen, so nothing was searched"
    assert "mibo.messaging.delivery.deliver" in booked.redis
    assert booked.found_in(booked.log) == set()
    assert booked.found_in(booked.redis) == set()

    places = {table: booked.found_in(text) for table, text in _tables(database).items()}
    allowed = {table: {kind for kind, tables in MAY_HOLD.items() if table in tables} for table in places}
    assert {table: kinds for table, kinds in places.items() if not kinds <= allowed[table]} == {}

    to_razorpay, to_google = (json.dumps(sandbox.calls(provider)) for provider in ("razorpay", "google"))
    assert booked.found_in(to_google) == set()
    assert booked.found_in(to_razorpay) <= {"phone", "name"}
    paths = [call["path"] + json.dumps(call["query"]) for call in sandbox.calls("gallabox")]
    assert booked.found_in("".join(paths)) == set()
    assert NOTE not in json.dumps(sandbox.calls("gallabox"))
