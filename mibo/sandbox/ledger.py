"""What Razorpay would know: orders, payments, links and refunds, and how each changes the others."""

import copy
import json
import threading
from dataclasses import dataclass, field

from mibo.sandbox.courier import Courier
from mibo.sandbox.entity import Entity, new_hex, new_id, now
from mibo.sandbox.faults import Faults
from mibo.sandbox.ledger_entities import FAILURE, NO_FAILURE, new_link, new_order, new_payment, new_refund, order_dump
from mibo.sandbox.webhooks import AFTER_ANSWER_SECONDS, Webhooks, razorpay_event


class RazorpayError(Exception):
    """A refusal in Razorpay's words."""

    def __init__(self, description: str, *, field: str | None = None, status: int = 400, of_link: bool = False) -> None:
        super().__init__(description)
        self.description, self.field, self.status, self.of_link = description, field, status, of_link


@dataclass
class Paid:
    """How an attempt to pay ended."""

    payment: Entity
    order: Entity
    link: Entity | None = None


@dataclass
class Ledger:
    """The account at the payment provider. Every change tells the app by webhook."""

    webhooks: Webhooks
    faults: Faults
    courier: Courier
    orders: dict[str, Entity] = field(default_factory=dict)
    payments: dict[str, Entity] = field(default_factory=dict)
    links: dict[str, Entity] = field(default_factory=dict)
    refunds: dict[str, Entity] = field(default_factory=dict)
    _captured_by_hand: set[str] = field(default_factory=set)
    _refund_keys: dict[str, tuple[str, Entity]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def forget(self) -> None:
        with self.lock:
            self._captured_by_hand.clear()
            for shelf in (self.orders, self.payments, self.links, self.refunds, self._refund_keys):
                shelf.clear()

    # orders and links

    def open_order(self, asked: Entity) -> Entity:
        with self.lock:
            order = new_order(asked)
            self.orders[order["id"]] = order
            if (asked.get("payment") or {}).get("capture") == "manual":
                self._captured_by_hand.add(order["id"])
            return order

    def open_link(self, asked: Entity, base_url: str) -> Entity:
        with self.lock:
            if self.link_with(asked.get("reference_id") or ""):
                raise RazorpayError("payment link creation with reference ID already attempted", of_link=True)
            link = new_link(asked, f"{base_url}/l/{new_id('', 9)}")
            self.links[link["id"]] = link
            self._watch(link)
            return link

    def link_with(self, reference_id: str) -> Entity | None:
        links = self.links.values() if reference_id else ()
        return next((link for link in links if link["reference_id"] == reference_id), None)

    def link_at(self, short_url: str) -> Entity | None:
        return next((link for link in self.links.values() if link["short_url"].endswith(short_url)), None)

    def change_link(self, link: Entity, asked: Entity) -> Entity:
        with self.lock:
            if link["status"] not in ("created", "partially_paid"):
                raise RazorpayError(f"A payment link that is {link['status']} cannot be updated", of_link=True)
            rival = self.link_with(asked.get("reference_id") or "")
            if rival and rival is not link:
                raise RazorpayError("payment link creation with reference ID already attempted", of_link=True)
            link.update(asked, updated_at=now())
            self._watch(link)
            return link

    def cancel_link(self, link: Entity) -> Entity:
        with self.lock:
            if link["status"] in ("paid", "partially_paid"):
                raise RazorpayError("Payment link cannot be cancelled as it is already paid", of_link=True)
            if link["status"] != "created":
                raise RazorpayError(f"Payment link cannot be cancelled as it is already {link['status']}", of_link=True)
            link.update(status="cancelled", cancelled_at=now(), updated_at=now())
            self._tell_link("payment_link.cancelled", link, after=AFTER_ANSWER_SECONDS)
            return link

    def expire_link(self, link: Entity) -> None:
        """The link's time is over, whether or not the clock agrees."""
        with self.lock:
            if link["status"] == "created":
                link.update(status="expired", expired_at=now(), updated_at=now())
                self._tell_link("payment_link.expired", link)

    def open_link_order(self, link: Entity) -> Entity:
        """The order behind a link exists only once the payer has opened the link."""
        with self.lock:
            if "order_id" not in link:
                wanted = {name: link[name] for name in ("amount", "currency", "notes")}
                link["order_id"] = self.open_order({**wanted, "receipt": link["reference_id"] or None})["id"]
            return self.orders[link["order_id"]]

    def link_of(self, order: Entity) -> Entity | None:
        return next((link for link in self.links.values() if link.get("order_id") == order["id"]), None)

    def _watch(self, link: Entity) -> None:
        """Let the link end when its time comes."""
        if link["expire_by"]:
            left = max(0.0, link["expire_by"] - now())
            self.courier.run(lambda: self._expire_when_due(link), left, awaited=False)

    def _expire_when_due(self, link: Entity) -> None:
        if link["expire_by"] <= now():
            self.expire_link(link)

    def _tell_link(self, name: str, link: Entity, after: float = 0.0) -> None:
        event = razorpay_event(name, created_at=link["created_at"], payment_link=copy.deepcopy(link))
        self.webhooks.razorpay(event, after=after)

    # paying

    def pay(self, order: Entity, outcome: str, method: str, payer: Entity, late_after: float = 0.0) -> Paid:
        """One attempt at the order. `late` fails first and is captured all the same, `late_after` seconds later."""
        with self.lock:
            link = self.link_of(order)
            self._may_be_paid(order, link, outcome)
            payment = new_payment(order, method, payer, link)
            self.payments[payment["id"]] = payment
            order["attempts"] += 1
            order["status"] = "attempted"
            events = self._failed(payment) if outcome in ("failed", "late") else []
            if outcome == "late" and late_after:
                self.courier.run(lambda: self._arrive(payment, order, link), late_after)
            elif outcome != "failed":
                events += self._money(payment, order, link)
            self.webhooks.razorpay(*events)
            return Paid(payment, order, link)

    def _may_be_paid(self, order: Entity, link: Entity | None, outcome: str) -> None:
        if order["status"] == "paid":
            raise RazorpayError("Payment could not be completed as this order is already paid")
        if link and link["status"] != "created" and outcome != "late":
            raise RazorpayError(f"This payment link is {link['status']}", of_link=True)

    def _arrive(self, payment: Entity, order: Entity, link: Entity | None) -> None:
        with self.lock:
            self.webhooks.razorpay(*self._money(payment, order, link))

    def _failed(self, payment: Entity) -> list[Entity]:
        payment.update(FAILURE, status="failed")
        return [razorpay_event("payment.failed", payment=copy.deepcopy(payment))]

    def _money(self, payment: Entity, order: Entity, link: Entity | None) -> list[Entity]:
        payment.update(NO_FAILURE, status="authorized")
        authorized = razorpay_event("payment.authorized", payment=copy.deepcopy(payment))
        if order["id"] in self._captured_by_hand:
            return [authorized]
        return [authorized, *self._captured(payment, order, link)]

    def _captured(self, payment: Entity, order: Entity, link: Entity | None) -> list[Entity]:
        fee = payment["amount"] * 236 // 10_000
        payment.update(status="captured", captured=True, fee=fee, tax=fee - payment["amount"] * 2 // 100)
        order.update(status="paid", amount_paid=order["amount"], amount_due=0)
        seen = copy.deepcopy(payment)
        events = [
            razorpay_event("payment.captured", payment=seen),
            razorpay_event("order.paid", payment=seen, order=copy.deepcopy(order)),
        ]
        return [*events, *self._link_paid(link, order, seen)] if link else events

    def _link_paid(self, link: Entity, order: Entity, payment: Entity) -> list[Entity]:
        """Money for a link that is over does not bring the link back."""
        line = {key: payment[key] for key in ("amount", "created_at", "method")}
        line |= {"payment_id": payment["id"], "plink_id": link["id"], "status": "captured", "updated_at": now()}
        link["payments"] = [*(link["payments"] or []), line]
        if link["status"] != "created":
            return []
        link.update(status="paid", amount_paid=link["amount"], updated_at=now())
        seen = copy.deepcopy(link)
        return [razorpay_event("payment_link.paid", payment_link=seen, order=order_dump(order), payment=payment)]

    def capture(self, payment: Entity, amount: int) -> Entity:
        with self.lock:
            if payment["captured"]:
                raise RazorpayError("This payment has already been captured")
            if payment["status"] != "authorized":
                raise RazorpayError("Only payments which have been authorized and not yet captured can be captured")
            if amount != payment["amount"]:
                raise RazorpayError("Capture amount must be equal to the amount authorized", field="amount")
            order = self.orders[payment["order_id"]]
            events = self._captured(payment, order, self.link_of(order))
            self.webhooks.razorpay(*events, after=AFTER_ANSWER_SECONDS)
            return payment

    # giving back

    def refund(self, payment: Entity, asked: Entity, key: str) -> Entity:
        """The same key with the same body gives the same refund; with another body it is refused."""
        with self.lock:
            body = json.dumps([payment["id"], asked], sort_keys=True)
            if key in self._refund_keys:
                return self._repeated(key, body)
            refund = self._new_refund(payment, asked)
            if key:
                self._refund_keys[key] = (body, refund)
            return refund

    def _repeated(self, key: str, body: str) -> Entity:
        first, refund = self._refund_keys[key]
        if first != body:
            raise RazorpayError("Different request body sent with the same idempotency key", status=409)
        return refund

    def _new_refund(self, payment: Entity, asked: Entity) -> Entity:
        if payment["refund_status"] == "full":
            raise RazorpayError("The payment has been fully refunded already")
        if not payment["captured"]:
            raise RazorpayError("The payment status should be captured for action to be taken")
        left = payment["amount"] - payment["amount_refunded"]
        amount = asked.get("amount") or left
        if amount > left:
            raise RazorpayError("The total refund amount is greater than the refund payment amount", field="amount")
        refund = new_refund(payment, amount, asked)
        self.refunds[refund["id"]] = refund
        _give_back(payment, amount)
        events = [_refund_event("refund.created", refund, payment)]
        if not self.faults.happens("razorpay", "refund_pending"):
            events.append(_ended(refund, payment, "processed"))
        self.webhooks.razorpay(*events, after=AFTER_ANSWER_SECONDS)
        return refund

    def end_refund(self, refund: Entity, status: str) -> None:
        """The bank has answered: processed, or failed and the money is the clinic's again."""
        with self.lock:
            if refund["status"] != "pending":
                raise RazorpayError(f"The refund is already {refund['status']}")
            self.webhooks.razorpay(_ended(refund, self.payments[refund["payment_id"]], status))


def _ended(refund: Entity, payment: Entity, status: str) -> Entity:
    refund["status"] = status
    if status == "failed":
        _give_back(payment, -refund["amount"])
    else:
        refund["acquirer_data"] = {"arn": new_hex(22)}
    return _refund_event(f"refund.{status}", refund, payment)


def _refund_event(name: str, refund: Entity, payment: Entity) -> Entity:
    return razorpay_event(name, refund=copy.deepcopy(refund), payment=copy.deepcopy(payment))


def _give_back(payment: Entity, amount: int) -> None:
    payment["amount_refunded"] += amount
    back = payment["amount_refunded"]
    payment["refund_status"] = "full" if back == payment["amount"] else "partial" if back else None
    payment["status"] = "refunded" if back == payment["amount"] else "captured"
