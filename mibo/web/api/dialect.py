"""What older clients want: a snake_case twin of every key, and their words for states. Nothing else knows of it."""

import re
from collections.abc import Collection
from functools import cache
from typing import Any

from flask import current_app

from mibo.booking import Status
from mibo.errors import Invalid
from mibo.web.api.shown import PaymentStatus

_EDGE = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])")
_APPOINTMENT_WORDS = {Status.PENDING: "BOOKED", Status.EXPIRED: "CANCELLED"}
BY_BLOCK = "CANCELLED_BY_ADMIN"  # by the clinic, because its time was closed (api-contract.md 5.4)
_PAYMENT_WORDS = {PaymentStatus.PENDING: "CREATED", PaymentStatus.PAID: "SUCCESS"}
_APPOINTMENTS_OURS = {
    "BOOKED": "PENDING",
    "PENDING_PAYMENT": "PENDING",
    "RESCHEDULED": "CONFIRMED",
    BY_BLOCK: "CANCELLED",
}
_PAYMENTS_OURS = {"CREATED": "PENDING", "SUCCESS": "PAID"}


def is_incumbent() -> bool:
    """Whether this deployment answers older clients in their own way."""
    return bool(current_app.config["API_DIALECT"] == "incumbent")


def spoken(value: Any) -> Any:
    """What we say, with the twins and words of older clients."""
    if isinstance(value, dict):
        said = {key: spoken(one) for key, one in value.items()}
        if value.get("blockedSlotId") and value.get("status") is Status.CANCELLED:
            said["status"] = BY_BLOCK
        return said | {twin: one for key, one in said.items() if (twin := snake(key)) not in said}
    if isinstance(value, list):
        return [spoken(one) for one in value]
    if isinstance(value, Status):
        return _APPOINTMENT_WORDS.get(value, value)
    return _PAYMENT_WORDS.get(value, value) if isinstance(value, PaymentStatus) else value


def appointment_states(word: str | None) -> frozenset[str] | None:
    """The states somebody asks for by one word of either vocabulary; None asks for all. Raises Invalid."""
    asked = _asked(word, _APPOINTMENTS_OURS, set(Status))
    if asked == Status.CANCELLED and is_incumbent():
        return frozenset({Status.CANCELLED, Status.EXPIRED})
    return frozenset({asked}) if asked else None


def payment_state(word: str | None) -> str | None:
    """The same for the state of a payment."""
    return _asked(word, _PAYMENTS_OURS, set(PaymentStatus))


def _asked(word: str | None, ours: dict[str, str], known: Collection[str]) -> str | None:
    if not word or not word.strip():
        return None
    asked = ours.get(word.strip().upper(), word.strip().upper())
    if asked not in known:
        raise Invalid.field("status", f"Status must be one of: {', '.join(sorted(known))}.")
    return asked


@cache
def snake(key: str) -> str:
    """`addressLine1` → `address_line_1`."""
    return _EDGE.sub("_", key).lower()
