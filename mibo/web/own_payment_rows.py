"""A patient's own payments in their words: what was paid, what is to pay, what goes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mibo import clinics, clock, money, payments
from mibo.ledger import OwnPayment, PaymentRow
from mibo.payments import Refund
from mibo.web import receipt_rows
from mibo.web.desk_record import METHOD_WORDS
from mibo.web.filters import clock_time, day


@dataclass(frozen=True)
class Line:
    """One payment. `pay` says that it can be paid on the web now."""

    reference: str
    amount: str
    what: str
    state: tuple[str, str]
    words: Sequence[str]
    pay: bool
    papers: Sequence[Mapping[str, str]]


def look(found: Sequence[OwnPayment], *, several: bool) -> list[Line]:
    """The payments; for a family it is said whose each is."""
    now = clock.now()
    issued = payments.receipts_of([one.row.id for one in found]) if found else ()
    papers = {
        one.row.id: receipt_rows.links([each for each in issued if each.payment_id == one.row.id], "/my/receipts")
        for one in found
    }
    return [_line(one, papers[one.row.id], now, several=several) for one in found]


def _line(one: OwnPayment, papers: Sequence[Mapping[str, str]], now: datetime, *, several: bool) -> Line:
    row = one.row
    whose = f", for {row.patient_name}" if several else ""
    held = row.is_owed(now) and row.is_hold
    words = [_standing(row, now), *(_back(refund) for refund in one.refunds)]
    return Line(
        row.reference, money.rupees(row.paise), f"{row.clinician_name}, {_date(row.starts_at)}{whose}",
        _state(row, now), [each for each in words if each], held, papers,
    )  # fmt: skip


def _state(row: PaymentRow, now: datetime) -> tuple[str, str]:
    """A key of the table of states, and its words where they are other."""
    if row.is_owed(now):
        return "UNPAID", ""
    if row.status == "REFUNDED" or (row.came_in_paise and row.returned_paise >= row.came_in_paise):
        return "REFUNDED", "Given back"
    if row.status == "PENDING":
        return "FAILED", "Came too late"
    return "PAID", "" if row.paise else "Nothing to pay"


def _standing(row: PaymentRow, now: datetime) -> str:
    if row.is_owed(now):
        return _to_pay(row, now)
    if row.status == "PENDING":
        return f"{money.rupees(row.came_in_paise)} reached us after the time was given up."
    if row.paid_at is None or not row.method:
        return ""
    return f"Paid {METHOD_WORDS[row.method]} on {_date(row.paid_at)}, {clock_time(row.paid_at)}."


def _to_pay(row: PaymentRow, now: datetime) -> str:
    if row.is_hold and row.held_until:
        return f"We keep the time until {clock_time(row.held_until)}."
    if row.starts_at > now:
        return "To pay at the centre when you come."
    return "Still to pay. Pay at the centre, or call us."


def _back(one: Refund) -> str:
    """What goes back and how far it is: told only of what is really under way (R-PAY-14)."""
    amount, desk = money.rupees(one.paise), one.way == "DESK"
    match one.status:
        case "REQUESTED":
            return f"{amount} is to be given back to you. We tell you when it is on its way."
        case "APPROVED":
            return (
                f"{amount} goes back to you: please ask for it at the centre."
                if desk
                else f"{amount} goes back to you."
            )
        case "SENT":
            days = clinics.policy_in_force().refund_days
            since = f" since {_date(one.sent_at)}" if one.sent_at else ""
            return f"{amount} is on its way to your bank{since}. It can take up to {days} working days."
        case "FAILED":
            return f"{amount} could not be sent to your bank yet. We are seeing to it."
        case "DONE":
            how = f" {METHOD_WORDS[one.method]} at the centre" if one.method else ""
            return f"{amount} was given back to you{how}{f' on {_date(one.done_at)}' if one.done_at else ''}."
    return f"{amount} is not given back. Please call us if you would like to talk about it."


def _date(at: datetime) -> str:
    return f"{day(at)} {clock.local(at):%Y}"
