"""The messages that left, for apps of managers (api-contract.md 3.12)."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, clock, messaging
from mibo.errors import Missing
from mibo.identity import Permission
from mibo.messaging import LogWish, Message
from mibo.web.access import actor, may
from mibo.web.api.answers import said, the_id
from mibo.web.api.document import documented
from mibo.web.api.shown import Id, Instant, Shown
from mibo.web.inputs.video import AboutAppointment, HistoryFilter, StatsFilter

bp = Blueprint("notifications", __name__, url_prefix="/notifications")

TAG = "Messages"
KINDS = {
    "APPOINTMENT_CONFIRMATION": ("confirmed", "series_booked"), "APPOINTMENT_REMINDER": ("reminder",),
    "APPOINTMENT_RESCHEDULED": ("moved", "please_move"), "APPOINTMENT_CANCELLED": ("cancelled", "_off"),
    "MEETING_LINK": ("meeting_link",), "PAYMENT_LINK": ("payment_link",), "OTHER": (),
}  # fmt: skip
SAME = {"APPOINTMENT_CANCELLATION": "APPOINTMENT_CANCELLED", "ONLINE_APPOINTMENT_LINK": "MEETING_LINK"}


class ToldAgain(Shown):
    """Whether a message is on its way."""

    success: bool
    message_id: Id | None = None
    error: str | None = None


class NotificationLog(Shown):
    """A message that was promised, and what became of it; under every name that clients know its facts by."""

    id: Id
    user_id: Id | None
    appointment_id: Id | None
    phone: str
    user_phone: str
    recipient_phone: str
    user_name: str
    recipient_name: str
    channel: str
    template_id: str
    notification_type: str
    payload_data: dict[str, Any]
    message_content: str
    status: str
    error_message: str | None
    gallabox_message_id: str | None
    created_at: Instant
    updated_at: Instant
    sent_at: Instant | None
    delivered_at: Instant | None
    read_at: Instant | None


class Stat(Shown):
    """How many messages by a channel stand where."""

    channel: str
    status: str
    count: int


@bp.post("/appointment-confirmation")
@documented(gives=ToldAgain, body=AboutAppointment, tag=TAG, refuses=(404,))
@may(Permission.BOOK_AT_DESK)
def confirm(told: AboutAppointment) -> ResponseReturnValue:
    """Send the confirmation once more, to the phone of the booking; within the hour it is the same message."""
    try:
        message_id = booking.telling_again.confirm_again(told.appointment_id, by=actor())
    except booking.telling_again.NothingToTell as error:
        return said(ToldAgain(success=False, error=error.message))
    return said(ToldAgain(success=True, message_id=message_id))


@bp.post("/appointment-reminder")
@documented(gives=ToldAgain, body=AboutAppointment, tag=TAG, refuses=(404,))
@may(Permission.OVERSEE_MESSAGES)
def remind(told: AboutAppointment) -> ResponseReturnValue:
    """Remind the patient now; within the hour it is the same message."""
    try:
        message_id = booking.telling_again.remind_again(told.appointment_id, by=actor())
    except booking.telling_again.NothingToTell as error:
        return said(ToldAgain(success=False, error=error.message))
    return said(ToldAgain(success=True, message_id=message_id))


@bp.get("/history")
@documented(gives=list[NotificationLog], query=HistoryFilter, tag=TAG)
@may(Permission.OVERSEE_MESSAGES)
def history(asked: HistoryFilter) -> ResponseReturnValue:
    """The newest first. Codes and links to sign in are nobody's to read."""
    kind = SAME.get(asked.notification_type or "", asked.notification_type)
    wish = LogWish(
        centre_ids=None, about_id=asked.appointment_id,
        patient_ids=frozenset({asked.patient_id}) if asked.patient_id else None,
        since=clock.day_span(asked.start_date)[0] if asked.start_date else None,
        until=clock.day_span(asked.end_date)[1] if asked.end_date else None,
    )  # fmt: skip
    templates = None if kind is None else [name for name in messaging.templates.TEMPLATES if kind_of(name) == kind]
    found = messaging.log.history(wish, status=asked.status, templates=templates, limit=asked.limit)
    return said([row(one) for one in found])


@bp.get("/stats")
@documented(gives=list[Stat], query=StatsFilter, tag=TAG)
@may(Permission.OVERSEE_MESSAGES)
def stats(asked: StatsFilter) -> ResponseReturnValue:
    """How many stand where, by channel."""
    wish = LogWish(
        centre_ids=None, since=clock.day_span(asked.start_date)[0] if asked.start_date else None,
        until=clock.day_span(asked.end_date)[1] if asked.end_date else None,
    )  # fmt: skip
    return said(
        [Stat(channel=way, status=status, count=count) for way, status, count in messaging.log.by_channel(wish)]
    )


@bp.get("/<notification_id>")
@documented(gives=NotificationLog, tag=TAG, refuses=(404,))
@may(Permission.SEE_MESSAGES)
def show(notification_id: str) -> ResponseReturnValue:
    """One of them, within reach."""
    who = actor()
    wish = LogWish(centre_ids=None if who.everywhere else who.centre_ids)
    found = messaging.log.one_of(wish, the_id(notification_id))
    if found is None:
        raise Missing("Notification not found")
    return said(row(found))


def kind_of(template: str) -> str:
    """What a program calls it."""
    return next((kind for kind, ends in KINDS.items() if any(end in template for end in ends)), "OTHER")


def row(one: Message) -> NotificationLog:
    """One message; whom it went to is what stands on it, and nobody looked up by another id."""
    newest = max(filter(None, (one.created_at, one.sent_at, one.delivered_at, one.read_at)))
    known = one.template in messaging.templates.TEMPLATES
    kind = kind_of(one.template)
    about = str(one.about_id) if one.about_id else None
    return NotificationLog(
        id=one.id, user_id=one.patient_id, appointment_id=one.about_id, phone=one.phone, user_phone=one.phone,
        recipient_phone=one.phone, user_name=one.name, recipient_name=one.name, channel=one.channel,
        template_id=messaging.templates.approved_name(one.template, one.language), notification_type=kind,
        payload_data={"appointment_id": about, "notification_type": kind, **one.body},
        message_content=messaging.rendered(one.template, one.body, one.language) if known else "",
        status=one.status, error_message=one.last_error, gallabox_message_id=one.provider_id, created_at=one.created_at,
        updated_at=newest, sent_at=one.sent_at, delivered_at=one.delivered_at, read_at=one.read_at,
    )  # fmt: skip
