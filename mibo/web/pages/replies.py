"""What patients write back: seen to by the staff of their centre, from unknown numbers by managers."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import reply_rows
from mibo.web.access import actor, may
from mibo.web.htmx import go, show
from mibo.web.keys import takes
from mibo.web.paging import page_asked

bp = Blueprint("replies", __name__, url_prefix="/desk/replies")

ONE = f"/<int(max={GREATEST_ID}):reply_id>"
PAGE = 30
TABS = (("waiting", "Waiting"), ("unknown", "Unknown numbers"), ("handled", "Seen to"))


@bp.get("")
@may(Permission.ANSWER_REPLIES)
def inbox() -> ResponseReturnValue:
    """What waits, the oldest first."""
    tabs = [tab for tab in TABS if tab[0] != "unknown" or actor().everywhere]
    wanted = request.args.get("part", "")
    part = booking.reply_inbox.Part(wanted if wanted in dict(tabs) else "waiting")
    page = page_asked(PAGE)
    found = booking.reply_inbox.replies(part, by=actor(), **page.reach)
    rows = [reply_rows.row(one) for one in page.shown(found)]
    return show("replies/inbox.html", rows=rows, tabs=tabs, part=part.value, **page.facts(found))


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


def _done(words: str) -> ResponseReturnValue:
    flash(words, "success")
    return go("replies.inbox")
