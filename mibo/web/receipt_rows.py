"""Receipts as lines of a list: in the register, at an appointment, of a patient."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mibo import money
from mibo.payments import Receipt, Series
from mibo.phrases import phrase
from mibo.web.receipt_paper import TITLES, clean, day_shown

NAMES = {
    "RECEIPT": phrase("Receipt"), "BILL_OF_SUPPLY": phrase("Bill of supply"), "INVOICE": phrase("Tax invoice"),
    "CREDIT_NOTE": phrase("Credit note"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the register."""

    href: str
    code: str
    kind: str
    issued: str
    patient: str
    reference: str
    centre: str
    total: str
    cancelled: bool


def rows(found: Iterable[Receipt]) -> list[Row]:
    """Lines ready to draw."""
    return [
        Row(
            href=f"/money/receipts/{one.id}", code=one.code, kind=TITLES[one.kind], issued=day_shown(one.issued_on),
            patient=clean(one.content["patient"]["name"]), reference=one.content["visit"]["reference"],
            centre=clean(one.content["issuer"]["centre"]), total=signed(one), cancelled=one.cancelled_at is not None,
        )
        for one in found
    ]  # fmt: skip


def signed(one: Receipt) -> str:
    """A credit note takes away."""
    return money.rupees(-one.total_paise if one.kind == "CREDIT_NOTE" else one.total_paise)


def completeness(found: Iterable[Series]) -> list[tuple[str, str, str]]:
    """For each series: what it is, whether its numbers are all there, and how that looks."""
    shown = []
    for one in found:
        span = f"1–{one.last}" if one.last > 1 else "1"
        words = f"complete: {span}" if one.is_complete else f"{one.last - one.issued} of {one.last} are missing"
        words += f", {one.cancelled} cancelled" if one.cancelled else ""
        shown.append((f"{one.prefix} · {TITLES[one.kind]}", words, "done" if one.is_complete else "bad"))
    return shown


def links(found: Iterable[Receipt], base: str) -> Sequence[Mapping[str, str]]:
    """Documents as links; `base` is the address under which their ids stand. What may be printed says where."""
    return [_link(one, f"{base}/{one.id}") for one in found]


def _link(one: Receipt, href: str) -> Mapping[str, str]:
    gone = one.cancelled_at is not None
    return {
        "href": href, "code": one.code, "words": NAMES[one.kind], "total": signed(one),
        "issued": day_shown(one.issued_on), "gone": phrase("Cancelled") if gone else "",
        "print": "" if gone or one.kind == "CREDIT_NOTE" else f"{href}/copies",
    }  # fmt: skip
