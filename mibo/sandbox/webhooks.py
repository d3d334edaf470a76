"""How the two providers address, sign and number what they tell the app."""

import base64
import hashlib
import hmac
import json

from mibo.sandbox.courier import Courier, Delivery
from mibo.sandbox.entity import Entity, new_id, now
from mibo.sandbox.faults import Faults
from mibo.sandbox.options import Options

ACCOUNT = "acc_MiboSandbox001"
RAZORPAY_PATH = "/api/payments/webhook"
GALLABOX_PATH = "/api/hooks/gallabox"
GALLABOX_TRIES = 5
AFTER_ANSWER_SECONDS = 0.1  # lets the caller read its answer first, as the network between us and a provider would
LATE_SECONDS = 2.0


class Webhooks:
    """Tells the app what happened, with the troubles that are switched on."""

    def __init__(self, options: Options, courier: Courier, faults: Faults) -> None:
        self._options = options
        self._courier = courier
        self._faults = faults
        self.app_url = options.app_url.rstrip("/")

    def razorpay(self, *events: Entity, after: float = 0.0) -> None:
        self._send("razorpay", [self._razorpay_delivery(event) for event in events], after)

    def gallabox(self, *events: tuple[str, Entity], after: float = 0.0) -> None:
        self._send("gallabox", [self._gallabox_delivery(name, body) for name, body in events], after)

    def replay(self, delivery: Delivery) -> None:
        """Send it once more, with the event id it had, as a person can ask at the provider's dashboard."""
        again = _twin(delivery)
        again.state = "waiting"
        self._courier.send([again])

    def _send(self, provider: str, act: list[Delivery], after: float) -> None:
        if self._faults.happens(provider, "reorder"):
            act.reverse()
        if late := self._faults.take(provider, ("late_webhook",)):
            after += LATE_SECONDS if late.seconds is None else late.seconds
        self._courier.send([each for delivery in act for each in self._troubled(delivery)], after)

    def _troubled(self, delivery: Delivery) -> list[Delivery]:
        if not self.app_url:
            delivery.state = "nobody listens"
        elif self._faults.happens(delivery.provider, "drop_webhook"):
            delivery.state = "dropped"
        elif self._faults.happens(delivery.provider, "bad_signature"):
            self._forge(delivery)
        elif self._faults.happens(delivery.provider, "no_signature"):
            delivery.headers = {
                name: value for name, value in delivery.headers.items() if not name.endswith("ignature")
            }
            delivery.tries = 1
        if self._faults.happens(delivery.provider, "duplicate"):
            return [delivery, _twin(delivery)]
        return [delivery]

    def _forge(self, delivery: Delivery) -> None:
        """Sign it with a secret that is not ours. A forger gets one try."""
        delivery.tries = 1
        if delivery.provider == "razorpay":
            delivery.headers["X-Razorpay-Signature"] = hex_mac("not the secret", delivery.body)
        else:
            delivery.headers["x-gallabox-signature"] = base64_mac("not the secret", delivery.body)

    def _razorpay_delivery(self, event: Entity) -> Delivery:
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        event_id = new_id("")
        headers = {
            "Content-Type": "application/json", "User-Agent": "Razorpay-Webhook/v1", "x-razorpay-event-id": event_id,
            "X-Razorpay-Signature": hex_mac(self._options.razorpay_webhook_secret, body),
        }  # fmt: skip
        tries = len(self._options.retries_after) + 1
        return Delivery("razorpay", event["event"], event_id, self.app_url + RAZORPAY_PATH, headers, body, tries)

    def _gallabox_delivery(self, name: str, event: Entity) -> Delivery:
        headers = {"Content-Type": "application/json", "x-event-name": name}
        if self._faults.happens("gallabox", "body_event"):
            del headers["x-event-name"]
            event = {"event": name, **event}
        body = json.dumps(event, ensure_ascii=False).encode()
        secret = self._options.gallabox_webhook_secret
        as_hex = self._faults.happens("gallabox", "hex_signature")
        headers["x-gallabox-signature"] = hex_mac(secret, body) if as_hex else base64_mac(secret, body)
        return Delivery("gallabox", name, "", self.app_url + GALLABOX_PATH, headers, body, GALLABOX_TRIES)


def razorpay_event(name: str, *, created_at: int | None = None, **entities: Entity) -> Entity:
    """Razorpay's envelope around what each entity looks like at this moment."""
    return {
        "entity": "event", "account_id": ACCOUNT, "event": name, "contains": list(entities),
        "payload": {kind: {"entity": entity} for kind, entity in entities.items()},
        "created_at": now() if created_at is None else created_at,
    }  # fmt: skip


def hex_mac(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def base64_mac(secret: str, signed: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def _twin(delivery: Delivery) -> Delivery:
    return Delivery(**{**vars(delivery), "attempts": [], "id": new_id("delivery_")})
