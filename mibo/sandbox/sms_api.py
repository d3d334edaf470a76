"""The SMS gateway: `POST /sms` with `{"to": "91…", "text": "…"}`, as JSON or as a form."""

import re

from flask import Blueprint, Response, jsonify, request

from mibo.sandbox.entity import new_hex
from mibo.sandbox.mailbox import Mailbox, Message


def sms_api(mailbox: Mailbox) -> Blueprint:
    """Answers 202 with the message's id, or 400 when the number or the text is missing."""
    api = Blueprint("sms", __name__)

    @api.post("/sms")
    def send() -> tuple[Response, int]:
        sent = request.get_json(silent=True) or request.form
        phone, text = str(sent.get("to", "")).removeprefix("+"), str(sent.get("text", ""))
        if not re.fullmatch(r"[1-9]\d{9,14}", phone) or not text.strip():
            return jsonify(status="rejected", message="to and text are required"), 400
        message = Message(id=new_hex(), channel="sms", phone=phone, text=text, status="delivered")
        mailbox.take_in(message)
        return jsonify(id=message.id, status="queued"), 202

    return api
