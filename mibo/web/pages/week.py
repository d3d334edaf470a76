"""A clinician's week, and why a time of theirs is not offered (M5)."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from mibo import booking, clock, people
from mibo.booking import blocks
from mibo.errors import Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.web import block_rows, week_board, why_words
from mibo.web.access import actor, may
from mibo.web.htmx import go, show, wants_part
from mibo.web.inputs.base import read_day

bp = Blueprint("week", __name__)

EARLIEST, LATEST = date(2000, 1, 10), date(2100, 1, 1)


@bp.get("/week")
@may(Permission.SEE_DAY)
def index() -> ResponseReturnValue:
    """One's own week, or the first of the clinicians in reach."""
    wanted = request.args.get("clinician")
    if wanted:
        return go("week.one", clinician_id=read_id(wanted), day=request.args.get("day"))
    if own := actor().clinician_id:
        return go("week.one", clinician_id=own)
    within = people.clinicians_in_reach(actor())
    return go("week.one", clinician_id=within[0].id) if within else show("desk/no_centre.html")


@bp.get(f"/week/<int(max={GREATEST_ID}):clinician_id>")
@may(Permission.SEE_DAY)
def one(clinician_id: int) -> ResponseReturnValue:
    """Seven days of a clinician, live: a poll that finds nothing changed is a 304."""
    monday = _monday(request.args.get("day"))
    version = booking.week_version(clinician_id, monday, by=actor())
    tag = f"{version}-{clock.now():%H%M}"
    if wants_part() and request.if_none_match.contains_weak(tag):
        return _tagged(make_response("", 304), tag)
    week = booking.clinician_week(clinician_id, monday, by=actor())
    shown = week_board.look(week, actor())
    page = show("week/one.html", "week/_live.html", week=week, shown=shown, tag=tag, **_about(week))
    response = _tagged(make_response(page), tag)
    if wants_part() and request.args.get("span", shown.span) != shown.span:
        response.headers["HX-Refresh"] = "true"
    return response


@bp.get("/why")
@may(Permission.SEE_DAY)
def why() -> ResponseReturnValue:
    """Why a time of a clinician at a centre is not offered, every reason with a way to mend it."""
    clinician, centre = read_id(request.args.get("clinician", "")), read_id(request.args.get("centre", ""))
    day, minute = _day(request.args.get("day")), _minute(request.args.get("at"))
    asked = booking.why_not(clinician or 0, centre or 0, day, by=actor())
    cell = asked.around(minute)
    if cell is None:
        raise Missing("We could not find that time.")
    closed = blocks.blocks_of([reason.block_id for reason in cell.reasons if reason.block_id], by=actor())
    opening = {one.id for one in closed if block_rows.may_reopen(one, actor())}
    return show(
        "week/why.html",
        "week/_why.html",
        asked=asked,
        in_panel=wants_part(),
        answer=why_words.answer(asked, cell, actor(), opening),
        whole_day=why_words.whole_day(asked, actor()),
    )


def _monday(wanted: str | None) -> date:
    day = _day(wanted) if wanted else clock.today()
    return day - timedelta(days=day.weekday())


def _day(wanted: str | None) -> date:
    day = read_day(wanted)
    if day is None or not EARLIEST <= day <= LATEST:
        raise Missing("We could not find that day.")
    return day


def _minute(wanted: str | None) -> int:
    """Minutes after midnight of `HH:MM`. Raises Missing."""
    hours, colon, minutes = (wanted or "").partition(":")
    if not (colon and hours.isascii() and minutes.isascii() and hours.isdigit() and minutes.isdigit()):
        raise Missing("We could not find that time.")
    return min(int(hours[:2]) * 60 + int(minutes[:2]), 24 * 60 - 1)


def _tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    response.vary.add("HX-Request")
    return response


def _about(week: booking.Week) -> dict[str, Any]:
    own, reached = week.clinician.id == actor().clinician_id, [one for one in week.places if actor().reaches(one)]
    return {
        "closes": actor().may(Permission.BLOCK_TIME) and (own or booking.closes_for_others(actor())),
        "closes_at": None if own or len(reached) == len(week.places) else reached[0],
        "today": clock.today(),
        "last": week.first + timedelta(days=6),
        "before": week.first - timedelta(days=7),
        "after": week.first + timedelta(days=7),
        "made_at": clock.local(clock.now()),
        "colleagues": people.clinicians_in_reach(actor()),
    }
