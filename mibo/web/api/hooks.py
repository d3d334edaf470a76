"""What providers tell us: proved by a signature over the raw bytes, kept once, settled later (security.md 59, 60)."""

import hashlib

import structlog
from flask import Blueprint, abort, jsonify, request
from werkzeug.wrappers import Response

from mibo import booking, db, jobs, messaging
from mibo.integrations import gallabox, razorpay
from mibo.web.access import public, public_in_steps

EVENT_ID_LENGTH, KIND_LENGTH = 100, 60
KEEP = """
insert into provider_event (provider, event_id, kind, body) values (%(provider)s, %(event_id)s, %(kind)s, %(body)s)
on conflict do nothing returning id
"""

log = structlog.get_logger(__name__)
bp = Blueprint("hooks", __name__)


@bp.post("/payments/webhook")
@bp.post("/payments/admin-webhook")
@bp.post("/payment/webhook")
@bp.post("/payment/admin-webhook")
@bp.post("/webhooks/razorpay")
@public_in_steps
def hear_of_money() -> Response:
    """Razorpay tells of a payment, a link or a refund. However often it tells, it is kept once.

    It is kept by one statement and answered. All that waits is settled together, by the bell or by the next tick.
    """
    raw = _raw_body()
    if not razorpay.webhook_signature_is_good(raw, request.headers.get("X-Razorpay-Signature")):
        _refuse("razorpay")
    if _keep("razorpay", request.headers.get("x-razorpay-event-id"), razorpay.read_event(raw).event, raw):
        jobs.ring_sparingly(booking.settle_waiting)
    return jsonify(success=True, message="Webhook processed")


@bp.post("/hooks/gallabox")
@public
def hear_of_messages() -> Response:
    """Gallabox tells what became of a message. Told twice or out of order, a message only ever gets further; what
    people write back is kept once, and acted on later."""
    raw = _raw_body()
    if not gallabox.webhook_signature_is_good(raw, request.headers.get("x-gallabox-signature")):
        _refuse("gallabox")
    event = request.headers.get("x-event-name")
    if gallabox.read_reply(event, raw) is None:
        messaging.hear(event, raw)
    elif (reply_id := messaging.keep_reply(event, raw)) is not None:
        jobs.defer(booking.answering.settle_reply, reply_id)
    return jsonify(success=True, message="Webhook processed")


def _raw_body() -> bytes:
    """The bytes as they came, since a signature covers nothing else; the API's limit on bodies holds."""
    return request.get_data(cache=False)


def _refuse(provider: str) -> None:
    log.warning("hooks.bad_signature", provider=provider)
    abort(400)


def _keep(provider: str, told_id: str | None, kind: str, raw: bytes) -> bool:
    """Whether an event is new; then it is kept now, whatever follows. One without an id is known by its bytes."""
    known_by = told_id or f"sha256:{hashlib.sha256(raw).hexdigest()}"
    body = raw.decode("utf-8", "replace").replace("\x00", "")
    told = {"provider": provider, "event_id": known_by[:EVENT_ID_LENGTH], "kind": kind[:KIND_LENGTH], "body": body}
    return db.put(KEEP, told)
