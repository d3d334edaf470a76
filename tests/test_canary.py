"""One booking with marked words, from the code to the confirmation: then every place is searched for them (line 68)."""

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, time
from typing import Any

import psycopg
import pytest
import time_machine
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text

from mibo import booking, db
from mibo.booking import Closing
from mibo.booking.displacing import Answers, Choice
from mibo.config import settings
from mibo.identity.permissions import Role
from mibo.messaging.delivery import deliver_due
from mibo.scheduling.spans import Span
from tests import make
from tests.machine import Database, Sandbox
from tests.web.pages.desk import Desk

TEN_DIGITS = "9811198111"
FIRST, LAST, NOTE, EMAIL = "Kanaarivogel", "Merkwurdig", "Ich-traume-von-Kanarien", "kanarie@example.com"
MAY_HOLD = {
    "phone": {
        "account",
        "patient",
        "message",
        "challenge",
        "provider_event",
        "delivery_report",
        "reply",
        "answer_token",
    },
    "name": {"account", "patient", "message", "provider_event", "receipt"},
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


REASON = "Merkgrund-aus-dem-Leben"
MAY_HOLD_A_REASON = {"appointment", "status_change", "move", "time_block", "queue_entry", "audit_entry"}


@pytest.fixture
def changed(
    database: Database, sandbox: Sandbox, client: FlaskClient, work: Callable[[], None],
    capfd: pytest.CaptureFixture[str],
) -> Told:  # fmt: skip
    """A day at the clinic with the same person: queued, told of a delay, moved, asked to move, and cancelled."""
    told = Told()
    with db.transaction():
        where = make.centre()
        account = make.staff(Role.CLINICIAN, where)
        who = make.clinician(where, account=account)
        make.hours(who, where, opens="00:00", closes="24:00")
        person = make.patient(f"{FIRST} {LAST}", phone=f"+91{TEN_DIGITS}")
        day = make.tomorrow()
        visits = [make.appointment(person, who, where, make.at(face), mode="ONLINE") for face in ("10:00", "13:00")]
        desk = Desk(client, make.staff(Role.MANAGER))
    with db.transaction():
        by = make.actor(make.staff(Role.ADMIN), Role.ADMIN)
        booking.queue.join(person.id, where.id, last_four=TEN_DIGITS[-4:], by=by, note=REASON)
        booking.reschedule(visits[0].id, starts_at=make.at("16:00"), by=by, reason=REASON)
    told.look_into_redis()
    with time_machine.travel(make.at("12:50"), tick=False), db.transaction():
        assert booking.lateness.tell_running_late(who.id, where.id, 20, by=by)
    noon = Span(datetime.combine(day, time(12)), datetime.combine(day, time(14)))
    closing = Closing(clinician_id=who.id, spans=[noon], reason="Leave")
    booking.close_time(closing, by=by, answers=Answers(otherwise=Choice.MOVE))
    with db.transaction():
        booking.call_off(visits[0].id, reason=REASON, by=by)
    for path in (
        "/queue",
        "/time-off",
        "/appointments",
        "/desk",
        f"/week/{who.id}",
        f"/desk/appointments/{visits[1].id}",
    ):
        assert desk.get(path).status_code == 200, path
    desk.post(f"/queue/find?centre={where.id}", q=TEN_DIGITS)
    with db.transaction() as session:
        session.execute(text("update message set next_at = now()"))
    told.look_into_redis()
    for _ in range(2):
        deliver_due()
        told.look_into_redis()
        work()
    said = capfd.readouterr()
    told.log = said.out + said.err
    return told


def test_a_day_of_changes_leaves_nothing_personal_where_it_does_not_belong(
    changed: Told, database: Database, sandbox: Sandbox
) -> None:
    assert '"route": "/queue"' in changed.log, "no log was seen, so nothing was searched"
    assert changed.found_in(changed.log) | changed.found_in(changed.redis) == set()
    assert REASON not in changed.log + changed.redis + json.dumps(sandbox.calls("google"))
    tables = _tables(database)
    places = {table: changed.found_in(rows) for table, rows in tables.items()}
    allowed = {table: {kind for kind, holders in MAY_HOLD.items() if table in holders} for table in places}
    assert {table: kinds for table, kinds in places.items() if not kinds <= allowed[table]} == {}
    assert {table for table, rows in tables.items() if REASON in rows} <= MAY_HOLD_A_REASON
    sent = json.dumps(sandbox.calls("gallabox"))
    assert "mibo_booking_off" in sent
    assert REASON not in sent
