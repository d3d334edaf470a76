"""The worklists as files: who is due to come again, whom to call, what was sent and written back, video links.

What patients write, and what is written to them, stays in Mibo.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from mibo import booking, care, clock, messaging, phone
from mibo.booking import reaching, reply_inbox, video_list
from mibo.care import Due
from mibo.exports import Batch, Column, Kind, Listing, as_made
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.messaging import LogWish, Message, templates
from mibo.web import call_rows, message_rows, message_words, video_rows
from mibo.web.desk_record import MESSAGE_STATES
from mibo.web.inputs.exports import Everything, FollowUpsInput, RepliesInput
from mibo.web.inputs.message_log import LogFilter
from mibo.web.inputs.video_links import LinksInput
from mibo.web.listings.words import in_words, is_of_the_desk

WEEK = timedelta(days=6)
STANDINGS = {
    "waiting": "Waiting", "accepted": "Sent", "delivered": "Delivered", "read": "Read", "failed": "Not delivered",
    "unsure": "Not sure if it arrived", "dropped": "Not needed any more",
}  # fmt: skip


def _follow_ups(asked: FollowUpsInput, who: Actor, limit: int, made_after: int | None) -> Sequence[Due]:
    until = None if asked.which == "all" else care.due_soon(clock.today())
    return care.follow_ups_due(by=who, until=until, limit=limit, made_after=made_after)


def _replies(asked: RepliesInput, who: Actor, limit: int, made_after: int | None) -> Sequence[reply_inbox.ReplyRow]:
    return reply_inbox.replies(asked.part, by=who, limit=limit, made_after=made_after)


def _calls(asked: Everything, who: Actor, limit: int, made_after: int | None) -> Sequence[reaching.Wanted]:
    return reaching.some_to_call(by=who, limit=limit, made_after=made_after)


def _links(asked: LinksInput, who: Actor, limit: int, made_after: int | None) -> Sequence[video_list.LinkRow]:
    today = clock.today()
    return video_list.links(
        by=who, first=today, last=today if asked.days == "today" else today + WEEK, state=asked.state,
        centre_id=asked.centre, limit=limit, made_after=made_after,
    )  # fmt: skip


def wish(asked: LogFilter, who: Actor) -> LogWish:
    """Which messages are asked for, as far as somebody may see them."""
    return LogWish(
        centre_ids=None if who.everywhere else who.centre_ids, typed=asked.q, standing=asked.standing, kind=asked.kind,
        channel=asked.channel, centre_id=asked.centre,
        patient_ids=booking.patients.records_of(asked.patient) if asked.patient else None, about_id=asked.appointment,
        since=clock.day_span(asked.since)[0] if asked.since else None,
        until=clock.day_span(asked.until)[1] if asked.until else None, before=asked.before,
    )  # fmt: skip


def _messages(asked: LogFilter, who: Actor, mark: list[Any] | None, size: int) -> Batch:
    from_there = asked.model_copy(update={"before": int(mark[0]) if mark else None})
    found, more = messaging.log.log_page(wish(from_there, who), limit=size)
    references = booking.lists.references_of({one.about_id for one in found if one.about_id})
    rows = [(one, references.get(one.about_id or 0, "")) for one in found]
    return Batch(rows, [found[-1].id] if more else None)


def _left(row: Due, _: Actor) -> int:
    return row.days_left(clock.today())


def _number(row: video_list.LinkRow, who: Actor) -> str:
    number = row.row.patient_phone
    return phone.shown(number) if is_of_the_desk(who) else phone.masked(number)


def _ended(row: tuple[Message, str], _: Actor) -> Any:
    return row[0].read_at or row[0].delivered_at


LISTINGS = (
    Listing(
        name="follow-ups", title="Follow-ups due", permission=Permission.SEE_FOLLOW_UPS, asks=FollowUpsInput,
        endpoint="worklists.follow_ups", read=as_made(_follow_ups),
        filters=in_words("which", which={"soon": "Due soon or overdue", "all": "Everybody"}),
        columns=(
            Column("Patient", lambda row, _: row.patient_name, weight=1.6),
            Column("Phone", lambda row, _: row.patient_phone, Kind.PHONE),
            Column("MRN", lambda row, _: row.patient_mrn),
            Column("Clinician", lambda row, _: row.clinician_name, weight=1.3),
            Column("Centre", lambda row, _: row.centre_name),
            Column("Wanted on", lambda row, _: row.wanted_on, Kind.DAY),
            Column("Days left", _left, Kind.NUMBER, weight=0.6),
            Column("Last visit", lambda row, _: row.seen_at, Kind.DAY),
            Column("Of visit", lambda row, _: row.parent_reference),
            Column("Told on", lambda row, _: row.told_at, Kind.DAY),
        ),
    ),
    Listing(
        name="replies", title="Replies", permission=Permission.ANSWER_REPLIES, asks=RepliesInput,
        endpoint="replies.inbox", read=as_made(_replies),
        filters=in_words("part", part={"waiting": "Waiting", "unknown": "Unknown numbers", "handled": "Seen to"}),
        columns=(
            Column("Received", lambda row, _: row.received_at, Kind.MOMENT),
            Column("Patient", lambda row, _: row.patient or "Unknown number", weight=1.6),
            Column("Phone", lambda row, _: row.phone, Kind.PHONE),
            Column("Centre", lambda row, _: row.centre),
            Column("Wants no messages", lambda row, _: "yes" if row.outcome == "STOPPED" else ""),
            Column("Seen to", lambda row, _: row.handled_at, Kind.MOMENT),
            Column("By", lambda row, _: row.handled_by, weight=1.3),
        ),
    ),
    Listing(
        name="calls", title="To call", permission=Permission.BOOK_AT_DESK, asks=Everything,
        endpoint="calls.listing", read=as_made(_calls, lambda row: row.call.id),
        columns=(
            Column("Patient", lambda row, _: row.patient.full_name, weight=1.6),
            Column("Phone", lambda row, _: row.patient.phone, Kind.PHONE),
            Column("To tell them", lambda row, _: call_rows.about(row), weight=1.6),
            Column("Visit", lambda row, _: row.appointment.starts_at, Kind.MOMENT),
            Column("Clinician", lambda row, _: row.clinician, weight=1.3),
            Column("Centre", lambda row, _: row.centre),
            Column("Tries", lambda row, _: len(row.call.standing), Kind.NUMBER, weight=0.5),
            Column("Again from", lambda row, _: row.call.again_at, Kind.MOMENT),
        ),
    ),
    Listing(
        name="video-links", title="Video links", permission=Permission.SEE_MEETINGS, asks=LinksInput,
        endpoint="video_links.listing", read=as_made(_links, lambda row: row.row.id),
        filters=in_words(
            "days", days={"today": "Today", "week": "Today and the next six"},
            state={state: words for state, (words, _, _) in video_rows.STATES.items()},
        ),
        columns=(
            Column("Reference", lambda row, _: row.row.reference),
            Column("Patient", lambda row, _: row.row.patient_name, weight=1.6),
            Column("Phone", _number),
            Column("Clinician", lambda row, _: row.row.clinician_name, weight=1.3),
            Column("Centre", lambda row, _: row.row.centre_name),
            Column("Starts", lambda row, _: row.row.starts_at, Kind.MOMENT),
            Column("Link", lambda row, _: video_rows.mark_of(row.state, pasted=row.pasted)[0]),
            Column("Tries", lambda row, _: row.attempts, Kind.NUMBER, weight=0.5),
        ),
    ),
    Listing(
        name="messages", title="Messages", permission=Permission.SEE_MESSAGES, asks=LogFilter,
        endpoint="message_log.listing", read=_messages,
        filters=in_words(standing=STANDINGS, kind=templates.KINDS, channel=message_rows.CHANNELS),
        columns=(
            Column("Sent", lambda row, _: row[0].created_at, Kind.MOMENT),
            Column("To", lambda row, _: row[0].name or "Nobody known yet", weight=1.5),
            Column("Number or address", lambda row, _: message_rows.address(row[0]), weight=1.2),
            Column("Kind", lambda row, _: templates.KINDS[row[0].kind], weight=1.2),
            Column("Message", lambda row, _: message_words.of(row[0].template), weight=1.5),
            Column("Sent by", lambda row, _: message_rows.CHANNELS[row[0].channel], weight=0.8),
            Column("Language", lambda row, _: row[0].language, weight=0.7),
            Column("State", lambda row, _: MESSAGE_STATES[row[0].status][0]),
            Column("Arrived or read", _ended, Kind.MOMENT),
            Column("Why not", lambda row, _: message_rows.why(row[0]), weight=1.4),
            Column("Appointment", lambda row, _: row[1]),
        ),
    ),
)  # fmt: skip
