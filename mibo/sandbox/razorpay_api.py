"""Razorpay's API, as its SDK calls it: `/v1/orders`, `/v1/payments`, `/v1/payment_links`, `/v1/refunds`."""

import base64
import binascii
import hmac
from collections.abc import Callable, Iterable
from functools import wraps

from flask import Blueprint, Response, jsonify, request

from mibo.sandbox.entity import Entity
from mibo.sandbox.ledger import RazorpayError
from mibo.sandbox.razorpay_checks import check_change, check_link, check_order, check_refund, check_refund_key
from mibo.sandbox.world import World

View = Callable[..., Entity]


def razorpay_api(world: World) -> Blueprint:
    """Every path our client may call, behind the key and the secret."""
    api = Blueprint("razorpay", __name__, url_prefix="/v1")
    _orders(api, world)
    _payments(api, world)
    _links(api, world)
    _refunds(api, world)
    api.before_request(lambda: _authenticate(world))
    api.register_error_handler(RazorpayError, refusal)
    return api


def refusal(error: RazorpayError) -> tuple[Response, int]:
    where: Entity = {"source": None, "step": None, "reason": None, "metadata": []}
    if not error.of_link:
        where = {
            "source": "business",
            "step": "payment_initiation",
            "reason": "input_validation_failed",
            "metadata": {},
        }
    named = {"field": error.field} if error.field else {}
    body = {"code": "BAD_REQUEST_ERROR", "description": error.description, **where, **named}
    return jsonify(error=body), error.status


def _authenticate(world: World) -> None:
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    expected = f"{world.options.razorpay_key_id}:{world.options.razorpay_key_secret}".encode()
    try:
        given = base64.b64decode(encoded) if kind == "Basic" else b""
    except binascii.Error:
        given = b""
    if not hmac.compare_digest(given, expected):
        raise RazorpayError("Authentication failed", status=401)


def _orders(api: Blueprint, world: World) -> None:
    ledger = world.ledger

    @api.post("/orders")
    @_answer(world)
    def create_order() -> Entity:
        asked = _body()
        check_order(asked)
        return ledger.open_order(asked)

    @api.get("/orders")
    @_answer(world)
    def orders() -> Entity:
        receipt = request.args.get("receipt")
        return _collection(order for order in ledger.orders.values() if receipt in (None, order["receipt"]))

    @api.get("/orders/<order_id>")
    @_answer(world)
    def order(order_id: str) -> Entity:
        return _found(ledger.orders, order_id)

    @api.get("/orders/<order_id>/payments")
    @_answer(world)
    def payments_of_order(order_id: str) -> Entity:
        _found(ledger.orders, order_id)
        return _collection(payment for payment in ledger.payments.values() if payment["order_id"] == order_id)


def _payments(api: Blueprint, world: World) -> None:
    ledger = world.ledger

    @api.get("/payments")
    @_answer(world)
    def payments() -> Entity:
        return _collection(ledger.payments.values())

    @api.get("/payments/<payment_id>")
    @_answer(world)
    def payment(payment_id: str) -> Entity:
        return _found(ledger.payments, payment_id)

    @api.post("/payments/<payment_id>/capture")
    @_answer(world)
    def capture(payment_id: str) -> Entity:
        return ledger.capture(_found(ledger.payments, payment_id), _body().get("amount", 0))

    @api.post("/payments/<payment_id>/refund")
    @_answer(world)
    def refund(payment_id: str) -> Entity:
        asked = _body()
        key = request.headers.get("X-Refund-Idempotency", "")
        check_refund(asked)
        check_refund_key(key)
        return ledger.refund(_found(ledger.payments, payment_id), asked, key)

    @api.get("/payments/<payment_id>/refunds")
    @_answer(world)
    def refunds_of_payment(payment_id: str) -> Entity:
        _found(ledger.payments, payment_id)
        return _collection(refund for refund in ledger.refunds.values() if refund["payment_id"] == payment_id)

    @api.get("/payments/<payment_id>/refunds/<refund_id>")
    @_answer(world)
    def refund_of_payment(payment_id: str, refund_id: str) -> Entity:
        _found(ledger.payments, payment_id)
        return _found(ledger.refunds, refund_id)


def _refunds(api: Blueprint, world: World) -> None:
    ledger = world.ledger

    @api.get("/refunds")
    @_answer(world)
    def refunds() -> Entity:
        return _collection(ledger.refunds.values())

    @api.get("/refunds/<refund_id>")
    @_answer(world)
    def one_refund(refund_id: str) -> Entity:
        return _found(ledger.refunds, refund_id)


def _links(api: Blueprint, world: World) -> None:
    ledger = world.ledger

    @api.post("/payment_links")
    @_answer(world)
    def create_link() -> Entity:
        asked = _body()
        check_link(asked)
        link = ledger.open_link(asked, world.public_url)
        if link["notify"]["sms"]:
            world.text_link(link)
        return link

    @api.get("/payment_links")
    @_answer(world)
    def links() -> Entity:
        reference, payment_id = request.args.get("reference_id"), request.args.get("payment_id")
        order_id = ledger.payments.get(payment_id or "", {}).get("order_id", "none")
        wanted = (
            link
            for link in ledger.links.values()
            if reference in (None, link["reference_id"]) and (payment_id is None or link.get("order_id") == order_id)
        )
        return {"payment_links": _page(wanted)}

    @api.get("/payment_links/<link_id>")
    @_answer(world)
    def link(link_id: str) -> Entity:
        return _found(ledger.links, link_id)

    @api.patch("/payment_links/<link_id>")
    @_answer(world)
    def change_link(link_id: str) -> Entity:
        asked = _body()
        check_change(asked)
        return ledger.change_link(_found(ledger.links, link_id), asked)

    @api.post("/payment_links/<link_id>/cancel")
    @_answer(world)
    def cancel_link(link_id: str) -> Entity:
        return ledger.cancel_link(_found(ledger.links, link_id))

    @api.post("/payment_links/<link_id>/notify_by/<medium>")
    @_answer(world)
    def notify_by(link_id: str, medium: str) -> Entity:
        link = _found(ledger.links, link_id)
        if medium == "sms":
            world.text_link(link)
        return {"success": True}


def _answer(world: World) -> Callable[[View], Callable[..., Response]]:
    """Write the entity while nobody else can change it."""

    def around(view: View) -> Callable[..., Response]:
        @wraps(view)
        def answered(**ids: str) -> Response:
            with world.ledger.lock:
                return jsonify(view(**ids))

        return answered

    return around


def _body() -> Entity:
    sent = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(sent, dict):
        raise RazorpayError("The request body is not valid JSON")
    return sent


def _found(shelf: dict[str, Entity], entity_id: str) -> Entity:
    if entity_id not in shelf:
        raise RazorpayError("The id provided does not exist")
    return shelf[entity_id]


def _collection(entities: Iterable[Entity]) -> Entity:
    page = _page(entities)
    return {"entity": "collection", "count": len(page), "items": page}


def _page(entities: Iterable[Entity]) -> list[Entity]:
    """Newest first, ten at a time, as Razorpay pages."""
    first, last = request.args.get("from", 0, int), request.args.get("to", 1 << 40, int)
    newest = [each for each in reversed(list(entities)) if first <= each["created_at"] <= last]
    skip, count = request.args.get("skip", 0, int), request.args.get("count", 10, int)
    return newest[skip : skip + count]
