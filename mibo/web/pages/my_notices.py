"""A patient's inbox: what the clinic told them in the last ninety days, read and unread."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import people
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import notice_rows
from mibo.web.access import actor, may
from mibo.web.htmx import go, go_to, show
from mibo.web.keys import takes
from mibo.web.paging import page_asked

bp = Blueprint("my_notices", __name__, url_prefix="/my/notices")

PAGE = 20


@bp.get("")
@may(Permission.SEE_OWN)
def listing() -> ResponseReturnValue:
    """The newest first; all of them, or those that were not read."""
    unread = request.args.get("show") == "unread"
    page = page_asked(PAGE)
    found = people.inbox.notices(people.inbox.Asked(unread=unread), by=actor(), **page.reach)
    several = len(people.family_of(actor().account_id)) > 1
    rows = notice_rows.rows(list(page.shown(found)), several=several)
    return show("my_notices/listing.html", rows=rows, unread=unread, **page.facts(found))


@bp.post(f"/<int(max={GREATEST_ID}):notice_id>/reading")
@may(Permission.SEE_OWN)
@takes()
def open_one(notice_id: int) -> ResponseReturnValue:
    """Read it, and go where one acts on it."""
    return go_to(notice_rows.leads_to(people.inbox.mark_read(notice_id, by=actor())))


@bp.post("/reading")
@may(Permission.SEE_OWN)
@takes()
def read_all() -> ResponseReturnValue:
    """Have read all of them."""
    people.inbox.mark_all_read(by=actor())
    return go("my_notices.listing")
