"""What Razorpay refuses to read, in its own words."""

from mibo.sandbox.entity import Entity, now
from mibo.sandbox.ledger import RazorpayError

ORDER_FIELDS = {"amount", "currency", "receipt", "notes", "partial_payment", "first_payment_min_amount", "payment"}
REFUND_FIELDS = {"amount", "speed", "notes", "receipt"}
CHANGE_FIELDS = {"reference_id", "expire_by", "notes", "reminder_enable"}
LINK_FIELDS = CHANGE_FIELDS | {
    "amount", "currency", "accept_partial", "first_min_partial_amount", "description", "customer", "notify",
    "callback_url",
    "callback_method", "upi_link", "options",
}  # fmt: skip
SOONEST_EXPIRY_SECONDS = 15 * 60
LATEST_EXPIRY_SECONDS = 184 * 24 * 3600


def check_order(asked: Entity) -> None:
    _known(asked, ORDER_FIELDS)
    _amount(asked)
    _rupees(asked)
    if len(str(asked.get("receipt") or "")) > 40:
        raise RazorpayError("The receipt may not be greater than 40 characters.", field="receipt")
    _notes(asked, 256)


def check_link(asked: Entity) -> None:
    _known(asked, LINK_FIELDS, of_link=True)
    _amount(asked, of_link=True)
    _rupees(asked, of_link=True)
    if asked.get("upi_link"):
        raise RazorpayError("UPI Payment Links is not supported in Test Mode", of_link=True)
    if len(asked.get("description") or "") > 2048:
        raise RazorpayError("description: the length must be no more than 2048.", field="description", of_link=True)
    if asked.get("callback_url") and asked.get("callback_method") != "get":
        raise RazorpayError("callback_method: should be get", field="callback_method", of_link=True)
    _link_terms(asked)


def check_change(asked: Entity) -> None:
    _known(asked, CHANGE_FIELDS, of_link=True)
    _link_terms(asked)


def check_refund(asked: Entity) -> None:
    _known(asked, REFUND_FIELDS)
    if asked.get("amount") is not None:
        _amount(asked)
    if asked.get("speed", "normal") not in ("normal", "optimum"):
        raise RazorpayError("The speed should be either normal or optimum", field="speed")
    _notes(asked, 256)


def check_refund_key(key: str) -> None:
    if key and (len(key) < 10 or not key.replace("-", "").replace("_", "").isalnum() or not key.isascii()):
        raise RazorpayError("The idempotency key must have at least 10 letters, digits, hyphens or underscores")


def _link_terms(asked: Entity) -> None:
    if len(asked.get("reference_id") or "") > 40:
        raise RazorpayError("reference_id: the length must be no more than 40.", field="reference_id", of_link=True)
    expire_by = asked.get("expire_by") or 0
    if expire_by and expire_by < now() + SOONEST_EXPIRY_SECONDS:
        raise RazorpayError("timestamp must be atleast 15 minutes in future", field="expire_by", of_link=True)
    if expire_by > now() + LATEST_EXPIRY_SECONDS:
        raise RazorpayError("expire_by cannot be more than 6 months in the future", field="expire_by", of_link=True)
    _notes(asked, 255, of_link=True)


def _known(asked: Entity, fields: set[str], *, of_link: bool = False) -> None:
    if extra := sorted(asked.keys() - fields):
        raise RazorpayError(f"{', '.join(extra)} is/are not required and should not be sent", of_link=of_link)


def _amount(asked: Entity, *, of_link: bool = False) -> None:
    amount = asked.get("amount")
    if amount is None:
        raise RazorpayError("The amount field is required.", field="amount", of_link=of_link)
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise RazorpayError("The amount must be an integer.", field="amount", of_link=of_link)
    if amount < 100:
        raise RazorpayError("The amount must be at least INR 1.00", field="amount", of_link=of_link)


def _rupees(asked: Entity, *, of_link: bool = False) -> None:
    if asked.get("currency", "INR" if of_link else None) != "INR":
        raise RazorpayError("Currency is not supported", field="currency", of_link=of_link)


def _notes(asked: Entity, longest: int, *, of_link: bool = False) -> None:
    notes = asked.get("notes") or {}
    if len(notes) > 15:
        raise RazorpayError("The number of notes may not be greater than 15", field="notes", of_link=of_link)
    if notes and any(len(str(value)) > longest for value in notes.values()):
        raise RazorpayError(f"A note may not be greater than {longest} characters.", field="notes", of_link=of_link)
