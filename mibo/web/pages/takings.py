"""What the clinic took, by way and centre, and the lines that each sum is made of."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import clinics, clock, ledger
from mibo.identity.permissions import Permission
from mibo.web import payment_rows, takings_rows
from mibo.web.access import actor, may
from mibo.web.htmx import show
from mibo.web.inputs.takings import TakingsInput, of_address
from mibo.web.mismatch_rows import silent_words

bp = Blueprint("takings", __name__, url_prefix="/money/takings")


@bp.get("")
@may(Permission.SEE_REVENUE)
def summary() -> ResponseReturnValue:
    """A day's takings, or those of some days."""
    asked, problem = of_address(TakingsInput, request.args)
    if not (actor().everywhere or actor().centre_ids):
        return show("desk/no_centre.html")
    found = ledger.takings(asked.wish, by=actor())
    step = asked.last - asked.first + timedelta(days=1)
    return show(
        "takings/summary.html", table=takings_rows.table(found, _kept(asked)), problem_words=problem, **_about(asked),
        earlier=_days(asked, -step), later=_days(asked, step) if asked.last < clock.today() else None,
        silent=silent_words(actor()), status=422 if problem else 200,
    )  # fmt: skip


@bp.get("/lines")
@may(Permission.SEE_REVENUE)
def lines() -> ResponseReturnValue:
    """What a sum is made of: the lines come to exactly that (P20)."""
    asked, problem = of_address(TakingsInput, request.args)
    found, paise = ledger.lines_of(asked.wish, by=actor())
    return show(
        "takings/lines.html", lines=takings_rows.lines(found), paise=paise, problem_words=problem, **_about(asked),
        cut=len(found) == ledger.LINES_AT_MOST, status=422 if problem else 200,
    )  # fmt: skip


def _about(asked: TakingsInput) -> dict[str, Any]:
    centres = [one for one in clinics.centres() if actor().reaches(one.id)]
    return {
        "asked": asked, "kept": _kept(asked), "days": takings_rows.span(asked.first, asked.last), "centres": centres,
        "ways": payment_rows.METHODS, "made_at": clock.local(clock.now()),
        "centre_words": next((one.short_name for one in centres if one.id == asked.centre), ""),
    }  # fmt: skip


def _kept(asked: TakingsInput) -> dict[str, Any]:
    """The address of what is asked for."""
    told = asked.model_dump(exclude_defaults=True) | {"since": asked.first, "until": asked.last}
    return {name: str(value) for name, value in told.items() if value}


def _days(asked: TakingsInput, step: timedelta) -> dict[str, str]:
    return _kept(asked) | {"since": str(asked.first + step), "until": str(asked.last + step)}
