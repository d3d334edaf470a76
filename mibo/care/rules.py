"""When a consultation may begin and end, and when a patient may be wanted again: pure (R-SES-2, 3, 10)."""

from datetime import date, datetime, timedelta

from mibo.booking.rules import Status
from mibo.clinics.policy import Policy
from mibo.errors import Conflict, Invalid

SESSION_NOTE_LENGTH = 40_000  # a dozen close pages
FOLLOW_UP_DAYS = 730  # nobody plans further ahead; what is typed beyond it is a slip of the pen

_OVER = {
    Status.COMPLETED: "Appointment is already completed",
    Status.CANCELLED: "This appointment is cancelled.",
    Status.EXPIRED: "The time was given up, because it was not paid for.",
    Status.NO_SHOW: "The patient is marked as not having come. Undo that first.",
    Status.CANCELLATION_REQUESTED: "The patient has asked to cancel. The centre has to answer that first.",
    Status.PENDING: "This appointment is not confirmed yet: its payment has not come.",
}


class CannotStart(Conflict):
    """The consultation cannot begin: it is over, called off, unpaid or still far away."""

    code = "CANNOT_START"


class GuardianNeeded(Conflict):
    """A child is not seen by video alone: the clinician sees that a grown-up is there (security.md line 78)."""

    code = "GUARDIAN_NEEDED"
    message = "The patient is under 18. See that a parent or guardian is in the call, and tick that, before you start."


class CannotEnd(Conflict):
    """The consultation cannot end: it is over, called off, unpaid or still far away."""

    code = "CANNOT_END"


class StillInConsultation(Conflict):
    """A clinician has one consultation at a time: the one that is open has to end first (R-SES-4)."""

    code = "STILL_IN_CONSULTATION"

    def __init__(self, message: str, appointment_id: int) -> None:
        super().__init__(message)
        self.appointment_id = appointment_id


class CannotWrite(Conflict):
    """There was no consultation to write of: it is called off, given up or unpaid."""

    code = "CANNOT_WRITE"


class NoteChanged(Conflict):
    """Another page has written in the same note since: both texts are there, and neither is lost."""

    code = "NOTE_CHANGED"

    def __init__(self, words: str, version: int) -> None:
        super().__init__("This note was changed on another page. Nothing of yours is lost: look at both texts.")
        self.words, self.version = words, version


class FollowUpClosed(Conflict):
    """It has been booked or called off already."""

    code = "FOLLOW_UP_CLOSED"


def starts_from(starts_at: datetime, policy: Policy) -> datetime:
    """The earliest moment at which a consultation of this time may begin (R-SES-2)."""
    return starts_at - timedelta(minutes=policy.start_early_minutes)


def check_may_start(status: str, starts_at: datetime, now: datetime, policy: Policy) -> None:
    """Only what is confirmed, and not before its time has nearly come. Raises CannotStart."""
    if (refusal := _OVER.get(Status(status))) is not None:
        raise CannotStart(refusal)
    if now < starts_from(starts_at, policy):
        raise CannotStart(_too_early(policy))


def check_may_end(status: str, starts_at: datetime, now: datetime, policy: Policy) -> None:
    """What is going on, or was never started by a click though its time has come. Raises CannotEnd."""
    if (refusal := _OVER.get(Status(status))) is not None:
        raise CannotEnd(refusal)
    if status != Status.IN_PROGRESS and now < starts_from(starts_at, policy):
        raise CannotEnd("This appointment is still to come, so it cannot be completed.")


def _too_early(policy: Policy) -> str:
    minutes = policy.start_early_minutes
    if not minutes:
        return "It is too early: a consultation can be started when its time has come."
    return f"It is too early: a consultation can be started {minutes} minutes before its time."


def check_wanted(wanted_on: date, today: date) -> None:
    """A follow-up is in the future, and not in another life. Raises Invalid at `wanted_on`."""
    if wanted_on <= today:
        raise Invalid.field("wanted_on", "Choose a day after today.")
    if wanted_on > today + timedelta(days=FOLLOW_UP_DAYS):
        raise Invalid.field("wanted_on", "Choose a day within the next two years.")


def check_may_write(status: str) -> None:
    """Of what was or is to be, not of what came to nothing. Raises CannotWrite."""
    if status in (Status.CANCELLED, Status.EXPIRED, Status.PENDING):
        raise CannotWrite(_OVER[Status(status)])


def check_note(words: str) -> None:
    """As long as a dozen pages. Raises Invalid at `note`."""
    if len(words) > SESSION_NOTE_LENGTH:
        raise Invalid.field(
            "note",
            f"This note is too long to be saved: it may have up to {SESSION_NOTE_LENGTH:,} letters and has "
            f"{len(words):,}. Nothing is lost; shorten it and save again.",
        )
