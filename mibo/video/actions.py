"""Making a meeting: at the provider first, then one write. Never in the way of a booking (R-VID-2)."""

import random
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from mibo import clock, db
from mibo.config import settings
from mibo.identity import Actor
from mibo.integrations import google_meet
from mibo.integrations.http import ProviderError
from mibo.jobs import defer, job, ring
from mibo.video.models import Meeting
from mibo.video.rules import check_link

MOST_ATTEMPTS = 20
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(minutes=15)
DUE_BATCH = 50
LEFT_TO_THE_BELL = timedelta(seconds=15)

log = structlog.get_logger(__name__)


def make(meeting_id: int) -> bool:
    """Make the meeting if it is still wanted; True once it has a link. The provider knows our id, so twice is once."""
    db.between_steps()
    with db.reading() as session:
        meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.status != "WANTED":
        return meeting is not None and meeting.status == "READY"
    try:
        made = google_meet.create_meeting(
            str(meeting.id), meeting.revision, "Mibo appointment", meeting.starts_at, meeting.ends_at
        )
    except ProviderError as error:
        _try_later(meeting_id, error.code, hopeless=error.kind == "refused")
        return False
    if made.join_url is None:
        _try_later(meeting_id, "PENDING", hopeless=False)
        return False
    return _ready(meeting_id, made.event_id, made.join_url, (meeting.starts_at, meeting.ends_at))


def move(meeting: Meeting, starts_at: datetime, ends_at: datetime) -> None:
    """The appointment has another time: the meeting is wanted then, and whoever makes it moves the one that stands, so
    that its link stays (R-VID-4). One that is just being made is made again; a link that staff pasted stays as it is.
    """
    meeting.starts_at, meeting.ends_at = starts_at, ends_at
    if meeting.pasted_by is not None:
        return
    meeting.status, meeting.attempts, meeting.next_at = "WANTED", 0, clock.now() + LEFT_TO_THE_BELL


def paste(meeting: Meeting, link: str, *, by: Actor) -> None:
    """Staff give it a link of their own; what the provider made goes when the appointment does. Raises Invalid."""
    meeting.join_url = check_link(link, settings().meeting_hosts)
    meeting.status, meeting.pasted_by, meeting.last_error = "READY", by.account_id, None


def make_again(meeting: Meeting) -> None:
    """The provider is asked anew, from the first attempt on; a link that was pasted is forgotten."""
    meeting.status, meeting.attempts, meeting.next_at = "WANTED", 0, clock.now() + LEFT_TO_THE_BELL
    if meeting.pasted_by is not None:
        meeting.join_url, meeting.pasted_by = None, None


def call_off(meeting: Meeting) -> None:
    """The appointment will not take place, so the meeting is no longer wanted, nor one that is just being made."""
    meeting.event_id = meeting.event_id or google_meet.event_id_of(str(meeting.id), meeting.revision)
    meeting.status, meeting.attempts, meeting.next_at = "CANCELLED", 0, clock.now() + LEFT_TO_THE_BELL
    meeting.pasted_by = None
    defer(take_away, meeting.id)


@job
def take_away(meeting_id: int) -> None:
    """Take a meeting that was called off away at the provider; where that fails it is tried again for a while."""
    db.between_steps()
    with db.reading() as session:
        meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.status != "CANCELLED" or meeting.event_id is None:
        return
    try:
        google_meet.remove(meeting.event_id)
    except ProviderError as error:
        log.warning("meeting.not_taken_away", meeting_id=meeting_id, code=error.code)
        _try_later(meeting_id, error.code, hopeless=error.kind == "refused")
    else:
        _gone(meeting_id)


@job
def take_away_unwanted() -> None:
    """Ring again for the meetings that were called off and still stand in the calendar."""
    with db.reading() as session:
        found = session.scalars(
            select(Meeting.id)
            .where(Meeting.status == "CANCELLED", Meeting.event_id.is_not(None), Meeting.next_at <= clock.now())
            .order_by(Meeting.next_at)
            .limit(DUE_BATCH)
        ).all()
    for meeting_id in found:
        ring(take_away, meeting_id)


def _gone(meeting_id: int) -> None:
    with db.transaction() as session:
        meeting = session.get_one(Meeting, meeting_id, with_for_update=True)
        meeting.event_id, meeting.join_url = None, None


def _ready(meeting_id: int, event_id: str, join_url: str, made_for: tuple[datetime, datetime]) -> bool:
    with db.transaction() as session:
        meeting = session.get_one(Meeting, meeting_id, with_for_update=True)
        if meeting.status == "WANTED" and (meeting.starts_at, meeting.ends_at) != made_for:
            meeting.event_id, meeting.join_url, meeting.next_at = event_id, join_url, clock.now()  # moved meanwhile
        elif meeting.status == "WANTED":
            meeting.status, meeting.event_id, meeting.join_url, meeting.last_error = "READY", event_id, join_url, None
        elif meeting.status == "CANCELLED":  # called off while it was being made
            meeting.event_id = event_id
            defer(take_away, meeting_id)
        elif meeting.pasted_by is not None:  # staff were quicker: it goes when the appointment does
            meeting.event_id = event_id
        return meeting.status == "READY"


def _try_later(meeting_id: int, code: str, *, hopeless: bool) -> None:
    """Wait longer each time, and give up in the end: staff can still paste a link, or take it out of the calendar."""
    with db.transaction() as session:
        meeting = session.get_one(Meeting, meeting_id, with_for_update=True)
        if meeting.status not in ("WANTED", "CANCELLED"):
            return
        meeting.attempts += 1
        meeting.last_error = code[:200]
        wait = min(FIRST_WAIT * 2 ** min(meeting.attempts - 1, 10), LONGEST_WAIT)
        meeting.next_at = clock.now() + wait * random.uniform(0.8, 1.2)  # noqa: S311
        if hopeless or meeting.attempts >= MOST_ATTEMPTS:
            if meeting.status == "WANTED":
                meeting.status = "FAILED"
            else:
                meeting.event_id = None
            log.error("meeting.given_up", meeting_id=meeting_id, code=code)


def wanted_now() -> list[int]:
    """The meetings that should be tried again by now."""
    return list(
        db.session().scalars(
            select(Meeting.id)
            .where(Meeting.status == "WANTED", Meeting.next_at <= clock.now(), Meeting.ends_at > clock.now())
            .order_by(Meeting.next_at)
            .limit(DUE_BATCH)
        )
    )
