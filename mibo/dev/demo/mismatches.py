"""Money that does not match, so that its page is alive: of no booking, given back outside Mibo, told of unreadably."""

import json
from datetime import datetime, timedelta
from random import Random

from mibo.dev.demo.rows import Row, Rows
from mibo.payments import Attempt, ProviderEvent, Refund, heard
from mibo.payments.rules import MismatchReason

STRAY_PAISE, BACK_PAISE = 1_600_00, 500_00


def write_mismatches(rows: Rows, rng: Random, now: datetime) -> None:
    """Three of them, and what the provider told last: so nobody is warned that it tells nothing."""
    _park(
        rows, MismatchReason.NOT_OURS, now - timedelta(hours=20), told_paise=STRAY_PAISE, told_currency="INR",
        told_status="captured", about=(stray := _code(rng, "pay_")), provider_payment_id=stray,
        told_order_id=_code(rng, "order_"),
    )  # fmt: skip
    if of := _paid_and_kept(rows):
        _park(
            rows, MismatchReason.REFUND_NOT_OURS, now - timedelta(hours=6), told_paise=BACK_PAISE,
            told_status="processed", about=_code(rng, "rfnd_"), provider_payment_id=of["provider_payment_id"],
            attempt_id=of["id"],
        )  # fmt: skip
    event = _event(
        rows, rng, now - timedelta(hours=3), "payment.captured", {"event": "payment.captured", "payload": {}}
    )
    event["outcome"] = "PARKED"
    _park(rows, MismatchReason.UNREADABLE, now - timedelta(hours=3), about=f"event:{event['id']}", event_id=event["id"])
    _event(rows, rng, now, "payment.authorized", {"event": "payment.authorized", "payload": {}})


def _park(rows: Rows, reason: MismatchReason, at: datetime, **facts: object) -> None:
    blanks = dict.fromkeys((
        "attempt_id", "event_id", "provider_payment_id", "told_paise", "told_currency", "told_status", "told_order_id",
    ))  # fmt: skip
    told_at = at if facts.get("provider_payment_id") else None
    rows.add(
        heard.Mismatch, reason=str(reason), told_by="WEBHOOK", opened_at=at, **{**blanks, "told_at": told_at, **facts}
    )


def _event(rows: Rows, rng: Random, at: datetime, kind: str, body: object) -> Row:
    return rows.add(
        ProviderEvent, provider="razorpay", event_id=_code(rng, "evt_"), kind=kind, body=json.dumps(body),
        received_at=at, settled_at=at, outcome="NOTED",
    )  # fmt: skip


def _paid_and_kept(rows: Rows) -> Row | None:
    """A payment that came online, of which nothing goes back: the last of them."""
    going = {each["attempt_id"] for each in rows.of(Refund)}
    paid = (each for each in rows.of(Attempt) if each["status"] == "PAID" and each["provider_payment_id"])
    kept = [each for each in paid if each["id"] not in going and each["paise"] > BACK_PAISE]
    return max(kept, key=lambda each: each["paid_at"], default=None)


def _code(rng: Random, prefix: str) -> str:
    return f"{prefix}{rng.getrandbits(56):014x}"
