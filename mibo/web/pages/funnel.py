"""What became of enquiries, counted step by step; each number leads to the enquiries that it counts."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import leads
from mibo.identity.permissions import Permission
from mibo.web import desk_booking, funnel_rows
from mibo.web.access import actor, may
from mibo.web.htmx import show
from mibo.web.inputs.funnel import FunnelInput
from mibo.web.inputs.takings import of_address

bp = Blueprint("funnel", __name__, url_prefix="/enquiries/funnel")


@bp.get("")
@may(Permission.SEE_FUNNEL)
def summary() -> ResponseReturnValue:
    """Asked, reached, booked, attended, paid: by source, by what they heard of us, by campaign or by centre."""
    asked, problem = of_address(FunnelInput, request.args)
    centres = None if asked.centre is None else [asked.centre]
    rows = leads.funnel(asked.first, asked.last, asked.by, by=actor(), centres=centres)
    return show(
        "funnel/summary.html", table=funnel_rows.table(rows, asked, actor()), asked=asked, problem_words=problem,
        centres=[one for one in desk_booking.centres() if actor().reaches(one.id)], lines=funnel_rows.LINES,
        status=422 if problem else 200,
    )  # fmt: skip
