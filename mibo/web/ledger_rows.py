"""A patient's account as values ready to draw."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from mibo import clock, money
from mibo.ledger import Entry, PatientLedger
from mibo.web.desk_record import METHOD_WORDS, REFUND_WORDS
from mibo.web.filters import clock_time, day
from mibo.web.payment_rows import LESS, OwedLine, owed

KINDS = {
    "CHARGE": "Consultation", "REGISTRATION": "Registration, once", "CREDIT": "Credited", "IN": "Paid",
    "BACK": "Given back",
}  # fmt: skip
CHARGES = ("CHARGE", "REGISTRATION", "LESS", "CREDIT")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; credits and what was given back stand with a minus."""

    at: str
    what: str
    clinician: str
    reference: str
    href: str
    charged: str
    paid: str
    balance: str


@dataclass(frozen=True)
class Page:
    """All that the page shows: the newest line first."""

    lines: Sequence[Line]
    balance: tuple[str, str]
    sums: Sequence[tuple[str, str]]
    owed: Sequence[OwedLine]


def look(found: PatientLedger, *, links: bool) -> Page:
    """The account; with `links` each line leads to its payment."""
    page = url_for("payments.one", payment_id=0).removesuffix("0") if links else ""
    return Page([_line(one, page) for one in reversed(found.entries)], balance(found), _sums(found), owed(found.owed))


def balance(found: PatientLedger) -> tuple[str, str]:
    """What the account leaves, in words: who owes whom."""
    left = found.balance_paise
    if left > 0:
        return "The patient owes", money.rupees(left)
    return ("The clinic owes the patient", money.rupees(-left)) if left < 0 else ("Nothing is owed", money.rupees(0))


def _sums(found: PatientLedger) -> list[tuple[str, str]]:
    def of(*kinds: str) -> int:
        return sum(one.paise for one in found.entries if one.kind in kinds)

    told = [("charged", of(*CHARGES)), ("paid", -of("IN")), ("given back", of("BACK"))]
    return [(label, money.rupees(paise)) for label, paise in told]


def _line(one: Entry, page: str) -> Line:
    amount = money.rupees(one.paise if one.kind in CHARGES else -one.paise)
    return Line(
        at=f"{day(one.at)} {clock.local(one.at):%Y}, {clock_time(one.at)}",
        what=words_of(one), clinician=one.clinician_name, reference=one.reference,
        href=f"{page}{one.payment_id}" if page else "", charged=amount if one.kind in CHARGES else "",
        paid="" if one.kind in CHARGES else amount, balance=money.rupees(one.balance_paise),
    )  # fmt: skip


def words_of(one: Entry) -> str:
    """`Paid by UPI`, `Credited: cancelled in time`."""
    if one.kind == "CREDIT":
        why = REFUND_WORDS.get(one.about, one.about.replace("_", " ").capitalize())
        return f"Credited: {why[:1].lower()}{why[1:]}"
    if one.kind == "LESS":
        return LESS[one.about]
    how = METHOD_WORDS.get(one.about, "")
    return f"{KINDS[one.kind]} {how}".strip()
