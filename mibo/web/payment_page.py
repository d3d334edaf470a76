"""One payment in full, as values ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from mibo import clock, money
from mibo.audit import AuditEntry
from mibo.booking import Appointment
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.ledger import PaymentInFull, State, is_owed_now
from mibo.payments import Attempt, Payment, Refund, heard
from mibo.web import receipt_rows
from mibo.web.desk_record import REFUND_WORDS, facts_of
from mibo.web.filters import day, moment
from mibo.web.mismatch_rows import ENDS, TITLES
from mibo.web.payment_rows import FREE, LESS, METHODS, STATES

KINDS = {"ORDER": "Checkout", "LINK": "Payment link", "DESK": "At the desk"}
ATTEMPT_STATES = {
    "OPEN": ("pend", "clock", "Not paid yet"), "PAID": ("done", "tick", "Paid"),
    "SURPLUS": ("bad", "warning", "Came though nothing was owed"), "VOID": ("gone", "x", "Not asked for any more"),
}  # fmt: skip
REFUND_STATES = {
    "REQUESTED": ("pend", "clock", "To be decided"), "APPROVED": ("pend", "clock", "Approved"),
    "SENT": ("pend", "refresh", "On its way"), "DONE": ("refd", "undo", "Given back"),
    "FAILED": ("bad", "warning", "Could not be given back"), "DECLINED": ("gone", "x", "Declined"),
}  # fmt: skip
NOTED = {
    "payment.taken": "Taken at the desk", "payment.paid": "Paid online", "payment.repriced": "The price changed",
    "payment.reference_added": "Reference noted",
    "payment.unsaid": "Noted by mistake, unsaid", "payment.adjusted": "Price lowered",
    "payment.adjustment_undone": "Price as before", "payment.settled_free": "Settled, nothing to pay",
    "payment.refunded": "All of it is back", "refund.opened": "Refund opened",
}  # fmt: skip
EVENTS = {
    "payment.authorized": "The bank promised the money", "payment.captured": "The money was taken",
    "payment.failed": "The try failed", "order.paid": "The order was paid", "payment_link.paid": "The link was paid",
    "payment_link.partially_paid": "The link was paid in part", "payment_link.expired": "The link’s time was over",
    "payment_link.cancelled": "The link was closed", "refund.created": "A refund was begun",
    "refund.processed": "A refund was done", "refund.failed": "A refund failed",
    "refund.speed_changed": "A refund takes another way",
}  # fmt: skip
FAILURES = {
    "payment_failed": "the bank declined it", "payment_declined": "the bank declined it",
    "payment_cancelled": "the payer gave up", "payment_timed_out": "it took too long",
    "insufficient_funds": "too little money in the account", "bad_request_error": "the bank declined it",
}  # fmt: skip
CHANGED = {
    "CONFIRMED": "The booking is paid and confirmed", "RESEATED": "Paid late; the booking has its time again",
    "ALREADY": "Nothing, it was known", "SURPLUS": "Paid twice: this money goes back",
    "TOO_LATE": "It came too late: the money goes back", "WAITING": "Nothing yet", "FAILED": "Noted as failed",
    "PARKED": "It does not match, and waits for somebody", "NOTED": "Nothing",
}  # fmt: skip


@dataclass(frozen=True)
class Try:
    """One try to pay: how, how it stands, what is known of it, and the ids by which the provider knows it."""

    title: str
    amount: str
    state: tuple[str, str, str]
    facts: Sequence[tuple[str, str, str]]
    ids: Sequence[tuple[str, str]]
    bare: Mapping[int, str]  # what was taken without a reference and may have one yet, in words


@dataclass(frozen=True)
class Back:
    """What goes back: how much, how it stands, and what is known of it."""

    amount: str
    state: tuple[str, str, str]
    facts: Sequence[tuple[str, str, str]]
    provider_id: str
    href: str


@dataclass(frozen=True)
class Page:
    """All that the page shows."""

    facts: Sequence[tuple[str, object]]
    state: tuple[str, str, str]
    about: Sequence[tuple[str, str, str]]
    lines: Sequence[tuple[str, str]]
    total: tuple[str, str]
    sums: Sequence[tuple[str, str]]
    tries: Sequence[Try]
    refunds: Sequence[Back]
    papers: Sequence[Mapping[str, str]]
    mismatches: Sequence[tuple[str, str, tuple[str, str, str]]]
    told: Sequence[tuple[str, str, str]]  # when the provider told what, and what that changed
    noted: Sequence[tuple[str, str, str]]
    owed: bool
    refundable: bool


def look(found: PaymentInFull, names: Mapping[int, str], who: Actor) -> Page:
    """The payment as this person may see it."""
    one, payment = found.booking, found.payment
    owed = is_owed_now(one, clock.now())
    return Page(
        facts=facts_of(one, who), state=_state(found, owed=owed), about=_about(one), lines=_lines(found),
        total=("To pay" if owed else "Price", money.rupees(payment.amount_paise)), sums=_sums(payment, found.refunds),
        tries=[_try(each, names, who) for each in reversed(payment.attempts)],
        refunds=[_refund(each, names) for each in found.refunds],
        noted=[_noted(each, names) for each in found.noted] if who.may(Permission.SEE_REVENUE) else [], owed=owed,
        papers=receipt_rows.links(found.receipts, "/money/receipts") if who.may(Permission.GIVE_RECEIPTS) else [],
        mismatches=[_mismatch(each) for each in found.mismatches] if who.may(Permission.SETTLE_MISMATCHES) else [],
        told=[_told(each, found.payment) for each in found.events] if who.may(Permission.SEE_REVENUE) else [],
        refundable=who.may(Permission.DECIDE_REFUNDS) and _is_left(found),
    )  # fmt: skip


def _lines(found: PaymentInFull) -> list[tuple[str, str]]:
    """What it cost, and what was taken off and why."""
    payment, off = found.payment, found.adjustments
    registration = sum(each.paise for each in off if each.kind == "WAIVE_REGISTRATION")
    consultation = sum(each.paise for each in off) - registration
    told = [
        ("Consultation", payment.consultation_paise + consultation),
        ("Registration, once", payment.registration_paise + registration),
        *((f"{LESS.get(each.kind, 'Less')}: {each.reason}", -each.paise) for each in off),
    ]  # fmt: skip
    return [(label, money.rupees(paise)) for label, paise in told if paise]


def _state(found: PaymentInFull, *, owed: bool) -> tuple[str, str, str]:
    gone = any(refund.status == "DONE" for refund in found.refunds)
    came = any(attempt.status == "SURPLUS" for attempt in found.payment.attempts)
    if owed:
        return STATES[State.OWED]
    if gone:
        return STATES[State.RETURNED]
    if found.payment.status == "PENDING":
        return STATES[State.UNWANTED if came else State.NOT_OWED]
    return FREE if found.payment.amount_paise == 0 else STATES[State.PAID]


def _about(one: Appointment) -> list[tuple[str, str, str]]:
    payment = one.payment
    told = [
        ("Booking", one.reference), ("Visit", f"{moment(one.starts_at)} with {one.clinician.full_name}"),
        ("Centre", one.centre.short_name), ("Booked", moment(payment.created_at)),
        ("Paid", f"{METHODS.get(payment.method or '', '')}, {moment(payment.paid_at)}" if payment.paid_at else ""),
        ("Owed no more since", moment(payment.released_at) if payment.released_at else ""),
    ]  # fmt: skip
    return [(label, words, "") for label, words in told if words]


def _sums(payment: Payment, refunds: Sequence[Refund]) -> list[tuple[str, str]]:
    """What came in, went back, and is still to go back, where anything did."""
    came = sum(attempt.paise for attempt in payment.attempts if attempt.status in ("PAID", "SURPLUS"))
    gone = sum(refund.paise for refund in refunds if refund.status == "DONE")
    going = sum(refund.paise for refund in refunds if refund.status in ("REQUESTED", "APPROVED", "SENT", "FAILED"))
    told = [("Came in", came), ("Given back", gone), ("Still to go back", going), ("Kept", came - gone)]
    return [(label, money.rupees(paise)) for label, paise in told if paise or (label == "Kept" and came)]


def _try(one: Attempt, names: Mapping[int, str], who: Actor) -> Try:
    told = [
        ("Asked", moment(one.created_at)), ("Paid", moment(one.paid_at) if one.paid_at else ""),
        ("How", _how(one)), ("Taken by", names.get(one.taken_by or 0, "")),
        ("Note", one.note or ""), ("Until", moment(one.expires_at) if one.expires_at and not one.paid_at else ""),
        ("Failed", f"{moment(one.failed_at)}: {_why(one.failure or '')}" if one.failed_at else ""),
        ("Link closed", moment(one.closed_at) if one.closed_at else ""),
    ]  # fmt: skip
    ids = [
        ("Payment id", one.provider_payment_id), ("Order id", one.provider_order_id), ("Link id", one.provider_link_id),
        ("Link", one.link_url if one.status == "OPEN" else None),
    ]  # fmt: skip
    return Try(
        KINDS[one.kind], money.rupees(one.paise), ATTEMPT_STATES[one.status],
        [(label, words, "") for label, words in told if words], [(label, known) for label, known in ids if known],
        _bare(one) if who.may(Permission.TAKE_PAYMENT) else {},
    )  # fmt: skip


def _why(failure: str) -> str:
    """The provider's word for a failure, as people say it; one that is new as far as it can be read."""
    return FAILURES.get(failure.lower(), failure.replace("_", " ").lower())


def _bare(one: Attempt) -> dict[int, str]:
    """`₹1,200 by UPI`: what was taken by card or UPI without a reference."""
    return {
        part.id: f"{money.rupees(part.paise)} by {METHODS[part.method]}"
        for part in one.tenders
        if part.voided_at is None and part.with_id is None and part.method != "CASH" and not part.reference
    }


def _how(one: Attempt) -> str:
    """`UPI`, or each part of it: `₹500 Cash, ₹1,200 UPI 412345678901`."""
    stands = [part for part in one.tenders if part.voided_at is None]
    if not stands:
        return METHODS.get(one.method or "", "")
    several = len(stands) > 1
    return ", ".join(
        " ".join(filter(None, (money.rupees(part.paise) if several else "", METHODS[part.method], part.reference)))
        for part in stands
    )


def _refund(one: Refund, names: Mapping[int, str]) -> Back:
    why = REFUND_WORDS.get(one.reason, one.reason.replace("_", " ").capitalize())
    how = " ".join(filter(None, (METHODS.get(one.method or "", ""), one.reference)))
    told = [
        ("Why", ", ".join(filter(None, (why, one.note)))),
        ("Opened", _by(one.opened_at, one.opened_by, names)),
        ("Declined" if one.status == "DECLINED" else "Approved", _by(one.decided_at, one.decided_by, names)),
        ("Because", one.decided_reason or ""),
        ("Sent", moment(one.sent_at) if one.sent_at else ""),
        ("Failed", f"{moment(one.failed_at)}: {one.failure or ''}" if one.failed_at and one.status == "FAILED" else ""),
        ("Given back", _by(one.done_at, one.done_by, names)), ("How", how),
    ]  # fmt: skip
    facts = [(label, words, "") for label, words in told if words]
    return Back(money.rupees(one.paise), REFUND_STATES[one.status], facts, one.provider_refund_id or "",
                url_for("refunds.one", refund_id=one.id))  # fmt: skip


def _is_left(found: PaymentInFull) -> bool:
    """Whether anything that came is not going back yet."""
    came = sum(attempt.paise for attempt in found.payment.attempts if attempt.status in ("PAID", "SURPLUS"))
    return came > sum(refund.paise for refund in found.refunds if refund.status != "DECLINED")


def _mismatch(one: heard.Mismatch) -> tuple[str, str, tuple[str, str, str]]:
    """Where it is settled, what does not match, and what became of it."""
    waits = ("bad", "warning", "Waits for somebody")
    words = f"{TITLES[one.reason]}, {moment(one.opened_at)}"
    return url_for("mismatches.one", mismatch_id=one.id), words, ENDS.get(one.resolution or "", waits)


def _told(one: heard.ProviderEvent, payment: Payment) -> tuple[str, str, str]:
    """`Tue 24 Nov, 10:41:07 am`, what was told and of which try, and what it changed."""
    at = clock.local(one.received_at)
    several = len(payment.attempts) > 1
    kind = next((KINDS[each.kind] for each in payment.attempts if several and each.id == one.attempt_id), "")
    what = f"{EVENTS.get(one.kind, one.kind)}{f' ({kind.lower()})' if kind else ''}"
    changed = CHANGED.get(one.outcome or "", one.outcome or "") if one.settled_at else "Not looked at yet"
    return f"{day(at)}, {at:%-I:%M:%S} {'am' if at.hour < 12 else 'pm'}", what, changed


def _by(at: datetime | None, account: int | None, names: Mapping[int, str]) -> str:
    """`Tue 24 Nov, 10:41 am, by Mary Manager`."""
    who = names.get(account or 0, "")
    return ", ".join(filter(None, (moment(at) if at else "", f"by {who}" if at and who else "")))


def _noted(one: AuditEntry, names: Mapping[int, str]) -> tuple[str, str, str]:
    what = NOTED.get(one.act, one.act.replace(".", " ").replace("_", " ").capitalize())
    paise = one.details.get("paise")
    amount = money.rupees(paise) if isinstance(paise, int) else ""
    who = names.get(one.by_account_id, "") if one.by_account_id else "Mibo"
    return moment(one.at), what, ", ".join(filter(None, (amount, f"by {who}" if who else "")))
