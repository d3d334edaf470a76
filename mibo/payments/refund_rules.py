"""What a refund may become, and when it should have arrived: forward only, in whatever order news of it comes. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from mibo.errors import Conflict, Invalid
from mibo.ids import read_id
from mibo.money import rupees
from mibo.payments.rules import RefundReason

LEAST_PAISE = 100  # the provider moves no less
KEY = "mibo-refund-"
SATURDAY = 5


class RefundState(StrEnum):
    """Where money that goes back is (R-PAY-14)."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    SENT = "SENT"
    FAILED = "FAILED"
    DONE = "DONE"
    DECLINED = "DECLINED"


S = RefundState

# a person's steps; the provider's news is folded in by `after_news`
ALLOWED: dict[RefundState, frozenset[RefundState]] = {
    S.REQUESTED: frozenset({S.APPROVED, S.DECLINED}),
    S.APPROVED: frozenset({S.REQUESTED, S.DONE}),
    S.SENT: frozenset(),
    S.FAILED: frozenset({S.APPROVED, S.DONE}),
    S.DONE: frozenset(),
    S.DECLINED: frozenset(),
}
RANK = {S.APPROVED: 1, S.SENT: 2, S.FAILED: 3, S.DONE: 4}
NEWS = {"pending": S.SENT, "failed": S.FAILED, "processed": S.DONE}
WORDS = {
    S.REQUESTED: "waits to be decided", S.APPROVED: "is approved", S.SENT: "is on its way to the bank",
    S.FAILED: "could not be sent", S.DONE: "has been given back", S.DECLINED: "was declined",
}  # fmt: skip
MUST_GO_BACK = {
    RefundReason.PAID_TWICE: "This money pays for nothing, so it has to go back.",
    RefundReason.NOT_ASKED_FOR: "This money pays for nothing, so it has to go back.",
    RefundReason.PAID_TOO_LATE: "This money pays for nothing, so it has to go back.",
    RefundReason.PAID_AFTER_CANCELLATION: "This money pays for nothing, so it has to go back.",
    RefundReason.PRICE_FELL: "More was paid than is owed, so the difference has to go back.",
    RefundReason.CANCELLED_BY_CLINIC: "The clinic cancelled this appointment, so all of it goes back.",
}


class RefundNotAllowed(Conflict):
    """The refund is in a state from which this cannot be done."""

    code = "REFUND_NOT_ALLOWED"


def check_step(current: str, wanted: RefundState) -> None:
    """A person may take the refund there. Raises RefundNotAllowed."""
    if wanted not in ALLOWED[RefundState(current)]:
        raise RefundNotAllowed(f"This refund {WORDS[RefundState(current)]}, so that cannot be done any more.")


def check_may_decline(current: str, reason: str) -> None:
    """What is owed to the patient whatever anybody thinks cannot be declined (R-PAY-15). Raises RefundNotAllowed."""
    check_step(current, RefundState.DECLINED)
    if why := MUST_GO_BACK.get(RefundReason(reason)):
        raise RefundNotAllowed(why)


def check_may_take_back(current: str, tries: int) -> None:
    """An approval can be undone until the provider has been asked. Raises RefundNotAllowed."""
    check_step(current, RefundState.REQUESTED)
    if tries:
        raise RefundNotAllowed("The provider has been asked to send this already, so the approval stands.")


def check_may_hand_over(current: str, way: str | None) -> None:
    """At the desk is given what was approved for it, or what the provider surely has not sent.

    Raises RefundNotAllowed.
    """
    check_step(current, RefundState.DONE)
    if current == RefundState.APPROVED and way != "DESK":
        raise RefundNotAllowed("The provider is being asked to send this. Wait for its answer.")


def check_amount(paise: int, left_paise: int) -> None:
    """A refund is of a rupee at least, and of no more than what is left of what was paid. Raises Invalid."""
    if left_paise < LEAST_PAISE:
        raise Invalid.field("rupees", "All that was paid goes back already.")
    if paise < LEAST_PAISE:
        raise Invalid.field("rupees", "Give back one rupee at least.")
    if paise > left_paise:
        raise Invalid.field("rupees", f"Only {rupees(left_paise)} is left to give back.")


def after_news(current: str, told: str) -> RefundState:
    """The state after the provider told of its refund: `pending`, `failed` or `processed`; it never goes back.

    What nobody has approved, or was declined, no news of a provider can change.
    """
    stands = RefundState(current)
    news = NEWS.get(told, S.SENT)
    if stands not in RANK or RANK[news] <= RANK[stands]:
        return stands
    return news


def key_of(refund_id: int, round_: int) -> str:
    """By which the provider knows one of our refunds, however often we ask for it."""
    return f"{KEY}{refund_id}-{round_}"


def read_key(told: str | None) -> tuple[int, int] | None:
    """The refund and its round, of a key that is ours."""
    if not told or not told.startswith(KEY):
        return None
    refund, _, round_ = told.removeprefix(KEY).partition("-")
    found, number = read_id(refund), read_id(round_)
    return (found, number) if found and number else None


def due_on(opened_on: date, working_days: int) -> date:
    """The day by which the money should have arrived: so many days on which banks work."""
    day = opened_on
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= day.weekday() < SATURDAY
    return day


def wait_after(tries: int) -> timedelta:
    """How long until the provider is asked again: half a minute, doubled each time, an hour at most."""
    return min(timedelta(seconds=30 * (1 << min(max(tries, 1) - 1, 10))), timedelta(hours=1))
