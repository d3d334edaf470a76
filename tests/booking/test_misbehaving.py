"""The payment provider misbehaves in twelve ways while it is asked about money: nothing breaks, nothing is believed, and
what it says once it behaves again is settled (R-08).
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from mibo import booking, clock, db
from mibo.booking import Outcome, reconciling, sweeping
from mibo.identity.permissions import Role
from mibo.payments.heard import Reconciliation
from tests import make
from tests.booking.money import PAID, Standing, held, standing
from tests.booking.parked import paid
from tests.integrations.conftest import impatient, point_at, provider  # noqa: F401
from tests.integrations.scripted import Provider, Step, answer, drip, hang, raw_bytes, reset
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database")

UNPAID = Standing("PENDING", "PENDING", [("ORDER", "OPEN", 170_000)], [])
CHEAP = {"id": "pay_00000009", "order_id": "order_other", "status": "captured", "amount": "1", "currency": 7}
WAYS: dict[str, Step] = {
    "it says nothing": hang(1.5),
    "it hangs up": reset,
    "it wants peace": answer(429, {"error": {"code": "BAD_REQUEST_ERROR"}}, {"Retry-After": "1"}),
    "it has broken down": answer(500, {"error": {"code": "SERVER_ERROR"}}),
    "it drips": drip,
    "it answers with a page": answer(502, b"<html><h1>Bad Gateway</h1></html>"),
    "half an answer": raw_bytes(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"items": [{"id": '),
    "other types": answer(200, {"items": "none", "count": "0"}),
    "an entity of other types": answer(200, {"items": [CHEAP], "count": 1}),
    "far too much": answer(200, b" " * 10_000_000),
    "somewhere else": answer(302, b"", {"Location": "http://127.0.0.1:1/"}),
    "no handshake": answer(200),
}


@pytest.mark.usefixtures("impatient")
def test_however_it_misbehaves_nothing_is_believed_and_the_next_answer_counts(
    sandbox: Sandbox,
    provider: Provider,  # noqa: F811
    point_at: Callable[..., None],  # noqa: F811
    work: Callable[[], None],
) -> None:
    waiting = held(minutes_left=9)
    order = booking.open_order(waiting.id, by=waiting.by)
    money = paid(sandbox, order_id=order.order_id)
    fields = {"order_id": order.order_id, "payment_id": money.id, "signature": _signature(order.order_id, money.id)}
    with db.transaction():
        manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
    for way, step in WAYS.items():
        provider.otherwise = step
        secure = "https" if way == "no handshake" else "http"
        point_at(razorpay_url=provider.url.replace("http", secure, 1))
        assert booking.return_from_checkout(waiting.id, **fields, by=waiting.by) == Outcome.WAITING, way
        reconciling.ask(order.attempt_id)
        with db.transaction():
            run = sweeping.reconcile_now(by=manager)
        work()
        assert standing(waiting) == UNPAID, way
    assert provider.asked
    point_at(razorpay_url=sandbox.url)
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        sweeping.reconcile_daily()
        work()
    assert standing(waiting) == PAID
    with db.reading() as session:
        assert session.get_one(Reconciliation, run.id).done_at is not None


def _signature(order_id: str, payment_id: str) -> str:
    from mibo.config import settings
    from mibo.integrations.wire import mac

    return mac(settings().razorpay_key_secret, f"{order_id}|{payment_id}".encode()).hex()
