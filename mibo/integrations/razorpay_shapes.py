"""What Razorpay tells of orders, payments, links and refunds, in answers and in its events, as plain frozen facts."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from mibo.integrations.wire import (
    Entity,
    Unreadable,
    entity,
    json_of,
    maybe_instant,
    maybe_text,
    part,
    parts,
    text,
    whole,
)

Shape = TypeVar("Shape")

LINK_MARK = re.compile(r"#([A-Za-z0-9]{8,40})")  # a link's own payment is described by the link's id without prefix


@dataclass(frozen=True)
class Order:
    """What Razorpay expects to be paid at its checkout. `status`: created, attempted, paid."""

    id: str
    receipt: str | None
    paise: int
    paid_paise: int
    currency: str
    status: str
    created_at: datetime | None


@dataclass(frozen=True)
class ProviderPayment:
    """One try to pay. `status`: created, authorized, captured, refunded, failed; only captured money has arrived."""

    id: str
    order_id: str | None
    link_id: str | None
    status: str
    paise: int
    currency: str
    method: str | None
    error_code: str | None
    error_text: str | None
    created_at: datetime | None
    refunded_paise: int = 0


@dataclass(frozen=True)
class Link:
    """A hosted page to pay at. `status`: created, partially_paid, paid, cancelled, expired."""

    id: str
    reference: str | None
    url: str
    status: str
    paise: int
    paid_paise: int
    expires_at: datetime | None
    payment_ids: tuple[str, ...]
    order_id: str | None
    created_at: datetime | None


@dataclass(frozen=True)
class ProviderRefund:
    """Money on its way back. `status`: pending, processed, failed; `key` is ours, given when it was asked for."""

    id: str
    payment_id: str
    paise: int
    status: str
    key: str | None
    created_at: datetime | None


@dataclass(frozen=True)
class ProviderNews:
    """An event as far as it could be read. `created_at` says nothing of order: for links it is the link's own age."""

    event: str
    created_at: datetime | None
    payment: ProviderPayment | None
    link: Link | None
    refund: ProviderRefund | None
    order_id: str | None
    receipt: str | None = None  # what the payment's order is called, where the event says so


def read_event(raw: bytes) -> ProviderNews:
    """The news in the body of a verified event; never raises, what cannot be read is None."""
    envelope = part(json_of(raw))
    payload = part(envelope, "payload")
    payment = _told(read_payment, payload, "payment")
    link = _told(read_link, payload, "payment_link")
    if payment and link:
        payment = replace(payment, link_id=link.id, order_id=payment.order_id or link.order_id)
    return ProviderNews(
        event=maybe_text(envelope, "event") or "",
        created_at=maybe_instant(envelope, "created_at") or maybe_instant(payload, "created_at"),
        payment=payment,
        link=link,
        refund=_told(read_refund, payload, "refund"),
        order_id=(payment and payment.order_id) or (link and link.order_id) or _order_id(payload),
        receipt=_receipt(payload, payment),
    )


def _told(read: Callable[[object], Shape], payload: Entity, name: str) -> Shape | None:
    try:
        return read(part(payload, name, "entity"))
    except Unreadable:
        return None


def _order_id(payload: Entity) -> str | None:
    """The order's own id, only where it is whole: link events carry an internal one, without its prefix."""
    found = maybe_text(part(payload, "order", "entity"), "id")
    return found if found and found.startswith("order_") else None


def _receipt(payload: Entity, payment: ProviderPayment | None) -> str | None:
    """The receipt of the order that this payment is of, and of no other."""
    order = part(payload, "order", "entity")
    ours = payment is not None and payment.order_id is not None and maybe_text(order, "id") == payment.order_id
    return maybe_text(order, "receipt") if ours else None


def read_order(answer: object) -> Order:
    """An order of an answer. Raises Unreadable."""
    said = entity(answer)
    return Order(
        id=text(said, "id"),
        receipt=maybe_text(said, "receipt"),
        paise=whole(said, "amount"),
        paid_paise=_amount(said, "amount_paid"),
        currency=text(said, "currency"),
        status=text(said, "status"),
        created_at=maybe_instant(said, "created_at"),
    )


def read_payment(answer: object) -> ProviderPayment:
    """A payment of an answer. Raises Unreadable."""
    said = entity(answer)
    mark = LINK_MARK.fullmatch(maybe_text(said, "description") or "")
    return ProviderPayment(
        id=text(said, "id"),
        order_id=maybe_text(said, "order_id"),
        link_id=f"plink_{mark[1]}" if mark else None,
        status=text(said, "status"),
        paise=whole(said, "amount"),
        currency=text(said, "currency"),
        method=maybe_text(said, "method"),
        error_code=maybe_text(said, "error_reason") or maybe_text(said, "error_code"),
        error_text=(maybe_text(said, "error_description") or "")[:200] or None,
        created_at=maybe_instant(said, "created_at"),
        refunded_paise=_amount(said, "amount_refunded"),
    )


def read_link(answer: object) -> Link:
    """A payment link of an answer. Raises Unreadable."""
    said = entity(answer)
    return Link(
        id=text(said, "id"),
        reference=maybe_text(said, "reference_id"),
        url=maybe_text(said, "short_url") or "",
        status=text(said, "status"),
        paise=whole(said, "amount"),
        paid_paise=_amount(said, "amount_paid"),
        expires_at=maybe_instant(said, "expire_by"),
        payment_ids=tuple(filter(None, (maybe_text(paid, "payment_id") for paid in parts(said.get("payments"))))),
        order_id=maybe_text(said, "order_id"),
        created_at=maybe_instant(said, "created_at"),
    )


def read_refund(answer: object) -> ProviderRefund:
    """A refund of an answer. Raises Unreadable."""
    said = entity(answer)
    return ProviderRefund(
        id=text(said, "id"),
        payment_id=text(said, "payment_id"),
        paise=whole(said, "amount"),
        status=text(said, "status"),
        key=maybe_text(said, "receipt"),
        created_at=maybe_instant(said, "created_at"),
    )


def _amount(said: Entity, key: str) -> int:
    try:
        return whole(said, key)
    except Unreadable:
        return 0
