"""Refunds as values ready to draw: a line of the worklist, and one in full with what may be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from mibo import clock, money, phone
from mibo.booking import refund_list
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.web.desk_record import METHOD_WORDS, REFUND_WORDS
from mibo.web.filters import day, moment
from mibo.web.worklist_rows import age

Which = refund_list.Which
STATES = {
    "REQUESTED": ("Waits for a decision", "pend", "clock"), "APPROVED": ("Approved", "conf", "tick"),
    "SENT": ("On its way to the bank", "conf", "refresh"), "FAILED": ("Could not be sent", "bad", "warning"),
    "DONE": ("Given back", "done", "tick"), "DECLINED": ("Declined", "gone", "x"),
}  # fmt: skip
TABS = {
    Which.WAITING: "Waiting", Which.APPROVED: "Approved", Which.SENT: "Sent", Which.FAILED: "Failed",
    Which.DONE: "Given back", Which.DECLINED: "Declined", Which.MINE: "Mine",
}  # fmt: skip
EMPTY = {
    Which.WAITING: ("Nothing waits for a decision", "When an appointment that was paid is cancelled, its money appears here."),
    Which.APPROVED: ("Nothing is about to go back", "What a manager approves stands here until it has left."),
    Which.SENT: ("Nothing is on its way", "What the payment provider has sent stands here until the bank has it."),
    Which.FAILED: ("Nothing has failed", "What the payment provider could not send appears here, with its reason."),
    Which.DONE: ("Nothing has been given back yet", "Every refund that arrived, or was handed over at the desk, stands here."),
    Which.DECLINED: ("Nothing was declined", "Refunds that a manager declined stand here with the reason."),
    Which.MINE: ("None is yours", "Refunds that you take, approve or are given stand here until they are done."),
}  # fmt: skip
GIVEN = {"CASH": "in cash", "CARD": "to the card", "UPI": "by UPI"}


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund in the list."""

    href: str
    name: str
    booking: str
    amount: str
    why: str
    paid: str
    state: str
    look: str
    icon: str
    about: str
    age: str
    due: str
    is_late: bool
    owner: str
    centre: str


@dataclass(frozen=True, slots=True)
class RefundInFull:
    """One refund, and which of the things that can be done with it are this person's."""

    row: refund_list.RefundRow
    line: RefundLine
    facts: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, str, str]]
    steps: Sequence[tuple[str, str, str]]
    may: frozenset[str]


def lines(found: Sequence[refund_list.RefundRow]) -> list[RefundLine]:
    """The list."""
    days = refund_list.working_days()
    return [_line(row, days) for row in found]


def in_full(row: refund_list.RefundRow, who: Actor) -> RefundInFull:
    """One of them."""
    return RefundInFull(
        row=row, line=_line(row, refund_list.working_days()),
        facts=[("Phone", phone.shown(row.phone)), ("MRN", row.mrn or "–"), ("Centre", row.centre)],
        rows=_rows(row), steps=_steps(row), may=_may(row, who),
    )  # fmt: skip


def _line(row: refund_list.RefundRow, days: int) -> RefundLine:
    words, look, icon = STATES[row.status]
    over = row.done_at or (row.decided_at if row.status == "DECLINED" else None)
    return RefundLine(
        href=url_for("refunds.one", refund_id=row.id), name=row.patient, booking=row.booking,
        amount=money.rupees(row.paise), why=why(row), paid=_paid(row), state=words, look=look, icon=icon,
        about=_about(row), age=age((over or clock.now()) - row.opened_at),
        due="" if over else day(row.due(days)), is_late=row.is_late(days), owner=row.owner or "", centre=row.centre,
    )  # fmt: skip


def why(row: refund_list.RefundRow) -> str:
    """What it goes back for."""
    return row.note or REFUND_WORDS.get(row.reason, "Refund")


def _paid(row: refund_list.RefundRow) -> str:
    """`online, ₹1,700`."""
    return f"{METHOD_WORDS.get(row.paid_method or '', 'at the desk')}, {money.rupees(row.paid_paise)}"


def _about(row: refund_list.RefundRow) -> str:
    """What else its state has to say, in one short sentence."""
    if row.status == "APPROVED" and row.way == "DESK":
        return "To be handed over at the desk"
    if row.status == "APPROVED" and row.failure:
        again = f" Tried again {moment(row.next_try_at)}." if row.next_try_at else ""
        return f"{row.failure}{again}"
    if row.status == "APPROVED":
        return "Leaves in a moment"
    if row.status == "FAILED":
        return row.failure or ""
    if row.status == "DECLINED":
        return row.decided_reason or ""
    if row.status == "DONE":
        return _given(row)
    return f"Sent {day(row.sent_at)}" if row.status == "SENT" and row.sent_at else ""


def _given(row: refund_list.RefundRow) -> str:
    """`In cash, 4471, Wed 25 Nov`."""
    how = GIVEN.get(row.method or "", "To the bank")
    when = day(row.done_at) if row.done_at else ""
    return ", ".join(filter(None, [_capital(how), row.reference or "", when]))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _rows(row: refund_list.RefundRow) -> list[tuple[str, str, str]]:
    rows = [
        ("Goes back", f"{money.rupees(row.paise)} of {money.rupees(row.paid_paise)}", ""),
        ("Why", why(row), ""),
        ("Paid", _capital(METHOD_WORDS.get(row.paid_method or "", "at the desk"))
         + (f", {moment(row.paid_at)}" if row.paid_at else ""), ""),
        ("Visit", f"{moment(row.starts_at)}, {row.centre}", ""),
        ("Opened", moment(row.opened_at) + (f", by {row.opened_by}" if row.opened_by else ""), ""),
    ]  # fmt: skip
    if not row.done_at and row.status != "DECLINED":
        rows.append(("Should arrive by", day(row.due(refund_list.working_days())), ""))
    if row.provider_refund_id:
        rows.append(("Number at the provider", row.provider_refund_id, ""))
    return rows


def _steps(row: refund_list.RefundRow) -> list[tuple[str, str, str]]:
    """What happened, the newest first."""
    by = f"by {row.decided_by}" if row.decided_by else ""
    decided = "Declined" if row.status == "DECLINED" else "Approved"
    steps = [
        (row.opened_at, "Opened", f"by {row.opened_by}" if row.opened_by else ""),
        (row.decided_at, decided, ": ".join(filter(None, [by, row.decided_reason or ""]))),
        (row.sent_at, "Sent to the bank", ""),
        (row.failed_at, "Could not be sent", row.failure or ""),
        (row.done_at, "Given back", ", ".join(filter(None, [GIVEN.get(row.method or "", ""), row.reference or "",
                                                           f"by {row.done_by}" if row.done_by else ""]))),
    ]  # fmt: skip
    return [(moment(at), what, note) for at, what, note in reversed(steps) if at is not None]


def _may(row: refund_list.RefundRow, who: Actor) -> frozenset[str]:
    """What this person may do with it at this moment."""
    decides, at_desk = who.may(Permission.DECIDE_REFUNDS), row.way == "DESK"
    can = {
        "approve": row.status == "REQUESTED",
        "decline": row.status == "REQUESTED" and row.reason in ("CANCELLED_IN_TIME", "CANCELLED_LATE", "BY_MANAGER"),
        "undo": row.status == "APPROVED" and not row.tries,
        "retry": row.paid_online and (row.status == "FAILED" or (row.status == "APPROVED" and row.tries > 0)),
        "own": row.status in ("REQUESTED", "APPROVED", "SENT", "FAILED"),
    }
    mine = {name for name, so in can.items() if so and decides}
    if (row.status == "APPROVED" and at_desk) or (row.status == "FAILED" and decides):
        mine.add("hand over")
    return frozenset(mine)
