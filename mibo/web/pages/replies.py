"""What patients write back: seen to by the staff of their centre, from unknown numbers by managers."""

from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import reply_rows
from mibo.web.access import actor, may
from mibo.web.htmx import go, show
from mibo.web.keys import takes

bp = Blueprint("replies", __name__, url_prefix="/desk/replies")

ONE = f"/<int(max={GREATEST_ID}):reply_id>"
PAGE = 30
LAST_PAGE = 500
TABS = (("waiting", "Waiting"), ("unknown", "Unknown numbers"), ("handled", "Seen to"))


@bp.get("")
@may(Permission.ANSWER_REPLIES)
def inbox() -> ResponseReturnValue:
    """What waits, the oldest first."""
    tabs = [tab for tab in TABS if tab[0] != "unknown" or actor().everywhere]
    wanted = request.args.get("part", "")
    part = booking.reply_inbox.Part(wanted if wanted in dict(tabs) else "waiting")
    number = request.args.get("page", 1, int)
    number = number if 1 <= number <= LAST_PAGE else 1
    found = booking.reply_inbox.replies(part, by=actor(), limit=PAGE + 1, offset=(number - 1) * PAGE)
    return show(
        "replies/inbox.html", rows=[reply_rows.row(one) for one in found[:PAGE]], tabs=tabs, part=part.value,
        number=number, more=len(found) > PAGE,
    )  # fmt: skip


@bp.post(f"{ONE}/handling")
@may(Permission.ANSWER_REPLIES)
@takes()
def handle(reply_id: int) -> ResponseReturnValue:
    """Somebody has seen to it."""
    booking.reply_inbox.handle(reply_id, by=actor())
    return _done("Seen to.")


@bp.post(f"{ONE}/will-call")
@may(Permission.ANSWER_REPLIES)
@takes()
def will_call(reply_id: int) -> ResponseReturnValue:
    """Write that we call."""
    booking.reply_inbox.answer(reply_id, "will_call", by=actor())
    return _done("We wrote that we will call. Please do call.")


@bp.post(f"{ONE}/please-call")
@may(Permission.ANSWER_REPLIES)
@takes()
def please_call(reply_id: int) -> ResponseReturnValue:
    """Ask them to call."""
    booking.reply_inbox.answer(reply_id, "please_call", by=actor())
    return _done("We wrote: please call us.")


def _done(words: str, **more: Any) -> ResponseReturnValue:
    flash(words, "success")
    return go("replies.inbox", **more)
