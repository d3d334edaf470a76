"""The provider's settlement report: what it paid out to our bank, line by line. Read whole or not at all. Pure."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from mibo.errors import Invalid, Problem
from mibo.payments.rules import MismatchReason

MOST_BYTES = 8 * 1024 * 1024
MOST_LINES = 20_000
MOST_PROBLEMS = 10
SHOWN = 30
FILE_NAME_LENGTH = 100
UTR_LENGTH = 60
WORD_LENGTH = 30

KIND, ENTITY, ORDER, CURRENCY = "transaction_entity", "entity_id", "order_id", "currency"
AMOUNT, FEE, TAX, DEBIT, CREDIT = "amount", "fee (exclusive tax)", "tax", "debit", "credit"
SETTLEMENT, SETTLED, UTR = "settlement_id", "settled_at", "settlement_utr"
NEEDED = (KIND, ENTITY, AMOUNT, CURRENCY, FEE, TAX, DEBIT, CREDIT, SETTLEMENT, SETTLED, UTR)

RUPEES = re.compile(r"\d{1,9}(?:\.\d{1,2}0*)?")
ID = re.compile(r"[a-z]{2,12}_[A-Za-z0-9]{6,40}")
BANK_REFERENCE = re.compile(rf"[A-Za-z0-9/-]{{0,{UTR_LENGTH}}}")
MARKS = {"payment": "pay_", "refund": "rfnd_"}
WRITTEN = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
FORMULA = ("=", "@", "+")
AS_IT_CAME = "Download it again as CSV, and do not save it in a spreadsheet before."


@dataclass(frozen=True, slots=True)
class SettledLine:
    """A line of the report: a payment, a refund, or whatever else the provider took off or added. All in paise."""

    number: int
    kind: str  # payment, refund, or another word of the provider's
    entity_id: str
    order_id: str | None
    currency: str
    paise: int
    fee_paise: int
    tax_paise: int
    debit_paise: int
    credit_paise: int
    settlement_id: str
    settled_at: datetime  # on the clinic's clock, without a zone
    utr: str

    @property
    def net_paise(self) -> int:
        """What it adds to the money that reaches the bank."""
        return self.credit_paise - self.debit_paise

    @property
    def odd_paise(self) -> int:
        """What it adds or takes beside the money itself, the fee and its tax; of anything else all of it."""
        charges = self.fee_paise + self.tax_paise
        expected = {"payment": self.paise - charges, "refund": -self.paise - charges}.get(self.kind, 0)
        return self.net_paise - expected


@dataclass(frozen=True, slots=True)
class Report:
    """What was settled, and how many lines of the file were not yet."""

    lines: Sequence[SettledLine]
    waiting: int


class BadReport(Invalid):
    """Nothing of the file was kept; `problems` says what is wrong with it, at most ten things."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(problems=[Problem("report", each) for each in sentences])


def read(raw: bytes) -> Report:
    """Every line of a report. Raises BadReport with what is wrong, by line."""
    lines: list[SettledLine] = []
    problems: list[str] = []
    first: dict[tuple[str, ...], int] = {}
    waiting = 0
    try:
        for number, told in _rows(raw):
            if not told[SETTLEMENT] and not told[SETTLED]:
                waiting += 1
                continue
            try:
                line = _line(number, told)
            except _Unfit as error:
                problems.append(f"Line {number}: {error}")
            else:
                if stands := first.get(key := (line.settlement_id, line.kind, line.entity_id)):
                    problems.append(f"Line {number}: {line.entity_id} stands on line {stands} already.")
                first.setdefault(key, number)
                lines.append(line)
            if len(problems) == MOST_PROBLEMS:
                break
    except BadReport as error:  # from here on the file cannot be read
        problems += [each.message for each in error.problems]
    if problems:
        raise BadReport(*problems)
    if not lines:
        raise BadReport("Nothing in this file is settled yet." if waiting else "The file has a heading and no lines.")
    return Report(lines, waiting)


def unlike_books(line: SettledLine, held_paise: int | None, *, left_only: bool = False) -> MismatchReason | None:
    """Why a person must look at a line; None where our books say the same. `held_paise`: None where they hold nothing.

    Of money that nobody asked for our books may hold what is left of it only (`left_only`).
    """
    if line.kind not in MARKS:
        return MismatchReason.ADJUSTED
    if held_paise is None:
        return MismatchReason.NOT_OURS if line.kind == "payment" else MismatchReason.REFUND_NOT_OURS
    fits = held_paise <= line.paise if left_only else held_paise == line.paise
    if not fits or line.currency != "INR":
        return MismatchReason.BOOKS_DIFFER
    return MismatchReason.ADJUSTED if line.odd_paise else None


class _Unfit(ValueError):
    """What is wrong with a line."""


def _rows(raw: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line's number and its cells by the heading's names; empty lines are none. Raises BadReport."""
    text = _text(raw)
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    names: list[str] = []
    try:
        for cells in table:
            if not any(map(str.strip, cells)):
                continue
            if not names:
                names = _heading(cells)
            elif len(cells) != len(names):
                much = "is cut off" if len(cells) < len(names) else "has more cells than the heading"
                raise BadReport(f"Line {table.line_num} {much}: {len(cells)} cells of {len(names)}. {AS_IT_CAME}")
            elif table.line_num > MOST_LINES + 1:
                raise BadReport(f"The file has more than {MOST_LINES:,} lines. Download fewer days at once.")
            else:
                yield table.line_num, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    except csv.Error:
        raise BadReport(f"Line {table.line_num} cannot be read as CSV, or is cut off. {AS_IT_CAME}") from None
    if not names:
        raise BadReport("The file is empty.")


def _text(raw: bytes) -> str:
    """The file as text: UTF-8, what Excel calls Unicode, or an old Windows one. Only ids and numbers of it are kept."""
    if not raw.strip(b"\x00\t\r\n ") or raw == codecs.BOM_UTF8:
        raise BadReport("The file is empty.")
    if len(raw) > MOST_BYTES:
        raise BadReport(f"The file is larger than {MOST_BYTES // 1024**2} MB. Download fewer days at once.")
    if raw.startswith(b"PK\x03\x04") or raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadReport(f"This is a spreadsheet, and no CSV. {AS_IT_CAME}")
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = raw.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if "\x00" in text or raw.startswith(b"%PDF"):
        raise BadReport(f"This is no CSV file. {AS_IT_CAME}")
    return text


def _heading(cells: Sequence[str]) -> list[str]:
    names = [" ".join(cell.lower().split()) for cell in cells]
    missing = [name for name in NEEDED if name not in names]
    if len(missing) == len(NEEDED):
        raise BadReport(
            "This is another file: its first line names none of the columns of a settlement report. This page reads"
            " Razorpay’s combined settlement report (Dashboard, Reports, Settlement recon) as CSV."
        )
    if missing:
        raise BadReport(
            f"The heading lacks {', '.join(missing)}. This page reads Razorpay’s combined settlement report"
            " (Dashboard, Reports, Settlement recon) as CSV."
        )
    twice = sorted({name for name in NEEDED if names.count(name) > 1})
    if twice:
        raise BadReport(f"The heading has {', '.join(twice)} twice.")
    return names


def _line(number: int, told: dict[str, str]) -> SettledLine:
    for name in (*NEEDED, ORDER):
        if told.get(name, "").startswith(FORMULA):
            raise _Unfit(f"{name} holds a formula, {_shown(told[name])}. {AS_IT_CAME}")
    kind = told[KIND].lower()
    if not kind or len(kind) > WORD_LENGTH or not kind.replace("_", "").replace(" ", "").isalpha():
        raise _Unfit(f"{KIND} {_shown(told[KIND])} is no kind of transaction.")
    return SettledLine(
        number=number, kind=kind, entity_id=_id(told, ENTITY, MARKS.get(kind, "")),
        order_id=order if ID.fullmatch(order := told.get(ORDER, "")) else None,
        currency=_currency(told[CURRENCY]), paise=_paise(told, AMOUNT), fee_paise=_paise(told, FEE, "0"),
        tax_paise=_paise(told, TAX, "0"), debit_paise=_paise(told, DEBIT, "0"),
        credit_paise=_paise(told, CREDIT, "0"), settlement_id=_id(told, SETTLEMENT, "setl_"),
        settled_at=_instant(told[SETTLED]), utr=_utr(told[UTR]),
    )  # fmt: skip


def _id(told: dict[str, str], name: str, mark: str) -> str:
    if not ID.fullmatch(told[name]) or not told[name].startswith(mark):
        raise _Unfit(f"{name} {_shown(told[name])} is no id{f' like {mark}…' if mark else ''}.")
    return told[name]


def _paise(told: dict[str, str], name: str, empty: str = "") -> int:
    """Rupees as the report writes them, in paise. A comma could mean either of two things, so it is refused."""
    cell = told[name] or empty
    if not RUPEES.fullmatch(cell):
        raise _Unfit(f"{name} {_shown(told[name])} is no amount in rupees, such as 1600.50.")
    whole, _, part = cell.partition(".")
    return int(whole) * 100 + int(part[:2].ljust(2, "0"))


def _currency(cell: str) -> str:
    if not (len(cell) == 3 and cell.isascii() and cell.isalpha()):
        raise _Unfit(f"{CURRENCY} {_shown(cell)} is no currency.")
    return cell.upper()


@lru_cache(maxsize=1_000)
def _instant(cell: str) -> datetime:
    for shape in WRITTEN:
        try:
            return datetime.strptime(cell, shape)  # noqa: DTZ007 - on the clinic's clock, as the report says it
        except ValueError:
            continue
    raise _Unfit(f"{SETTLED} {_shown(cell)} is no day and time, such as 28/11/2026 10:30:00.")


def _utr(cell: str) -> str:
    if not BANK_REFERENCE.fullmatch(cell):
        raise _Unfit(f"{UTR} {_shown(cell)} is no reference of a bank. {AS_IT_CAME}")
    return cell


def _shown(cell: str) -> str:
    plain = "".join(each for each in cell if each.isprintable())
    return f"“{plain[:SHOWN]}{'…' if len(plain) > SHOWN else ''}”" if plain else "is empty and"
