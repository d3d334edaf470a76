"""Two hundred phones on one time: the real server, its own processes, PostgreSQL and Redis, all at the same instant."""

import http.client
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

from mibo import db, identity
from mibo.clinics import Centre
from mibo.identity import Account
from mibo.people import Clinician, Patient
from tests import invariants, make
from tests.drills.conftest import deadlocks_of
from tests.machine import Database

pytestmark = pytest.mark.drill

CLIENTS = 200
ROUNDS = 3
DEVICES = 96


@dataclass(frozen=True)
class Phone:
    """Somebody signed in, about to book."""

    token: str

    def book(self, server: str, wish: dict[str, str], start: threading.Barrier) -> "Answer":
        """Wait for all others, ask, and say what came back."""
        connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=30)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        start.wait()
        connection.request("POST", "/api/booking/create", json.dumps(wish), headers)
        response = connection.getresponse()
        body = json.loads(response.read())
        answer = Answer(response.status, body)
        connection.close()
        return answer


@dataclass(frozen=True)
class Answer:
    """What a phone was told."""

    status: int
    body: dict[str, Any]


@dataclass(frozen=True)
class Clinic:
    """One clinician who keeps 9 to 18 in hours of 60 minutes, and everybody who wants to see them."""

    centre: Centre
    clinician: Clinician

    def wish(self, at: str) -> dict[str, str]:
        """What an app sends to book tomorrow's time."""
        return _wish(self.clinician, self.centre, at)

    def free(self, server: str) -> list[dict[str, Any]]:
        """What the API offers of tomorrow."""
        asked = {"clinicianId": self.clinician.id, "centreId": self.centre.id, "date": make.tomorrow().isoformat(),
                 "appointmentType": "IN_PERSON"}  # fmt: skip
        answer = requests.get(f"{server}/api/booking/available-slots", asked, timeout=10)
        assert answer.status_code == 200
        slots: list[dict[str, Any]] = answer.json()["data"]["slots"]
        return slots


def _wish(who: Clinician, where: Centre, at: str) -> dict[str, str]:
    return {
        "clinicianId": str(who.id),
        "centreId": str(where.id),
        "appointmentDate": make.tomorrow().isoformat(),
        "appointmentTime": at,
        "appointmentType": "IN_PERSON",
    }


@pytest.fixture
def clinic(database: Database) -> Clinic:
    with db.transaction():
        where = make.centre()
        who = make.clinician(where)
        make.hours(who, where)
        return Clinic(where, who)


def _signed_in(patient: Patient) -> Phone:
    account = db.session().get_one(Account, patient.account_id)
    return Phone(identity.start_api_sign_in(account).access)


def _all_at_once(server: str, phones: list[Phone], wishes: list[dict[str, str]]) -> list[Answer]:
    start = threading.Barrier(len(phones))
    with ThreadPoolExecutor(len(phones)) as pool:
        asked = [pool.submit(phone.book, server, wish, start) for phone, wish in zip(phones, wishes, strict=True)]
        return [one.result() for one in asked]


def _held(database: Database) -> int:
    with psycopg.connect(database.url) as connection:
        row = connection.execute("select count(*) from appointment where status = 'PENDING'").fetchone()
    assert row
    return int(row[0])


def _faces(slots: list[dict[str, Any]]) -> list[str]:
    return [slot["startTime"] for slot in slots]


def test_of_two_hundred_phones_on_one_time_exactly_one_gets_it(server: str, database: Database, clinic: Clinic) -> None:
    deadlocks = deadlocks_of(database)
    with db.transaction():
        phones = [_signed_in(make.patient()) for _ in range(CLIENTS + ROUNDS)]
    taken = ["10:00", "14:00", "17:00"]
    for number, at in enumerate(taken, start=1):
        answers = _all_at_once(server, phones[:CLIENTS], [clinic.wish(at)] * CLIENTS)

        assert Counter(one.status for one in answers) == {201: 1, 409: CLIENTS - 1}
        free = clinic.free(server)
        assert [face for face in _faces(free) if face in taken] == taken[number:]
        refused = [one.body for one in answers if one.status == 409]
        assert {body["code"] for body in refused} == {"SLOT_TAKEN"}
        assert [body["data"]["slots"] for body in refused] == [free] * len(refused)
        # who has a time goes home, and somebody else takes their place
        del phones[next(index for index, one in enumerate(answers) if one.status == 201)]
    assert deadlocks_of(database) == deadlocks
    assert _held(database) == ROUNDS
    assert invariants.broken(database.url) == {}


def test_one_patient_who_asks_for_many_overlapping_times_at_once_gets_exactly_one(
    server: str, database: Database
) -> None:
    """The same patient on many devices, at clinicians whose hours are of different lengths: 10:00 is in each wish."""
    deadlocks = deadlocks_of(database)
    with db.transaction():
        where = make.centre()
        wishes = []
        for number, (at, minutes) in enumerate([("10:00", 30), ("09:45", 45), ("10:00", 60), ("09:50", 50)] * 3):
            who = make.clinician(where, name=f"Dr. Number {number}", minutes=minutes)
            make.hours(who, where, opens="09:00", closes="12:00")
            wishes.append(_wish(who, where, at))
        phones = [_signed_in(patient) for patient in [make.patient()] * DEVICES]
    answers = _all_at_once(server, phones, wishes * (DEVICES // len(wishes)))

    assert sorted({one.status for one in answers}) in ([201, 409], [201, 400, 409], [201, 400])
    assert [one.status for one in answers].count(201) == 1
    refused = {one.body["code"] for one in answers if one.status != 201}
    assert refused <= {"SLOT_TAKEN", "SLOT_NOT_OFFERED"}
    assert deadlocks_of(database) == deadlocks
    assert _held(database) == 1
    assert invariants.broken(database.url) == {}
