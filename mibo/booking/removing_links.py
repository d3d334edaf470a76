"""The video link of an appointment as programs of managers handle it: made at once, replaced, taken away, listed."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from mibo import clock, db, video
from mibo.booking import seen, video_links
from mibo.booking.models import Appointment
from mibo.booking.queries import within_reach
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.video import Meeting

AT_MOST = 500


class NoLink(Missing):
    """It has no video link."""

    message = "There is no video link for this appointment."


def want_link(appointment_id: int, *, by: Actor) -> tuple[int, bool]:
    """The id of its meeting, and whether it has its link; where it has none, one is wanted now.

    Raises Refused, Missing, NoMeeting.
    """
    one = seen.staff_locked(appointment_id, by, Permission.SET_MEETINGS)
    if one.meeting is not None and one.meeting.status == "READY":
        return one.meeting.id, True
    one = video_links.make_again(appointment_id, by=by)
    assert one.meeting is not None
    return one.meeting.id, False


def take_link_away(appointment_id: int, *, by: Actor) -> None:
    """It has no link any more, and the provider's meeting goes. Raises Refused, Missing, NoLink."""
    one = seen.staff_locked(appointment_id, by, Permission.REPLACE_MEETINGS)
    if one.meeting is None or one.meeting.status != "READY":
        raise NoLink
    meeting, one.meeting = one.meeting, None
    db.session().flush()
    video.call_off(meeting)
    seen.touch(one, "link_removed", by)


def all_links(*, by: Actor, first: date | None, last: date | None, pasted: bool | None) -> Sequence[Appointment]:
    """The appointments within reach that have a link, by their start."""
    wanted = (
        select(Appointment)
        .join(Appointment.meeting)
        .options(
            contains_eager(Appointment.meeting), joinedload(Appointment.patient), joinedload(Appointment.clinician)
        )
        .where(Meeting.join_url.is_not(None), within_reach(by))
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(AT_MOST)
    )
    if first:
        wanted = wanted.where(Appointment.starts_at >= clock.day_span(first)[0])
    if last:
        wanted = wanted.where(Appointment.starts_at < clock.day_span(last)[1])
    if pasted is not None:
        wanted = wanted.where(Meeting.pasted_by.is_not(None) if pasted else Meeting.pasted_by.is_(None))
    return db.session().scalars(wanted).all()
