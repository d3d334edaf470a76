"""Razorpay takes the money: orders for its checkout, links to pay at, refunds, and proofs that it really is Razorpay.

Every verb may be repeated after any trouble: an order is found again by its receipt, a link by its reference, a refund
by its key. All raise ProviderError. Amounts are whole paise in INR.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from mibo.config import settings
from mibo.integrations.http import Kind, ProviderError
from mibo.integrations.razorpay_client import conversation, opened
from mibo.integrations.razorpay_shapes import (
    Link,
    Order,
    ProviderNews,
    ProviderPayment,
    ProviderRefund,
    read_event,
    read_link,
    read_order,
    read_payment,
    read_refund,
)
from mibo.integrations.wire import Entity, Unreadable, mac, part, parts, same

__all__ = [
    "Link", "Order", "ProviderNews", "ProviderPayment", "ProviderRefund",
    "cancel_link", "checkout_signature_is_good", "conversation", "find_link", "find_order", "link", "link_of_payment",
    "link_signature_is_good", "one_refund", "open_link", "open_order", "order", "order_payments", "payment",
    "payments_between", "read_event", "refund", "refunds",
    "settled_payment_of_link", "webhook_signature_is_good",
]  # fmt: skip

CURRENCY = "INR"
NOTES_MOST, NOTE_LENGTH = 15, 255
DESCRIPTION_LENGTH = 2048
RECEIPT_LENGTH = 40
ID = re.compile(r"[a-z]+_[A-Za-z0-9]{6,40}")
REFUND_KEY = re.compile(r"[A-Za-z0-9_-]{10,100}")
OVER = {"paid", "partially_paid", "cancelled", "expired"}

Shape = TypeVar("Shape")
Money = TypeVar("Money", Order, Link)


def open_order(receipt: str, paise: int, notes: dict[str, str]) -> Order:
    """The one order of a receipt, made if there is none. Raises AMOUNT_MISMATCH if it stands for another sum."""
    wanted = {"amount": paise, "currency": CURRENCY, "receipt": receipt, "notes": _notes(notes)}
    with opened() as client:
        return _the_one(
            lambda: _find_order(client, receipt),
            lambda: _read(read_order, client.order.create(data=wanted), unsure="unknown"),
            paise,
        )


def find_order(receipt: str) -> Order | None:
    """The order of a receipt; where a repeat made two, the one that was paid, else the first."""
    with opened() as client:
        return _find_order(client, receipt)


def order(order_id: str) -> Order:
    """How an order stands now."""
    with opened() as client:
        return _read(read_order, client.order.fetch(_id("order", order_id)))


def order_payments(order_id: str) -> list[ProviderPayment]:
    """Every try to pay an order."""
    with opened() as client:
        return _payments(client, order_id)


def payment(payment_id: str) -> ProviderPayment:
    """How a payment stands now."""
    with opened() as client:
        return _read(read_payment, client.payment.fetch(_id("pay", payment_id)))


def payments_between(since: datetime, until: datetime, *, skip: int, count: int) -> list[ProviderPayment | None]:
    """Every payment that was begun between two instants, the newest first: a page of them. None is one that cannot be
    read; it must not keep us from the rest.
    """
    span = {"from": int(since.timestamp()), "to": int(until.timestamp()), "skip": skip, "count": count}
    with opened() as client:
        return [_readable(each) for each in _listed(client.payment.all(span), "items")]


def _readable(told: Entity) -> ProviderPayment | None:
    try:
        return read_payment(told)
    except Unreadable:
        return None


def open_link(
    reference: str,
    paise: int,
    expires_at: datetime,
    description: str,
    *,
    callback_url: str,
    name: str | None = None,
    phone: str | None = None,
) -> Link:
    """The one link of a reference, made if there is none: look at its status, it may be paid, cancelled or expired.

    `expires_at` lies at least 15 minutes ahead. Raises AMOUNT_MISMATCH if it stands for another sum.
    """
    customer = {key: value for key, value in (("name", name), ("contact", phone)) if value}
    wanted: dict[str, object] = {
        "amount": paise,
        "currency": CURRENCY,
        "accept_partial": False,
        "expire_by": int(expires_at.timestamp()),
        "reference_id": reference,
        "description": description[:DESCRIPTION_LENGTH],
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "callback_url": callback_url,
        "callback_method": "get",
        **({"customer": customer} if customer else {}),
    }
    with opened() as client:
        return _the_one(
            lambda: _find_link(client, reference),
            lambda: _read(read_link, client.payment_link.create(data=wanted), unsure="unknown"),
            paise,
        )


def link(link_id: str) -> Link:
    """How a link stands now."""
    with opened() as client:
        return _read(read_link, client.payment_link.fetch(_id("plink", link_id)))


def find_link(reference: str) -> Link | None:
    """The link of a reference, in whatever state."""
    with opened() as client:
        return _find_link(client, reference)


def link_of_payment(payment_id: str) -> Link | None:
    """The link that a payment came by, if it came by one."""
    with opened() as client:
        answer = client.payment_link.all({"payment_id": _id("pay", payment_id)})
        found = [_read(read_link, each) for each in _listed(answer, "payment_links")]
    return next((each for each in found if payment_id in each.payment_ids), None)


def cancel_link(link_id: str) -> Link:
    """Close a link to payers. Look at its status: one that was paid meanwhile stays paid, and that is no error."""
    with opened() as client:
        try:
            return _read(read_link, client.payment_link.cancel(_id("plink", link_id)), unsure="unknown")
        except ProviderError as error:
            if error.code == "BAD_ID":
                raise
            now = _read(read_link, client.payment_link.fetch(link_id))
            if now.status in OVER:
                return now
            raise


def settled_payment_of_link(link_id: str) -> ProviderPayment | None:
    """The payment that brought in a link's money, as it stands now; None while there is none."""
    with opened() as client:
        asked = _read(read_link, client.payment_link.fetch(_id("plink", link_id)))
        tries = [_read(read_payment, client.payment.fetch(_id("pay", each))) for each in asked.payment_ids]
        if not tries and asked.order_id:
            tries = _payments(client, asked.order_id)
    settled = [each for each in tries if each.status in {"captured", "refunded"}]
    return min(settled, key=lambda each: each.status != "captured", default=None)


def refund(payment_id: str, paise: int, key: str, notes: dict[str, str]) -> ProviderRefund:
    """Give back part or all of a payment, once per key however often it is asked for with the same arguments."""
    if not REFUND_KEY.fullmatch(key):
        raise ProviderError("razorpay", "refused", "BAD_KEY")
    wanted = {"amount": paise, "speed": "normal", "notes": _notes(notes), "receipt": key[:RECEIPT_LENGTH]}
    with opened() as client:
        try:
            answer = client.payment.refund(_id("pay", payment_id), wanted, headers={"X-Refund-Idempotency": key})
            return _read(read_refund, answer, unsure="unknown")
        except ProviderError as error:
            if error.status == 409 and error.code != "KEY_REUSED":
                raise error.but("retry", "IN_PROGRESS") from None
            if error.status in {400, 409} and (done := _refund_by_key(client, payment_id, paise, key)):
                return done
            raise


def refunds(payment_id: str) -> list[ProviderRefund]:
    """Every refund of a payment."""
    with opened() as client:
        return _refunds(client, payment_id)


def one_refund(refund_id: str) -> ProviderRefund:
    """How a refund stands now, of whichever payment it is."""
    with opened() as client:
        return _read(read_refund, client.refund.fetch(_id("rfnd", refund_id)))


def checkout_signature_is_good(order_id: str, payment_id: str, signature: str | None) -> bool:
    """Whether Razorpay vouches for this payment of this order; take the order's id from our books, not the caller."""
    return _vouched("|".join((order_id, payment_id)), signature)


def link_signature_is_good(
    link_id: str, reference: str | None, status: str, payment_id: str, signature: str | None
) -> bool:
    """Whether Razorpay vouches for what a payer's browser brought back from a link's page."""
    return _vouched("|".join((link_id, reference or "", status, payment_id)), signature)


def webhook_signature_is_good(raw: bytes, header: str | None) -> bool:
    """Whether these exact bytes come from Razorpay; older secrets count too, since old events keep their signature."""
    secrets = [secret for secret in settings().razorpay_webhook_secrets if secret]
    return any(same(mac(secret, raw).hex(), header) for secret in secrets)


def _vouched(signed: str, signature: str | None) -> bool:
    secret = settings().razorpay_key_secret
    return bool(secret) and same(mac(secret, signed.encode("utf-8", "replace")).hex(), signature)


def _the_one(find: Callable[[], Money | None], make: Callable[[], Money], paise: int) -> Money:
    """What stands already, else a new one; and where it is unclear whether the new one was made, what stands then."""
    one = find() or _made(find, make)
    if one.paise != paise:
        raise ProviderError("razorpay", "refused", "AMOUNT_MISMATCH")
    return one


def _made(find: Callable[[], Money | None], make: Callable[[], Money]) -> Money:
    try:
        return make()
    except ProviderError as error:
        if error.kind == "unknown" or error.code == "REFERENCE_TAKEN":
            with suppress(ProviderError):
                if one := find():
                    return one
        raise


def _find_order(client: Any, receipt: str) -> Order | None:
    answer = client.order.all({"receipt": receipt, "count": 100})
    found = [_read(read_order, each) for each in _listed(answer, "items")]
    ours = [order for order in found if order.receipt == receipt]
    return min(ours, key=lambda order: (order.status != "paid", _age(order), order.id), default=None)


def _age(order: Order) -> float:
    return order.created_at.timestamp() if order.created_at else 0.0


def _find_link(client: Any, reference: str) -> Link | None:
    answer = client.payment_link.all({"reference_id": reference})
    found = [_read(read_link, each) for each in _listed(answer, "payment_links")]
    return next((each for each in found if each.reference == reference), None)


def _payments(client: Any, order_id: str) -> list[ProviderPayment]:
    answer = client.order.payments(_id("order", order_id))
    return [_read(read_payment, each) for each in _listed(answer, "items")]


def _refunds(client: Any, payment_id: str) -> list[ProviderRefund]:
    answer = client.payment.fetch_multiple_refund(_id("pay", payment_id), {"count": 100})
    return [_read(read_refund, each) for each in _listed(answer, "items")]


def _refund_by_key(client: Any, payment_id: str, paise: int, key: str) -> ProviderRefund | None:
    """Ours, if it was made before: a refusal to a repeat may only mean that Razorpay has forgotten the key."""
    with suppress(ProviderError):
        for done in _refunds(client, payment_id):
            if done.key == key[:RECEIPT_LENGTH] and done.paise == paise and done.status != "failed":
                return done
    return None


def _read(shape: Callable[[object], Shape], answer: object, *, unsure: Kind = "retry") -> Shape:
    try:
        return shape(answer)
    except Unreadable:
        raise ProviderError("razorpay", unsure, "UNREADABLE") from None


def _listed(answer: object, name: str) -> list[Entity]:
    """The entities of a list; an answer without the list must not be taken for "there is none"."""
    found = part(answer).get(name)
    if not isinstance(found, list):
        raise ProviderError("razorpay", "retry", "UNREADABLE")
    return parts(found)


def _id(prefix: str, given: str) -> str:
    """An id that may stand in a path; the browser or an event may have brought it."""
    if ID.fullmatch(given) and given.startswith(f"{prefix}_"):
        return given
    raise ProviderError("razorpay", "refused", "BAD_ID")


def _notes(notes: dict[str, str]) -> dict[str, str]:
    return {key: value[:NOTE_LENGTH] for key, value in list(notes.items())[:NOTES_MOST]}
