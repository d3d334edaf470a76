"""A document of money as it is read: on a page, on paper and in a PDF the same words."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mibo import money, phone
from mibo.payments import Receipt

TITLES = {
    "RECEIPT": "Receipt", "BILL_OF_SUPPLY": "Bill of supply", "INVOICE": "Tax invoice", "CREDIT_NOTE": "Credit note",
}  # fmt: skip
WAYS = {"ONLINE": "online", "CASH": "in cash", "CARD": "by card", "UPI": "by UPI"}
BY_COMPUTER = "Made by computer; valid without a signature."
EXEMPT = "Health care services, exempt from GST (Notification 12/2017, Central Tax (Rate), entry 74)."
JOINERS = "\u200c\u200d"  # between letters of Indian scripts they are part of the spelling


@dataclass(frozen=True)
class Paper:
    """All that stands on it, ready to draw. `mark` is Duplicate, Copy, Cancelled or nothing."""

    title: str
    code: str
    issued_on: str
    issuer: str
    issuer_lines: Sequence[str]
    facts: Sequence[tuple[str, Sequence[str]]]
    lines: Sequence[tuple[str, str, str]]
    taxes: Sequence[tuple[str, str]]
    total_words: str
    total: str
    in_words: str
    paid: Sequence[str]
    remarks: Sequence[str]
    mark: str
    footer: str = BY_COMPUTER


def paper_of(one: Receipt, *, mark: str = "", in_full: bool = False) -> Paper:
    """A document as it was issued. It names the clinician's speciality only `in_full`, which a patient may ask for."""
    told = one.content
    issuer, credit = told["issuer"], one.kind == "CREDIT_NOTE"
    return Paper(
        title=TITLES[one.kind],
        code=one.code,
        issued_on=day_shown(one.issued_on),
        issuer=clean(issuer["name"]),
        issuer_lines=_issuer_lines(issuer),
        facts=_facts(told, in_full=in_full),
        lines=[(line["words"], line["sac"], money.rupees(line["paise"])) for line in told["lines"]],
        taxes=_taxes(told["taxes"]),
        total_words="Credited" if credit else "Total",
        total=money.rupees(one.total_paise),
        in_words=money.in_words(one.total_paise),
        paid=_paid(told, credit=credit),
        remarks=[EXEMPT] if one.kind == "BILL_OF_SUPPLY" else [],
        mark="Cancelled" if one.cancelled_at else mark,
    )


def _issuer_lines(issuer: Mapping[str, str | None]) -> list[str]:
    centre = issuer["centre"] if issuer["centre"] != issuer["name"] else None
    known = phone.shown(issuer["phone"]) if issuer["phone"] else None
    gstin = f"GSTIN {issuer['gstin']}" if issuer["gstin"] else None
    return [clean(line) for line in (centre, issuer["address"], known, gstin) if line]


def _facts(told: Mapping[str, Any], *, in_full: bool) -> list[tuple[str, list[str]]]:
    """Who it is for, who saw them and when: no word of what the care is (security.md line 80)."""
    patient, who, visit = told["patient"], told["clinician"], told["visit"]
    about = [clean(", ".join([who["name"], *who["qualifications"]]))]
    if in_full and who["title"]:
        about.append(clean(who["title"]))
    if who["registration_number"]:
        about.append(f"Reg. no. {clean(who['registration_number'])}")
    how = "online" if visit["mode"] == "ONLINE" else "in person"
    facts = [
        ("For", [clean(patient["name"]), *([clean(patient["mrn"])] if patient["mrn"] else [])]),
        ("Seen by", about),
        ("Appointment", [f"{day_shown(date.fromisoformat(visit['on']))}, {how} · {visit['reference']}"]),
    ]
    if against := told.get("against"):
        facts.append(("Credits", [f"{against['code']} of {day_shown(date.fromisoformat(against['on']))}"]))
    return facts


def _taxes(taxes: Sequence[Mapping[str, int]]) -> list[tuple[str, str]]:
    """What of the price is tax: half is the centre's, half the state's."""
    shown = []
    for tax in taxes:
        half = f"{tax['rate_bp'] / 200:g} %"
        shown += [
            ("Taxable value", money.rupees(tax["taxable_paise"])),
            (f"CGST {half}, within the price", money.rupees(tax["half_paise"])),
            (f"SGST {half}, within the price", money.rupees(tax["half_paise"])),
        ]
    return shown


def _paid(told: Mapping[str, Any], *, credit: bool) -> list[str]:
    if credit:
        return [f"Returned on {day_shown(date.fromisoformat(told['paid_on']))}"]
    shown = []
    for part in told["paid"]:
        words = f"Paid {WAYS[part['method']]}: {money.rupees(part['paise'])}"
        shown.append(words + (f", reference {clean(part['reference'])}" if part["reference"] else ""))
    if told["paid_on"] and shown:
        shown[-1] += f", on {day_shown(date.fromisoformat(told['paid_on']))}"
    return shown


def day_shown(on: date) -> str:
    """`29 November 2026`."""
    return f"{on.day} {on:%B %Y}"


def clean(text: str) -> str:
    """One line without anything invisible, but for what joins and parts letters in Indian scripts."""
    seen = "".join(" " if ch.isspace() else ch for ch in text if ch in JOINERS or ch.isspace() or _is_seen(ch))
    return re.sub(" +", " ", seen).strip() or "–"


def _is_seen(ch: str) -> bool:
    return unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn")
