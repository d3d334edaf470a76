"""Cursors of lists that are paged by where the last page ended: nothing is skipped or repeated while rows are added."""

import base64
import binascii
from datetime import UTC, datetime, timedelta

from mibo.booking import lists
from mibo.errors import Invalid
from mibo.ids import read_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PAGE = 100


def write(place: lists.Place) -> str:
    """A place as a program carries it."""
    micros = (place.at - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"row:{micros}:{place.id}".encode()).decode().rstrip("=")


def read(cursor: str | None) -> lists.Place | None:
    """The place again; None for the beginning. Raises Invalid."""
    if not cursor:
        return None
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        kind, micros, row_id = plain.split(":")
        at, found = EPOCH + timedelta(microseconds=int(micros)), read_id(row_id)
    except (binascii.Error, ValueError, OverflowError):
        kind, at, found = "", EPOCH, None
    if kind != "row" or found is None:
        raise Invalid.field("cursor", "This cursor is not one of ours. Start again without one.")
    return lists.Place(at, found)
