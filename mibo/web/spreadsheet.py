"""Lists for spreadsheets: CSV in which no cell is ever a formula (security.md line 55)."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import make_response
from werkzeug.wrappers import Response

from mibo.web import reads

FORMULA = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads names in Indian scripts as nonsense


def spreadsheet(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A file of this name, to be saved and not shown; that it leaves the house is noted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    written = [[cell(value) for value in row] for row in rows]
    writer.writerows(written)
    reads.exported(name, len(written))
    answer = make_response(BYTE_ORDER_MARK + text.getvalue())
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def cell(value: object) -> str:
    """A value as text; what a spreadsheet would run as a formula is quoted away, but a number is none."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int | float) else text
