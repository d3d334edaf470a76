"""Trouble on purpose: what a provider answers, and how its webhooks go astray."""

import time

import pytest
import requests

from tests.sandbox.conftest import KEY

ORDER = {"amount": 50000, "currency": "INR"}


def order(provider):
    return provider.razorpay("POST", "/v1/orders", **ORDER)


def count(provider):
    return provider.razorpay("GET", "/v1/orders").json()["count"]


def test_a_429_says_when_to_come_back_and_happens_as_often_as_asked(provider):
    provider.fault("razorpay", "429", times=2)
    assert [order(provider).status_code for _ in range(3)] == [429, 429, 200]
    provider.fault("razorpay", "429")
    assert order(provider).headers["Retry-After"] == "1"


def test_a_500_is_a_server_error_and_nothing_was_done(provider):
    provider.fault("razorpay", "500")
    answer = order(provider)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "SERVER_ERROR")
    assert count(provider) == 0


def test_after_means_that_it_was_done_although_the_answer_says_otherwise(provider):
    provider.fault("razorpay", "500_after")
    assert order(provider).status_code == 500
    assert count(provider) == 1


def test_a_502_is_a_page_and_not_json(provider):
    provider.fault("razorpay", "html502")
    answer = order(provider)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")


def test_a_reset_drops_the_connection(provider):
    provider.fault("razorpay", "reset")
    with pytest.raises(requests.ConnectionError):
        order(provider)


def test_a_hang_outlasts_the_callers_patience(provider):
    provider.fault("razorpay", "timeout_after", seconds=0.5)
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{provider.url}/v1/orders", json=ORDER, auth=KEY, timeout=0.2)
    assert count(provider) == 1


def test_a_slow_answer_is_a_good_one(provider):
    provider.fault("razorpay", "slow", seconds=0.2)
    began = time.monotonic()
    assert order(provider).status_code == 200
    assert time.monotonic() - began >= 0.2


def test_a_truncated_answer_ends_in_the_middle(provider):
    provider.fault("razorpay", "truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        order(provider)
    assert count(provider) == 1


def test_a_fault_can_be_kept_to_one_path_and_method(provider):
    provider.fault("razorpay", "500", path="/refund", method="POST")
    assert order(provider).status_code == 200
    assert provider.get("/_sandbox/faults").json()["faults"][0]["times"] == 1


def test_clearing_ends_all_trouble(provider):
    provider.fault("razorpay", "500", times=5)
    provider.post("/_sandbox/faults", clear=True)
    assert order(provider).status_code == 200


def test_an_unknown_fault_is_refused_with_the_known_ones(provider):
    answer = provider.post("/_sandbox/faults", provider="razorpay", fault="gremlins")
    assert answer.status_code == 400
    assert "drop_webhook" in answer.json()["error"]


def test_a_refused_webhook_comes_again_with_the_same_event_id(provider, listener):
    listener.answers = [500]
    provider.pay(order_id=order(provider).json()["id"], outcome="failed")
    assert listener.events() == ["payment.failed", "payment.failed"]
    assert len({heard.event_id for heard in listener.heard}) == 1
    (delivery,) = provider.get("/_sandbox/webhooks").json()
    assert (delivery["state"], [each["status"] for each in delivery["attempts"]]) == ("delivered", [500, 200])


def test_a_webhook_that_nobody_takes_is_given_up(provider, listener):
    listener.answers = [500] * 3
    provider.pay(order_id=order(provider).json()["id"], outcome="failed")
    (delivery,) = provider.get("/_sandbox/webhooks", provider="razorpay").json()
    assert (delivery["state"], len(delivery["attempts"])) == ("given up", 3)


def test_a_webhook_can_be_replayed(provider, listener):
    provider.pay(order_id=order(provider).json()["id"], outcome="failed")
    (delivery,) = provider.get("/_sandbox/webhooks").json()
    assert provider.post("/_sandbox/replay", id=delivery["id"]).status_code == 200
    provider.running.idle()
    assert [heard.event_id for heard in listener.heard] == [delivery["event_id"]] * 2


def test_a_dropped_webhook_never_comes(provider, listener):
    provider.fault("razorpay", "drop_webhook")
    provider.pay(order_id=order(provider).json()["id"])
    assert listener.events() == ["payment.captured", "order.paid"]
    assert provider.get("/_sandbox/webhooks").json()[0]["state"] == "dropped"


def test_a_duplicate_comes_twice_with_one_event_id(provider, listener):
    provider.fault("razorpay", "duplicate")
    provider.pay(order_id=order(provider).json()["id"], outcome="failed")
    assert [heard.event_id for heard in listener.heard] == [listener.heard[0].event_id] * 2


def test_reordered_events_come_last_first(provider, listener):
    provider.fault("razorpay", "reorder")
    provider.pay(order_id=order(provider).json()["id"])
    assert listener.events() == ["order.paid", "payment.captured", "payment.authorized"]


@pytest.mark.parametrize("fault", ["bad_signature", "no_signature"])
def test_a_forged_webhook_is_tried_once_and_does_not_verify(provider, listener, fault):
    listener.answers = [400]
    provider.fault("razorpay", fault)
    provider.pay(order_id=order(provider).json()["id"], outcome="failed")
    assert [heard.genuine for heard in listener.heard] == [False]


def test_a_late_webhook_waits(provider, listener):
    provider.fault("razorpay", "late_webhook", seconds=0.2)
    began = time.monotonic()
    provider.pay(order_id=order(provider).json()["id"], outcome="failed")
    assert listener.events() == ["payment.failed"]
    assert time.monotonic() - began >= 0.2


def test_calls_are_listed_without_secrets(provider):
    provider.fault("razorpay", "500")
    order(provider)
    (call,) = provider.get("/_sandbox/calls", provider="razorpay").json()
    assert (call["method"], call["path"], call["body"], call["fault"]) == ("POST", "/v1/orders", ORDER, "500")
    assert call["headers"]["Authorization"] == "(hidden)"
    assert provider.get("/_sandbox/calls", provider="google").json() == []


def test_reset_forgets_everything(provider):
    order(provider)
    provider.fault("razorpay", "500")
    provider.post("/_sandbox/reset")
    assert count(provider) == 0
    assert [call["path"] for call in provider.get("/_sandbox/calls").json()] == ["/v1/orders"]
