"""Lists as files: a small one is answered at once, a large one is made meanwhile and waits among one's exports."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, flash, make_response, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError

from mibo import exports
from mibo.errors import Invalid, Refused
from mibo.exports import Listing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import export_rows, keys, listings, reads
from mibo.web.access import actor, may, visitor
from mibo.web.htmx import go, show
from mibo.web.keys import takes
from mibo.web.limits import address, limiter
from mibo.web.saving import saved

bp = Blueprint("exports", __name__, url_prefix="/exports")

ONE = f"/<int(max={GREATEST_ID}):export_id>"
MOST = "60 per hour"
FILES = ("csv", "pdf")
KNOWN = listings  # described when it is imported


def _whose() -> str:
    who = visitor()
    return f"exports of {who.account_id}" if who else address()


@bp.get("")
@may(Permission.EXPORT_LISTS)
def listing() -> ResponseReturnValue:
    """One's own exports, with how far each has come."""
    rows = [export_rows.row(one, actor()) for one in exports.own(by=actor())]
    return show("exports/listing.html", "exports/_list.html", rows=rows, under_way=any(row.under_way for row in rows))


@bp.post("/<listing>")
@limiter.limit(MOST, key_func=_whose)
@may(Permission.EXPORT_LISTS, fresh=True)
def ask(listing: str) -> ResponseReturnValue:
    """A list as a file, with what its page asks for: at once, or else as an export of one's own."""
    one, who = exports.listing(listing), actor()
    if not who.may(one.permission):
        raise Refused
    file, asked = _file(), _asked(one)
    if (made := exports.small(one, asked, file, by=who)) is not None:
        body, rows = made
        reads.exported(one.name, rows, file=file, filters=one.told(asked))
        return saved(make_response(body), one.name, file)
    if exports.ask(one, asked, file, by=who).new:
        flash(f"{one.title} is a long list. The file is being made, and your bell rings when it is ready.", "success")
    else:
        flash("This file is being made already.", "info")
    return go("exports.listing")


@bp.post(f"{ONE}/cancellation")
@may(Permission.EXPORT_LISTS)
@takes()
def cancel(export_id: int) -> ResponseReturnValue:
    """It is not wanted any more."""
    exports.cancel(export_id, by=actor())
    flash("The export is called off. What was made of it is deleted.", "success")
    return go("exports.listing")


@bp.post(f"{ONE}/retry")
@may(Permission.EXPORT_LISTS, fresh=True)
@takes()
def retry(export_id: int) -> ResponseReturnValue:
    """Make it once more."""
    exports.retry(export_id, by=actor())
    flash("The file is being made again.", "success")
    return go("exports.listing")


@bp.get(f"{ONE}/file")
@may(Permission.EXPORT_LISTS, fresh=True)
def download(export_id: int) -> ResponseReturnValue:
    """The file, piece by piece, for whoever made it and may still see what is in it."""
    found = exports.opened(export_id, by=actor())
    pieces = found.pieces()
    first = next(pieces, b"")  # a store that is away is said before anything is sent
    reads.exported(found.name, found.rows, file=found.file, export=export_id)
    answer = saved(Response(_on(first, pieces)), found.name, found.file)
    answer.content_length = found.size
    return answer


def _on(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _file() -> str:
    file = request.form.get("file", "csv")
    if file not in FILES:
        raise Invalid("Choose CSV or PDF.")
    return file


def _asked(one: Listing) -> Any:
    """What the list's page asks for, as its own input reads it. Raises Invalid with the first thing that is wrong."""
    if not keys.are_known({*one.asks.model_fields, "file"}):
        raise keys.UnknownKeys
    typed = {name: request.form[name].strip() for name in one.asks.model_fields if name in request.form}
    try:
        told: BaseModel = one.asks.model_validate({name: value for name, value in typed.items() if value})
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        words = problem["msg"].removeprefix("Value error, ") if problem["type"] == "value_error" else ""
        raise Invalid(words or "Choose from what the page offers, and enter real dates.") from None
    return getattr(told, "asked", told)
