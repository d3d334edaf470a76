"""Every fourth call goes wrong, workers are killed at any moment, and Redis is killed and emptied: each payment link, each
call in the calendar and each refund is made once, and no message arrives twice (integrations.md 5.3).

The suite does it with a few bookings; `DRILL_BOOKINGS=60` does it with as many as were run there.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, product
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import func, select, text

from mibo import booking, clinics, db, jobs, messaging, payments, timetable
from mibo.booking import giving_back, sending_back, telling
from mibo.config import settings
from mibo.dev.children import Child, Process, sweep
from mibo.messaging import Message
from mibo.payments import Attempt, Refund
from mibo.timetable import Periodic
from mibo.video import Meeting
from tests import invariants
from tests.booking.money import Held, held
from tests.booking.refunds import at_provider, to_give_back
from tests.machine import Bell, Database, Sandbox

pytestmark = pytest.mark.drill

EACH, WORKERS = int(os.environ.get("DRILL_BOOKINGS", "21")) // 3, 2
SETTLED_WITHIN_S = 60.0
ROOT = Path(__file__).parents[2]
TROUBLE = {"503": 11, "500_after": 13, "reset_after": 17, "429": 19}  # together one call in four
CLOCK = [
    Periodic(job, 0)
    for job in (
        messaging.deliver_due, booking.send_unsent_links, booking.attach_wanted_meetings, sending_back.send_due_refunds,
    )
]  # fmt: skip
ALL_DUE = (
    "update message set next_at = now(), lease_until = case when lease_until is not null then now() end"
    " where status in ('PENDING', 'SENDING')",
    "update refund set next_try_at = now() where next_try_at is not null",
    "update attempt set created_at = created_at - interval '1 hour', asked_at = asked_at - interval '1 hour'"
    " where kind = 'LINK' and link_url is null",
    "update meeting set next_at = now() where status = 'WANTED'",
)


@dataclass
class Crew:
    """Some workers, who are killed with all that they are doing."""

    folder: Path
    at_work: list[Process] = field(default_factory=list)

    def hire(self) -> None:
        program = str(Path(__file__).with_name("careless_worker.py"))
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.at_work.append(Child("worker", [sys.executable, program], self.folder / "log", ROOT, env).start())

    def kill_one(self) -> None:
        sweep(self.at_work.pop(0))


@pytest.fixture
def crew(database: Database, tmp_path: Path) -> Iterator[Crew]:
    found = Crew(tmp_path)
    for _ in range(WORKERS):
        found.hire()
    yield found
    while found.at_work:
        found.kill_one()


def _link_wanted(waiting: Held) -> None:
    with db.transaction():
        telling.promise_payment_link(booking.locked(waiting.id))


def _confirmed(online: Held) -> None:
    """As paid just now: the patient and the clinician are told, and the room is made."""
    with db.transaction() as session:
        one = booking.locked(online.id)
        one.meeting = Meeting(starts_at=one.starts_at, ends_at=one.ends_at)
        session.flush()
        telling.confirmed(one)


def _online() -> Held:
    made = held(status=booking.Status.CONFIRMED)
    with db.transaction():
        booking.locked(made.id).mode = "ONLINE"
    return made


def tick() -> None:
    timetable.tick(dict.fromkeys(CLOCK, 0.0), time.monotonic())


def open_ends() -> dict[str, int]:
    """What is still to be done."""
    waits: dict[str, Any] = {
        "messages": select(Message.id).where(Message.status.in_(("PENDING", "SENDING"))),
        "links": select(Attempt.id).where(Attempt.kind == "LINK", Attempt.link_url.is_(None)),
        "rooms": select(Meeting.id).where(Meeting.status != "READY"),
        "refunds": select(Refund.id).where(Refund.status != "DONE"),
    }
    with db.reading() as session:
        counts = {name: session.scalar(select(func.count()).select_from(of.subquery())) for name, of in waits.items()}
    return {name: count for name, count in counts.items() if count}


def settle() -> None:
    """Hours go by, and the clock rings, until nothing is left to do."""
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while left := open_ends():
        assert time.monotonic() < deadline, left
        if jobs.waiting() == 0:
            with db.transaction() as session:
                for statement in ALL_DUE:
                    session.execute(text(statement))
            tick()
        time.sleep(0.3)


def events_of(sandbox: Sandbox) -> list[str]:
    address = f"{sandbox.url}/calendar/v3/calendars/{settings().google_calendar_id}/events"
    return [each["id"] for each in requests.get(address, timeout=5).json()["items"]]


def links_of(sandbox: Sandbox) -> list[str]:
    keys = (settings().razorpay_key_id or "", settings().razorpay_key_secret or "")
    told = requests.get(f"{sandbox.url}/v1/payment_links?count=100", auth=keys, timeout=5).json()
    return [each["reference_id"] for each in told["payment_links"]]


def references_of(links: list[Held]) -> list[str]:
    """What each one's link is called at the provider, if it were made once."""
    with db.reading() as session:
        of = [link.appointment.payment_id for link in links]
        return [
            payments.reference(one) for one in session.scalars(select(Attempt.id).where(Attempt.payment_id.in_(of)))
        ]


def arrived(sandbox: Sandbox) -> tuple[list[Message], Counter[tuple[str, str]], set[str]]:
    """All that was promised, how often each sentence came to each phone, and the ids of what came."""
    with db.reading() as session:
        promised = list(session.scalars(select(Message)))
    came = [(phone, each) for phone in {one.phone for one in promised} for each in sandbox.messages(phone)]
    return promised, Counter((phone, each["text"]) for phone, each in came), {each["id"] for _, each in came}


@pytest.mark.timeout(150)
def test_whatever_goes_wrong_each_effect_comes_once_and_no_message_twice(
    sandbox: Sandbox,
    database: Database,
    _redis: Bell,  # noqa: PT019
    crew: Crew,
) -> None:
    with db.transaction():
        clinics.decide_policy({"undo_seconds": 0}, "So that nobody waits in a test", by=None)
    links = [held(kind="LINK", source="FRONT_DESK", minutes_left=30) for _ in range(EACH)]
    rooms, refunds = [_online() for _ in range(EACH)], [to_give_back(sandbox) for _ in range(EACH)]
    for provider, kind in product(("razorpay", "google", "gallabox"), TROUBLE):
        sandbox.fault(provider, kind, times=10_000, one_in=TROUBLE[kind])
    acts: list[Callable[[], Any]] = list(
        chain.from_iterable(
            (partial(_link_wanted, link), partial(_confirmed, room), partial(back.do, giving_back.approve))
            for link, room, back in zip(links, rooms, refunds, strict=True)
        )
    )
    for n, act in enumerate(acts):
        if n == len(acts) // 3:
            assert _redis.process
            _redis.process.kill()
            _redis.process.wait()
        if n == len(acts) // 2:
            tick()  # without a bell the clock does it all
            _redis.start()
            crew.kill_one()
            crew.hire()
        act()
    with _redis.server.connect() as connection:
        connection.flushall()
    crew.kill_one()
    crew.hire()
    settle()
    sandbox.clear_faults()

    assert sorted(links_of(sandbox)) == sorted(references_of(links))
    assert len(events_of(sandbox)) == len(set(events_of(sandbox))) == EACH
    assert [at_provider(back) for back in refunds] == [[(170_000, "processed")]] * EACH
    promised, texts, ids = arrived(sandbox)
    states = Counter(one.status for one in promised)
    print(f"{len(promised)} messages: {dict(states)}, {len(ids)} arrived")
    assert set(states) <= {"SENT", "UNKNOWN"}
    assert set(texts.values()) == {1}
    assert {one.provider_id for one in promised if one.status == "SENT"} <= ids
    assert invariants.broken(database.url) == {}
