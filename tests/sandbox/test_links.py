"""Payment links: their rules, their page, and what the payer's browser brings back."""

import re
import time
from urllib.parse import parse_qsl, urlsplit

import pytest
import razorpay
import requests

BACK = "http://127.0.0.1:9/pay/return"


def link_of(client, reference="bk-1042-1", **more):
    asked = {
        "amount": 170000, "currency": "INR", "expire_by": int(time.time()) + 1800, "reference_id": reference,
        "description": "Appointment MB-7F3K", "customer": {"name": "Asha", "contact": "+919876543210"},
        "notes": {"booking": "1042"}, "callback_url": BACK, "callback_method": "get",
    }  # fmt: skip
    return client.payment_link.create({**asked, **more})


def press(link, button):
    return requests.post(link["short_url"], data={"press": button}, allow_redirects=False, timeout=5)


def test_a_link_has_no_order_until_the_payer_opens_it(client):
    link = link_of(client)
    assert (link["status"], link["payments"], "order_id" in link) == ("created", None, False)
    page = requests.get(link["short_url"], timeout=5)
    assert "₹1,700" in page.text
    assert client.payment_link.fetch(link["id"])["order_id"].startswith("order_")


@pytest.mark.parametrize(
    ("asked", "description"),
    [
        ({"expire_by": int(time.time()) + 800}, "timestamp must be atleast 15 minutes in future"),
        ({"amount": 50}, "The amount must be at least INR 1.00"),
        ({"callback_method": "post"}, "callback_method: should be get"),
        ({"upi_link": True}, "UPI Payment Links is not supported in Test Mode"),
        ({"reference_id": "x" * 41}, "the length must be no more than 40"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused(client, asked, description):
    with pytest.raises(razorpay.errors.BadRequestError, match=description):
        link_of(client, **asked)


def test_a_reference_can_be_used_once_and_finds_its_link(client):
    link = link_of(client)
    with pytest.raises(razorpay.errors.BadRequestError, match="reference ID already attempted"):
        link_of(client)
    assert client.payment_link.all({"reference_id": "bk-1042-1"}) == {"payment_links": [link]}
    assert client.payment_link.all({"reference_id": "bk-1042-2"}) == {"payment_links": []}


def test_paying_on_the_page_brings_the_browser_back_with_a_true_signature(provider, client, listener):
    link = link_of(client)
    answer = press(link, "upi")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(BACK + "?")
    told = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert told["razorpay_payment_link_status"] == "paid"
    renamed = {re.sub("^razorpay_payment_link", "payment_link", name): value for name, value in told.items()}
    assert client.utility.verify_payment_link_signature(renamed) is True
    with pytest.raises(razorpay.errors.SignatureVerificationError):
        client.utility.verify_payment_link_signature({**renamed, "payment_link_status": "expired"})
    paid = client.payment_link.fetch(link["id"])
    assert (paid["status"], paid["amount_paid"]) == ("paid", 170000)
    assert paid["payments"][0]["payment_id"] == told["razorpay_payment_id"]
    assert client.payment_link.all({"payment_id": told["razorpay_payment_id"]}) == {"payment_links": [paid]}


def test_a_paid_link_causes_four_events_and_the_order_inside_has_no_prefix(provider, client, listener):
    link = link_of(client)
    proof = provider.pay(payment_link_id=link["id"])
    assert proof["callback_url"].startswith(BACK)
    assert listener.events() == ["payment.authorized", "payment.captured", "order.paid", "payment_link.paid"]
    paid = listener.one("payment_link.paid").body
    assert paid["contains"] == ["payment_link", "order", "payment"]
    payment, order = paid["payload"]["payment"]["entity"], paid["payload"]["order"]["entity"]
    assert payment["order_id"] == "order_" + order["id"]
    assert payment["description"] == "#" + link["id"].removeprefix("plink_")
    assert paid["payload"]["payment_link"]["entity"]["reference_id"] == "bk-1042-1"


def test_failing_and_dismissing_stay_on_the_page(provider, client, listener):
    link = link_of(client)
    assert "The bank declined the payment" in press(link, "fail").text
    assert "Nothing was paid" in press(link, "dismiss").text
    provider.running.idle()
    assert listener.events() == ["payment.failed"]
    assert client.payment_link.fetch(link["id"])["status"] == "created"


def test_a_cancelled_link_takes_no_payment_and_is_not_cancelled_again(provider, client, listener):
    link = link_of(client)
    assert client.payment_link.cancel(link["id"])["status"] == "cancelled"
    with pytest.raises(razorpay.errors.BadRequestError, match="already cancelled"):
        client.payment_link.cancel(link["id"])
    assert "been cancelled" in press(link, "upi").text
    provider.running.idle()
    event = listener.one("payment_link.cancelled").body
    assert event["created_at"] == link["created_at"]


def test_a_paid_link_cannot_be_cancelled(provider, client):
    link = link_of(client)
    provider.pay(payment_link_id=link["id"])
    with pytest.raises(razorpay.errors.BadRequestError, match="already paid"):
        client.payment_link.cancel(link["id"])


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_late_money_arrives_for_a_link_that_is_over_and_does_not_bring_it_back(provider, client, listener, end):
    link = link_of(client)
    requests.get(link["short_url"], timeout=5)
    if end == "expired":
        assert provider.post("/_sandbox/expire", payment_link_id=link["id"]).json() == {"status": "expired"}
    else:
        client.payment_link.cancel(link["id"])
    provider.running.idle()
    assert listener.events() == [f"payment_link.{end}"]
    provider.pay(payment_link_id=link["id"], outcome="late")
    assert listener.events()[1:] == ["payment.failed", "payment.authorized", "payment.captured", "order.paid"]
    assert client.payment_link.fetch(link["id"])["status"] == end


def test_a_link_can_be_changed_while_it_is_open(provider, client):
    link = link_of(client)
    later = int(time.time()) + 3600
    assert client.payment_link.edit(link["id"], {"expire_by": later})["expire_by"] == later
    client.payment_link.cancel(link["id"])
    with pytest.raises(razorpay.errors.BadRequestError, match="cannot be updated"):
        client.payment_link.edit(link["id"], {"expire_by": later})


def test_asking_again_by_sms_reaches_the_phone(provider, client):
    link = link_of(client)
    assert client.payment_link.notifyBy(link["id"], "sms") == {"success": True}
    (message,) = provider.get("/_sandbox/messages", phone="919876543210").json()
    assert link["short_url"] in message["text"]
