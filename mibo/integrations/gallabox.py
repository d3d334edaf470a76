"""Gallabox carries WhatsApp messages. It knows no idempotency: what may have left must not blindly be sent again."""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mibo.config import settings
from mibo.integrations.http import Outgoing, ProviderError
from mibo.integrations.wire import Entity, json_of, mac, maybe_instant, maybe_text, part, parts, same

DeliveryStatus = Literal["sent", "delivered", "read", "failed"]

VALUE_LENGTH = 1024
MOST_DIGITS = 15
ID_KEYS = ("id", "messageId", "whatsappMessageId", "channelMessageId")
STATUS_WORDS: dict[str, DeliveryStatus] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "seen": "read",
    "failed": "failed",
    "undelivered": "failed",
    "rejected": "failed",
    "error": "failed",
}
UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class DeliveryNews:
    """What became of a message. Any of `ids` may be the one given at send; phone and template find an unsure one."""

    ids: tuple[str, ...]
    status: DeliveryStatus
    error_code: str | None
    at: datetime | None
    phone: str | None
    template: str | None


@dataclass(frozen=True)
class Written:
    """What somebody wrote back, or the payload of a button that they pressed. Who has a user name has no phone."""

    id: str | None
    phone: str | None
    text: str | None
    payload: str | None


def send_template(
    phone_e164: str,
    name: str,
    template: str,
    values: dict[str, str],
    url_suffix: str | None = None,
    *,
    answers: Sequence[str] = (),
) -> str:
    """Hand an approved template to WhatsApp and return the provider's id of the message; accepted is not delivered.

    Raises ProviderError; `unknown` means that it may have left, so wait for news of it before sending it again.
    """
    config = settings()
    if not (config.gallabox_api_key and config.gallabox_api_secret and config.gallabox_channel_id):
        raise ProviderError("gallabox", "refused", "NOT_CONFIGURED")
    whatsapp = {"type": "template", "template": _template(template, values, url_suffix, answers)}
    wanted = {
        "channelId": config.gallabox_channel_id,
        "channelType": "whatsapp",
        "recipient": {"name": one_line(name), "phone": phone_e164.removeprefix("+")},
        "whatsapp": whatsapp,
    }
    keys = {"apiKey": config.gallabox_api_key, "apiSecret": config.gallabox_api_secret}
    with Outgoing("gallabox", config.gallabox_url, read_error=_read_error) as session:
        url = config.gallabox_url.rstrip("/") + "/devapi/messages/whatsapp"
        return _accepted(part(json_of(session.post(url, json=wanted, headers=keys).content)))


def _template(
    template: str, values: dict[str, str], url_suffix: str | None, answers: Sequence[str]
) -> dict[str, object]:
    filled: dict[str, object] = {
        "templateName": template,
        "bodyValues": {variable: one_line(value) for variable, value in values.items()},
    }
    buttons: list[dict[str, object]] = []
    if url_suffix is not None:
        buttons.append({"index": 0, "sub_type": "url", "parameters": {"type": "text", "text": url_suffix}})
    for place, payload in enumerate(answers, start=len(buttons)):
        parameters = {"type": "payload", "payload": payload}
        buttons.append({"index": place, "sub_type": "quick_reply", "parameters": parameters})
    if buttons:
        filled["buttonValues"] = buttons
    return filled


def one_line(value: str) -> str:
    """A value as WhatsApp takes it: no line breaks, tabs or runs of spaces, nothing invisible, and never empty."""
    return " ".join(UNPRINTABLE.sub("", value).split())[:VALUE_LENGTH] or "-"


def _accepted(answer: Entity) -> str:
    """Gallabox may refuse with HTTP 200, so only its own word counts."""
    status = maybe_text(answer, "status")
    if status and status.upper() != "ACCEPTED":
        raise ProviderError("gallabox", "refused", _code(status))
    message_id = next(_ids(answer), None)
    if not status or not message_id:
        raise ProviderError("gallabox", "unknown", "UNREADABLE")
    return message_id


def _read_error(answer: object) -> tuple[str, str]:
    said = part(answer)
    return _code(maybe_text(said, "status") or ""), maybe_text(said, "message") or ""


def _code(status: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", status)[:60]


def webhook_signature_is_good(raw: bytes, header: str | None) -> bool:
    """Whether these exact bytes come from Gallabox; its documentation says base64, some of its callers saw hex."""
    macs = [mac(secret, raw) for secret in settings().gallabox_webhook_secrets if secret]
    return any(same(base64.b64encode(each).decode(), header) or same(each.hex(), header) for each in macs)


def read_status(event_name: str | None, raw: bytes) -> list[DeliveryNews]:
    """The delivery news in a verified callback; none when it tells of something else. Never raises.

    The shape is documented nowhere, so every place is looked at where a client of Gallabox has seen it.
    """
    body = json_of(raw)
    event = (event_name or _event_in(body)).lower()
    if event and not _tells_of_delivery(event):
        return []
    return [news for status in _statuses(body) if (news := _news(event, status))]


def tells_of_delivery(event_name: str | None, raw: bytes) -> bool:
    """Whether a callback is meant as news of a message we sent, readable or not."""
    event = (event_name or _event_in(json_of(raw))).lower()
    return not event or _tells_of_delivery(event)


def read_reply(event_name: str | None, raw: bytes) -> Written | None:
    """What somebody wrote or pressed, in a verified callback; None when it tells of something else. Never raises."""
    body = json_of(raw)
    if (event_name or _event_in(body)).lower() not in ("message.received", "message.wa.received"):
        return None
    of = part(body) if part(body, "whatsapp") else part(body, "data")
    said = part(of, "whatsapp")
    button, pressed = part(said, "button"), part(said, "interactive", "button_reply")
    sender = maybe_text(said, "from") or maybe_text(part(of, "contact"), "phone") or ""
    digits = sender.removeprefix("+")
    return Written(
        id=maybe_text(of, "id"),
        phone=f"+{digits}" if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else None,
        text=maybe_text(part(said, "text"), "body") or maybe_text(button, "text") or maybe_text(pressed, "title"),
        payload=maybe_text(button, "payload") or maybe_text(pressed, "id"),
    )


def key_paths(raw: bytes) -> list[str]:
    """The shape of a body without any of its values, for the log when a callback could not be read."""
    return sorted(set(_paths(json_of(raw), "")))[:100]


def _tells_of_delivery(event: str) -> bool:
    """Not an inbound message, which has a status of its own, nor the approval of a template."""
    return event == "message.send" or ("status" in event and "template" not in event)


def _event_in(body: object) -> str:
    return next((name for key in ("event", "eventType", "type") if (name := maybe_text(part(body), key))), "")


def _statuses(body: object) -> Iterator[Entity]:
    """The status objects: the body itself, a list of them, or Meta's own nesting."""
    meta = [
        status
        for entry in parts(part(body).get("entry"))
        for change in parts(entry.get("changes"))
        for status in parts(part(change, "value").get("statuses"))
    ]
    yield from meta or parts(part(body).get("statuses")) or parts(body) or [part(body)]


def _news(event: str, status: Entity) -> DeliveryNews | None:
    ids = tuple(dict.fromkeys(_ids(status)))
    word = _status(event, status)
    if not ids or not word:
        return None
    return DeliveryNews(
        ids=ids,
        status=word,
        error_code=_error_code(status) if word == "failed" else None,
        at=_at(status),
        phone=_phone(status),
        template=_template_name(status),
    )


def _ids(of: Entity) -> Iterator[str]:
    places = (of, part(of, "message"), part(of, "whatsapp"), part(of, "data"), part(of, "data", "message"))
    for place in places:
        yield from (found for key in ID_KEYS if (found := maybe_text(place, key)))


def _status(event: str, of: Entity) -> DeliveryStatus | None:
    if "failed" in event:
        return "failed"
    for place in (of, part(of, "whatsapp"), part(of, "data"), part(of, "data", "whatsapp"), part(of, "message")):
        for key in ("status", "deliveryStatus"):
            if word := STATUS_WORDS.get((maybe_text(place, key) or "").lower()):
                return word
    return "sent" if event == "message.send" else None


def _error_code(of: Entity) -> str | None:
    for place in (of, part(of, "whatsapp"), part(of, "data"), part(of, "message")):
        for error in [*parts(place.get("errors")), part(place, "error")]:
            code = error.get("code")
            if isinstance(code, str | int) and not isinstance(code, bool):
                return _code(str(code))
    return None


def _at(of: Entity) -> datetime | None:
    return maybe_instant(of, "timestamp") or maybe_instant(part(of, "data"), "timestamp")


def _phone(of: Entity) -> str | None:
    """E.164; people who write by user name have no number."""
    places = (
        maybe_text(of, "recipient_id"),
        maybe_text(part(of, "recipient"), "phone"),
        maybe_text(part(of, "contact"), "phone"),
        maybe_text(part(of, "data"), "recipient_id"),
    )
    found = next(filter(None, places), "").removeprefix("+")
    return f"+{found}" if found.isascii() and found.isdigit() else None


def _template_name(of: Entity) -> str | None:
    for place in (part(of, "whatsapp", "template"), part(of, "template"), part(of, "data", "whatsapp", "template")):
        if found := maybe_text(place, "templateName") or maybe_text(place, "name"):
            return found
    return None


def _paths(value: object, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            name = re.sub(r"\d{6,}", "…", _code(key))
            yield from _paths(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, f"{at}[]")
    else:
        yield f"{at}:{type(value).__name__}"
