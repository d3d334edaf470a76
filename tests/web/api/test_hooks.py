"""What providers tell us over HTTP: signature first, kept once, answered at once."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mibo import booking, db, jobs
from mibo.config import settings
from mibo.messaging import Message
from mibo.payments import ProviderEvent
from tests import counting
from tests.booking.money import PAID, Standing, held, standing, told
from tests.machine import Sandbox

PATHS = ["/api/payments/webhook", "/api/v1/payments/webhook", "/api/payments/admin-webhook", "/api/webhooks/razorpay"]
pytestmark = pytest.mark.usefixtures("database")


def signed(raw: bytes, secret: str | None = None) -> str:
    return hmac.new((secret or settings().razorpay_webhook_secrets[0]).encode(), raw, hashlib.sha256).hexdigest()


def tell(
    client: FlaskClient, raw: bytes, *, path: str = PATHS[0], event_id: str | None = "evt_1", **headers: str
) -> Any:
    sent = {"X-Razorpay-Signature": signed(raw), "Content-Type": "application/json", **headers}
    if event_id:
        sent["x-razorpay-event-id"] = event_id
    return client.post(path, data=raw, headers={key: value for key, value in sent.items() if value is not None})


def captured(order_id: str = "order_1", payment_id: str = "pay_00000001", paise: int = 170_000) -> bytes:
    payment = {"id": payment_id, "order_id": order_id, "status": "captured", "amount": paise, "currency": "INR"}
    payload = {"payment": {"entity": payment}}
    return json.dumps({"event": "payment.captured", "payload": payload, "note": "₹ 1.0"}, ensure_ascii=False).encode()


def kept() -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(ProviderEvent))


@pytest.mark.parametrize("path", PATHS)
def test_a_good_event_is_kept_word_for_word_and_answered_at_once(client: FlaskClient, path: str) -> None:
    raw = captured()
    answer = tell(client, raw, path=path)
    assert (answer.status_code, answer.get_json()["success"]) == (200, True)
    with db.reading() as session:
        event = session.scalars(select(ProviderEvent)).one()
    assert (event.provider, event.event_id, event.kind) == ("razorpay", "evt_1", "payment.captured")
    assert (event.body.encode(), event.settled_at) == (raw, None)


@pytest.mark.parametrize("signature", [None, "", "0" * 64, "\u00df\u00df"])
def test_a_bad_signature_is_refused_and_nothing_is_kept(client: FlaskClient, signature: str | None) -> None:
    answer = tell(client, captured(), **{"X-Razorpay-Signature": signature})
    assert (answer.status_code, kept()) == (400, 0)


def test_the_signature_covers_the_bytes_as_they_came(client: FlaskClient) -> None:
    raw = captured()
    same_meaning = json.dumps(json.loads(raw)).encode()
    answer = tell(client, same_meaning, **{"X-Razorpay-Signature": signed(raw)})
    assert (answer.status_code, kept()) == (400, 0)


def test_the_secret_of_the_api_does_not_sign_events(client: FlaskClient) -> None:
    raw = captured()
    answer = tell(client, raw, **{"X-Razorpay-Signature": signed(raw, settings().razorpay_key_secret)})
    assert (answer.status_code, kept()) == (400, 0)


def test_too_large_a_body_is_refused(client: FlaskClient) -> None:
    assert tell(client, b" " * (256 * 1024 + 1)).status_code == 413
    assert kept() == 0


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"\xff\xfe", b'{"event": 7}', b'{"event":"x\x00y"}'])
def test_an_event_that_makes_no_sense_but_is_signed_is_kept_and_harmless(client: FlaskClient, raw: bytes, work) -> None:
    assert tell(client, raw).status_code == 200
    work()
    with db.reading() as session:
        assert session.scalars(select(ProviderEvent.outcome)).all() in (["NOTED"], ["PARKED"])


def test_an_event_without_an_id_is_known_by_its_bytes(client: FlaskClient) -> None:
    for _ in range(2):
        assert tell(client, captured(), event_id=None).status_code == 200
    assert kept() == 1


def test_a_storm_of_one_event_a_hundred_times_has_one_effect(client: FlaskClient, work: Callable[[], None]) -> None:
    waiting, order_id = _waiting_for_an_order()
    answers = [tell(client, captured(order_id)).status_code for _ in range(100)]
    work()
    assert (set(answers), kept()) == ({200}, 1)
    assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"])


def test_a_new_event_costs_one_statement_and_a_burst_of_them_one_ring(client: FlaskClient) -> None:
    tell(client, captured(), event_id="evt_first")
    with counting.statements() as sent:
        for number in range(20):
            tell(client, captured(), event_id=f"evt_{number}")
    assert (kept(), len(sent), jobs.waiting()) == (21, 20, 1)


def _waiting_for_an_order():  # type: ignore[no-untyped-def]
    from mibo.payments import Attempt

    waiting = held()
    with db.transaction() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.payment_id == waiting.appointment.payment_id)).one()
        attempt.provider_order_id = f"order_{attempt.id}"
    return waiting, attempt.provider_order_id


def test_with_the_bell_out_of_order_the_event_is_kept_and_settled_later(client: FlaskClient, redis_down, work) -> None:
    waiting, order_id = _waiting_for_an_order()
    with redis_down():
        assert tell(client, captured(order_id)).status_code == 200
    work()
    assert standing(waiting).appointment == "PENDING"
    with db.reading() as session:
        event_id = session.scalars(select(ProviderEvent.id)).one()
    booking.settle(event_id)
    assert standing(waiting) == PAID


@pytest.mark.parametrize("trouble", [None, "duplicate", "reorder"])
def test_what_the_sandbox_tells_after_a_payment_ends_in_one_confirmation(
    live: str, sandbox: Sandbox, work: Callable[[], None], trouble: str | None
) -> None:
    waiting = held()
    order = booking.open_order(waiting.id, by=waiting.by)
    if trouble:
        sandbox.fault("razorpay", trouble, times=3)
    fields = sandbox.pay(order_id=order.order_id)
    booking.return_from_checkout(
        waiting.id, order.order_id, fields["razorpay_payment_id"], fields["razorpay_signature"], by=waiting.by
    )
    sandbox.idle()
    work()
    assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"])
    assert kept() == 3


def test_a_forged_event_of_the_sandbox_confirms_nothing(live: str, sandbox: Sandbox, work: Callable[[], None]) -> None:
    waiting = held()
    order = booking.open_order(waiting.id, by=waiting.by)
    sandbox.fault("razorpay", "bad_signature", times=9)
    sandbox.pay(order_id=order.order_id)
    sandbox.idle()
    work()
    assert (standing(waiting), kept()) == (Standing("PENDING", "PENDING", [("ORDER", "OPEN", 170_000)], []), 0)


def test_a_link_paid_at_the_sandbox_confirms_by_its_webhooks_alone(
    live: str, sandbox: Sandbox, work: Callable[[], None]
) -> None:
    waiting = held(kind="LINK")
    link = booking.open_link(waiting.id, by=waiting.by)
    sandbox.pay(payment_link_id=link.link_id)
    sandbox.idle()
    work()
    assert standing(waiting) == Standing("CONFIRMED", "PAID", [("LINK", "PAID", 170_000)], [])
    assert told(waiting) == ["booking_confirmed"]
    with db.reading() as session:
        assert "PARKED" not in session.scalars(select(ProviderEvent.outcome)).all()


def test_a_message_that_was_read_is_noted(live: str, sandbox: Sandbox, work: Callable[[], None]) -> None:
    waiting = held(kind="LINK", source="WEB_PATIENT", minutes_left=30)
    booking.send_link(waiting.id)
    work()
    sent = sandbox.messages(waiting.patient.phone.removeprefix("+"))[-1]
    sandbox.message_status(sent["id"], "read")
    sandbox.idle()
    with db.reading() as session:
        status = session.scalar(select(Message.status).where(Message.template == "mibo_payment_link"))
    assert status == "READ"


def test_a_forged_delivery_status_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/hooks/gallabox", data=b"{}", headers={"x-gallabox-signature": "0" * 64})
    assert answer.status_code == 400
