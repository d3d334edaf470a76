"""Gallabox: takes WhatsApp messages in, says what became of them, and passes on what people write back."""

import hmac
import re

from flask import Blueprint, Response, jsonify, request

from mibo.sandbox.entity import Entity, new_hex, now
from mibo.sandbox.faults import SHAPES
from mibo.sandbox.mailbox import Message, Reply
from mibo.sandbox.templates_whatsapp import TEMPLATES, listed, said, wrong_values
from mibo.sandbox.webhooks import AFTER_ANSWER_SECONDS
from mibo.sandbox.world import World

RECEIVED = "Message.WA.Status.Received"
FAILED = "Message.WA.Status.Failed"
WROTE = "Message.Received"
NOT_ON_WHATSAPP = {"code": 131026, "title": "Message undeliverable", "message": "Message undeliverable"}
OUTSIDE_WINDOW = {
    "code": 131047,
    "title": "Re-engagement message",
    "message": "More than 24 hours have passed since the reply",
}


class GallaboxError(Exception):
    """A refusal in Gallabox's words."""

    def __init__(self, status: int, body: Entity) -> None:
        super().__init__(body["message"])
        self.status, self.body = status, body


def gallabox_api(world: World) -> Blueprint:
    """The one path that sends, and the list of approved templates."""
    api = Blueprint("gallabox", __name__, url_prefix="/devapi")

    @api.before_request
    def authenticate() -> None:
        _same(request.headers.get("apiKey", ""), world.options.gallabox_api_key)
        _same(request.headers.get("apiSecret", ""), world.options.gallabox_api_secret)

    @api.post("/messages/whatsapp")
    def send() -> tuple[Response, int]:
        message = _read(world, request.get_json(force=True, silent=True))
        if world.faults.happens("gallabox", "unprocessable"):
            return jsonify(status="UNPROCESSABLE_ENTITY", message="Template bodyValues contains invalid values"), 200
        world.mailbox.take_in(message)
        _tell_fate(world, message)
        return jsonify(id=message.id, status="ACCEPTED", message="Message request accepted", warnings=[]), 202

    @api.get("/accounts/<account_id>/whatsappTemplates")
    def templates(account_id: str) -> Response:
        return jsonify([listed(name) for name in TEMPLATES])

    @api.errorhandler(GallaboxError)
    def refusal(error: GallaboxError) -> tuple[Response, int]:
        return jsonify(error.body), error.status

    return api


def reply(world: World, phone: str, text: str = "", button: str = "", message_id: str = "") -> Reply:
    """The person writes, or presses a button under a message; the app hears of it."""
    answer = Reply(id=new_hex(), phone=phone, text=text or button)
    world.mailbox.write_back(answer)
    said_so: Entity = {"type": "text", "from": phone, "text": {"body": text}, "status": "received"}
    if button:
        label = _label(world, message_id, button)
        answer.text = label
        said_so = {"type": "button", "from": phone, "button": {"payload": button, "text": label}, "status": "received"}
        said_so["context"] = {"id": message_id, "from": "919000000000"}
    contact = {"id": new_hex(), "name": f"Patient {phone[-4:]}", "phone": phone}
    channel = world.options.gallabox_channel_id
    body = {"id": answer.id, "conversationId": new_hex(), "channelId": channel, "contact": contact, "whatsapp": said_so}
    world.webhooks.gallabox((WROTE, body))
    return answer


def change_status(world: World, message: Message, status: str) -> None:
    """Move a message on by hand: sent, delivered, read or failed."""
    message.status = status
    world.webhooks.gallabox(_status_event(world, message, status, NOT_ON_WHATSAPP))


def _tell_fate(world: World, message: Message) -> None:
    outside = not message.template and not world.mailbox.wrote_today(message.phone)
    if outside or world.faults.happens("gallabox", "undeliverable"):
        message.status = "failed"
        error = OUTSIDE_WINDOW if outside else NOT_ON_WHATSAPP
        world.webhooks.gallabox(_status_event(world, message, "failed", error), after=AFTER_ANSWER_SECONDS)
        return
    message.status = "delivered"
    fate = [_status_event(world, message, status) for status in ("sent", "delivered")]
    world.webhooks.gallabox(*fate, after=AFTER_ANSWER_SECONDS)


def _status_event(world: World, message: Message, status: str, error: Entity | None = None) -> tuple[str, Entity]:
    """Flat as Meta's by default; the documented world knows no sample, so other shapes can be switched on."""
    failed = status == "failed"
    body: Entity = {"id": message.id, "status": status, "timestamp": str(now()), "recipient_id": message.phone}
    if failed:
        body["errors"] = [error]
    if fault := world.faults.take("gallabox", SHAPES - {"body_event", "hex_signature"}):
        body = _shaped(fault.kind, body)
    return (FAILED if failed else RECEIVED), body


def _shaped(shape: str, body: Entity) -> Entity:
    rest = {key: value for key, value in body.items() if key not in ("id", "status")}
    if shape == "shape_whatsapp":
        return {"whatsappMessageId": body["id"], "whatsapp": {"status": body["status"]}, **rest}
    if shape == "shape_data":
        return {"data": body}
    return {"message": {"id": body["id"]}, "deliveryStatus": body["status"], **rest}


def _read(world: World, sent: object) -> Message:
    """Check the request as the provider does, and turn it into what the person will see."""
    if not isinstance(sent, dict):
        raise _unprocessable("The request body is not valid JSON")
    recipient, whatsapp = sent.get("recipient") or {}, sent.get("whatsapp") or {}
    if sent.get("channelId") != world.options.gallabox_channel_id or sent.get("channelType") != "whatsapp":
        raise _unprocessable("channelId is not a WhatsApp channel of this account")
    phone = recipient.get("phone")
    if not isinstance(phone, str) or not re.fullmatch(r"[1-9]\d{9,14}", phone):
        raise _unprocessable("recipient.phone must be digits with the country code")
    name = str(recipient.get("name") or "")
    if whatsapp.get("type") == "text":
        return _text(phone, name, (whatsapp.get("text") or {}).get("body"))
    if whatsapp.get("type") != "template":
        raise _unprocessable("whatsapp.type must be template or text")
    return _from_template(world, phone, name, whatsapp.get("template") or {})


def _text(phone: str, name: str, body: object) -> Message:
    if not isinstance(body, str) or not body.strip():
        raise _unprocessable("whatsapp.text.body is required")
    return Message(id=new_hex(), channel="whatsapp", phone=phone, name=name, text=body)


def _from_template(world: World, phone: str, name: str, asked: Entity) -> Message:
    template, values = asked.get("templateName"), asked.get("bodyValues") or {}
    if not isinstance(template, str) or not re.fullmatch(r"\w{1,512}", template):
        raise _unprocessable("whatsapp.template.templateName is required")
    if not isinstance(values, dict) or wrong_values(template, values):
        raise _unprocessable("Template bodyValues contains invalid values")
    buttons = [_button(world, template, place, each) for place, each in enumerate(asked.get("buttonValues") or [])]
    if template in TEMPLATES and bool(TEMPLATES[template].button) != any(each["kind"] == "url" for each in buttons):
        raise _unprocessable("Template buttonValues contains invalid values")
    _label_answers(template, buttons)
    text = said(template, values)
    return Message(new_hex(), "whatsapp", phone, text, template=template, values=values, buttons=buttons, name=name)


def _button(world: World, template: str, place: int, asked: Entity) -> dict[str, str]:
    parameters = asked.get("parameters")
    if not isinstance(parameters, dict):
        where = f"whatsapp.template.buttonValues.{place}.parameters"
        raise GallaboxError(400, {"message": f"{where}: Path `parameters` is required."})
    if asked.get("sub_type") == "url" and parameters.get("text"):
        known = TEMPLATES.get(template)
        label = known.button if known and known.button else "Open"
        return {"text": label, "kind": "url", "url": f"{world.webhooks.app_url}/{str(parameters['text']).lstrip('/')}"}
    if asked.get("sub_type") == "quick_reply" and parameters.get("payload"):
        payload = str(parameters["payload"])
        return {"text": payload.replace("_", " ").capitalize(), "kind": "quick_reply", "payload": payload}
    raise _unprocessable("Template buttonValues contains invalid values")


def _label_answers(template: str, buttons: list[dict[str, str]]) -> None:
    """The labels stand in the approved text; each has to be given what it sends back."""
    answers = [each for each in buttons if each["kind"] == "quick_reply"]
    if template not in TEMPLATES:
        return
    if len(answers) != len(TEMPLATES[template].answers):
        raise _unprocessable("Template buttonValues contains invalid values")
    for each, label in zip(answers, TEMPLATES[template].answers, strict=True):
        each["text"] = label


def _label(world: World, message_id: str, payload: str) -> str:
    message = world.mailbox.message(message_id)
    buttons = message.buttons if message else []
    return next((each["text"] for each in buttons if each.get("payload") == payload), payload)


def _unprocessable(message: str) -> GallaboxError:
    return GallaboxError(422, {"status": "UNPROCESSABLE_ENTITY", "message": message})


def _same(given: str, expected: str) -> None:
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise GallaboxError(401, {"message": "Unauthorized"})
