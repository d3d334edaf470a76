"""`/_sandbox/…`: how tests, tools and demos move the sandbox."""

from flask import Blueprint, Response, jsonify, request

from mibo.sandbox.entity import Entity
from mibo.sandbox.faults import KINDS, Fault
from mibo.sandbox.gallabox_api import change_status, reply
from mibo.sandbox.known import remember
from mibo.sandbox.ledger import RazorpayError
from mibo.sandbox.mailbox import digits
from mibo.sandbox.pay_pages import callback_address, proof
from mibo.sandbox.world import World

OUTCOMES = ("captured", "failed", "late")
METHODS = ("upi", "card", "netbanking", "wallet")
STATUSES = ("sent", "delivered", "read", "failed")
IDLE_SECONDS = 10.0


class WrongOrder(Exception):
    """A control request that makes no sense, with a sentence that says why."""


def control(world: World) -> Blueprint:
    """The sandbox's own endpoints; they exist at no provider."""
    api = Blueprint("control", __name__, url_prefix="/_sandbox")
    _watching(api, world)
    _webhooks(api, world)
    _money(api, world)
    _messages(api, world)
    _trouble(api, world)

    @api.errorhandler(WrongOrder)
    def wrong_order(error: WrongOrder) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    @api.errorhandler(RazorpayError)
    def refused(error: RazorpayError) -> tuple[Response, int]:
        return jsonify(error=error.description), 409

    return api


def _watching(api: Blueprint, world: World) -> None:
    @api.get("/messages")
    def messages() -> Response:
        phone, channel, to = (request.args.get(name, "") for name in ("phone", "channel", "to"))
        return jsonify([message.as_json() for message in world.mailbox.messages(digits(phone), channel, to)])

    @api.get("/calls")
    def calls() -> Response:
        return jsonify(world.calls.listed(request.args.get("provider", "")))

    @api.get("/health")
    def health() -> Response:
        return jsonify(ok=True)

    @api.post("/reset")
    def reset() -> Response:
        world.reset()
        return jsonify(ok=True)


def _webhooks(api: Blueprint, world: World) -> None:
    @api.get("/webhooks")
    def webhooks() -> Response:
        return jsonify([each.as_json() for each in world.courier.deliveries(request.args.get("provider", ""))])

    @api.get("/idle")
    def idle() -> tuple[Response, int]:
        quiet = world.courier.idle(IDLE_SECONDS)
        return jsonify(idle=quiet, under_way=world.courier.under_way()), 200 if quiet else 504

    @api.post("/replay")
    def replay() -> Response:
        asked = _body()
        again = [each for each in world.courier.deliveries() if each.id == asked.get("id")]
        if not again:
            raise WrongOrder("id must be one of /_sandbox/webhooks")
        world.webhooks.replay(again[0])
        return jsonify(ok=True)

    @api.post("/app-url")
    def app_url() -> Response:
        world.webhooks.app_url = str(_body().get("app_url", "")).rstrip("/")
        return jsonify(app_url=world.webhooks.app_url)


def _money(api: Blueprint, world: World) -> None:
    ledger = world.ledger

    @api.post("/pay")
    def pay() -> Response:
        asked = _body()
        outcome = _one_of(asked, "outcome", OUTCOMES, "captured")
        method = _one_of(asked, "method", METHODS, "upi")
        with ledger.lock:
            paid = ledger.pay(_order_to_pay(world, asked), outcome, method, {}, float(asked.get("after_seconds", 0)))
            answer = proof(world, paid.order["id"], paid.payment["id"])
            if outcome == "failed":
                answer["razorpay_signature"] = None
            if paid.link and paid.link["status"] == "paid":
                answer["callback_url"] = callback_address(world, paid.link, paid.payment)
        return jsonify(answer)

    @api.post("/known")
    def known() -> Response:
        told = _body().get("payments")
        if not isinstance(told, list):
            raise WrongOrder("payments must be a list")
        try:
            return jsonify(new=remember(ledger, told))
        except (KeyError, TypeError, ValueError):
            raise WrongOrder("each payment needs id, amount and created_at") from None

    @api.post("/expire")
    def expire() -> Response:
        link = _link(world, _body())
        ledger.expire_link(link)
        return jsonify(status=link["status"])

    @api.post("/refund-status")
    def refund_status() -> Response:
        asked = _body()
        refund = ledger.refunds.get(str(asked.get("refund_id")))
        if not refund:
            raise WrongOrder("refund_id is not a refund of this sandbox")
        ledger.end_refund(refund, _one_of(asked, "status", ("processed", "failed"), "processed"))
        return jsonify(refund)


def _messages(api: Blueprint, world: World) -> None:
    @api.post("/message-status")
    def message_status() -> Response:
        asked = _body()
        message = world.mailbox.message(str(asked.get("message_id")))
        if not message:
            raise WrongOrder("message_id is not a message of this sandbox")
        change_status(world, message, _one_of(asked, "status", STATUSES, "delivered"))
        return jsonify(message.as_json())

    @api.post("/reply")
    def write_back() -> Response:
        asked = {name: str(_body().get(name) or "") for name in ("phone", "text", "button", "message_id")}
        if not asked["phone"] or not (asked["text"] or asked["button"]):
            raise WrongOrder("phone and text, or phone and button, are needed")
        return jsonify(id=reply(world, **{**asked, "phone": digits(asked["phone"])}).id)


def _trouble(api: Blueprint, world: World) -> None:
    @api.post("/faults")
    def switch() -> Response:
        asked = _body()
        if asked.get("clear"):
            world.faults.clear(str(asked.get("provider") or ""))
        else:
            world.faults.switch_on(_fault(asked))
        return jsonify(faults=world.faults.listed())

    @api.get("/faults")
    def switched_on() -> Response:
        return jsonify(faults=world.faults.listed())


def _fault(asked: Entity) -> Fault:
    provider = _one_of(asked, "provider", tuple(KINDS), None)
    kind = _one_of(asked, "fault", tuple(sorted(KINDS[provider])), None)
    times, one_in, seconds = asked.get("times", 1), asked.get("one_in", 1), asked.get("seconds")
    if not isinstance(times, int) or not isinstance(one_in, int) or min(times, one_in) < 1:
        raise WrongOrder("times and one_in must be numbers from 1 on")
    waited = None if seconds is None else float(seconds)
    path, method = str(asked.get("path", "")), str(asked.get("method", "")).upper()
    return Fault(provider, kind, times, waited, path, method, one_in)


def _order_to_pay(world: World, asked: Entity) -> Entity:
    if "payment_link_id" in asked:
        return world.ledger.open_link_order(_link(world, asked))
    order = world.ledger.orders.get(str(asked.get("order_id")))
    if not order:
        raise WrongOrder("order_id or payment_link_id must name one of this sandbox")
    return order


def _link(world: World, asked: Entity) -> Entity:
    link = world.ledger.links.get(str(asked.get("payment_link_id")))
    if not link:
        raise WrongOrder("payment_link_id is not a link of this sandbox")
    return link


def _one_of(asked: Entity, name: str, allowed: tuple[str, ...], otherwise: str | None) -> str:
    value = asked.get(name, otherwise)
    if value not in allowed:
        raise WrongOrder(f"{name} must be one of: {', '.join(allowed)}")
    return str(value)


def _body() -> Entity:
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict):
        raise WrongOrder("send a JSON object")
    return sent
