"""How the API speaks: one envelope for everything that went well. Refusals are web/errors.py's."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson
from flask import current_app
from werkzeug.wrappers import Response

from mibo.errors import Invalid
from mibo.ids import read_id
from mibo.web.api import dialect
from mibo.web.api.shown import Page, Shown
from mibo.web.inputs.lists import PAGE, OwnFilter, Paging

Row = TypeVar("Row")
NOTHING: Any = object()


def said(data: Any = NOTHING, message: str | None = None, status: int = 200, *, meta: Shown | None = None) -> Response:
    """The envelope around what there is to say; without `data` it has no such key."""
    body: dict[str, Any] = {"success": True}
    if data is not NOTHING:
        body["data"] = data
    if message:
        body["message"] = message
    if meta:
        body["meta"] = meta
    return plain(body, status)


def plain(body: dict[str, Any], status: int = 200) -> Response:
    """A body as it is, in the dialect of this deployment."""
    told = orjson.dumps(dialect.spoken(_dumped(body))) if dialect.is_incumbent() else orjson.dumps(body, default=_shown)
    return current_app.response_class(told, status, mimetype="application/json")


def _shown(value: Any) -> Any:
    """What orjson does not know by itself: long lists of plain values are never walked through here."""
    if isinstance(value, Shown):
        return value.model_dump()
    raise TypeError(f"{type(value).__name__} is nothing to show")


def _dumped(value: Any) -> Any:
    if isinstance(value, Shown):
        return value.model_dump()
    if isinstance(value, dict):
        return {key: _dumped(one) for key, one in value.items()}
    return [_dumped(one) for one in value] if isinstance(value, list | tuple) else value


def the_id(text: str) -> int:
    """An id as it stands in an address. Raises Invalid."""
    found = read_id(text)
    if found is None:
        raise Invalid.field("id", "An id is a number.")
    return found


def listed(rows: Sequence[Row], shape: Callable[[Row], Shown], paging: Paging) -> Response:
    """A page of a list with its `meta`; to older clients all of it, and nothing else (api-contract.md 0.5)."""
    if dialect.is_incumbent():
        return said([shape(row) for row in rows])
    start = _place(paging.cursor)
    end = start + paging.limit
    meta = Page(total=len(rows), next_cursor=_cursor(end) if end < len(rows) else None)
    return said([shape(row) for row in rows[start:end]], meta=meta)


def part_of(rows: Sequence[Row], asked: OwnFilter) -> tuple[Sequence[Row], Page | None]:
    """The part of one's own rows that is asked for by limit and offset; older clients may have all of them."""
    limit = asked.limit or (len(rows) if dialect.is_incumbent() else PAGE)
    wanted = rows[asked.offset : asked.offset + limit]
    return wanted, None if dialect.is_incumbent() else Page(total=len(rows))


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(b"after:%d" % place).decode().rstrip("=")


def _place(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        kind, _, place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).partition(
            b":"
        )
    except (binascii.Error, ValueError):
        kind, place = b"", b""
    if kind != b"after" or not place.isdigit() or len(place) > 9:
        raise Invalid.field("cursor", "This cursor is not one of ours. Start again without one.")
    return int(place)
