"""One appointment in full, as values ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from mibo import booking, clock, money, people, phone
from mibo.booking import DESK_SOURCES, GIVEN_UP_AFTER, Appointment, Move, Status, StatusChange
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.messaging import Message
from mibo.payments import Adjustment, AdjustmentKind, Attempt, Refund, Tender
from mibo.web import desk_actions, desk_paid, message_words
from mibo.web.desk_words import MODES, Standing, minutes
from mibo.web.filters import clock_time, moment

METHOD_WORDS = desk_paid.METHOD_WORDS
SOURCE_WORDS = {
    "WEB_PATIENT": "on the website", "APP_PATIENT": "in the app", "FRONT_DESK": "at the front desk",
    "CARE_COORDINATOR": "by the care coordinator", "MANAGER": "by the centre",
}  # fmt: skip
OUR_REASONS = frozenset({
    "Paid at the desk", "Pays at the centre", "Nothing to pay", "Checkout closed without paying", "Let go by the patient",
    "Marked as a no-show by mistake", "Not paid in time", "Cancelled by the patient", "Undone", booking.UNDONE,
})  # fmt: skip
STEP_WORDS = {
    Status.PENDING: "Held", Status.CONFIRMED: "Confirmed", Status.IN_PROGRESS: "Consultation started",
    Status.COMPLETED: "Completed", Status.CANCELLED: "Cancelled", Status.NO_SHOW: "No-show",
    Status.CANCELLATION_REQUESTED: "Cancellation asked for", Status.EXPIRED: "Hold ended",
}  # fmt: skip
PATIENTS_OWN_WORDS = (Status.CANCELLED, Status.CANCELLATION_REQUESTED)
REFUND_WORDS = {
    "CANCELLED_BY_CLINIC": "Cancelled by the clinic", "CANCELLED_IN_TIME": "Cancelled in time",
    "CANCELLED_LATE": "Cancelled late", "PAID_TWICE": "Paid twice", "PAID_TOO_LATE": "Paid too late",
    "PAID_AFTER_CANCELLATION": "Paid after it was cancelled", "PRICE_FELL": "The price fell",
    "BY_MANAGER": "Decided by a manager", "NOT_ASKED_FOR": "Not what we asked for",
}  # fmt: skip
REFUND_STATES = {
    "REQUESTED": "to be decided", "APPROVED": "approved", "SENT": "on its way to the bank", "DONE": "given back",
    "FAILED": "could not be sent", "DECLINED": "declined",
}  # fmt: skip
MESSAGE_STATES = {
    "PENDING": ("Waiting to be sent", "pend", "clock"), "SENDING": ("Being sent", "pend", "refresh"),
    "SENT": ("Sent", "conf", "tick"), "DELIVERED": ("Delivered", "done", "tick"), "READ": ("Read", "done", "tick"),
    "FAILED": ("Not delivered", "bad", "warning"), "UNKNOWN": ("Not sure if it arrived", "bad", "warning"),
    "DROPPED": ("Not needed any more", "gone", "x"),
}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """All that the page shows."""

    title: str
    day: str
    facts: Sequence[tuple[str, object]]
    state: tuple[str, str]
    rows: Sequence[tuple[str, str, str]]
    note: str
    has_link: bool
    lines: Sequence[tuple[str, str]]
    total: tuple[str, str]
    paid: Sequence[str]
    off: Sequence[tuple[int, str, str]]
    to_pay: bool
    link: tuple[str, str]
    link_url: str
    may_send_link: bool
    steps: Sequence[tuple[str, str, str]]
    messages: Sequence[tuple[str, str, tuple[str, str, str]]]
    may: frozenset[str]
    wish: tuple[str, str] | None
    wish_back: str
    back: Sequence[tuple[str, str, str, str]]
    refundable: bool


@dataclass(frozen=True)
class Money:
    """What was handed over at the desk for a booking, and what was taken off its price."""

    handed: Sequence[Tender] = ()
    off: Sequence[Adjustment] = ()


NO_MONEY = Money()


def look(
    one: Appointment,
    names: Mapping[int, str],
    told: Sequence[Message],
    refunds: Sequence[Refund],
    who: Actor,
    *,
    money_of: Money = NO_MONEY,
) -> Record:
    """The appointment as this person may see it; clinicians see no money and no whole number."""
    desk = who.may(Permission.BOOK_AT_DESK)
    attempt = _open_link(one)
    waits = one.payment.status == "PENDING" and one.status not in (Status.CANCELLED, Status.NO_SHOW)
    return Record(
        title=moment(one.starts_at),
        day=clock.clinic_day(one.starts_at).isoformat(),
        facts=facts_of(one, who),
        state=_state(one, attempt),
        rows=_rows(one),
        note=one.patient_note or "",
        has_link=_has_link(one),
        lines=desk_paid.lines(one, money_of.off) if desk else [],
        total=desk_paid.total(one, money_of.handed),
        paid=desk_paid.paid(one, money_of.handed),
        off=[_off(each, names) for each in money_of.off] if desk else [],
        to_pay=waits,
        link=_link(one, attempt),
        link_url=(attempt.link_url or "") if attempt and waits else "",
        may_send_link=waits and booking.rules.is_live_hold(one.status, one.held_until, clock.now()),
        steps=_steps(one, names),
        messages=[_message(message) for message in told] if desk else [],
        may=offered_now(one, who),
        wish=_wish(one) if who.may(Permission.DECIDE_CANCELLATIONS) else None,
        wish_back=_back_by_policy(one),
        back=[_refund(refund, who) for refund in refunds] if desk else [],
        refundable=who.may(Permission.DECIDE_REFUNDS) and one.payment.status == "PAID",
    )


def facts_of(one: Appointment, who: Actor) -> list[tuple[str, object]]:
    """What tells two patients apart; the whole number is for the desk."""
    desk, age = who.may(Permission.BOOK_AT_DESK), people.age_of(one.patient)
    number = phone.shown(one.patient.phone) if desk else phone.masked(one.patient.phone)
    return [("Age", age if age is not None else "–"), ("Phone", number), ("MRN", one.patient.mrn or "–")]


def offered_now(one: Appointment, who: Actor) -> frozenset[str]:
    """What this person may do with it at this moment."""
    return desk_actions.offered(one, who, clock.now())


def accounts_of(one: Appointment, money_of: Money) -> set[int]:
    """Whose names the history and the price need."""
    taken_by = {attempt.taken_by for attempt in one.payment.attempts}
    stepped = {step.by_account_id for step in one.history} | {move.by_account_id for move in one.moved}
    given = {each.by_account_id for each in money_of.off}
    return {account for account in taken_by | stepped | given if account}


def _open_link(one: Appointment) -> Attempt | None:
    links = [attempt for attempt in one.payment.attempts if attempt.kind == "LINK" and attempt.status == "OPEN"]
    return links[-1] if links else None


def _gave_up(attempt: Attempt | None) -> bool:
    tried = attempt.asked_at if attempt and not attempt.link_url else None
    return tried is not None and tried < clock.now() - GIVEN_UP_AFTER


def _state(one: Appointment, attempt: Attempt | None) -> tuple[str, str]:
    since = [step.at for step in one.history if step.next == one.status]
    standing = Standing(
        one.status, one.mode, one.held_until, one.arrived_at, since[-1] if since else None,
        by_desk=one.source in DESK_SOURCES, link_sent=bool(attempt and attempt.link_url), link_failed=_gave_up(attempt),
        meeting_ready=_has_link(one),
    )  # fmt: skip
    key, words = standing.reads(clock.now())
    return ("CONFIRMED", "") if key == "ONLINE" else (key, words)


def _has_link(one: Appointment) -> bool:
    return one.meeting is not None and one.meeting.status == "READY"


def _rows(one: Appointment) -> list[tuple[str, str, str]]:
    length = minutes(one.ends_at - one.starts_at)
    when = f"{moment(one.starts_at)} to {clock_time(one.ends_at)}, {length} min"
    kind = MODES[one.mode] + (", walk-in" if one.walk_in else "")
    return [
        ("When", when, ""),
        ("Clinician", one.clinician.full_name, ""),
        ("Where", one.centre.short_name if one.mode == "IN_PERSON" else f"Online, from {one.centre.short_name}", ""),
        ("Kind", kind, ""),
        ("Booked", f"{moment(one.created_at)}, {SOURCE_WORDS[one.source]}", ""),
        *_changes(one),
    ]


def _changes(one: Appointment) -> list[tuple[str, str, str]]:
    """What is out of the ordinary about it."""
    rows = []
    if one.moves:
        own = f", {one.moves_by_patient} of them by the patient" if one.moves_by_patient else ""
        rows.append(("Moved", ("once" if one.moves == 1 else f"{one.moves} times") + own, ""))
    if one.coming_at and one.status == Status.CONFIRMED:
        rows.append(("Will come", f"said so {moment(one.coming_at)}", ""))
    if one.expected_at and one.status == Status.CONFIRMED:
        rows.append(("Comes late", f"about {clock_time(one.expected_at)}", ""))
    if one.overbooked:
        rows.append(("Overbooked", one.overbook_reason or "", ""))
    return rows


def _wish(one: Appointment) -> tuple[str, str] | None:
    """When the patient asked to cancel, and why: for those who decide it."""
    asked = [step for step in one.history if step.next == Status.CANCELLATION_REQUESTED]
    if one.status != Status.CANCELLATION_REQUESTED or not asked:
        return None
    return moment(asked[-1].at), asked[-1].reason or ""


def _back_by_policy(one: Appointment) -> str:
    """What the patient gets back when their wish is granted, as of when they asked."""
    asked = [step.at for step in one.history if step.next == Status.CANCELLATION_REQUESTED]
    paise = booking.share_of(one, in_time=booking.is_in_time(one, asked[-1])) if asked else 0
    return money.rupees(paise) if paise else ""


def _off(each: Adjustment, names: Mapping[int, str]) -> tuple[int, str, str]:
    """A discount or waiver: its id, what it is, and by whom and why."""
    what = f"{desk_paid.OFF_WORDS[AdjustmentKind(each.kind)]}, {money.rupees(each.paise)}"
    return each.id, what, f"{each.reason}, by {names.get(each.by_account_id, 'a manager')}"


def _refund(refund: Refund, who: Actor) -> tuple[str, str, str, str]:
    words = REFUND_WORDS.get(refund.reason, "Refund")
    href = url_for("refunds.one", refund_id=refund.id) if who.may(Permission.GIVE_BACK) else ""
    return words, money.rupees(refund.paise), REFUND_STATES[refund.status], href


def _link(one: Appointment, attempt: Attempt | None) -> tuple[str, str]:
    """How the payment link of a held booking stands: a key of the table of states, and a sentence."""
    if attempt is None or one.status != Status.PENDING or one.source not in DESK_SOURCES:
        return "", ""
    if attempt.link_url:
        until = attempt.expires_at or one.held_until
        return "LINK_SENT", f"The link works until {clock_time(until)}." if until else ""
    if _gave_up(attempt):
        return "LINK_NOT_SENT", "The payment service could not be reached. The booking is kept; send the link again."
    return "PROCESSING", "The link is being made and goes out on WhatsApp in a moment."


def _steps(one: Appointment, names: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """What happened, newest first, with who did it."""
    steps = [(step.at, _what(step), _how(step, one, names)) for step in one.history]
    steps += [(move.at, "Moved", _from(move, one, names)) for move in one.moved]
    if one.arrived_at:
        steps.append((one.arrived_at, "Arrived", ""))
    steps.sort(key=lambda step: step[0])
    return [(moment(at), what, how) for at, what, how in reversed(steps)]


def _what(step: StatusChange) -> str:
    if step.previous == Status.CANCELLATION_REQUESTED:
        return "Cancelled as the patient asked" if step.next == Status.CANCELLED else "Kept: the wish was refused"
    if step.previous == Status.NO_SHOW:
        return "Not a no-show after all"
    return STEP_WORDS[Status(step.next)]


def _from(move: Move, one: Appointment, names: Mapping[int, str]) -> str:
    """`from Wed 25 Nov, 10:00 am to …, by Deepa Desk, …`."""
    person = "the patient" if move.by_patient else names.get(move.by_account_id or 0, "")
    other = "another clinician" if move.from_clinician_id != move.to_clinician_id else ""
    parts = [f"from {moment(move.from_starts_at)} to {moment(move.to_starts_at)}", f"to {other}" if other else ""]
    return ", ".join(filter(None, [*parts, _by(person, move.reason or "")]))


def _how(step: StatusChange, one: Appointment, names: Mapping[int, str]) -> str:
    """By whom and why; what a patient wrote when they cancelled is not for the desk to read (security.md line 37)."""
    by = step.by_account_id
    person = "the patient" if by == one.patient.account_id else names.get(by or 0, "")
    own = by is None or by == one.patient.account_id
    private = step.next in PATIENTS_OWN_WORDS and own
    reason = "" if private else SOURCE_WORDS.get(step.reason or "", step.reason or "")
    return _by(person, reason)


def _by(person: str, reason: str) -> str:
    """`by Deepa Desk, paid at the desk` in our words; `by Deepa Desk: Dr. Anita is ill` as somebody typed it."""
    ours = reason in OUR_REASONS or reason in SOURCE_WORDS.values()
    told = reason[:1].lower() + reason[1:] if ours or not person else reason
    return (", " if ours else ": ").join(filter(None, [f"by {person}" if person else "", told]))


def _message(message: Message) -> tuple[str, str, tuple[str, str, str]]:
    at = message.sent_at or message.created_at
    return message_words.of(message.template), moment(at), MESSAGE_STATES[message.status]
