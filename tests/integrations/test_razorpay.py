"""The Razorpay client against scripted answers: shapes, traps and trouble that the sandbox does not make."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from mibo.integrations import razorpay
from mibo.integrations.http import ProviderError
from tests.integrations.scripted import answer, hang, reset

KEY_SECRET = "a-key-secret-of-the-test"
WEBHOOK_SECRETS = ["the-new-webhook-secret", "the-old-webhook-secret"]
LATER = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)

ORDER = {
    "id": "order_RB58MiP5SPFYyM", "entity": "order", "amount": 50000, "amount_paid": 0, "amount_due": 50000,
    "currency": "INR", "receipt": "at-7", "offer_id": None, "status": "created", "attempts": 0, "notes": [],
    "created_at": 1756455561,
}  # fmt: skip
PAYMENT = {
    "id": "pay_MT48CvBhIC98MQ", "entity": "payment", "amount": 50000, "currency": "INR", "status": "captured",
    "order_id": "order_RB58MiP5SPFYyM", "method": "upi", "amount_refunded": 0, "refund_status": None, "captured": True,
    "description": "#RBTw7nQhIC98MQ", "email": None, "notes": [], "error_code": None, "error_description": None,
    "error_reason": None, "created_at": 1692696719,
}  # fmt: skip
LINK = {
    "id": "plink_RBTw7nQhIC98MQ", "amount": 50000, "amount_paid": 0, "currency": "INR", "reference_id": "bk-1042-1",
    "short_url": "https://rzp.io/i/abc", "status": "created", "expire_by": 1796000000, "expired_at": 0,
    "cancelled_at": 0, "payments": None, "reminders": [], "notes": None, "created_at": 1756455561,
}  # fmt: skip
REFUND = {
    "id": "rfnd_FP8QHiV938haTz", "entity": "refund", "amount": 20000, "payment_id": "pay_MT48CvBhIC98MQ", "notes": [],
    "receipt": "refund-0001", "created_at": 1597078866, "status": "processed",
}  # fmt: skip

REFERENCE_TAKEN = answer(400, {"error": {
    "code": "BAD_REQUEST_ERROR", "description": "payment link creation with reference ID already attempted",
    "source": None, "step": None, "reason": None, "metadata": [],
}})  # fmt: skip


@pytest.fixture(autouse=True)
def _pointed(provider, point_at, impatient):
    point_at(
        razorpay_url=provider.url,
        razorpay_key_id="rzp_test_scripted",
        razorpay_key_secret=KEY_SECRET,
        razorpay_webhook_secrets=WEBHOOK_SECRETS,
    )


def refused(code, description="No.", status=400):
    return answer(status, {"error": {"code": code, "description": description, "metadata": {}}})


def many(*entities):
    return answer(200, {"entity": "collection", "count": len(entities), "items": list(entities)})


def links(*entities):
    return answer(200, {"payment_links": list(entities)})


def calls(provider):
    return [f"{asked.method} {asked.path}" for asked in provider.asked]


def open_order(paise=50000):
    return razorpay.open_order("at-7", paise, {"booking": "MB-1042"})


def open_link(paise=50000):
    return razorpay.open_link(
        "bk-1042-1", paise, LATER, "Consultation", callback_url="https://clinic.example/pay/return"
    )


def failure(ask, *arguments, **named):
    with pytest.raises(ProviderError) as caught:
        ask(*arguments, **named)
    return caught.value


def test_a_new_order_is_asked_for_once_after_looking_for_its_receipt(provider):
    provider.then(many(), answer(200, ORDER))
    assert open_order() == razorpay.Order(
        id="order_RB58MiP5SPFYyM",
        receipt="at-7",
        paise=50000,
        paid_paise=0,
        currency="INR",
        status="created",
        created_at=datetime(2025, 8, 29, 8, 19, 21, tzinfo=UTC),
    )
    assert calls(provider) == ["GET /v1/orders?receipt=at-7&count=100", "POST /v1/orders"]
    made = provider.asked[1]
    assert made.json == {"amount": 50000, "currency": "INR", "receipt": "at-7", "notes": {"booking": "MB-1042"}}
    assert (
        made.headers["authorization"]
        == "Basic " + base64.b64encode(f"rzp_test_scripted:{KEY_SECRET}".encode()).decode()
    )


def test_an_order_that_stands_is_taken_over(provider):
    provider.then(many(ORDER))
    assert open_order().id == ORDER["id"]
    assert len(provider.asked) == 1


@pytest.mark.parametrize("lost", [reset, answer(502, b"<html>"), answer(200, b'{"id": "ord'), answer(200, {})])
def test_an_order_whose_answer_was_lost_is_found_again(provider, lost):
    provider.then(many(), lost, many(ORDER))
    assert open_order().id == ORDER["id"]


def test_an_order_that_cannot_be_found_again_leaves_a_doubt(provider):
    provider.then(many(), hang(), many())
    error = failure(open_order)
    assert (error.kind, error.code) == ("unknown", "TIMED_OUT")


def test_a_doubt_stays_a_doubt_when_looking_again_fails_too(provider):
    provider.then(many(), answer(500, {}), answer(429, {}))
    assert failure(open_order).kind == "unknown"


def test_an_order_for_another_sum_is_not_taken_over(provider):
    provider.then(many(ORDER | {"amount": 40000}))
    error = failure(open_order)
    assert (error.kind, error.code) == ("refused", "AMOUNT_MISMATCH")


def test_of_two_orders_of_a_receipt_the_paid_one_counts_else_the_first(provider):
    younger = ORDER | {"id": "order_younger0000000", "created_at": 1756455599}
    provider.then(many(younger, ORDER), many(ORDER, younger | {"status": "paid"}), many(ORDER | {"receipt": "at-70"}))
    found = [razorpay.find_order("at-7") for _ in range(3)]
    assert [order and order.id for order in found] == [ORDER["id"], younger["id"], None]


@pytest.mark.parametrize("nothing", [answer(204, b""), answer(200, {}), answer(200, {"items": None})])
def test_an_answer_without_a_list_is_not_taken_for_no_order(provider, nothing):
    provider.then(nothing)
    error = failure(open_order)
    assert (error.kind, error.code) == ("retry", "UNREADABLE")
    assert len(provider.asked) == 1


def test_too_many_requests_may_be_repeated_after_the_time_asked_for(provider):
    provider.then(
        many(), answer(429, {"error": {"code": "BAD_REQUEST_ERROR", "description": "x"}}, {"Retry-After": "3"})
    )
    error = failure(open_order)
    assert (error.kind, error.status, error.retry_after) == ("retry", 429, 3.0)


def test_a_refusal_says_why_without_telling_of_anybody(provider):
    provider.then(links(), refused("BAD_REQUEST_ERROR", "contact +919876543210 of Asha Rao is invalid"))
    error = failure(
        razorpay.open_link,
        "bk-1-1",
        50000,
        LATER,
        "Visit",
        callback_url="https://c.example/r",
        name="Asha Rao",
        phone="+919876543210",
    )
    assert str(error) == "razorpay refused: BAD_REQUEST_ERROR (HTTP 400): contact … of … is invalid"


def test_a_wrong_key_is_a_refusal_with_its_own_code(provider):
    provider.then(refused("BAD_REQUEST_ERROR", "Authentication failed", 401))
    error = failure(razorpay.payment, "pay_MT48CvBhIC98MQ")
    assert (error.kind, error.code) == ("refused", "AUTHENTICATION_FAILED")


def test_without_keys_nothing_is_asked(provider, point_at):
    point_at(razorpay_key_secret="")
    assert failure(razorpay.payment, "pay_MT48CvBhIC98MQ").code == "NOT_CONFIGURED"
    assert provider.asked == []


@pytest.mark.parametrize(
    "wild", ["", "pay_", "pay_MT48CvBh/../x", "order_RB58MiP5SPFYyM", "pay_MT48CvBhIC98MQ?x=1", "../orders"]
)
def test_an_id_that_cannot_be_one_is_never_put_into_a_path(provider, wild):
    error = failure(razorpay.payment, wild)
    assert (error.kind, error.code) == ("refused", "BAD_ID")
    assert provider.asked == []


def test_a_payment_is_read_with_the_link_it_belongs_to(provider):
    provider.then(answer(200, PAYMENT))
    assert razorpay.payment(PAYMENT["id"]) == razorpay.ProviderPayment(
        id="pay_MT48CvBhIC98MQ",
        order_id="order_RB58MiP5SPFYyM",
        link_id="plink_RBTw7nQhIC98MQ",
        status="captured",
        paise=50000,
        currency="INR",
        method="upi",
        error_code=None,
        error_text=None,
        created_at=datetime(2023, 8, 22, 9, 31, 59, tzinfo=UTC),
    )


@pytest.mark.parametrize("answered", [{}, {"id": "pay_MT48CvBhIC98MQ"}, PAYMENT | {"amount": "50000"}, [], 7])
def test_an_answer_that_lacks_what_it_must_have_is_asked_for_again(provider, answered):
    provider.then(answer(200, answered))
    error = failure(razorpay.payment, PAYMENT["id"])
    assert (error.kind, error.code) == ("retry", "UNREADABLE")


def test_a_new_link_carries_its_terms_and_tells_nobody_by_itself(provider):
    provider.then(links(), answer(200, LINK))
    opened = open_link()
    assert (opened.id, opened.url, opened.reference) == (LINK["id"], LINK["short_url"], "bk-1042-1")
    assert (opened.status, opened.payment_ids, opened.order_id) == ("created", (), None)
    assert provider.asked[1].json == {
        "amount": 50000,
        "currency": "INR",
        "accept_partial": False,
        "expire_by": int(LATER.timestamp()),
        "reference_id": "bk-1042-1",
        "description": "Consultation",
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "callback_url": "https://clinic.example/pay/return",
        "callback_method": "get",
    }


def test_a_link_names_its_payer_where_one_is_given(provider):
    provider.then(links(), answer(200, LINK))
    terms = {"callback_url": "https://clinic.example/pay/return", "name": "Asha Rao", "phone": "+919876543210"}
    razorpay.open_link("bk-1042-1", 50000, LATER, "Consultation", **terms)
    assert provider.asked[1].json["customer"] == {"name": "Asha Rao", "contact": "+919876543210"}


def test_a_link_made_by_someone_a_moment_ago_is_taken_over(provider):
    provider.then(links(), REFERENCE_TAKEN, links(LINK))
    assert open_link().id == LINK["id"]


@pytest.mark.parametrize("lost", [reset, answer(500, {"error": {"code": "SERVER_ERROR"}})])
def test_a_link_whose_answer_was_lost_is_found_again(provider, lost):
    provider.then(links(), lost, links(LINK))
    assert open_link().id == LINK["id"]


def test_a_link_for_another_sum_is_not_taken_over(provider):
    provider.then(links(LINK))
    error = failure(open_link, 60000)
    assert (error.kind, error.code) == ("refused", "AMOUNT_MISMATCH")


def test_a_link_of_another_reference_is_not_ours_whatever_the_filter_did(provider):
    provider.then(links(LINK | {"reference_id": "bk-1042-10"}))
    assert razorpay.find_link("bk-1042-1") is None


@pytest.mark.parametrize("state", ["paid", "partially_paid", "cancelled", "expired"])
def test_after_a_refused_cancellation_the_links_own_word_counts(provider, state):
    provider.then(refused("BAD_REQUEST_ERROR"), answer(200, LINK | {"status": state}))
    assert razorpay.cancel_link(LINK["id"]).status == state


def test_a_link_that_stands_after_a_failed_cancellation_is_not_called_cancelled(provider):
    provider.then(reset, answer(200, LINK))
    assert failure(razorpay.cancel_link, LINK["id"]).kind == "unknown"


def test_the_payment_of_a_link_is_asked_for_itself(provider):
    paid = {"payment_id": PAYMENT["id"], "plink_id": LINK["id"], "amount": 50000, "status": "captured", "method": "upi"}
    provider.then(answer(200, LINK | {"status": "paid", "payments": [paid]}), answer(200, PAYMENT))
    settled = razorpay.settled_payment_of_link(LINK["id"])
    assert (settled and settled.id, settled and settled.status) == (PAYMENT["id"], "captured")


def test_a_link_that_names_no_payment_is_asked_for_through_its_order(provider):
    failed = PAYMENT | {"id": "pay_failed00000000", "status": "failed"}
    provider.then(answer(200, LINK | {"payments": [], "order_id": ORDER["id"]}), many(failed, PAYMENT))
    settled = razorpay.settled_payment_of_link(LINK["id"])
    assert settled
    assert settled.id == PAYMENT["id"]


def test_a_link_nobody_opened_has_no_payment(provider):
    provider.then(answer(200, LINK))
    assert razorpay.settled_payment_of_link(LINK["id"]) is None


def test_a_refund_is_asked_for_with_its_key(provider):
    provider.then(answer(200, REFUND))
    back = razorpay.refund(PAYMENT["id"], 20000, "refund-0001", {"why": "cancelled"})
    assert (back.id, back.paise, back.status, back.key) == (REFUND["id"], 20000, "processed", "refund-0001")
    assert provider.asked[0].headers["x-refund-idempotency"] == "refund-0001"
    assert provider.asked[0].json == {
        "amount": 20000,
        "speed": "normal",
        "notes": {"why": "cancelled"},
        "receipt": "refund-0001",
    }


def test_a_refund_still_in_progress_is_asked_for_later(provider):
    provider.then(refused("BAD_REQUEST_ERROR", "Request is in progress", 409))
    error = failure(razorpay.refund, PAYMENT["id"], 20000, "refund-0001", {})
    assert (error.kind, error.code) == ("retry", "IN_PROGRESS")


@pytest.mark.parametrize("status", [400, 409])
def test_a_key_used_for_another_refund_is_refused(provider, status):
    text = "Different request with the same idempotency key has already been processed."
    provider.then(refused("BAD_REQUEST_ERROR", text, status), many(REFUND | {"receipt": "refund-0002"}))
    error = failure(razorpay.refund, PAYMENT["id"], 20000, "refund-0001", {})
    assert (error.kind, error.code) == ("refused", "KEY_REUSED")


def test_a_refund_made_before_is_found_when_the_key_was_forgotten(provider):
    provider.then(refused("BAD_REQUEST_ERROR", "The payment has been fully refunded already"), many(REFUND))
    assert razorpay.refund(PAYMENT["id"], 20000, "refund-0001", {}).id == REFUND["id"]


def test_a_refund_beyond_what_was_paid_is_refused(provider):
    provider.then(
        refused("BAD_REQUEST_ERROR", "The total refund amount is greater than the refund payment amount"), many()
    )
    assert failure(razorpay.refund, PAYMENT["id"], 20000, "refund-0001", {}).kind == "refused"


@pytest.mark.parametrize("key", ["short", "has spaces in it", "has/slash-in-it", ""])
def test_a_refund_without_a_proper_key_is_never_sent(provider, key):
    assert failure(razorpay.refund, PAYMENT["id"], 20000, key, {}).code == "BAD_KEY"
    assert provider.asked == []


def test_the_sdk_prints_nothing_when_the_line_drops(provider, capsys):
    provider.then(reset, answer(502, b"<html>"))
    failure(razorpay.payment, PAYMENT["id"])
    failure(razorpay.payment, PAYMENT["id"])
    assert capsys.readouterr() == ("", "")


def signed(secret, text):
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


BODY = '{"event":"payment.captured","amount":1.0,"text":"₹500"}'.encode()
WILD = [None, "", "x", "é" * 64, "\udc80" * 64, "0" * 64, "0" * 100_000]


@pytest.mark.parametrize("secret", WEBHOOK_SECRETS)
def test_an_event_signed_with_the_new_or_the_old_secret_is_believed(secret):
    assert razorpay.webhook_signature_is_good(BODY, signed(secret, BODY))


@pytest.mark.parametrize("header", WILD)
def test_an_event_with_a_wild_signature_is_not_believed(header):
    assert not razorpay.webhook_signature_is_good(BODY, header)


def test_an_event_written_anew_is_not_believed():
    assert not razorpay.webhook_signature_is_good(
        json.dumps(json.loads(BODY)).encode(), signed(WEBHOOK_SECRETS[0], BODY)
    )


def test_without_a_secret_no_event_is_believed(point_at):
    point_at(razorpay_webhook_secrets=[""])
    assert not razorpay.webhook_signature_is_good(BODY, signed("", BODY))
    point_at(razorpay_webhook_secrets=[])
    assert not razorpay.webhook_signature_is_good(BODY, signed("", BODY))


def test_a_checkout_is_believed_only_with_its_own_signature(point_at):
    good = signed(KEY_SECRET, b"order_1|pay_1")
    assert razorpay.checkout_signature_is_good("order_1", "pay_1", good)
    assert not razorpay.checkout_signature_is_good("order_2", "pay_1", good)
    assert not razorpay.checkout_signature_is_good("order_1", "pay_2", good)
    assert [razorpay.checkout_signature_is_good("order_1", "pay_1", wild) for wild in WILD] == [False] * len(WILD)
    assert not razorpay.checkout_signature_is_good("order_1", "\udc80", good)
    point_at(razorpay_key_secret="")
    assert not razorpay.checkout_signature_is_good("order_1", "pay_1", signed("", b"order_1|pay_1"))


def test_a_return_from_a_link_is_believed_only_with_its_own_signature():
    good = signed(KEY_SECRET, b"plink_1|bk-1|paid|pay_1")
    assert razorpay.link_signature_is_good("plink_1", "bk-1", "paid", "pay_1", good)
    assert razorpay.link_signature_is_good("plink_1", None, "paid", "pay_1", signed(KEY_SECRET, b"plink_1||paid|pay_1"))
    assert not razorpay.link_signature_is_good("plink_1", "bk-1", "failed", "pay_1", good)
    assert not razorpay.link_signature_is_good("plink_1", "bk-1", "paid", "pay_1", None)


def event(name, created_at=1567674606, **entities):
    payload = {key: {"entity": value} for key, value in entities.items()}
    told = {"entity": "event", "event": name, "contains": list(entities), "payload": payload, "created_at": created_at}
    return json.dumps(told).encode()


def test_a_captured_payment_is_read_from_its_event():
    news = razorpay.read_event(event("payment.captured", payment=PAYMENT))
    assert (news.event, news.order_id) == ("payment.captured", ORDER["id"])
    assert news.created_at == datetime(2019, 9, 5, 9, 10, 6, tzinfo=UTC)
    assert news.payment
    assert (news.payment.status, news.payment.paise) == ("captured", 50000)
    assert (news.link, news.refund) == (None, None)


def test_a_failed_payment_brings_its_reason():
    failed = PAYMENT | {"status": "failed", "error_code": "BAD_REQUEST_ERROR", "error_reason": "payment_timed_out",
                        "error_description": "The payment timed out."}  # fmt: skip
    news = razorpay.read_event(event("payment.failed", payment=failed))
    assert news.payment
    assert (news.payment.error_code, news.payment.error_text) == (
        "payment_timed_out",
        "The payment timed out.",
    )


def test_a_paid_link_joins_by_the_payments_order_never_by_the_internal_one():
    internal = {"id": "RB58MiP5SPFYyM", "amount": 50000, "status": "paid"}
    raw = event("payment_link.paid", payment_link=LINK, order=internal, payment=PAYMENT | {"description": "other"})
    news = razorpay.read_event(raw)
    assert news.order_id == "order_RB58MiP5SPFYyM"
    assert news.payment
    assert news.payment.link_id == LINK["id"]
    assert news.link
    assert news.link.reference == "bk-1042-1"
    assert razorpay.read_event(event("payment_link.paid", order=internal)).order_id is None
    assert razorpay.read_event(event("order.paid", order=ORDER)).order_id == ORDER["id"]


@pytest.mark.parametrize("empty", [[], {}, None, ""])
def test_empty_notes_and_payments_come_in_many_shapes(empty):
    raw = event("payment_link.expired", payment_link=LINK | {"notes": empty, "payments": empty, "reminders": empty})
    news = razorpay.read_event(raw)
    assert news.link
    assert news.link.payment_ids == ()


def test_a_refund_event_brings_refund_and_payment_and_its_time_from_inside():
    told = json.loads(event("refund.speed_changed", refund=REFUND, payment=PAYMENT | {"amount_refunded": 20000}))
    del told["created_at"]
    told["payload"]["created_at"] = 1567674606
    news = razorpay.read_event(json.dumps(told).encode())
    assert news.refund
    assert (news.refund.paise, news.refund.status) == (20000, "processed")
    assert news.payment
    assert news.payment.refunded_paise == 20000
    assert news.created_at == datetime(2019, 9, 5, 9, 10, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"payload": []}',
        b'{"payload": {"payment": {"entity": 5}}}',
        b"[" * 99_999,
    ],
)
def test_an_event_that_says_nothing_is_no_news(raw):
    assert razorpay.read_event(raw) == razorpay.ProviderNews("", None, None, None, None, None)
