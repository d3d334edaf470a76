"""`python -m mibo.dev.books --sandbox URL`: the sandbox is told what our books hold, since it forgets with its process.

So what the demo clinic was paid online can be given back, asked about and compared, as if it had come by the sandbox.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.request import Request, urlopen

from sqlalchemy import select

from mibo import db, payments
from mibo.payments import Attempt, Refund, heard
from mibo.payments.rules import MismatchReason

NEWEST = 5_000
AT_ONCE = 500
STATES = {"DONE": "processed", "SENT": "pending"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Tell it all, a part at a time; what it knows already it keeps as it is."""
    parser = argparse.ArgumentParser(prog="python -m mibo.dev.books", description=__doc__)
    parser.add_argument("--sandbox", required=True, metavar="URL")
    sandbox = parser.parse_args(arguments).sandbox
    with db.reading():
        known = paid_online()
    for begin in range(0, len(known), AT_ONCE):
        _tell(sandbox, known[begin : begin + AT_ONCE])


def paid_online() -> list[dict[str, Any]]:
    """The newest payments that came by the provider, and what of each went back by it."""
    wanted = select(Attempt).where(Attempt.provider_payment_id.is_not(None), Attempt.paid_at.is_not(None))
    attempts = db.session().scalars(wanted.order_by(Attempt.id.desc()).limit(NEWEST)).all()
    back: dict[int, list[dict[str, Any]]] = defaultdict(list)
    sent = Refund.provider_refund_id.is_not(None), Refund.status.in_(STATES)
    for refund in db.session().scalars(select(Refund).where(*sent)):
        back[refund.attempt_id].append(
            {"id": refund.provider_refund_id, "amount": refund.paise, "status": STATES[refund.status],
             "receipt": payments.key_of(refund.id, refund.round)}
        )  # fmt: skip
    stray, by_hand = _unmatched()
    for attempt in attempts:
        back[attempt.id] += by_hand[attempt.provider_payment_id]
    return stray + [
        {
            "id": one.provider_payment_id, "order_id": one.provider_order_id, "amount": one.paise,
            "receipt": payments.reference(one.id), "created_at": int(one.paid_at.timestamp()) if one.paid_at else 0,
            "refunds": back[one.id],
        }
        for one in attempts
    ]  # fmt: skip


def _unmatched() -> tuple[list[dict[str, Any]], dict[str | None, list[dict[str, Any]]]]:
    """Payments of no booking, and refunds made outside Mibo by their payment: what waits for a person about them."""
    stray: list[dict[str, Any]] = []
    by_hand: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for one in db.session().scalars(select(heard.Mismatch).where(heard.Mismatch.resolved_at.is_(None))):
        if one.reason == MismatchReason.REFUND_NOT_OURS:
            by_hand[one.provider_payment_id].append({"id": one.about, "amount": one.told_paise, "status": "processed"})
        elif one.reason == MismatchReason.NOT_OURS and one.told_paise and one.told_at:
            stray.append(
                {"id": one.provider_payment_id, "order_id": one.told_order_id, "amount": one.told_paise,
                 "created_at": int(one.told_at.timestamp()), "refunds": []}
            )  # fmt: skip
    return stray, by_hand


def _tell(sandbox: str, told: list[dict[str, Any]]) -> None:
    body = json.dumps({"payments": told}).encode()
    asked = Request(f"{sandbox}/_sandbox/known", body, {"Content-Type": "application/json"})  # noqa: S310 - our own
    with urlopen(asked, timeout=30):  # noqa: S310 - our own address
        pass


if __name__ == "__main__":
    main()
