"""`/settlements`: what Razorpay would have paid out, day by day, and its report of that as CSV."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time
from hashlib import sha256

from flask import Blueprint, Response, make_response, render_template, request

from mibo.sandbox.entity import Entity
from mibo.sandbox.phones import INDIA
from mibo.sandbox.world import World

COLUMNS = (
    "transaction_entity", "entity_id", "amount", "currency", "fee (exclusive tax)", "tax", "debit", "credit",
    "payment_method", "card_type", "issuer_name", "entity_created_at", "payment_captured_at", "payment_notes",
    "refund_notes", "arn", "entity_description", "order_id", "order_receipt", "order_notes", "dispute_id",
    "dispute_created_at", "dispute_reason", "settlement_id", "settled_at", "settlement_utr", "settled_by",
)  # fmt: skip
SETTLES_AT = time(23, 30)
WRITTEN = "%d/%m/%Y %H:%M:%S"

Line = tuple[date, Entity]


def settlements(world: World) -> Blueprint:
    """The days with their sums, and the report of one day or of all."""
    pages = Blueprint("settlements", __name__, url_prefix="/settlements")

    @pages.get("")
    def days() -> str:
        with world.ledger.lock:
            found = list(_lines(world))
        told = [
            (day, len(lines), sum(_net(each) for each in lines))
            for day in sorted({day for day, _ in found}, reverse=True)
            if (lines := [each for on, each in found if on == day])
        ]
        return render_template("settlements.html", days=told)

    @pages.get("/report.csv")
    def report() -> Response:
        with world.ledger.lock:
            found = sorted(_lines(world), key=lambda line: (line[0], line[1]["created_at"], line[1]["id"]))
        asked = request.args.get("day", "")
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(_written(world, day, each) for day, each in found if asked in ("", str(day)))
        answer = make_response(text.getvalue())
        answer.mimetype = "text/csv"
        answer.headers["Content-Disposition"] = f'attachment; filename="settlement-recon{asked and "-"}{asked}.csv"'
        return answer

    return pages


def _lines(world: World) -> Iterator[Line]:
    """Money that came and money that has gone back, each with the day that settles it."""
    for payment in world.ledger.payments.values():
        if payment["captured"]:
            yield _day(payment), payment
    for refund in world.ledger.refunds.values():
        if refund["status"] == "processed":
            yield _day(refund), refund


def _day(one: Entity) -> date:
    return datetime.fromtimestamp(one["created_at"], INDIA).date()


def _net(one: Entity) -> int:
    return int(one["amount"] - one["fee"]) if one["entity"] == "payment" else -int(one["amount"])


def _written(world: World, day: date, one: Entity) -> Entity:
    payment = one if one["entity"] == "payment" else world.ledger.payments.get(one["payment_id"], {})
    fee, tax = (one["fee"], one["tax"]) if one is payment else (0, 0)
    order = world.ledger.orders.get(payment.get("order_id") or "", {})
    mark = sha256(str(day).encode()).hexdigest()
    return {
        "transaction_entity": one["entity"], "entity_id": one["id"], "amount": _rupees(one["amount"]),
        "currency": one["currency"], "fee (exclusive tax)": _rupees(fee - tax), "tax": _rupees(tax),
        "debit": _rupees(max(0, -_net(one))), "credit": _rupees(max(0, _net(one))),
        "payment_method": payment.get("method"), "entity_created_at": _at(one["created_at"]),
        "order_id": order.get("id"), "order_receipt": order.get("receipt"), "settlement_id": f"setl_{mark[:14]}",
        "settled_at": datetime.combine(day, SETTLES_AT).strftime(WRITTEN),
        "settlement_utr": f"SANDBOX{int(mark[:10], 16):013d}", "settled_by": "Razorpay",
    }  # fmt: skip


def _at(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, INDIA).strftime(WRITTEN)


def _rupees(paise: int) -> str:
    return f"{paise // 100}.{paise % 100:02d}"
