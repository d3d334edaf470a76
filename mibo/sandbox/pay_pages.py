"""Where a person pays: the hosted page of a link, and what `checkout.js` asks for behind its dialog."""

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from mibo.sandbox.entity import Entity, now
from mibo.sandbox.ledger import RazorpayError
from mibo.sandbox.ledger_entities import FAILURE
from mibo.sandbox.webhooks import hex_mac
from mibo.sandbox.world import World

PRESSED = {"upi": ("captured", "upi"), "card": ("captured", "card"), "fail": ("failed", "upi")}


def pay_pages(world: World) -> Blueprint:
    """`/l/<code>`, `/v1/checkout.js` and the address its dialog talks to."""
    pages = Blueprint("pay", __name__)
    _hosted(pages, world)
    _checkout(pages, world)
    return pages


def proof(world: World, order_id: str, payment_id: str) -> Entity:
    """The three fields of the checkout handshake."""
    signature = hex_mac(world.options.razorpay_key_secret, f"{order_id}|{payment_id}".encode())
    return {"razorpay_payment_id": payment_id, "razorpay_order_id": order_id, "razorpay_signature": signature}


def callback_address(world: World, link: Entity, payment: Entity) -> str:
    """Where the payer's browser goes after paying a link, signed; empty when the link names no address."""
    address = str(link["callback_url"])
    if not address:
        return ""
    told = {
        "razorpay_payment_id": payment["id"], "razorpay_payment_link_id": link["id"],
        "razorpay_payment_link_reference_id": link["reference_id"], "razorpay_payment_link_status": link["status"],
    }  # fmt: skip
    signed = "|".join((link["id"], link["reference_id"], link["status"], payment["id"]))
    told["razorpay_signature"] = hex_mac(world.options.razorpay_key_secret, signed.encode())
    return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}"


def _hosted(pages: Blueprint, world: World) -> None:
    @pages.get("/l/<code>")
    def hosted(code: str) -> str:
        link = _link(world, code)
        if link["status"] == "created":
            world.ledger.open_link_order(link)
        return _page(link)

    @pages.post("/l/<code>")
    def press(code: str) -> str | AnyResponse:
        link = _link(world, code)
        pressed = request.form.get("press", "")
        if pressed not in PRESSED:
            return _page(link, "You closed the page. Nothing was paid.")
        outcome, method = PRESSED[pressed]
        try:
            paid = world.ledger.pay(world.ledger.open_link_order(link), outcome, method, {})
        except RazorpayError:
            return _page(link)
        if outcome == "failed":
            return _page(link, str(FAILURE["error_description"]))
        address = callback_address(world, link, paid.payment)
        return redirect(address or f"/l/{code}", 303)


def _checkout(pages: Blueprint, world: World) -> None:
    @pages.get("/v1/checkout.js")
    def script() -> Response:
        answer = send_from_directory(f"{pages.root_path}/assets", "checkout.js", mimetype="text/javascript")
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer

    @pages.post("/v1/checkout/payments")
    def attempt() -> tuple[Response, int]:
        answer, status = _attempt(world, request.get_json(force=True, silent=True) or {})
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer, status


def _attempt(world: World, asked: Entity) -> tuple[Response, int]:
    order = world.ledger.orders.get(str(asked.get("order_id")))
    if not order or asked.get("key") != world.options.razorpay_key_id or asked.get("press") not in PRESSED:
        return jsonify(error=_failure("The id provided does not exist", {})), 400
    outcome, method = PRESSED[asked["press"]]
    try:
        paid = world.ledger.pay(order, outcome, method, asked.get("payer") or {})
    except RazorpayError as error:
        return jsonify(error=_failure(error.description, {"order_id": order["id"]})), 400
    if outcome == "failed":
        where = {"payment_id": paid.payment["id"], "order_id": order["id"]}
        return jsonify(error=_failure(paid.payment["error_description"], where)), 400
    return jsonify(proof(world, order["id"], paid.payment["id"])), 200


def _failure(description: str, metadata: Entity) -> Entity:
    parts = {name.removeprefix("error_"): value for name, value in FAILURE.items()}
    return {**parts, "description": description, "metadata": metadata}


def _link(world: World, code: str) -> Entity:
    link = world.ledger.link_at(f"/l/{code}")
    if not link:
        abort(404)
    if link["expire_by"] and link["expire_by"] <= now():
        world.ledger.expire_link(link)
    return link


def _page(link: Entity, notice: str = "") -> str:
    return render_template("link.html", link=link, notice=notice)
