"""The register of receipts as an accountant takes it along: below zero where something is credited."""

from typing import Any

from mibo import payments
from mibo.exports import Batch, Column, Kind, Listing
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import Receipt
from mibo.web.inputs.receipts import ReceiptsInput
from mibo.web.listings.words import in_words
from mibo.web.receipt_paper import TITLES, WAYS


def _read(asked: ReceiptsInput, who: Actor, mark: list[Any] | None, size: int) -> Batch:
    after = payments.staff_receipt(int(mark[0]), by=who) if mark else None
    found = payments.register(asked.wish, by=who, after=after, limit=size)
    return Batch(found[:size], [found[size - 1].id] if len(found) > size else None)


def _sign(one: Receipt) -> int:
    return -1 if one.kind == "CREDIT_NOTE" else 1


def _half(one: Receipt, _: Actor) -> int:
    """Half of the tax, signed: what goes to the union, and as much to the state."""
    halves: list[int] = [tax["half_paise"] for tax in one.content["taxes"]]
    return _sign(one) * sum(halves)


def _total(one: Receipt, _: Actor) -> int:
    return _sign(one) * one.total_paise


LISTINGS = (
    Listing(
        name="receipts", title="Receipts", permission=Permission.SEE_RECEIPTS, asks=ReceiptsInput,
        endpoint="receipts.index", read=_read, typed=frozenset({"number"}), filters=in_words(kind=TITLES),
        columns=(
            Column("Number", lambda row, _: row.code, weight=1.3),
            Column("Kind", lambda row, _: TITLES[row.kind], weight=0.9),
            Column("Issued", lambda row, _: row.issued_on, Kind.DAY),
            Column("Centre", lambda row, _: row.content["issuer"]["centre"]),
            Column("GSTIN", lambda row, _: row.content["issuer"]["gstin"], weight=1.2),
            Column("Patient", lambda row, _: row.content["patient"]["name"], weight=1.4),
            Column("MRN", lambda row, _: row.content["patient"]["mrn"], weight=0.8),
            Column("Appointment", lambda row, _: row.content["visit"]["reference"], weight=0.9),
            Column("Taxable value", lambda row, who: _total(row, who) - 2 * _half(row, who), Kind.MONEY),
            Column("CGST", _half, Kind.MONEY, weight=0.8),
            Column("SGST", _half, Kind.MONEY, weight=0.8),
            Column("Total", _total, Kind.MONEY),
            Column("Paid", lambda row, _: ", ".join(WAYS[part["method"]] for part in row.content["paid"])),
            Column("Credits", lambda row, _: row.content.get("against", {}).get("code"), weight=1.1),
            Column("State", lambda row, _: "Cancelled" if row.cancelled_at else "", weight=0.7),
        ),
    ),
)  # fmt: skip
