"""SMS and mail: what is sent over the wire, and what each kind of trouble allows."""

import socket
import threading

import pytest

from mibo.config import settings
from mibo.integrations import mail, sms
from mibo.integrations.http import ProviderError
from mibo.integrations.mail import Mail

PHONE, ADDRESS = "+919876543210", "asha@mail.example"
REMINDER = Mail(ADDRESS, "Asha Menon", "A message for you", "നമസ്കാരം Asha", "ml", "mibo-7")


def text(**more):
    return sms.send(PHONE, "Hello Asha, a reminder.", template="mibo_reminder", reference="7", **more)


def kind_of(trouble, call):
    with pytest.raises(ProviderError) as refused:
        call()
    return refused.value.kind, refused.value.code


def test_a_text_goes_with_its_registered_ids(sandbox):
    message_id = text()
    [arrived] = sandbox.messages(PHONE)
    config = settings()
    assert (arrived["id"], arrived["channel"], arrived["text"]) == (message_id, "sms", "Hello Asha, a reminder.")
    assert arrived["values"] == {
        "sender": "MIBOCL", "entity_id": config.sms_entity_id, "reference": "7",
        "template_id": config.sms_dlt_templates["mibo_reminder"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("403", "refused"), ("429", "retry"), ("503", "unknown"), ("reset_after", "unknown"), ("204", "unknown")],
)
def test_trouble_with_the_gateway_says_if_a_repeat_may_help(sandbox, fault, kind):
    sandbox.fault("sms", fault)
    assert kind_of(fault, text)[0] == kind


def test_a_text_that_is_not_registered_never_leaves(sandbox, point_at):
    point_at(sms_dlt_templates={})
    assert kind_of("", text) == ("refused", "NO_DLT_TEMPLATE")
    assert sms.unregistered(["mibo_reminder"]) == ["mibo_reminder"]
    assert sandbox.calls("sms") == []


def test_a_mail_is_plain_and_tells_nothing_in_its_subject(sandbox):
    assert mail.send(REMINDER) == "<mibo-7@127.0.0.1>"
    [arrived] = sandbox.mails(ADDRESS)
    assert (arrived["text"], arrived["values"]) == (
        "നമസ്കാരം Asha", {"subject": "A message for you", "from": "Mibo <clinic@mibo.example>"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "kind"), [("refuse", ("refused", "RECIPIENT")), ("try_later", ("retry", "RECIPIENT"))]
)
def test_a_server_that_will_not_have_a_mail_says_for_how_long(sandbox, fault, kind):
    sandbox.fault("mail", fault)
    assert kind_of(fault, lambda: mail.send(REMINDER)) == kind
    assert sandbox.mails(ADDRESS) == []


@pytest.mark.parametrize("address", ["", "asha", "a\nb@x.example", "ആശ@mail.example", "<>@x.example"])
def test_an_address_that_is_none_is_refused_before_anything_leaves(sandbox, address):
    assert kind_of("", lambda: mail.send(Mail(address, "Asha", "A", "B", "en", "m"))) == ("refused", "ADDRESS")


def test_a_name_of_three_hundred_emoji_still_gets_its_mail(sandbox):
    mail.send(Mail(ADDRESS, "😀\r\nBcc: x@y.example " * 30, "A message for you", "Hello", "en", "m"))
    assert [one["text"] for one in sandbox.mails(ADDRESS)] == ["Hello"]


def test_nothing_is_said_to_a_server_without_encryption_when_it_is_asked_for(sandbox, point_at):
    point_at(smtp_security="starttls")
    assert kind_of("", lambda: mail.send(REMINDER)) == ("refused", "NOT_ENCRYPTED")
    assert sandbox.mails(ADDRESS) == []


def test_a_server_that_is_not_there_was_told_nothing(point_at):
    point_at(smtp_port="1")
    assert kind_of("", lambda: mail.send(REMINDER)) == ("retry", "UNREACHABLE")


@pytest.mark.parametrize(("says", "kind"), [(5, ("unknown", "DROPPED")), (3, ("retry", "DROPPED"))])
def test_a_server_that_falls_silent_after_the_mail_may_have_taken_it(point_at, says, kind):
    answers = [b"220 hello", b"250 hello", b"250 ok", b"250 ok", b"354 go on"][:says]
    with _server(answers) as port:
        point_at(smtp_port=str(port))
        assert kind_of("", lambda: mail.send(REMINDER)) == kind


class _server:
    """Answers line by line, and hangs up after the last."""

    def __init__(self, answers):
        self.answers, self.socket = answers, socket.create_server(("127.0.0.1", 0))

    def __enter__(self):
        self.thread = threading.Thread(target=self._talk, daemon=True)
        self.thread.start()
        return self.socket.getsockname()[1]

    def __exit__(self, *_):
        self.thread.join(5)
        self.socket.close()

    def _talk(self):
        caller, _ = self.socket.accept()
        with caller, caller.makefile("rb") as said:
            for place, answer in enumerate(self.answers):
                if place:
                    said.readline()
                caller.sendall(answer + b"\r\n")
            said.readline()
