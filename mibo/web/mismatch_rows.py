"""Money that does not match, in plain words: what is wrong, what we asked, what came, and how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from mibo import clock, money
from mibo.booking import listening
from mibo.booking import parked as books
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import Attempt, ProviderEvent, heard
from mibo.payments.rules import MismatchReason
from mibo.web.filters import moment
from mibo.web.worklist_rows import age

TITLES: Mapping[str, str] = {
    MismatchReason.NOT_OURS: "Of no booking of ours",
    MismatchReason.WRONG_ORDER: "Paid for something else",
    MismatchReason.WRONG_AMOUNT: "Another amount",
    MismatchReason.WRONG_CURRENCY: "Another currency",
    MismatchReason.GIVEN_BACK: "Given back before we heard of it",
    MismatchReason.UNREADABLE: "Cannot be read",
    MismatchReason.REFUND_NOT_OURS: "Given back outside Mibo",
    MismatchReason.BOOKS_DIFFER: "Our books say otherwise",
    MismatchReason.ADJUSTED: "Taken off or added",
}
WHY: Mapping[str, str] = {
    MismatchReason.NOT_OURS: (
        "Money came that no booking here asked for: by an order or a link that is not in our books. If you know whose it is,"
        " attach it to the booking."
    ),
    MismatchReason.WRONG_ORDER: (
        "The payment was found while we asked about this booking, but it names another order or link than ours. The booking"
        " is not paid by it."
    ),
    MismatchReason.WRONG_AMOUNT: "What came is not what the booking was asked for, so the booking is not paid by it.",
    MismatchReason.WRONG_CURRENCY: "What came is not in rupees, so the booking is not paid by it.",
    MismatchReason.GIVEN_BACK: (
        "It was paid, and given back at the payment service, before Mibo heard of it. The booking is not paid, and no money"
        " of it is left here."
    ),
    MismatchReason.UNREADABLE: (
        "The payment service told of money in a way that Mibo cannot read. Its dashboard shows it under the event below."
    ),
    MismatchReason.REFUND_NOT_OURS: (
        "Money was given back at the payment service itself, and not from here. Find out who did it and what for, and write"
        " it into the books."
    ),
    MismatchReason.BOOKS_DIFFER: (
        "Mibo holds this money as paid, and the payment service says otherwise. Compare both before anything is given back."
    ),
    MismatchReason.ADJUSTED: (
        "The payment service settled something beside the payments, the refunds and their fees: a dispute, a correction, a"
        " transfer. Its dashboard says what it was for. Note that here, so that it is accounted for."
    ),
}
TOLD_BY = {
    "WEBHOOK": "The payment service told us", "BROWSER": "A payer came back with it",
    "RECONCILER": "Found when we asked the payment service", "PERSON": "Found when somebody looked again",
    "SETTLEMENT": "Read in a settlement report",
}  # fmt: skip
ENDS = {
    "SETTLED": ("done", "tick", "Settled by itself"), "ATTACHED": ("done", "link", "Attached to a booking"),
    "GIVEN_BACK": ("refd", "undo", "Goes back"), "SET_ASIDE": ("gone", "x", "Set aside"),
    "WRITTEN_IN": ("refd", "undo", "Written into the books"),
}  # fmt: skip
STATES = {
    "captured": "Paid", "refunded": "Given back", "authorized": "Promised by the bank, not taken yet",
    "failed": "Failed", "created": "Begun", "processed": "Done", "pending": "Under way",
}  # fmt: skip
NOT_MONEY = (
    MismatchReason.UNREADABLE, MismatchReason.REFUND_NOT_OURS, MismatchReason.BOOKS_DIFFER, MismatchReason.ADJUSTED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One of them in the list."""

    href: str
    title: str
    asked: str
    came: str
    about: str
    booking: str
    opened: str
    age: str
    end: tuple[str, str, str] | None
    ended: str


@dataclass(frozen=True, slots=True)
class Whole:
    """One of them, with everything that helps to say what it is."""

    id: int
    title: str
    why: str
    came: str
    facts: list[tuple[str, str, str]]
    is_open: bool
    may_be_asked: bool
    may_be_placed: bool
    may_be_written_in: bool
    booking: books.Booking | None
    booking_href: str
    end: tuple[str, str, str] | None
    ended: str
    note: str


@dataclass(frozen=True, slots=True)
class Look:
    """One look through the provider's list, and what came of it."""

    when: str
    whose: str
    came: str
    tag: tuple[str, str, str]


def looks(found: Sequence[heard.Reconciliation], names: Mapping[int, str]) -> list[Look]:
    """The latest of them."""
    return [
        Look(moment(one.opened_at), names.get(one.asked_by, "") if one.asked_by else "Mibo, as every day", _came(one), _tag(one))
        for one in found
    ]  # fmt: skip


def _came(one: heard.Reconciliation) -> str:
    if one.trouble:
        return "The payment service could not be asked. It is tried again by itself."
    seen = f"{one.seen} payment{'' if one.seen == 1 else 's'} looked at"
    if one.done_at is None:
        return seen
    found = f"{one.found} that nobody had told us of" if one.found else "none that we did not know"
    parked = f"{one.parked} that {'does' if one.parked == 1 else 'do'} not match" if one.parked else "all match"
    return f"{seen}: {found}, {parked}."


def _tag(one: heard.Reconciliation) -> tuple[str, str, str]:
    if one.done_at:
        return ("Done", "pend" if one.parked else "done", "tick")
    return ("Tried again soon", "bad", "warning") if one.trouble else ("Under way", "pend", "refresh")


def silent_words(who: Actor) -> str:
    """The same for whoever can do something about it; nobody else is asked for it."""
    return silence_words(listening.silence()) if who.may(Permission.SETTLE_MISMATCHES) else ""


def silence_words(one: listening.Silence | None) -> str:
    """What the money pages warn of; empty while the provider tells."""
    if one is None:
        return ""
    since = f"since {moment(one.since)}" if one.since else "yet"
    paid = f", though somebody paid on {moment(one.paid_at)}" if one.paid_at else ", though payments are open"
    return f"The payment service has told us nothing {since}{paid}."


def lines(found: Sequence[books.Parked], names: Mapping[int, str]) -> list[Line]:
    """The list."""
    now = clock.now()
    return [_line(each, names, now) for each in found]


def _line(parked: books.Parked, names: Mapping[int, str], now: datetime) -> Line:
    one = parked.one
    return Line(
        url_for("mismatches.one", mismatch_id=one.id), TITLES[one.reason], asked_words(parked.attempt), came_words(parked),
        one.about, _who(parked.booking), moment(one.opened_at), age(now - one.opened_at),
        ENDS.get(one.resolution or ""), _ended(parked, names),
    )  # fmt: skip


def whole(parked: books.Parked, event: ProviderEvent | None, names: Mapping[int, str]) -> Whole:
    """All of one."""
    one, booking = parked.one, parked.booking
    return Whole(
        one.id, TITLES[one.reason], WHY[one.reason], came_words(parked), _facts(parked, event),
        one.resolved_at is None, one.reason != MismatchReason.ADJUSTED,
        one.reason not in NOT_MONEY and one.reason != MismatchReason.GIVEN_BACK,
        one.reason == MismatchReason.REFUND_NOT_OURS and booking is not None, booking,
        url_for("desk.appointment", appointment_id=booking.appointment_id) if booking else "",
        ENDS.get(one.resolution or ""), _ended(parked, names), one.note or "",
    )  # fmt: skip


def _facts(parked: books.Parked, event: ProviderEvent | None) -> list[tuple[str, str, str]]:
    one = parked.one
    facts = [
        ("We asked", asked_words(parked.attempt)),
        ("What came", came_words(parked)),
        ("There it is", STATES.get(one.told_status or "", one.told_status or "")),
        ("Paid", moment(one.told_at) if one.told_at else ""),
        ("Payment", one.provider_payment_id or ""),
        ("Refund", one.about if one.about.startswith("rfnd_") else ""),
        ("Known there as", one.about if one.reason == MismatchReason.ADJUSTED else ""),
        ("Its order", one.told_order_id or ""),
        ("Its link", one.told_link_id or ""),
        ("Our order or link", _ours(parked.attempt)),
        ("Event", f"{event.kind}, {event.event_id}, {moment(event.received_at)}" if event else ""),
        ("How we know", f"{TOLD_BY[one.told_by]}, {moment(one.opened_at)}"),
        ("Last asked", moment(one.looked_at) if one.looked_at else ""),
    ]
    return [(label, words, "") for label, words in facts if words]


def asked_words(attempt: Attempt | None) -> str:
    """What we asked for."""
    return money.rupees(attempt.paise) if attempt else "Nothing"


def _ours(attempt: Attempt | None) -> str:
    return " · ".join(filter(None, (attempt.provider_order_id, attempt.provider_link_id))) if attempt else ""


def came_words(parked: books.Parked) -> str:
    """What came, in its own currency."""
    paise, currency = parked.one.told_paise, parked.one.told_currency or "INR"
    if paise is None:
        return "Not readable"
    words = money.rupees(abs(paise)) if currency == "INR" else f"{currency} {abs(paise) / 100:,.2f}"
    gone = parked.one.reason == MismatchReason.REFUND_NOT_OURS
    return f"{words} given back" if gone else ("−" if paise < 0 else "") + words


def _who(booking: books.Booking | None) -> str:
    return f"{booking.patient}, {booking.reference}" if booking else ""


def _ended(parked: books.Parked, names: Mapping[int, str]) -> str:
    one = parked.one
    if one.resolved_at is None:
        return ""
    by = names.get(one.resolved_by, "") if one.resolved_by else "Mibo"
    return f"{by}, {moment(one.resolved_at)}"
