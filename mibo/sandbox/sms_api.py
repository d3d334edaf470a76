"""The SMS gateway: `POST /sms` with `{"to": "91…", "text": "…"}`, as JSON or as a form.

`sender`, `entity_id` and `template_id` are kept as they came, as is the sender's own `reference`.
"""

import re

from flask import Blueprint, Response, jsonify, request

from mibo.sandbox.entity import new_hex
from mibo.sandbox.mailbox import Mailbox, Message

MORE = ("sender", "entity_id", "template_id", "reference")


def sms_api(mailbox: Mailbox) -> Blueprint:
    """Answers 202 with the message's id, or 400 when the number or the text is missing."""
    api = Blueprint("sms", __name__)

    @api.post("/sms")
    def send() -> tuple[Response, int]:
        sent = request.get_json(silent=True) or request.form
        phone, text = str(sent.get("to", "")).removeprefix("+"), str(sent.get("text", ""))
        if not re.fullmatch(r"[1-9]\d{9,14}", phone) or not text.strip():
            return jsonify(status="rejected", message="to and text are required"), 400
        more = {name: str(sent[name]) for name in MORE if sent.get(name)}
        message = Message(id=new_hex(), channel="sms", phone=phone, text=text, values=more, status="delivered")
        mailbox.take_in(message)
        return jsonify(id=message.id, status="queued"), 202

    return api
