"""The three clients and the sandbox, which was written apart from them: both must have read the same wire."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

from mibo import sandbox as stand_in
from mibo.config import settings
from mibo.integrations import gallabox, google_meet, http, razorpay
from mibo.integrations.http import ProviderError
from tests.integrations.scripted import answer, scripted

PHONE = "+919876543210"
LOST = ["timeout_after", "reset_after", "500_after", "html502_after", "truncated"]
NOT_DONE = ["timeout", "reset", "500", "503", "html502", "429", "204"]


class Street:
    """A sandbox whose webhooks reach a listener of this test."""

    def __init__(self, running, listener):
        self.running, self.listener = running, listener

    def tell(self, what, **body):
        answered = requests.post(f"{self.running.url}/_sandbox/{what}", json=body, timeout=5)
        answered.raise_for_status()
        return answered.json()

    def look(self, what, **asked):
        return requests.get(f"{self.running.url}/_sandbox/{what}", params=asked, timeout=5).json()

    def fault(self, provider, fault, **more):
        """Switch trouble on; the hanging kind hangs up soon, since waiting in vain has tests of its own."""
        brief = {"seconds": 0.1} if fault.startswith("timeout") else {}
        self.tell("faults", provider=provider, fault=fault, **(brief | more))

    def calls(self, provider, method):
        return [call for call in self.look("calls", provider=provider) if call["method"] == method]

    def heard(self, count):
        """The first webhooks that came, waiting for them."""
        until = time.monotonic() + 5
        while len(self.listener.asked) < count and time.monotonic() < until:
            time.sleep(0.02)
        return list(self.listener.asked)


@pytest.fixture
def street(point_at):
    with scripted(otherwise=answer(200)) as listener:
        config = settings()
        running = stand_in.serve(
            stand_in.Options(
                app_url=listener.url,
                razorpay_key_id=config.razorpay_key_id,
                razorpay_key_secret=config.razorpay_key_secret,
                razorpay_webhook_secret=config.razorpay_webhook_secrets[0],
                gallabox_api_key=config.gallabox_api_key,
                gallabox_api_secret=config.gallabox_api_secret,
                gallabox_channel_id=config.gallabox_channel_id,
                gallabox_webhook_secret=config.gallabox_webhook_secrets[0],
            )
        )
        account = config.google_service_account_json.replace(settings().razorpay_url, running.url)
        point_at(
            razorpay_url=running.url,
            gallabox_url=running.url,
            google_calendar_url=f"{running.url}/calendar/v3/",
            google_service_account_json=account,
        )
        yield Street(running, listener)
        running.stop()


def open_order(receipt="at-7", paise=160000):
    return razorpay.open_order(receipt, paise, {"booking": "MB-1042"})


def open_link(reference="bk-1042-1", paise=160000):
    expires_at = datetime.now(UTC) + timedelta(minutes=30)
    terms = {"callback_url": "https://clinic.example/pay/return", "name": "Asha Rao", "phone": PHONE}
    return razorpay.open_link(reference, paise, expires_at, "Consultation", **terms)


def test_an_order_is_paid_and_every_proof_holds(street):
    order = open_order()
    assert (order.paise, order.status, razorpay.order_payments(order.id)) == (160000, "created", [])
    paid = street.tell("pay", order_id=order.id, outcome="captured", method="upi")
    payment_id, signature = paid["razorpay_payment_id"], paid["razorpay_signature"]
    assert razorpay.checkout_signature_is_good(order.id, payment_id, signature)
    settled = razorpay.payment(payment_id)
    assert (settled.status, settled.paise, settled.order_id, settled.method) == ("captured", 160000, order.id, "upi")
    assert razorpay.order_payments(order.id) == [settled]
    found = razorpay.find_order("at-7")
    assert found
    assert (found.status, found.paid_paise) == ("paid", 160000)


def believed(told):
    """Of each webhook, whether its signature is good."""
    return [
        razorpay.webhook_signature_is_good(each.body, each.headers.get("x-razorpay-signature"))
        or gallabox.webhook_signature_is_good(each.body, each.headers.get("x-gallabox-signature"))
        for each in told
    ]


def test_the_events_of_a_paid_order_are_signed_and_can_be_read(street):
    order = open_order()
    street.tell("pay", order_id=order.id, outcome="captured", method="upi")
    told = street.heard(3)
    assert believed(told) == [True] * 3
    news = [razorpay.read_event(each.body) for each in told]
    assert {each.event for each in news} == {"payment.authorized", "payment.captured", "order.paid"}
    assert {each.order_id for each in news} == {order.id}


def test_a_forged_event_is_not_believed(street):
    street.fault("razorpay", "bad_signature")
    order = open_order()
    street.tell("pay", order_id=order.id, outcome="captured", method="upi")
    told = street.heard(3)
    assert sorted(believed(told)) == [False, True, True]


@pytest.mark.parametrize("fault", LOST)
def test_an_order_is_made_once_whatever_becomes_of_the_answer(street, fault):
    street.fault("razorpay", fault, method="POST")
    first = open_order()
    assert open_order() == first
    assert len(street.calls("razorpay", "POST")) == 1


@pytest.mark.parametrize("fault", LOST)
def test_a_link_is_made_once_whatever_becomes_of_the_answer(street, fault):
    street.fault("razorpay", fault, method="POST")
    first = open_link()
    assert open_link() == first
    assert len(street.calls("razorpay", "POST")) == 1


@pytest.mark.parametrize("fault", NOT_DONE)
def test_an_order_that_was_not_made_is_made_at_the_next_asking(street, fault):
    street.fault("razorpay", fault, method="POST")
    with pytest.raises(ProviderError) as caught:
        open_order()
    assert caught.value.kind == ("retry" if fault == "429" else "unknown")
    assert open_order().status == "created"


def test_a_slow_answer_is_waited_for(street, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUTS", (3, 3))
    street.fault("razorpay", "slow", method="POST", seconds=0.5)
    assert open_order().status == "created"


def test_a_link_is_paid_and_its_payment_is_found(street):
    link = open_link()
    assert link.url.startswith(street.running.url)
    assert razorpay.settled_payment_of_link(link.id) is None
    street.tell("pay", payment_link_id=link.id, outcome="captured", method="upi")
    settled = razorpay.settled_payment_of_link(link.id)
    assert settled
    assert (settled.status, settled.paise, settled.link_id) == ("captured", 160000, link.id)
    now = razorpay.link(link.id)
    assert (now.status, now.paid_paise, now.payment_ids) == ("paid", 160000, (settled.id,))
    assert razorpay.cancel_link(link.id).status == "paid"
    [paid] = [news for each in street.heard(4) if (news := razorpay.read_event(each.body)).event == "payment_link.paid"]
    assert paid.link
    assert paid.payment
    assert (paid.link.reference, paid.payment.id, paid.order_id) == ("bk-1042-1", settled.id, settled.order_id)


def test_a_cancelled_link_stays_cancelled_and_is_told_as_such(street):
    link = open_link()
    assert razorpay.cancel_link(link.id).status == "cancelled"
    assert razorpay.cancel_link(link.id).status == "cancelled"
    assert open_link().status == "cancelled"
    assert open_link("bk-1042-2").status == "created"


@pytest.mark.parametrize("fault", LOST)
def test_a_cancellation_whose_answer_was_lost_is_known_all_the_same(street, fault):
    link = open_link()
    street.fault("razorpay", fault, method="POST", path="/cancel")
    assert razorpay.cancel_link(link.id).status == "cancelled"


def test_a_link_that_ends_too_soon_is_refused(street):
    with pytest.raises(ProviderError) as caught:
        razorpay.open_link(
            "bk-1", 100, datetime.now(UTC) + timedelta(minutes=5), "x", callback_url="https://c.example/r"
        )
    assert caught.value.kind == "refused"


def paid(street):
    order = open_order()
    return street.tell("pay", order_id=order.id, outcome="captured", method="upi")["razorpay_payment_id"]


@pytest.mark.parametrize("fault", LOST)
def test_money_is_given_back_once_whatever_becomes_of_the_answer(street, fault):
    payment_id = paid(street)
    street.fault("razorpay", fault, method="POST")
    with pytest.raises(ProviderError) as caught:
        razorpay.refund(payment_id, 60000, "refund-0001", {"why": "cancelled"})
    assert caught.value.kind == "unknown"
    back = razorpay.refund(payment_id, 60000, "refund-0001", {"why": "cancelled"})
    assert [each.id for each in razorpay.refunds(payment_id)] == [back.id]
    assert razorpay.payment(payment_id).refunded_paise == 60000


def test_a_refund_in_progress_is_asked_for_later_and_a_reused_key_is_refused(street):
    payment_id = paid(street)
    street.fault("razorpay", "409", method="POST")
    kinds = []
    for paise in (60000, 60000, 70000, 900000):
        try:
            razorpay.refund(payment_id, paise, "refund-0001", {})
            kinds.append("done")
        except ProviderError as error:
            kinds.append(f"{error.kind} {error.code}")
    assert kinds == ["retry IN_PROGRESS", "done", "refused KEY_REUSED", "refused KEY_REUSED"]


def send():
    values = {
        "name": "Asha\nRao",
        "clinician": "Dr Rao",
        "when": "1 Dec, 10:00",
        "where": "Kochi",
        "reference": "MB-1042",
    }
    return gallabox.send_template(PHONE, "Asha Rao", "mibo_booking_confirmed", values)


def messages(street):
    return street.look("messages", phone="919876543210")


def test_a_message_reaches_the_phone_and_its_delivery_is_told(street):
    message_id = send()
    assert [(each["id"], each["values"]["name"]) for each in messages(street)] == [(message_id, "Asha Rao")]
    told = street.heard(2)
    assert believed(told) == [True, True]
    news = [one for each in told for one in gallabox.read_status(each.headers["x-event-name"], each.body)]
    assert sorted((one.status, one.ids, one.phone) for one in news) == [
        ("delivered", (message_id,), PHONE),
        ("sent", (message_id,), PHONE),
    ]


@pytest.mark.parametrize("shape", ["shape_whatsapp", "shape_data", "shape_message", "body_event", "hex_signature"])
def test_a_delivery_is_read_in_each_shape_it_may_come_in(street, shape):
    street.fault("gallabox", shape, times=2)
    message_id = send()
    told = street.heard(2)
    assert believed(told) == [True, True]
    news = [one for each in told for one in gallabox.read_status(each.headers.get("x-event-name"), each.body)]
    assert sorted(one.status for one in news) == ["delivered", "sent"]
    assert {message_id in one.ids for one in news} == {True}


def test_an_undeliverable_message_is_told_with_its_code(street):
    street.fault("gallabox", "undeliverable")
    message_id = send()
    [told] = street.heard(1)
    [news] = gallabox.read_status(told.headers["x-event-name"], told.body)
    assert (news.ids, news.status, news.error_code) == ((message_id,), "failed", "131026")


@pytest.mark.parametrize("fault", [*LOST, *NOT_DONE, "unprocessable", "401", "403"])
def test_a_message_is_handed_over_once_and_a_doubt_is_called_a_doubt(street, fault):
    street.fault("gallabox", fault)
    with pytest.raises(ProviderError) as caught:
        send()
    final = {"429": "retry", "unprocessable": "refused", "401": "refused", "403": "refused"}
    assert caught.value.kind == final.get(fault, "unknown")
    assert len(messages(street)) == (1 if fault in LOST else 0)
    assert len(street.calls("gallabox", "POST")) == 1


STARTS = datetime(2026, 12, 1, 4, 30, tzinfo=UTC)
ENDS = STARTS + timedelta(minutes=50)


def create():
    return google_meet.create_meeting("bk-1042", 1, "Consultation", STARTS, ENDS)


def test_a_meeting_is_made_moved_removed_and_made_anew(street):
    made = create()
    assert made.join_url
    assert made.join_url.startswith("https://meet.google.com/")
    assert create() == made
    assert google_meet.move(made.event_id, STARTS + timedelta(hours=1), ENDS + timedelta(hours=1)) == made
    google_meet.remove(made.event_id)
    google_meet.remove(made.event_id)
    with pytest.raises(ProviderError) as caught:
        google_meet.fetch(made.event_id)
    assert caught.value.code == "GONE"
    anew = create()
    assert anew.event_id != made.event_id
    assert create() == anew


def test_a_room_comes_a_little_later(street):
    street.fault("google", "pending")
    made = create()
    assert (made.join_url, made.pending) == (None, True)
    ready = google_meet.fetch(made.event_id)
    assert (bool(ready.join_url), ready.pending) == (True, False)


def test_a_room_that_could_not_be_made_is_refused(street):
    street.fault("google", "conference_failure")
    with pytest.raises(ProviderError) as caught:
        create()
    assert (caught.value.kind, caught.value.code) == ("refused", "CONFERENCE_FAILED")


@pytest.mark.parametrize("fault", LOST)
def test_a_meeting_is_made_once_whatever_becomes_of_the_answer(street, fault):
    street.fault("google", fault, method="POST", path="/events")
    with pytest.raises(ProviderError) as caught:
        create()
    assert caught.value.kind == "unknown"
    assert create().event_id == google_meet.event_id_of("bk-1042", 1)


def test_a_token_that_google_forgot_is_asked_for_anew(street):
    made = create()
    street.tell("reset")
    with pytest.raises(ProviderError) as caught:
        google_meet.fetch(made.event_id)
    assert caught.value.code == "GONE"
    assert len(street.calls("google", "POST")) == 1
