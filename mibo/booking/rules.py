"""What an appointment may become, and when: the transition table (R-CHG-9) and the rules around it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mibo.clinics.policy import Policy
from mibo.errors import Conflict
from mibo.phrases import phrase


class Status(StrEnum):
    """The states of an appointment; the words are the API's (api-contract.md)."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"
    CANCELLATION_REQUESTED = "CANCELLATION_REQUESTED"
    EXPIRED = "EXPIRED"


S = Status

ALLOWED: dict[Status, frozenset[Status]] = {
    S.PENDING: frozenset({S.CONFIRMED, S.CANCELLED, S.EXPIRED}),
    S.CONFIRMED: frozenset({S.IN_PROGRESS, S.COMPLETED, S.CANCELLATION_REQUESTED, S.CANCELLED, S.NO_SHOW}),
    S.CANCELLATION_REQUESTED: frozenset({S.CANCELLED, S.CONFIRMED}),
    S.IN_PROGRESS: frozenset({S.COMPLETED, S.CANCELLED, S.NO_SHOW}),
    S.EXPIRED: frozenset({S.CONFIRMED}),  # money that came late, and the time is still free (R-BOOK-6)
    S.COMPLETED: frozenset(),
    S.CANCELLED: frozenset(),
    S.NO_SHOW: frozenset({S.CONFIRMED}),  # marked by mistake
}

OVER = (S.CANCELLED, S.EXPIRED, S.NO_SHOW, S.COMPLETED)
HOLDS_TIME = (S.PENDING, S.CONFIRMED, S.CANCELLATION_REQUESTED, S.IN_PROGRESS, S.COMPLETED)


class NotAllowed(Conflict):
    """The appointment is in a state from which this cannot be done."""

    code = "CONFLICT"


def check_transition(current: str, wanted: str) -> None:
    """Raises NotAllowed unless the transition table has the step."""
    if Status(wanted) not in ALLOWED[Status(current)]:
        raise NotAllowed(_gone(current))


class SlotTaken(Conflict):
    """Somebody else has this time: fresh times go back with the answer (R-BOOK-2)."""

    code = "SLOT_TAKEN"

    def __init__(self, wanted: "Wanted") -> None:
        super().__init__(f"{wanted.clock} has just been taken.")
        self.wanted = wanted


class NotOffered(Conflict):
    """The time is not one that can be booked: past, closed, outside the hours, or not in this way of meeting."""

    code = "SLOT_NOT_OFFERED"


class TooManyHolds(Conflict):
    """A patient may keep only a few unpaid times at once (security.md line 73)."""

    code = "TOO_MANY_HOLDS"
    message = phrase("You already have a time waiting for payment. Pay for it or let it go before you hold another.")


class TooManyAhead(Conflict):
    """A patient may have only so many appointments to come with one clinician (security.md line 73)."""

    code = "TOO_MANY_AHEAD"
    message = phrase(
        "You already have several appointments to come with this clinician. Please call the centre to add another."
    )


class KeyReused(Conflict):
    """A form, or an app's request, was sent a second time and asks for something else than at first."""

    code = "KEY_REUSED"
    message = phrase("This was sent before, for another booking. Please check what you chose and send it again.")
    api_status = 422  # api-contract.md 1.3


class ChangedMeanwhile(Conflict):
    """Somebody changed it after the page was drawn: who did what and when, and the fresh row goes back (look.md C7)."""

    code = "CHANGED_MEANWHILE"
    message = phrase("This was changed in the meantime. Please look again.")


class CannotMove(Conflict):
    """The patient may not move this any more, or not there."""

    code = "CANNOT_MOVE"


class CannotCancel(Conflict):
    """The patient may not cancel this any more. Older apps know these sentences by heart (api-contract.md 1.3.4)."""

    code = "CANNOT_CANCEL"


class HoldOver(Conflict):
    """The hold ran out before this was done."""

    code = "HOLD_OVER"
    message = phrase(
        "The time you held has been released, because it was not paid for in time. Please choose a time again."
    )


@dataclass(frozen=True)
class Wanted:
    """What somebody wanted to book, so that fresh times can be shown beside the refusal."""

    clinician_id: int
    centre_id: int
    mode: str
    starts_at: datetime
    clock: str


HOLDS_AT_MOST = 4  # lengths of a hold: it may be prolonged once, and a link takes sixteen minutes or more
LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"  # no vowels, so no words; nothing that is read as something else
_SHORT, _LONG = len(LETTERS) ** 4, len(LETTERS) ** 7
_STRIDE = 318_211  # prime to the number of letters, so that no two ids share a reference


def reference_of(appointment_id: int) -> str:
    """`MB-7F3K`: what a patient reads out on the phone. One per id; it opens nothing by itself."""
    space, length = (_SHORT, 4) if appointment_id < _SHORT else (_LONG, 7)
    left, signs = appointment_id * _STRIDE % space, []
    for _ in range(length):
        left, sign = divmod(left, len(LETTERS))
        signs.append(LETTERS[sign])
    return "MB-" + "".join(signs)


def is_live_hold(status: str, held_until: datetime | None, now: datetime) -> bool:
    """Whether an appointment is a hold that has not run out (P6)."""
    return status == Status.PENDING and held_until is not None and held_until > now


def is_ahead(status: str, ends_at: datetime, held_until: datetime | None, now: datetime) -> bool:
    """Whether somebody still has to come to it: it stands, or is held for them, and is not over."""
    if status == Status.PENDING and not is_live_hold(status, held_until, now):
        return False
    return status not in OVER and ends_at > now


_PAST_CANCELLING = {
    S.CANCELLED: phrase("Appointment is already cancelled"),
    S.EXPIRED: phrase("Appointment is already cancelled"),
    S.CANCELLATION_REQUESTED: phrase("Cancellation already requested"),
    S.COMPLETED: phrase("Cannot cancel completed appointment"),
    S.IN_PROGRESS: phrase("This appointment has begun, so it cannot be cancelled."),
    S.NO_SHOW: phrase("This appointment is over, so it cannot be cancelled."),
}


def check_may_cancel(status: str, starts_at: datetime, now: datetime, cutoff_hours: int) -> None:
    """A patient may let a hold go at any time and cancel a booking until its cut-off (R-CHG-4). Raises CannotCancel."""
    if (refusal := _PAST_CANCELLING.get(Status(status))) is not None:
        raise CannotCancel(refusal)
    if status != Status.PENDING and starts_at - now < timedelta(hours=cutoff_hours):
        raise CannotCancel(
            phrase(
                "This can be cancelled online until %(hours)s hours before it starts. Please call the centre.",
                hours=cutoff_hours,
            )
        )


def may_be_kept_until(until: datetime, created_at: datetime, policy: Policy) -> bool:
    """However often a patient asks for a link, an unpaid time is not theirs for ever (security.md line 73)."""
    return until - created_at <= HOLDS_AT_MOST * timedelta(minutes=policy.hold_minutes)


def may_extend_hold(status: str, held_until: datetime | None, extended: bool, now: datetime) -> bool:
    """A live hold may be prolonged once (WCAG 2.2.1)."""
    return is_live_hold(status, held_until, now) and not extended


def check_may_move(status: str, held_until: datetime | None, ends_at: datetime, now: datetime) -> None:
    """Staff may move what stands and is not over, and a hold that still lives. Raises HoldOver, NotAllowed."""
    if status == Status.CANCELLATION_REQUESTED:
        raise NotAllowed("The patient has asked to cancel this. Decide that first.")
    if status == Status.PENDING:
        if not is_live_hold(status, held_until, now):
            raise HoldOver
    elif status != Status.CONFIRMED:
        raise NotAllowed(_gone(status))
    elif ends_at <= now:
        raise NotAllowed("This appointment is over. Mark it as completed or as a no-show.")


def check_may_move_own(
    status: str, starts_at: datetime, moved: int, now: datetime, policy: Policy, *, cutoff_hours: int,
    displaced: bool = False,
) -> None:  # fmt: skip
    """A patient may move a confirmed appointment until the cut-off of its own terms (M9), so many times (R-CHG-2); one
    whose time the clinic has closed, until it would begin. Raises CannotMove.
    """
    times = policy.patient_moves
    if status != Status.CONFIRMED:
        raise CannotMove(phrase("Only a confirmed appointment can be moved."))
    if displaced and starts_at > now:
        return
    if starts_at - now < timedelta(hours=cutoff_hours):
        raise CannotMove(
            phrase(
                "This can be moved online until %(hours)s hours before it starts. Please call the centre.",
                hours=cutoff_hours,
            )
        )
    if moved >= times:
        sentences = {
            0: phrase("An appointment cannot be moved online. Please call the centre."),
            1: phrase("An appointment can be moved once online. Please call the centre."),
        }
        often = phrase("An appointment can be moved %(count)s times online. Please call the centre.", count=times)
        raise CannotMove(sentences.get(times, often))


def check_may_call_off(status: str, held_until: datetime | None, ends_at: datetime, now: datetime) -> None:
    """The clinic may cancel what is not over (R-CHG-5). Raises NotAllowed."""
    check_transition(status, Status.CANCELLED)
    if status == Status.PENDING and not is_live_hold(status, held_until, now):
        raise NotAllowed("The hold has run out, so there is nothing to cancel.")
    if ends_at <= now:
        raise NotAllowed("This appointment is over, so it cannot be cancelled any more.")


def check_may_ask_to_cancel(status: str, starts_at: datetime, now: datetime) -> None:
    """A patient may ask as long as it has not begun (R-CHG-3). Raises CannotCancel."""
    if (refusal := _PAST_CANCELLING.get(Status(status))) is not None:
        raise CannotCancel(refusal)
    if status == Status.PENDING:
        raise CannotCancel(phrase("This time is not paid for yet, so you can simply let it go."))
    if starts_at <= now:
        raise CannotCancel(phrase("This appointment has begun, so it cannot be cancelled. Please call the centre."))


def check_may_arrive(status: str, is_today: bool) -> None:
    """Who comes is checked in on the day, for an appointment that stands. Raises NotAllowed."""
    if status != Status.CONFIRMED:
        raise NotAllowed(_gone(status))
    if not is_today:
        raise NotAllowed("This appointment is not today. Move it to today first.")


def check_may_miss(status: str, starts_at: datetime, arrived_at: datetime | None, now: datetime) -> None:
    """Nobody has missed what has not begun, or came to (R-CHG-7). Raises NotAllowed."""
    check_transition(status, Status.NO_SHOW)
    if starts_at > now:
        raise NotAllowed("This appointment has not begun yet, so nobody has missed it.")
    if status == Status.CONFIRMED and arrived_at is not None:
        raise NotAllowed("The patient is checked in. Undo the check-in first.")


def check_may_correct(status: str, is_today: bool, *, everywhere: bool) -> None:
    """A no-show by mistake is corrected on its day; later by managers (api-contract.md 6.1). Raises NotAllowed."""
    if status != Status.NO_SHOW:
        raise NotAllowed(_gone(status))
    if not is_today and not everywhere:
        raise NotAllowed("This was on another day. Ask a manager to correct it.")


def check_may_close(status: str, ends_at: datetime, now: datetime, *, own: bool) -> None:
    """What is over is marked as completed; the clinician may end what they began at any time. Raises NotAllowed."""
    check_transition(status, Status.COMPLETED)
    if ends_at > now and not (own and status == Status.IN_PROGRESS):
        raise NotAllowed("This appointment is not over yet, so it cannot be completed.")


def _gone(status: str) -> str:
    words = status.lower().replace("_", " ")
    return f"This appointment is {words}, so that cannot be done any more."
