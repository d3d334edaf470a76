import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from mibo.integrations import gallabox
from mibo.integrations.gallabox import DeliveryNews
from mibo.integrations.http import ProviderError
from tests.integrations.scripted import answer, hang, raw_bytes, reset

PHONE = "+919876543210"
SECRETS = ["the-new-gallabox-secret", "the-old-gallabox-secret"]


@pytest.fixture(autouse=True)
def _pointed(provider, point_at, impatient):
    point_at(
        gallabox_url=provider.url,
        gallabox_api_key="key-of-the-test",
        gallabox_api_secret="secret-of-the-test",
        gallabox_channel_id="5f0000000000000000000009",
        gallabox_webhook_secrets=SECRETS,
    )


def send(**changes):
    wanted = {"name": "Asha", "template": "mibo_booking_confirmed", "values": {"name": "Asha"}, "url_suffix": None}
    return gallabox.send_template(PHONE, **(wanted | changes))


def failure(**changes):
    with pytest.raises(ProviderError) as caught:
        send(**changes)
    return caught.value


def accepted(message_id="65f1a2b3c4d5e6f7a8b9c0d1"):
    return answer(202, {"id": message_id, "status": "ACCEPTED", "message": "ok", "warnings": []})


def test_a_template_is_sent_in_the_vendors_own_shape(provider):
    provider.then(accepted())
    assert send(url_suffix="p/x7Kq") == "65f1a2b3c4d5e6f7a8b9c0d1"
    [asked] = provider.asked
    assert (asked.method, asked.path) == ("POST", "/devapi/messages/whatsapp")
    assert (asked.headers["apikey"], asked.headers["apisecret"]) == ("key-of-the-test", "secret-of-the-test")
    button = {"index": 0, "sub_type": "url", "parameters": {"type": "text", "text": "p/x7Kq"}}
    assert asked.json == {
        "channelId": "5f0000000000000000000009",
        "channelType": "whatsapp",
        "recipient": {"name": "Asha", "phone": "919876543210"},
        "whatsapp": {
            "type": "template",
            "template": {
                "templateName": "mibo_booking_confirmed",
                "bodyValues": {"name": "Asha"},
                "buttonValues": [button],
            },
        },
    }


def test_a_template_without_a_button_names_none(provider):
    provider.then(accepted())
    send()
    assert "buttonValues" not in provider.asked[0].json["whatsapp"]["template"]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Asha\nRao", "Asha Rao"),
        ("Asha\t\tRao", "Asha Rao"),
        ("Asha      Rao", "Asha Rao"),
        ("  Asha \r\n ", "Asha"),
        ("Asha\x00\x1b[31m", "Asha[31m"),
        ("Asha\u2028Rao\u202egnp", "Asha Raognp"),
        ("അവൻ\u200d ആശ", "അവൻ\u200d ആശ"),
        ("", "-"),
        (" \n ", "-"),
        ("x" * 5000, "x" * 1024),
    ],
)
def test_a_value_is_one_plain_line(provider, typed, sent):
    provider.then(accepted())
    send(name=typed, values={"name": typed})
    asked = provider.asked[0].json
    assert (asked["recipient"]["name"], asked["whatsapp"]["template"]["bodyValues"]) == (sent, {"name": sent})


@pytest.mark.parametrize("status", [200, 202, 422])
def test_only_the_word_accepted_means_sent(provider, status):
    provider.then(answer(status, {"status": "UNPROCESSABLE_ENTITY", "message": "Template bodyValues: Asha"}))
    error = failure()
    assert (error.kind, error.code) == ("refused", "UNPROCESSABLE_ENTITY")
    assert "Asha" not in str(error)


@pytest.mark.parametrize(
    ("step", "kind", "code"),
    [
        (hang(), "unknown", "TIMED_OUT"),
        (reset, "unknown", "DROPPED"),
        (raw_bytes(b""), "unknown", "DROPPED"),
        (answer(500, {"message": "Internal Server Error"}), "unknown", "HTTP_500"),
        (answer(502, b"<html>"), "unknown", "HTTP_502"),
        (answer(503, {}, {"Retry-After": "1"}), "unknown", "HTTP_503"),
        (answer(302, b"", {"Location": "/"}), "unknown", "HTTP_302"),
        (answer(200, b""), "unknown", "UNREADABLE"),
        (answer(200, b'{"id": "6'), "unknown", "NOT_JSON"),
        (answer(200, []), "unknown", "UNREADABLE"),
        (answer(200, {"status": "ACCEPTED"}), "unknown", "UNREADABLE"),
        (answer(200, {"id": "65f1"}), "unknown", "UNREADABLE"),
        (answer(429, {"message": "Too Many Requests"}), "retry", "HTTP_429"),
        (answer(401, {"message": "Unauthorized"}), "refused", "HTTP_401"),
        (answer(403, {"message": "Forbidden"}), "refused", "HTTP_403"),
        (answer(400, {"message": "whatsapp.template: Path `parameters` is required."}), "refused", "HTTP_400"),
    ],
)
def test_only_what_surely_did_not_leave_may_be_sent_again(provider, step, kind, code):
    provider.then(step)
    error = failure()
    assert (error.kind, error.code) == (kind, code)
    assert len(provider.asked) == 1


def test_a_closed_door_means_that_nothing_left(point_at):
    point_at(gallabox_url="http://127.0.0.1:9")
    assert (failure().kind, failure().code) == ("retry", "UNREACHABLE")


def test_without_keys_nothing_is_sent(provider, point_at):
    point_at(gallabox_api_secret="")
    assert failure().code == "NOT_CONFIGURED"
    assert provider.asked == []


BODY = '{"id":"1","text":"₹500"}'.encode()


def mac(secret, raw=BODY):
    return hmac.new(secret.encode(), raw, hashlib.sha256)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_callback_signed_in_base64_or_hex_is_believed(secret):
    assert gallabox.webhook_signature_is_good(BODY, base64.b64encode(mac(secret).digest()).decode())
    assert gallabox.webhook_signature_is_good(BODY, mac(secret).hexdigest())


@pytest.mark.parametrize("header", [None, "", "x", "é" * 44, "\udc80", "=" * 44, "0" * 64])
def test_a_callback_with_a_wild_signature_is_not_believed(header):
    assert not gallabox.webhook_signature_is_good(BODY, header)


def test_a_callback_written_anew_is_not_believed():
    anew = json.dumps(json.loads(BODY)).encode()
    assert not gallabox.webhook_signature_is_good(anew, mac(SECRETS[0]).hexdigest())


def test_without_a_secret_no_callback_is_believed(point_at):
    point_at(gallabox_webhook_secrets=[])
    assert not gallabox.webhook_signature_is_good(BODY, mac("").hexdigest())
    point_at(gallabox_webhook_secrets=[""])
    assert not gallabox.webhook_signature_is_good(BODY, mac("").hexdigest())


RECEIVED = "Message.WA.Status.Received"


def told(body, event=RECEIVED):
    return gallabox.read_status(event, json.dumps(body).encode())


@pytest.mark.parametrize(
    "body",
    [
        {"id": "m1", "status": "delivered"},
        {"messageId": "m1", "deliveryStatus": "DELIVERED"},
        {"whatsappMessageId": "m1", "whatsapp": {"status": "delivered"}},
        {"whatsapp": {"id": "m1", "status": "delivered"}},
        {"message": {"id": "m1"}, "deliveryStatus": "delivered"},
        {"data": {"id": "m1", "status": "delivered"}},
        {"data": {"message": {"id": "m1"}, "deliveryStatus": "delivered"}},
        {"statuses": [{"id": "m1", "status": "delivered"}]},
        [{"id": "m1", "status": "delivered"}],
        {"entry": [{"changes": [{"value": {"statuses": [{"id": "m1", "status": "delivered"}]}}]}]},
    ],
)
def test_a_delivery_is_read_wherever_it_stands(body):
    assert told(body) == [DeliveryNews(("m1",), "delivered", None, None, None, None)]


def test_every_id_is_kept_since_any_may_be_ours():
    [news] = told({"id": "event-1", "whatsappMessageId": "m1", "message": {"id": "wamid.9"}, "status": "read"})
    assert news.ids == ("event-1", "m1", "wamid.9")


def test_a_failure_brings_its_code_and_no_names():
    error = {"code": 131026, "title": "Message undeliverable", "message": "Asha Rao is not on WhatsApp"}
    body = {
        "id": "m1",
        "status": "failed",
        "timestamp": "1756455561",
        "recipient_id": "919876543210",
        "errors": [error],
    }
    at = datetime(2025, 8, 29, 8, 19, 21, tzinfo=UTC)
    assert told(body) == [DeliveryNews(("m1",), "failed", "131026", at, PHONE, None)]


@pytest.mark.parametrize("event", ["Message.WA.Status.Failed", "message.wa.status.failed", "MESSAGE.WA.STATUS.FAILED"])
def test_the_name_of_the_event_says_failed_whatever_the_body_says(event):
    [news] = told({"id": "m1", "status": "sent"}, event)
    assert news.status == "failed"


def test_the_name_of_the_event_may_stand_in_the_body():
    [news] = told({"event": "Message.WA.Status.Failed", "id": "m1"}, None)
    assert news.status == "failed"
    assert told({"eventType": "Message.Received", "id": "m1", "whatsapp": {"status": "read"}}, "") == []


def test_a_message_that_left_names_its_phone_and_template():
    body = {
        "id": "m1",
        "recipient": {"phone": "919876543210"},
        "whatsapp": {"type": "template", "template": {"templateName": "mibo_payment_link"}},
    }
    assert told(body, "Message.Send") == [DeliveryNews(("m1",), "sent", None, None, PHONE, "mibo_payment_link")]


@pytest.mark.parametrize("event", ["Message.Received", "Template.Status", "Contact.Created"])
def test_news_of_something_else_is_no_delivery(event):
    assert told({"id": "m1", "status": "rejected", "whatsapp": {"type": "text", "status": "read"}}, event) == []


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", b"null", b"7", b'"x"', b"[]", b"{}", b'{"id": 5, "status": 7}', b'{"id": "m1", "status": "queued"}',
     b'{"status": "sent"}', b'{"data": []}',
     b'{"entry": 5}', b'{"errors": {}, "data": {"errors": [7]}}', b"[" * 99_999],
)  # fmt: skip
def test_what_cannot_be_read_is_no_news_and_no_error(raw):
    assert gallabox.read_status(RECEIVED, raw) == []
    assert gallabox.read_status(None, raw) == []


def test_a_person_without_a_number_is_no_stumbling_block():
    [news] = told({"id": "m1", "status": "read", "contact": {"name": "asha.r"}, "recipient_id": "asha.r"})
    assert news.phone is None


def test_the_log_gets_the_shape_of_a_body_and_nothing_from_it():
    body = {
        "contact": {"phone": "919876543210", "name": "Asha"},
        "errors": [{"code": 1}, {"code": None}],
        "919876543210": True,
    }
    assert gallabox.key_paths(json.dumps(body).encode()) == [
        "contact.name:str",
        "contact.phone:str",
        "errors[].code:NoneType",
        "errors[].code:int",
        "…:bool",
    ]
    assert gallabox.key_paths(b"not json") == [":NoneType"]
