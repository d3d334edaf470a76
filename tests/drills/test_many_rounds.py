"""R-01: patients, the desk and moves want the same, overlapping and adjacent times at one instant, round after round.

The suite runs a few rounds with a crowd that fits into it; `DRILL_ROUNDS=50 DRILL_CLIENTS=200` runs all of it
(docs/performance.md has what that took).
"""

import http.client
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from mibo import clock, db, identity
from mibo.booking import Appointment
from mibo.clinics import Centre
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.people import Clinician, Patient
from tests import invariants, make
from tests.drills.conftest import deadlocks_of
from tests.machine import Database

pytestmark = pytest.mark.drill

ROUNDS, CLIENTS = int(os.environ.get("DRILL_ROUNDS", "2")), int(os.environ.get("DRILL_CLIENTS", "60"))
DESK_SHARE, MOVE_SHARE = 5, 5  # one in five books at the desk, one in five moves an appointment
CONFIRMING = 5
SLOT = timedelta(minutes=50)
LONG = 90  # minutes of every other appointment that is moved
LOST = {(409, "SLOT_TAKEN"), (400, "SLOT_NOT_OFFERED")}
MOVED_FROM = 55  # days ahead: where the appointments that are moved stand at first


@dataclass(frozen=True)
class Wish:
    """One request of one person, who waits for all others before it leaves."""

    token: str
    method: str
    path: str
    body: dict[str, Any]
    span: tuple[datetime, datetime]
    who: Any = None

    def ask(self, address: str, start: threading.Barrier) -> "Told":
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        start.wait()
        began = time.monotonic()
        connection.request(self.method, f"/api{self.path}", json.dumps(self.body), headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        return Told(self, answer.status, body, time.monotonic() - began)


@dataclass(frozen=True)
class Told:
    """What came back."""

    wish: Wish
    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def won(self) -> bool:
        return self.status in (200, 201)

    @property
    def lost(self) -> tuple[int, str]:
        return self.status, str(self.body.get("code"))


class Crowd:
    """A clinician with times of 50 minutes that touch, and everybody who wants two of them.

    Patients and the desk want 10:00 or 10:50. What is moved there lasts as long or 90 minutes, which overlaps both.
    """

    def __init__(self) -> None:
        with db.transaction():
            self.where: Centre = make.centre()
            self.who: Clinician = make.clinician(self.where)
            make.hours(self.who, self.where, opens="10:00", closes="12:30", minutes=50)
            make.hours(self.who, self.where, opens="13:00", closes="16:00", minutes=LONG)
            make.hours(self.who, self.where, opens="16:00", closes="17:40", minutes=50)
            self.stand: Counter[int] = Counter()
            moves, desks = CLIENTS // MOVE_SHARE, CLIENTS // DESK_SHARE
            self.phones = [self._phone(make.patient()) for _ in range(CLIENTS - moves - desks)]
            self.desks = [(self._staff(), make.patient()) for _ in range(desks)]
            self.movers = [(self._staff(), self._far_away(n)) for n in range(moves)]
            self.confirming = [self._staff() for _ in range(CONFIRMING)]

    def wishes(self, round_: int) -> list[Wish]:
        """Everybody's, for one day: half for each time."""
        day = clock.today() + timedelta(days=round_ + 1)
        first, second = make.at("10:00", day), make.at("10:50", day)
        found = [self._create(token, first if n % 2 else second, n) for n, token in enumerate(self.phones)]
        found += [
            self._book(token, patient, first if n % 2 else second) for n, (token, patient) in enumerate(self.desks)
        ]
        found += [self._move(token, one, first if n % 4 < 2 else second) for n, (token, one) in enumerate(self.movers)]
        return found

    def goes_home(self, won: Wish) -> None:
        """Whoever has a time is replaced by somebody else."""
        with db.transaction():
            if won.path == "/booking/create":
                self.phones[won.who] = self._phone(make.patient())
            elif won.path == "/appointments":
                at = next(n for n, (token, _) in enumerate(self.desks) if token == won.token)
                self.desks[at] = (won.token, make.patient())
            else:
                at = next(n for n, (token, _) in enumerate(self.movers) if token == won.token)
                self.movers[at] = (won.token, self._far_away(at))

    def confirm(self, one: str) -> list[Wish]:
        """Several of the staff take the money for one held appointment at once."""
        paid = {"paymentMethod": "CASH"}
        path = f"/appointments/{one}/confirm-direct-payment"
        now = clock.now()
        return [Wish(token, "POST", path, paid, (now, now)) for token in self.confirming]

    def _create(self, token: str, at: datetime, n: int) -> Wish:
        local = clock.local(at)
        body = {
            "clinicianId": str(self.who.id), "centreId": str(self.where.id), "appointmentType": "IN_PERSON",
            "appointmentDate": f"{local:%Y-%m-%d}", "appointmentTime": f"{local:%H:%M}",
        }  # fmt: skip
        return Wish(token, "POST", "/booking/create", body, (at, at + SLOT), n)

    def _book(self, token: str, patient: Patient, at: datetime) -> Wish:
        body = {
            "patient_id": str(patient.id), "clinician_id": str(self.who.id), "centre_id": str(self.where.id),
            "appointment_type": "IN_PERSON", "scheduled_start_at": at.isoformat(),
        }  # fmt: skip
        return Wish(token, "POST", "/appointments", body, (at, at + SLOT))

    def _move(self, token: str, one: Appointment, at: datetime) -> Wish:
        lasts = one.ends_at - one.starts_at
        body = {"scheduled_start_at": at.isoformat()}
        return Wish(token, "PUT", f"/appointments/{one.id}", body, (at, at + lasts))

    def _phone(self, patient: Patient) -> str:
        return identity.start_api_sign_in(db.session().get_one(Account, patient.account_id)).access

    def _staff(self) -> str:
        return identity.start_api_sign_in(make.staff(Role.FRONT_DESK, self.where)).access

    def _far_away(self, n: int) -> Appointment:
        """An appointment of a day long after, when nobody else wants the clinician."""
        lasts = LONG if n % 2 else 50
        day, second = divmod(self.stand[lasts], 2)
        self.stand[lasts] += 1
        at = make.at("13:00" if n % 2 else "16:00", clock.today() + timedelta(days=MOVED_FROM + day))
        at += timedelta(minutes=lasts * second)
        return make.appointment(make.patient(f"Mover {n}"), self.who, self.where, at, minutes=lasts)


def _all_at_once(address: str, wishes: Sequence[Wish]) -> list[Told]:
    start = threading.Barrier(len(wishes))
    with ThreadPoolExecutor(len(wishes)) as pool:
        return [one.result() for one in [pool.submit(wish.ask, address, start) for wish in wishes]]


def _meet(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _standing(database: Database, crowd: Crowd, round_: int) -> list[tuple[datetime, datetime]]:
    """From and to of that day's live appointments, as PostgreSQL has them."""
    day = clock.today() + timedelta(days=round_ + 1)
    with psycopg.connect(database.url) as connection:
        rows = connection.execute(
            "select starts_at, ends_at from appointment where clinician_id = %s and starts_at >= %s and starts_at < %s"
            " and status in ('PENDING', 'CONFIRMED') order by starts_at",
            (crowd.who.id, *clock.day_span(day)),
        ).fetchall()
    return [(row[0], row[1]) for row in rows]


@pytest.mark.timeout(120 + 20 * ROUNDS)
def test_round_after_round_each_time_has_one_winner_and_everybody_else_is_told(
    server: str,
    database: Database,
) -> None:
    crowd, deadlocks, slowest = Crowd(), deadlocks_of(database), []
    ways: Counter[str] = Counter()
    for round_ in range(ROUNDS):
        told = _all_at_once(server, crowd.wishes(round_))
        won = sorted((one for one in told if one.won), key=lambda one: one.wish.span)
        spans = [one.wish.span for one in won]

        assert {one.lost for one in told if not one.won} <= LOST
        assert spans
        assert all(first[1] <= second[0] for first, second in pairwise(spans))
        assert _standing(database, crowd, round_) == spans
        # nobody was refused a time that is free: everybody who lost wanted something of what stands now
        assert all(any(_meet(one.wish.span, span) for span in spans) for one in told if not one.won)
        assert all(isinstance(one.body["data"]["slots"], list) for one in told if one.status == 409)
        slowest.append(max(one.seconds for one in told))
        ways.update("by a move" if one.wish.method == "PUT" else one.wish.path for one in won)
        for one in won:
            if one.wish.method == "POST":
                _paid_once(server, crowd, str(_id_of(one.body["data"])))
            crowd.goes_home(one.wish)
    middle = sorted(slowest)[ROUNDS // 2]
    print(f"{ROUNDS} rounds of {CLIENTS}: all answered within {middle:.2f} s (median), {max(slowest):.2f} s (most)")
    print(f"won by {dict(ways)}")
    assert deadlocks_of(database) == deadlocks
    assert invariants.broken(database.url) == {}


def _id_of(made: dict[str, Any]) -> str:
    return str(made.get("id") or made["appointment"]["id"])


def _paid_once(address: str, crowd: Crowd, one: str) -> None:
    """Of several who take the money for one hold at once, one does; the others hear that it is confirmed."""
    told = _all_at_once(address, crowd.confirm(one))
    assert 200 in {each.status for each in told}, told[0].body
    assert {each.status for each in told} <= {200, 400, 409}
