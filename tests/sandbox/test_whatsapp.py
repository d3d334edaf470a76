"""Messages on people's phones, by every channel, and what people write back."""

import smtplib
from email.message import EmailMessage

import pytest

PHONE = "919876543210"
URL = {"index": 0, "sub_type": "url", "parameters": {"type": "text", "text": "p/3f9a"}}
CONFIRM = {"index": 0, "sub_type": "quick_reply", "parameters": {"type": "payload", "payload": "CONFIRM"}}
MOVED = {"name": "Asha", "when": "Tue 1 Dec, 10:00 am", "reference": "MB-7F3K"}


def messages(provider):
    return provider.get("/_sandbox/messages", phone=PHONE).json()


def test_a_sign_in_code_reaches_the_phone_and_can_be_read_by_a_test(provider, listener):
    answer = provider.template(PHONE, "mibo_sign_in_code", {"otp": "123456"})
    assert answer.status_code == 202
    assert answer.json()["status"] == "ACCEPTED"
    (message,) = messages(provider)
    assert message["id"] == answer.json()["id"]
    assert (message["channel"], message["phone"], message["template"]) == ("whatsapp", PHONE, "mibo_sign_in_code")
    assert message["values"] == {"otp": "123456"}
    assert message["text"] == "123456 is your Mibo sign-in code. Please do not share it with anyone."


def test_a_message_is_sent_and_then_delivered(provider, listener):
    message_id = provider.template(PHONE, "mibo_booking_moved", MOVED).json()["id"]
    provider.running.idle()
    assert listener.events() == ["Message.WA.Status.Received"] * 2
    assert [heard.body["status"] for heard in listener.heard] == ["sent", "delivered"]
    assert all(heard.genuine and heard.path == "/api/hooks/gallabox" for heard in listener.heard)
    assert {heard.body["id"] for heard in listener.heard} == {message_id}
    assert messages(provider)[0]["status"] == "delivered"


def test_a_link_button_leads_into_the_app(provider, listener):
    values = {"name": "Asha", "amount": "₹1,700", "when": "Tue 1 Dec, 10:00 am", "until": "Tue 1 Dec, 9:30 am"}
    provider.template(PHONE, "mibo_payment_link", values, URL)
    assert messages(provider)[0]["buttons"] == [{"text": "Pay now", "kind": "url", "url": f"{listener.url}/p/3f9a"}]


def test_wrong_keys_are_refused(provider):
    answer = provider.whatsapp(PHONE, {"type": "text", "text": {"body": "Hi"}}, apiSecret="wrong")
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize(
    "values", [{}, {"otp": ""}, {"otp": "12\n34"}, {"otp": 123456}, {"otp": "1", "more": "2"}, {"1": "123456"}]
)
def test_values_that_do_not_fit_the_template_are_unprocessable(provider, values):
    answer = provider.template(PHONE, "mibo_sign_in_code", values)
    assert answer.json() == {
        "status": "UNPROCESSABLE_ENTITY", "message": "Template bodyValues contains invalid values",
    }  # fmt: skip
    assert messages(provider) == []


def test_a_button_without_parameters_is_refused_as_the_provider_does(provider):
    answer = provider.template(PHONE, "mibo_payment_link_v2", {"1": "Asha"}, {"index": 0, "sub_type": "url"})
    assert answer.status_code == 400
    message = "whatsapp.template.buttonValues.0.parameters: Path `parameters` is required."
    assert answer.json() == {"message": message}


def test_a_missing_link_button_is_unprocessable(provider):
    values = {"name": "Asha", "when": "Tue 1 Dec, 10:00 am", "reference": "MB-7F3K"}
    assert provider.template(PHONE, "mibo_meeting_link", values).json()["status"] == "UNPROCESSABLE_ENTITY"


def test_a_phone_with_a_plus_is_unprocessable(provider):
    assert provider.template("+" + PHONE, "mibo_sign_in_code", {"otp": "1"}).json()["status"] == "UNPROCESSABLE_ENTITY"


def test_an_unknown_template_shows_its_name_and_values(provider):
    assert provider.template(PHONE, "reminder_v1", {"1": "Asha", "2": "10:00"}).status_code == 202
    assert messages(provider)[0]["text"] == "reminder_v1: 1 Asha, 2 10:00"


def test_free_text_reaches_only_who_wrote_within_a_day(provider, listener):
    text = {"type": "text", "text": {"body": "Your clinician is on the way."}}
    assert provider.whatsapp(PHONE, text).json()["status"] == "ACCEPTED"
    provider.running.idle()
    assert listener.events() == ["Message.WA.Status.Failed"]
    assert listener.heard[0].body["errors"][0]["code"] == 131047
    provider.post("/_sandbox/reply", phone=PHONE, text="Hello")
    provider.whatsapp(PHONE, text)
    assert [each["status"] for each in messages(provider)] == ["failed", "delivered"]


def test_a_message_can_be_undeliverable(provider, listener):
    provider.fault("gallabox", "undeliverable")
    provider.template(PHONE, "mibo_sign_in_code", {"otp": "123456"})
    provider.running.idle()
    assert listener.one("Message.WA.Status.Failed").body["errors"][0]["code"] == 131026


def test_a_refusal_can_come_with_200(provider):
    provider.fault("gallabox", "unprocessable")
    answer = provider.template(PHONE, "mibo_sign_in_code", {"otp": "123456"})
    assert (answer.status_code, answer.json()["status"]) == (200, "UNPROCESSABLE_ENTITY")


def test_a_status_is_moved_by_hand(provider, listener):
    message_id = provider.template(PHONE, "mibo_sign_in_code", {"otp": "123456"}).json()["id"]
    provider.running.idle()
    listener.forget()
    assert provider.post("/_sandbox/message-status", message_id=message_id, status="read").json()["status"] == "read"
    provider.post("/_sandbox/message-status", message_id=message_id, status="failed")
    provider.running.idle()
    assert sorted(listener.events()) == ["Message.WA.Status.Failed", "Message.WA.Status.Received"]


@pytest.mark.parametrize(
    ("shape", "keys"),
    [
        ("shape_whatsapp", {"whatsappMessageId", "whatsapp", "timestamp", "recipient_id"}),
        ("shape_data", {"data"}),
        ("shape_message", {"message", "deliveryStatus", "timestamp", "recipient_id"}),
        ("body_event", {"event", "id", "status", "timestamp", "recipient_id"}),
    ],
)
def test_statuses_come_in_other_shapes_when_asked(provider, listener, shape, keys):
    message_id = provider.template(PHONE, "mibo_sign_in_code", {"otp": "123456"}).json()["id"]
    provider.running.idle()
    listener.forget()
    provider.fault("gallabox", shape)
    provider.post("/_sandbox/message-status", message_id=message_id, status="read")
    provider.running.idle()
    assert listener.heard[0].body.keys() == keys
    assert listener.heard[0].genuine


def test_a_written_reply_is_a_message_received(provider, listener):
    provider.post("/_sandbox/reply", phone=PHONE, text="Can I come at 11?")
    provider.running.idle()
    body = listener.one("Message.Received").body
    assert (body["contact"]["phone"], body["whatsapp"]["type"]) == (PHONE, "text")
    assert body["whatsapp"]["text"] == {"body": "Can I come at 11?"}


def test_a_pressed_button_carries_its_payload_and_message(provider, listener):
    message_id = provider.template(PHONE, "reminder_v1", {"1": "Asha"}, CONFIRM).json()["id"]
    provider.running.idle()
    listener.forget()
    provider.post("/_sandbox/reply", phone=PHONE, button="CONFIRM", message_id=message_id)
    provider.running.idle()
    pressed = listener.one("Message.Received").body["whatsapp"]
    assert (pressed["button"], pressed["context"]["id"]) == ({"payload": "CONFIRM", "text": "Confirm"}, message_id)


def test_the_phone_shows_what_came_and_what_was_answered(provider, listener):
    import requests

    provider.template(PHONE, "mibo_sign_in_code", {"otp": "123456"})
    message_id = provider.template(PHONE, "reminder_v1", {"1": "<Asha>"}, CONFIRM, {**URL, "index": 1}).json()["id"]
    page = f"{provider.url}/phones/{PHONE}"
    requests.post(page, data={"button": "CONFIRM", "message_id": message_id}, timeout=5)
    seen = requests.get(page, timeout=5).text
    assert seen.index("123456 is your") < seen.index("&lt;Asha&gt;") < seen.index('<p class="said">Confirm</p>')
    assert f'href="{listener.url}/p/3f9a"' in seen
    assert "+91 98765 43210" in requests.get(f"{provider.url}/phones", timeout=5).text


@pytest.mark.parametrize("written", ["9876543210", "+91 98765 43210", PHONE])
def test_a_phone_is_found_however_it_is_written(provider, written):
    provider.template(PHONE, "mibo_sign_in_code", {"otp": "123456"})
    assert len(provider.get("/_sandbox/messages", phone=written).json()) == 1


def test_an_sms_reaches_the_phone(provider):
    assert provider.post("/sms", to=PHONE, text="123456 is your code.").json()["status"] == "queued"
    (message,) = messages(provider)
    assert (message["channel"], message["text"]) == ("sms", "123456 is your code.")
    assert provider.post("/sms", to="", text="x").status_code == 400


def test_a_mail_is_kept(provider):
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Your receipt – ₹1,700", "desk@mibo.example", "asha@example.com"
    mail.set_content("Dear Asha,\n.a line that begins with a dot\n")
    with smtplib.SMTP("127.0.0.1", provider.running.smtp_port, timeout=5) as smtp:
        smtp.send_message(mail)
    (message,) = provider.get("/_sandbox/messages", to="asha@example.com").json()
    assert message["values"] == {"subject": "Your receipt – ₹1,700", "from": "desk@mibo.example"}
    assert message["text"] == "Dear Asha,\n.a line that begins with a dot"


def test_a_mail_can_be_refused(provider):
    provider.fault("mail", "refuse")
    smtp = smtplib.SMTP("127.0.0.1", provider.running.smtp_port, timeout=5)
    with smtp, pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.sendmail("desk@mibo.example", ["asha@example.com"], "Subject: Hi\r\n\r\nHello\r\n")
