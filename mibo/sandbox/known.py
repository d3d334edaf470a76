"""Payments of before: what a clinic's books hold when the sandbox starts, for nothing of it outlives the process."""

from mibo.sandbox.entity import Entity, new_id
from mibo.sandbox.ledger import Ledger
from mibo.sandbox.ledger_entities import NO_FAILURE, new_order, new_payment, new_refund


def remember(ledger: Ledger, told: list[Entity]) -> int:
    """Take them in, without a word to anybody. What is known already stays as it is; how many were new."""
    with ledger.lock:
        new = [one for one in told if one["id"] not in ledger.payments]
        for one in new:
            _take_in(ledger, one)
        return len(new)


def _take_in(ledger: Ledger, told: Entity) -> None:
    at, paise = int(told["created_at"]), int(told["amount"])
    order = new_order({"amount": paise, "currency": "INR", "receipt": told.get("receipt")})
    order["id"] = told.get("order_id") or new_id("order_")
    payment = new_payment(order, "upi", {}, None)
    fee = paise * 236 // 10_000
    payment.update(
        NO_FAILURE, id=told["id"], status="captured", captured=True, created_at=at, fee=fee, tax=fee - paise * 2 // 100
    )
    order.update(status="paid", attempts=1, amount_paid=paise, amount_due=0, created_at=at)
    ledger.orders[order["id"]], ledger.payments[payment["id"]] = order, payment
    for one in told.get("refunds") or []:
        _give_back(ledger, payment, one)


def _give_back(ledger: Ledger, payment: Entity, told: Entity) -> None:
    refund = new_refund(payment, int(told["amount"]), {"receipt": told.get("receipt")})
    refund.update(id=told["id"], status=told["status"])
    ledger.refunds[refund["id"]] = refund
    back = payment["amount_refunded"] + refund["amount"]
    whole = back >= payment["amount"]
    payment.update(
        amount_refunded=back, refund_status="full" if whole else "partial",
        status="refunded" if whole else "captured",
    )  # fmt: skip
