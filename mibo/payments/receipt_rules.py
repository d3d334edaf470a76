"""What a receipt is called, numbered and made of: lines, tax, and what of it is credited. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mibo.errors import Conflict, Invalid

APRIL = 4
PREFIX_LENGTH = 3
CODE_LENGTH = 16  # the GST rules allow no longer number (rule 46)
PREFIX = re.compile(r"[A-Z0-9]{2,3}")
GSTIN = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]")
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SAC = re.compile(r"9993[0-9]{2}")
USUAL_SAC = "999312"  # medical services
RATES = (0, 500, 1200, 1800, 2800)  # hundredths of a percent
CONSULTATION, REGISTRATION = "consultation", "registration"


class Kind(StrEnum):
    """What a document is, which follows from the tax of what it is for."""

    RECEIPT = "RECEIPT"
    BILL_OF_SUPPLY = "BILL_OF_SUPPLY"
    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"


LETTER = {Kind.RECEIPT: "R", Kind.BILL_OF_SUPPLY: "B", Kind.INVOICE: "T", Kind.CREDIT_NOTE: "C"}


class NotPaid(Conflict):
    """There is a receipt for what was paid, and not before."""

    code = "NOT_PAID"
    message = "There is no receipt yet, because this booking is not paid."


@dataclass(frozen=True)
class Line:
    """Something that was paid for. `about` is what it is of; a discount is a line below zero. Rate in hundredths of a percent."""

    about: str
    words: str
    sac: str
    rate_bp: int
    paise: int


@dataclass(frozen=True)
class Tax:
    """What of the price is the service and what is tax, half of it the centre's (CGST) and half the state's (SGST)."""

    rate_bp: int
    taxable_paise: int
    half_paise: int


def year_of(day: date) -> int:
    """The year in which the financial year of a day began: it runs from April to March."""
    return day.year if day.month >= APRIL else day.year - 1


def year_shown(year: int) -> str:
    """`2026-27`."""
    return f"{year}-{(year + 1) % 100:02d}"


def code_of(prefix: str, kind: Kind, year: int, number: int) -> str:
    """`KOC/B2627/00412`: what a document is called, at most sixteen characters."""
    return f"{prefix}/{LETTER[kind]}{year % 100:02d}{(year + 1) % 100:02d}/{number:05d}"


def kind_of(gstin: str | None, lines: Iterable[Line]) -> Kind:
    """A tax invoice where something is taxed, a bill of supply where nothing is; without a GSTIN a plain receipt."""
    if not gstin:
        return Kind.RECEIPT
    return Kind.INVOICE if any(line.rate_bp for line in lines) else Kind.BILL_OF_SUPPLY


def taxes_of(lines: Iterable[Line]) -> list[Tax]:
    """The tax within the price of the lines, for each rate: the sum is the price, to the paisa."""
    by_rate: dict[int, int] = {}
    for line in lines:
        by_rate[line.rate_bp] = by_rate.get(line.rate_bp, 0) + line.paise
    return [_tax(rate, paise) for rate, paise in sorted(by_rate.items()) if rate]


def _tax(rate_bp: int, paise: int) -> Tax:
    half = (paise * rate_bp + 10_000 + rate_bp) // (2 * (10_000 + rate_bp))
    return Tax(rate_bp, paise - 2 * half, half)


def credited(lines: Sequence[Line], before: Sequence[Line], paise: int, *, registration_first: bool) -> list[Line]:
    """Which lines of a bill an amount of money credits, after what was credited before; never more than is left."""
    left = {about: _sum(lines, about) - _sum(before, about) for about in (CONSULTATION, REGISTRATION)}
    order = (REGISTRATION, CONSULTATION) if registration_first else (CONSULTATION, REGISTRATION)
    made = []
    for about in order:
        part = min(paise, left[about])
        if part > 0:
            first = next(line for line in lines if line.about == about)
            made.append(Line(about, first.words, first.sac, first.rate_bp, part))
            paise -= part
    return sorted(made, key=lambda line: line.about)


def _sum(lines: Iterable[Line], about: str) -> int:
    return sum(line.paise for line in lines if line.about == about)


def to_credit(document_paise: int, money_paise: int, given_back_paise: int, credited_paise: int) -> int:
    """What is still to be credited when so much of the money has gone back; money beyond the bill goes first.

    What is documented is never more than what the clinic keeps, nor is more credited than was billed.
    """
    kept = max(0, money_paise - given_back_paise)
    return max(0, document_paise - kept - credited_paise)


def free_prefix(short_name: str, taken: Iterable[str]) -> str:
    """A prefix for a centre that has none: its letters, or with a digit where another centre has them."""
    letters = re.sub("[^A-Z]", "", short_name.upper()) + "CLN"
    used = set(taken)
    wanted = [letters[:3], *(f"{letters[:2]}{digit}" for digit in range(1, 10))]
    wanted += [f"{letters[0]}{number}" for number in range(10, 100)]
    return next((prefix for prefix in wanted if prefix not in used), wanted[0])


def check_gstin(typed: str) -> str:
    """A GSTIN whose last character fits the others. Raises Invalid."""
    gstin = typed.replace(" ", "").upper()
    if not GSTIN.fullmatch(gstin) or gstin[-1] != check_digit(gstin[:-1]):
        raise Invalid.field(
            "gstin", "This is no GSTIN: it has 15 characters, like 32AAAAA0000A1Z5. Check each of them."
        )
    return gstin


def check_digit(fourteen: str) -> str:
    """The last character of a GSTIN, by the rule of the tax office."""
    total = 0
    for place, letter in enumerate(fourteen):
        product = DIGITS.index(letter) * (1 + place % 2)
        total += product // 36 + product % 36
    return DIGITS[-total % 36]


def lines_from(told: Sequence[Mapping[str, object]]) -> list[Line]:
    """The lines as a document keeps them."""
    return [Line(**line) for line in told]  # type: ignore[arg-type]
