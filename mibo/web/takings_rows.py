"""The takings of some days as a table: centres down, ways across; and each line that a sum is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from mibo import money
from mibo.ledger import METHODS, Taken, TakingsLine
from mibo.web.filters import day, moment
from mibo.web.payment_rows import METHODS as WORDS

WHAT = {"IN": "Came in", "BACK": "Given back since"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A sum, and where its lines are."""

    amount: str
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    """A centre, or all of them."""

    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The table with its sums; `ways` are the headings."""

    ways: Sequence[str]
    rows: Sequence[Row]
    total: Row
    sums: Sequence[tuple[str, str]]


def table(found: Sequence[Taken], kept: dict[str, Any]) -> Table:
    """What is kept by centre and way; each sum leads to its lines."""
    centres = {one.centre_id: one.centre_name for one in found}
    rows = [Row(name, _cells([one for one in found if one.centre_id == centre], kept | {"centre": centre}))
            for centre, name in centres.items()]  # fmt: skip
    came, gone = sum(one.came_in_paise for one in found), sum(one.returned_paise for one in found)
    told = [("Came in", came), ("Given back since", gone), ("Kept", came - gone)]
    sums = [(label, money.rupees(paise)) for label, paise in told]
    return Table([WORDS[way] for way in METHODS], rows, Row("All", _cells(found, kept)), sums)


def _cells(found: Sequence[Taken], kept: dict[str, Any]) -> list[Cell]:
    cells = []
    for way in (*METHODS, ""):
        here = [one for one in found if way in ("", one.method)]
        href = url_for("takings.lines", **{**kept, "method": way or None}) if here else ""
        cells.append(Cell(money.rupees(sum(one.net_paise for one in here)) if here else "–", href))
    return cells


@dataclass(frozen=True, slots=True)
class Line:
    """One line that a sum is made of."""

    href: str
    at: str
    name: str
    reference: str
    centre: str
    how: str
    what: str
    amount: str


def lines(found: Sequence[TakingsLine]) -> list[Line]:
    """The lines."""
    page = url_for("payments.one", payment_id=0).removesuffix("0")
    return [
        Line(f"{page}{one.payment_id}", moment(one.at), one.patient_name, one.reference, one.centre_name,
             WORDS[one.method], WHAT[one.kind], money.rupees(one.paise))
        for one in found
    ]  # fmt: skip


def span(first: date, last: date) -> str:
    """`Mon 30 Nov 2026`, `Mon 2 to Mon 30 Nov 2026`: which days."""
    return f"{day(first)} {first:%Y}" if first == last else f"{day(first)} to {day(last)} {last:%Y}"
