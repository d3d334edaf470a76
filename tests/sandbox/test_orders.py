"""Orders, payments and refunds, through Razorpay's own SDK."""

import pytest
import razorpay

from tests.sandbox.conftest import KEY

FAN_OUT = ["payment.authorized", "payment.captured", "order.paid"]


def order_of(client, amount=50000, **more):
    return client.order.create({"amount": amount, "currency": "INR", "receipt": "bk-1", **more})


def test_a_wrong_key_is_refused(provider):
    stranger = razorpay.Client(auth=("rzp_test_local", "wrong"), base_url=provider.url)
    with pytest.raises(razorpay.errors.BadRequestError, match="Authentication failed"):
        order_of(stranger)
    assert provider.get("/v1/orders").status_code == 401


def test_an_order_is_made_and_found_by_its_receipt(client):
    order = order_of(client, notes={"booking": "1042"})
    assert {**order, "id": "", "created_at": 0} == {
        "id": "", "entity": "order", "amount": 50000, "amount_paid": 0, "amount_due": 50000, "currency": "INR",
        "receipt": "bk-1", "offer_id": None, "status": "created", "attempts": 0, "notes": {"booking": "1042"},
        "created_at": 0,
    }  # fmt: skip
    assert order["id"].startswith("order_")
    assert len(order["id"]) == 20
    assert client.order.fetch(order["id"]) == order
    assert client.order.all({"receipt": "bk-1"}) == {"entity": "collection", "count": 1, "items": [order]}
    assert client.order.all({"receipt": "bk-2"}) == {"entity": "collection", "count": 0, "items": []}


@pytest.mark.parametrize(
    ("asked", "description"),
    [
        ({"amount": 99}, "The amount must be at least INR 1.00"),
        ({"amount": 100.5}, "The amount must be an integer."),
        ({"receipt": "x" * 41}, "The receipt may not be greater than 40 characters."),
        ({"surprise": 1}, "surprise is/are not required and should not be sent"),
        ({"currency": "USD"}, "Currency is not supported"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(provider, asked, description):
    answer = provider.razorpay("POST", "/v1/orders", **{"amount": 50000, "currency": "INR", **asked})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["description"], error["source"]) == ("BAD_REQUEST_ERROR", description, "business")


def test_an_unknown_id_is_refused(provider, client):
    with pytest.raises(razorpay.errors.BadRequestError, match="The id provided does not exist"):
        client.order.fetch("order_00000000000000")


def test_paying_an_order_gives_the_three_fields_and_three_signed_events(provider, client, listener):
    order = order_of(client)
    proof = provider.pay(order_id=order["id"], outcome="captured", method="upi")
    assert client.utility.verify_payment_signature(proof) is True
    payment = client.payment.fetch(proof["razorpay_payment_id"])
    assert (payment["status"], payment["amount"], payment["order_id"]) == ("captured", 50000, order["id"])
    assert (payment["fee"], payment["tax"], payment["vpa"]) == (1180, 180, "success@razorpay")
    assert client.order.fetch(order["id"])["status"] == "paid"
    assert client.order.payments(order["id"])["items"] == [payment]
    assert listener.events() == FAN_OUT
    assert all(heard.genuine and heard.path == "/api/payments/webhook" for heard in listener.heard)
    assert len({heard.event_id for heard in listener.heard}) == 3
    captured = listener.one("payment.captured").body
    assert (captured["entity"], captured["contains"]) == ("event", ["payment"])
    assert captured["payload"]["payment"]["entity"] == payment
    assert listener.one("payment.authorized").body["payload"]["payment"]["entity"]["status"] == "authorized"


def test_a_paid_order_takes_no_second_payment(provider, client):
    order = order_of(client)
    provider.pay(order_id=order["id"])
    assert provider.post("/_sandbox/pay", order_id=order["id"]).status_code == 409
    assert client.order.payments(order["id"])["count"] == 1


def test_a_failed_payment_leaves_the_order_open_to_another(provider, client, listener):
    order = order_of(client)
    failed = provider.pay(order_id=order["id"], outcome="failed")
    assert failed["razorpay_signature"] is None
    payment = listener.one("payment.failed").body["payload"]["payment"]["entity"]
    assert (payment["status"], payment["error_code"]) == ("failed", "BAD_REQUEST_ERROR")
    assert client.order.fetch(order["id"])["status"] == "attempted"
    provider.pay(order_id=order["id"])
    assert client.order.fetch(order["id"])["attempts"] == 2


def test_a_late_payment_fails_first_and_is_captured_all_the_same(provider, client, listener):
    order = order_of(client)
    proof = provider.pay(order_id=order["id"], outcome="late")
    assert listener.events() == ["payment.failed", *FAN_OUT]
    payments = {heard.body["payload"]["payment"]["entity"]["id"] for heard in listener.heard}
    assert payments == {proof["razorpay_payment_id"]}
    assert client.payment.fetch(proof["razorpay_payment_id"])["error_code"] is None


def test_a_late_payment_may_take_its_time(provider, client, listener):
    order = order_of(client)
    provider.post("/_sandbox/pay", order_id=order["id"], outcome="late", after_seconds=0.2)
    assert client.order.fetch(order["id"])["status"] == "attempted"
    provider.running.idle()
    assert client.order.fetch(order["id"])["status"] == "paid"


def test_a_payment_held_for_capture_is_captured_once_and_for_its_amount(provider, client, listener):
    order = order_of(client, payment={"capture": "manual"})
    payment_id = provider.pay(order_id=order["id"])["razorpay_payment_id"]
    assert listener.events() == ["payment.authorized"]
    with pytest.raises(razorpay.errors.BadRequestError, match="must be equal"):
        client.payment.capture(payment_id, 100, {"currency": "INR"})
    assert client.payment.capture(payment_id, 50000, {"currency": "INR"})["status"] == "captured"
    with pytest.raises(razorpay.errors.BadRequestError, match="already been captured"):
        client.payment.capture(payment_id, 50000, {"currency": "INR"})


def test_a_refund_with_the_same_key_and_body_is_the_same_refund(provider, client, listener):
    payment_id = provider.pay(order_id=order_of(client)["id"])["razorpay_payment_id"]
    listener.forget()
    key = {"X-Refund-Idempotency": "refund-bk-1-a"}
    first = client.payment.refund(payment_id, {"amount": 20000, "speed": "normal"}, headers=key)
    again = client.payment.refund(payment_id, {"amount": 20000, "speed": "normal"}, headers=key)
    assert again == first
    assert (first["status"], first["amount"], first["payment_id"]) == ("processed", 20000, payment_id)
    provider.running.idle()
    assert listener.events() == ["refund.created", "refund.processed"]
    assert listener.one("refund.processed").body["contains"] == ["refund", "payment"]
    payment = client.payment.fetch(payment_id)
    assert (payment["amount_refunded"], payment["refund_status"], payment["status"]) == (20000, "partial", "captured")
    assert client.refund.fetch(first["id"]) == first
    assert client.payment.fetch_multiple_refund(payment_id)["items"] == [first]


def test_a_refund_with_the_same_key_and_another_body_is_a_conflict(provider, client):
    payment_id = provider.pay(order_id=order_of(client)["id"])["razorpay_payment_id"]
    key = {"X-Refund-Idempotency": "refund-bk-1-a"}
    client.payment.refund(payment_id, {"amount": 20000}, headers=key)
    import requests

    answer = requests.post(
        f"{provider.url}/v1/payments/{payment_id}/refund", json={"amount": 100}, auth=KEY, headers=key, timeout=5
    )
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("asked", "description"),
    [
        ({"amount": 50001}, "The total refund amount is greater than the refund payment amount"),
        ({"reason": "late"}, "reason is/are not required and should not be sent"),
        ({"amount": 50}, "The amount must be at least INR 1.00"),
    ],
)
def test_a_refund_that_makes_no_sense_is_refused(provider, client, asked, description):
    payment_id = provider.pay(order_id=order_of(client)["id"])["razorpay_payment_id"]
    with pytest.raises(razorpay.errors.BadRequestError, match=description):
        client.payment.refund(payment_id, asked)


def test_everything_given_back_cannot_be_given_back_again(provider, client):
    payment_id = provider.pay(order_id=order_of(client)["id"])["razorpay_payment_id"]
    client.payment.refund(payment_id, {})
    assert client.payment.fetch(payment_id)["status"] == "refunded"
    with pytest.raises(razorpay.errors.BadRequestError, match="fully refunded already"):
        client.payment.refund(payment_id, {})


def test_a_pending_refund_can_fail_and_the_money_is_there_again(provider, client, listener):
    payment_id = provider.pay(order_id=order_of(client)["id"])["razorpay_payment_id"]
    provider.fault("razorpay", "refund_pending")
    refund = client.payment.refund(payment_id, {})
    assert refund["status"] == "pending"
    provider.running.idle()
    assert provider.post("/_sandbox/refund-status", refund_id=refund["id"], status="failed").status_code == 200
    provider.running.idle()
    assert listener.events()[-1] == "refund.failed"
    assert client.payment.fetch(payment_id)["amount_refunded"] == 0
