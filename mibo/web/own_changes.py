"""What a patient may still change about their appointment, and what comes back, told before they do (R-CHG-2, 3, 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mibo import booking, clinics, clock, payments
from mibo.booking import Appointment, CannotCancel, Status, rules
from mibo.web import terms

DECIDED = (Status.CONFIRMED, Status.CANCELLED)
LEAST_VERSION_DECIDED = 3  # each step counts: made, asked for, decided; so most pages need not look


@dataclass(frozen=True)
class Changes:
    """What the patient may do: move, cancel, or only ask; why not, in a sentence; until when it may be moved, and
    how many times more; and what the clinic wrote to them.
    """

    may_move: bool
    may_cancel: bool
    may_ask: bool
    why_not_move: str
    why_not_cancel: str
    move_until: datetime | None
    moves_left: int
    comes_back_paise: int
    keeps_registration: bool
    answer: str
    refused: bool
    refunds: Sequence[tuple[str, str]]
    terms: Sequence[str]
    closed: bool


def of(one: Appointment) -> Changes:
    """For an appointment that is theirs."""
    now, live = clock.now(), one.status == Status.CONFIRMED
    in_time = booking.is_in_time(one, now)
    closed = live and one.starts_at > now and booking.is_displaced(one)
    not_move = booking.why_not_own(one, displaced=closed)
    not_cancel = _refusal(one)
    may_ask = not not_cancel and not in_time
    answer, refused = _answer(one)
    return Changes(
        may_move=not not_move,
        may_cancel=not not_cancel and in_time,
        may_ask=may_ask,
        why_not_move=not_move,
        why_not_cancel=not_cancel,
        move_until=None if closed else one.starts_at - timedelta(hours=one.payment.cutoff_hours),
        moves_left=max(clinics.policy_in_force().patient_moves - one.moves_by_patient, 0),
        comes_back_paise=booking.share_of(one, in_time=in_time),
        keeps_registration=one.payment.registration_paise > 0,
        answer=answer,
        refused=refused,
        refunds=_refunds(one),
        terms=terms.of(one),
        closed=closed,
    )


def _refusal(one: Appointment) -> str:
    try:
        rules.check_may_ask_to_cancel(one.status, one.starts_at, clock.now())
    except CannotCancel as error:
        return error.message
    return ""


def _answer(one: Appointment) -> tuple[str, bool]:
    """What the clinic wrote when it decided the last wish to cancel, and whether it refused it."""
    if one.status not in DECIDED or one.version < LEAST_VERSION_DECIDED:
        return "", False
    steps = [step for step in booking.history_of(one.id) if step.previous == Status.CANCELLATION_REQUESTED]
    if not steps:
        return "", False
    return steps[-1].reason or "", one.status == Status.CONFIRMED


def _refunds(one: Appointment) -> list[tuple[str, str]]:
    """Where the money is that goes back: said only where a refund row stands (P9). Nobody paid what still waits."""
    if one.payment.status == "PENDING" and one.status in (Status.PENDING, Status.CONFIRMED):
        return []
    return [terms.where_it_is(refund, one.centre.short_name) for refund in payments.refunds_of(one.payment_id)]
