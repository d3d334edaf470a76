"""Pure: from when until when somebody may join an online appointment, and what must be said before (M20)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mibo.booking.rules import Status
from mibo.clinics.policy import Policy
from mibo.errors import Conflict, Invalid, Problem
from mibo.phrases import phrase

PLACE_LENGTH, CONTACT_LENGTH = 200, 100
SHORTEST_PLACE = 5
CONSENT_VERSION = "2026-11"  # of the words in templates/video_calls/_consent.html: other words are another version
AGREE = phrase("Tick this to join by video, or ask us to call you.")
WITH_ADULT = phrase("A parent or guardian must be there for the whole call.")
SIDES = ("PATIENT", "GUARDIAN")
LIVE = (
    Status.CONFIRMED,
    Status.IN_PROGRESS,
    Status.CANCELLATION_REQUESTED,
)  # the last is a wish: the time is still theirs


class NoCall(Conflict):
    """It is in person, was not confirmed, or will not take place."""

    code = "NO_CALL"
    message = phrase("This appointment has no video call.")


class NotOpen(Conflict):
    """Too early, or over."""

    code = "CALL_NOT_OPEN"
    message = phrase("The video call is not open at this time.")


class CheckNeeded(Conflict):
    """The questions before the call have not been answered for this time."""

    code = "CALL_CHECK_NEEDED"
    message = phrase("Please answer the questions before the call first.")


class LinkMissing(Conflict):
    """The room is still being made."""

    code = "CALL_LINK_MISSING"
    message = phrase("The way into the call is not ready yet. We are working on it.")


@dataclass(frozen=True, slots=True)
class Doors:
    """When the call opens and closes."""

    opens_at: datetime
    closes_at: datetime

    def are_open(self, now: datetime) -> bool:
        """Whether somebody may join at this moment."""
        return self.opens_at <= now < self.closes_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What whoever joins says beforehand: who they are, whether they can speak freely, where they are, whom to call."""

    joins_as: str
    private: bool
    adult_present: bool
    place: str
    contact_name: str
    contact_phone: str
    agreed: bool


def has_call(mode: str, status: str) -> bool:
    """Whether it is an online one that stands."""
    return mode == "ONLINE" and status in LIVE


def doors(starts_at: datetime, ends_at: datetime, policy: Policy) -> Doors:
    """From some minutes before the start until some minutes after the end (R-VID-3)."""
    before, after = timedelta(minutes=policy.join_minutes_before), timedelta(minutes=policy.join_minutes_after)
    return Doors(starts_at - before, ends_at + after)


def check_answers(said: Answers, *, is_minor: bool) -> None:
    """A child is never alone in a call, and nobody joins without agreeing. Raises Invalid at each thing that is missing."""
    problems = []
    if said.joins_as not in SIDES or (said.joins_as == "GUARDIAN" and not is_minor):
        problems.append(Problem("joins_as", phrase("Say who is joining.")))
    if is_minor and not said.adult_present:
        problems.append(Problem("adult_present", WITH_ADULT))
    if len(said.place) < SHORTEST_PLACE:
        problems.append(
            Problem("place", phrase("Enter where you are now, so that help can find you: house, street and town."))
        )
    if not said.agreed:
        problems.append(Problem("agreed", AGREE))
    if problems:
        raise Invalid(problems=problems)
