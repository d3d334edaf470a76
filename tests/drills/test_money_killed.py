"""Whoever handles money is killed before and after each of its commits: nothing is lost, and nothing is done twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from mibo import booking, clock, db, payments
from mibo.booking import reconciling, sweeping
from mibo.identity.permissions import Role
from mibo.integrations import razorpay
from mibo.payments import Attempt
from tests import invariants, make
from tests.booking.money import PAID, Held, held, standing, told
from tests.booking.parked import paid
from tests.booking.test_settling import asked, entity, event, paid_for
from tests.machine import Database, Sandbox

pytestmark = pytest.mark.drill

Kill = Callable[[str, int, str, int], bool]
MOMENTS = [(when, number) for number in (1, 2, 3) for when in ("before", "after")]


@pytest.fixture(scope="module")
def _dying(database: Database, sandbox: Sandbox) -> Iterator[subprocess.Popen[str]]:
    program = Path(__file__).with_name("dying.py")
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as running:  # fmt: skip
        yield running
        assert running.stdin
        running.stdin.close()


@pytest.fixture
def kill(_dying: subprocess.Popen[str]) -> Kill:
    """Do something in a process that is killed at that moment; whether it came so far."""

    def dying(verb: str, subject: int, when: str, number: int) -> bool:
        assert _dying.stdin
        assert _dying.stdout
        _dying.stdin.write(f"{verb} {subject} {when} {number}\n")
        _dying.stdin.flush()
        ended = int(_dying.stdout.readline())
        assert ended in (0, signal.SIGKILL), f"{verb} failed"
        return ended == signal.SIGKILL

    return dying


def made(sandbox: Sandbox, what: str) -> int:
    """How many orders or links the provider was asked to make."""
    return sum(each["method"] == "POST" and each["path"] == f"/v1/{what}" for each in sandbox.calls("razorpay"))


def later(seconds: int, act: Callable[[], None], work: Callable[[], None]) -> None:
    """The timetable comes round again."""
    with time_machine.travel(clock.now() + timedelta(seconds=seconds)):
        act()
        work()


def attempt_of(waiting: Held, *, kind: str) -> Attempt:
    with db.reading() as session:
        wanted = select(Attempt).where(Attempt.payment_id == waiting.appointment.payment_id, Attempt.kind == kind)
        return session.scalars(wanted.order_by(Attempt.id.desc())).first()  # type: ignore[return-value]


def test_an_order_is_opened_once(kill: Kill, sandbox: Sandbox, database: Database) -> None:
    killed = 0
    for when, number in MOMENTS:
        waiting = held()
        before = made(sandbox, "orders")
        killed += kill("open_order", waiting.id, when, number)
        order = booking.open_order(waiting.id, by=waiting.by)
        assert made(sandbox, "orders") - before == 1, (when, number)
        reconciled = paid(sandbox, order_id=order.order_id)
        booking.settle_payment(order.attempt_id, reconciled, told_by="RECONCILER")
        assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"])
    assert killed == 4
    assert invariants.broken(database.url) == {}


def test_a_link_is_made_and_sent_once(
    kill: Kill, sandbox: Sandbox, database: Database, work: Callable[[], None]
) -> None:
    killed = 0
    for when, number in MOMENTS:
        waiting = held(kind="LINK", source="FRONT_DESK", minutes_left=30)
        before = made(sandbox, "payment_links")
        killed += kill("send_link", waiting.id, when, number)
        later(70, booking.send_unsent_links, work)
        later(140, booking.send_unsent_links, work)
        assert (made(sandbox, "payment_links") - before, told(waiting)) == (1, ["payment_link"]), (when, number)
    assert killed == 4
    assert invariants.broken(database.url) == {}


def test_news_of_money_confirms_once(
    kill: Kill, database: Database, sandbox: Sandbox, work: Callable[[], None]
) -> None:
    killed = 0
    for when, number in MOMENTS:
        waiting = held()
        news = event("payment.captured", payment=entity(paid_for(asked(waiting))))
        killed += kill("settle", news, when, number)
        later(20, booking.settle_waiting, work)
        assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"]), (when, number)
    assert killed >= 2
    assert invariants.broken(database.url) == {}


def test_a_link_that_nobody_may_pay_by_is_closed(kill: Kill, sandbox: Sandbox, work: Callable[[], None]) -> None:
    killed = 0
    for when, number in MOMENTS:
        waiting = held(kind="LINK", minutes_left=30)
        link = booking.open_link(waiting.id, by=waiting.by)
        with db.transaction():
            booking.pay_at_desk(waiting.id, "CASH", None, by=waiting.desk)
        killed += kill("close_link", attempt_of(waiting, kind="LINK").id, when, number)
        later(30, payments.close_links, work)
        assert razorpay.link(link.link_id).status == "cancelled", (when, number)
        assert attempt_of(waiting, kind="LINK").closed_at is not None
    assert killed == 2


def test_money_that_is_found_by_asking_confirms_once(
    kill: Kill, sandbox: Sandbox, database: Database, work: Callable[[], None]
) -> None:
    killed = 0
    for when, number in MOMENTS:
        waiting = held(minutes_left=9)
        order = booking.open_order(waiting.id, by=waiting.by)
        paid(sandbox, order_id=order.order_id)
        killed += kill("ask", order.attempt_id, when, number)
        reconciling.ask(order.attempt_id)
        assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"]), (when, number)
    assert killed >= 2
    assert invariants.broken(database.url) == {}


def test_a_look_through_the_list_goes_on_after_whoever_died(
    kill: Kill, sandbox: Sandbox, database: Database, work: Callable[[], None]
) -> None:
    killed = 0
    for when, number in [*MOMENTS, ("before", 5), ("after", 5)]:
        waiting = held()
        paid(sandbox, order_id=booking.open_order(waiting.id, by=waiting.by).order_id)
        with db.transaction():
            run = sweeping.reconcile_now(by=make.actor(make.staff(Role.MANAGER), Role.MANAGER))
        killed += kill("go_through", run.id, when, number)
        later(200, sweeping.reconcile_daily, work)
        assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"]), (when, number)
        with db.reading() as session:
            assert session.get_one(type(run), run.id).done_at is not None
    assert killed >= 4
    assert invariants.broken(database.url) == {}
