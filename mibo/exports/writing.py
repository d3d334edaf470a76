"""Rows as text for spreadsheets: CSV in which no cell is ever a formula (security.md line 55), and as pages of a PDF."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from mibo import clock
from mibo.exports import paper, rules
from mibo.exports.describing import Batch, Column, Kind, Listing, drawn, written
from mibo.identity import Actor

FORMULA = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads names in Indian scripts as nonsense
NUMBERS = (Kind.MONEY, Kind.NUMBER)


def small(one: Listing, asked: BaseModel, file: str, *, by: Actor) -> tuple[bytes, int] | None:
    """The whole file and its number of rows, where it is small enough to be made at once; else None."""
    found = one.read(asked, by, None, rules.AT_ONCE[file] + 1)
    if found.after is not None or len(found.rows) > rules.AT_ONCE[file]:
        return None
    return whole(one, asked, found.rows, file, by=by), len(found.rows)


def whole(one: Listing, asked: BaseModel, rows: Sequence[Any], file: str, *, by: Actor) -> bytes:
    """A file of these rows and no more."""
    return pdf(one, asked, rows, by=by) if file == "pdf" else csv_head(one, by) + csv_rows(one, rows, by)


def of_one(one: Listing, asked: Mapping[str, object], file: str, *, by: Actor) -> tuple[bytes, int]:
    """The whole file of a list that is never long, and its number of rows."""
    told = one.asks.model_validate(asked)
    rows = one.read(told, by, None, rules.PDF_AT_MOST).rows
    return whole(one, told, rows, file, by=by), len(rows)


def is_too_long_for_paper(one: Listing, asked: BaseModel, *, by: Actor) -> bool:
    """Whether a PDF would have more lines than anybody leafs through."""
    found: Batch = one.read(asked, by, None, rules.PDF_AT_MOST + 1)
    return found.after is not None or len(found.rows) > rules.PDF_AT_MOST


def csv_head(one: Listing, who: Actor) -> bytes:
    """The first line: the headings in words."""
    return (BYTE_ORDER_MARK + csv_lines([[column.heading for column in one.columns_for(who)]])).encode()


def csv_rows(one: Listing, rows: Sequence[Any], who: Actor) -> bytes:
    """Some rows, as this person may have them."""
    columns = one.columns_for(who)
    return csv_lines([[_cell(column, row, who) for column in columns] for row in rows]).encode()


def pdf(one: Listing, asked: BaseModel, rows: Sequence[Any], *, by: Actor, at: datetime | None = None) -> bytes:
    """The list on A4, with what was asked for on top, and who made it and when."""
    columns = one.columns_for(by)
    sheet = paper.Sheet(
        title=one.title, made_by=by.full_name, made_at=at or clock.now(), filters=list(one.filters(asked)),
        columns=[paper.Head(each.heading, each.weight, each.kind in NUMBERS) for each in columns],
        lines=[[drawn(each.of(row, by), each.kind) for each in columns] for row in rows],
    )  # fmt: skip
    return paper.pdf_of(sheet)


def content_type(file: str) -> str:
    """What a file is to a browser."""
    return "application/pdf" if file == "pdf" else "text/csv; charset=utf-8"


def csv_lines(rows: Sequence[Sequence[object]]) -> str:
    """Rows as a spreadsheet reads them."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def no_formula(told: str) -> str:
    """What a spreadsheet would run as a formula is quoted away."""
    return f"'{told}" if told.startswith(FORMULA) else told


def _cell(column: Column, row: Any, who: Actor) -> str | int:
    told = written(column.of(row, who), column.kind)
    if column.kind in NUMBERS or not isinstance(told, str):
        return told
    return no_formula(told)
