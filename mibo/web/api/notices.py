"""What a patient was told, for their app (api-contract.md 5.1)."""

from dataclasses import replace

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, people
from mibo.errors import Invalid, Missing
from mibo.identity import Actor, Permission
from mibo.ids import read_id
from mibo.web.access import actor, may
from mibo.web.api import notice_shapes
from mibo.web.api.answers import said
from mibo.web.api.document import documented
from mibo.web.api.notice_shapes import ASKED, Notifications, UnreadCount
from mibo.web.api.shown import Done
from mibo.web.inputs.notices import NoticeFilter

bp = Blueprint("notices", __name__, url_prefix="/patient/notifications")

TAG = "Patient's notices"


class NoPatient(Missing):
    """Staff have no inbox of a patient."""

    code = "PATIENT_NOT_FOUND"
    message = "Patient not found"


class NoNotice(Missing):
    """Not there, or not theirs."""

    code = "NOTIFICATION_NOT_FOUND"
    message = "Notification not found"


class NotAnId(Invalid):
    """What stands in the address is no id."""

    code = "INVALID_NOTIFICATION_ID"
    message = "Invalid notification ID"


@bp.get("")
@documented(gives=Notifications, query=NoticeFilter, tag=TAG, refuses=(404,))
@may(Permission.SEE_SELF)
def list_notices(asked: NoticeFilter) -> ResponseReturnValue:
    """One's own and one's family's of ninety days, the newest first."""
    by = patient_only()
    wanted = _wanted(asked)
    found = people.inbox.notices(wanted, by=by, limit=asked.limit, offset=asked.offset)
    about = booking.noticed.noticed({one.message.about_id for one in found if one.message.about_id})
    shown = [notice_shapes.notification(one, about.get(one.message.about_id or 0)) for one in found]
    return said(
        Notifications(
            notifications=shown, total=people.inbox.how_many(wanted, by=by), unread_count=people.inbox.unread(by=by)
        )
    )


def _wanted(asked: NoticeFilter) -> people.inbox.Asked:
    kind = ASKED.get(asked.notification_type or "", people.inbox.Asked())
    return replace(kind, unread=bool(asked.unread_only), since=asked.date_from, until=asked.date_to)


@bp.get("/unread-count")
@documented(gives=UnreadCount, tag=TAG, refuses=(404,))
@may(Permission.SEE_SELF)
def count_unread() -> ResponseReturnValue:
    """How many they have not read."""
    return said(UnreadCount(unread_count=people.inbox.unread(by=patient_only())))


@bp.put("/<notice_id>/read")
@documented(gives=Done, tag=TAG, refuses=(404,))
@may(Permission.SEE_SELF)
def read_one(notice_id: str) -> ResponseReturnValue:
    """They have read it; read already, nothing changes."""
    by = patient_only()
    wanted = read_id(notice_id)
    if wanted is None:
        raise NotAnId
    try:
        people.inbox.mark_read(wanted, by=by)
    except Missing:
        raise NoNotice from None
    return said(message="Notification marked as read")


def patient_only() -> Actor:
    """Who asks, if they are a patient. Raises NoPatient for staff."""
    by = actor()
    if by.audience != "PATIENT":
        raise NoPatient
    return by
