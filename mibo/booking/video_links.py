"""The link of an online appointment in the hands of staff: pasted, or asked for once more (R-VID-2)."""

from mibo import db, jobs, video
from mibo.booking import seen, telling
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.errors import Conflict
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.video import Meeting

TAKES_PLACE = (Status.CONFIRMED, Status.IN_PROGRESS, Status.CANCELLATION_REQUESTED)


class NoMeeting(Conflict):
    """It is in person, not confirmed, or over."""

    code = "NO_MEETING"
    message = "This appointment has no video call: it is not online, not confirmed, or over."


class LinkStands(Conflict):
    """The provider has made it; another one would leave the patient at the former door."""

    code = "LINK_STANDS"
    message = "The link is there already."


def paste_link(appointment_id: int, link: str, *, by: Actor, version: int | None = None) -> Appointment:
    """Staff give it the link of a meeting that they made. Raises Refused, Missing, ChangedMeanwhile, NoMeeting, Invalid."""
    one = _online(appointment_id, by, version)
    assert one.meeting is not None
    video.paste(one.meeting, link, by=by)
    seen.touch(one, "link_pasted", by)
    db.session().flush()
    return one


def make_again(appointment_id: int, *, by: Actor, version: int | None = None) -> Appointment:
    """Ask the provider anew, in place of a pasted link or after it gave up. Raises as above, and LinkStands."""
    one = _online(appointment_id, by, version)
    assert one.meeting is not None
    if one.meeting.status == "READY" and one.meeting.pasted_by is None:
        raise LinkStands
    video.make_again(one.meeting)
    seen.touch(one, "link_wanted", by)
    db.session().flush()
    jobs.defer(telling.attach_meeting, one.meeting.id)
    return one


def _online(appointment_id: int, by: Actor, version: int | None) -> Appointment:
    """The appointment, locked, with its meeting, which every confirmed one online has."""
    one = seen.staff_locked(appointment_id, by, Permission.SET_MEETINGS, version=version)
    if one.mode != "ONLINE" or one.status not in TAKES_PLACE:
        raise NoMeeting
    if one.meeting is None:
        one.meeting = Meeting(starts_at=one.starts_at, ends_at=one.ends_at, status="WANTED")
        db.session().add(one.meeting)
        db.session().flush()
    return one
