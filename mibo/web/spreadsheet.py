"""Lists for spreadsheets: CSV in which no cell is ever a formula (security.md line 55)."""

from collections.abc import Iterable, Sequence

from flask import make_response
from werkzeug.wrappers import Response

from mibo import exports
from mibo.web import reads


def spreadsheet(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A file of this name, to be saved and not shown; that it leaves the house is noted."""
    written = [[cell(value) for value in row] for row in rows]
    reads.exported(name, len(written))
    answer = make_response(exports.BYTE_ORDER_MARK + exports.csv_lines([head, *written]))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def cell(value: object) -> str:
    """A value as text; what a spreadsheet would run as a formula is quoted away, but a number is none."""
    text = "" if value is None else str(value)
    return text if isinstance(value, int | float) else exports.no_formula(text)
