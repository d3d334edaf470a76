"""The bell: what waits for staff at their centres, seen and unseen, each with where one acts on it."""

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue

from mibo import booking
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import bell_rows
from mibo.web.access import actor, may
from mibo.web.htmx import go, go_to, show, wants_part
from mibo.web.keys import takes
from mibo.web.paging import page_asked

bp = Blueprint("bell", __name__, url_prefix="/desk/bell")

PAGE = 30


@bp.get("")
@may(Permission.HEAR_BELL)
def listing() -> ResponseReturnValue:
    """What waits and was not seen; or all that rang."""
    all_of_them = request.args.get("show") == "all"
    page = page_asked(PAGE)
    found = booking.bell.rings(by=actor(), unseen=not all_of_them, **page.reach)
    rows = [bell_rows.row(one) for one in page.shown(found)]
    return show("bell/listing.html", rows=rows, all_of_them=all_of_them, **page.facts(found))


@bp.get("/count")
@may(Permission.HEAR_BELL)
def count() -> ResponseReturnValue:
    """How many wait unseen, live: a poll that finds nothing changed is a 304."""
    if not wants_part():
        return go("bell.listing")
    heard = booking.bell.heard(by=actor())
    tag = f"{heard.unseen}-{heard.newest}"
    same = request.if_none_match.contains_weak(tag)
    answer = make_response("", 304) if same else make_response(show("bell/_count.html", heard=heard))
    answer.set_etag(tag, weak=True)
    answer.vary.add("HX-Request")
    return answer


@bp.post(f"/<int(max={GREATEST_ID}):ring_id>/seen")
@may(Permission.HEAR_BELL)
@takes()
def open_one(ring_id: int) -> ResponseReturnValue:
    """See it, and go where one acts on it."""
    ring = booking.bell.see(ring_id, by=actor())
    return go_to(bell_rows.leads_to(ring.kind, ring.about_id, ring.appointment_id))


@bp.post("/seen")
@may(Permission.HEAR_BELL)
@takes()
def see_all() -> ResponseReturnValue:
    """Have seen all that waits."""
    booking.bell.see_all(by=actor())
    return go("bell.listing")
