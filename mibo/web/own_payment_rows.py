"""A patient's own payments in their words: what was paid, what is to pay, what goes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from mibo import clinics, clock, money, payments
from mibo.ledger import OwnPayment, PaymentRow
from mibo.payments import Refund
from mibo.phrases import phrase
from mibo.web import receipt_rows
from mibo.web.filters import clock_time, day_and_year

PAID = {
    "ONLINE": phrase("Paid online on %(day)s, %(time)s."), "CASH": phrase("Paid in cash on %(day)s, %(time)s."),
    "CARD": phrase("Paid by card on %(day)s, %(time)s."), "UPI": phrase("Paid by UPI on %(day)s, %(time)s."),
}  # fmt: skip
BACK = {
    "REQUESTED": phrase("%(money)s is to be given back to you. We tell you when it is on its way."),
    "APPROVED": phrase("%(money)s goes back to you."),
    "SENT": phrase("%(money)s is on its way to your bank. It can take up to %(days)s working days."),
    "FAILED": phrase("%(money)s could not be sent to your bank yet. We are seeing to it."),
    "DONE": phrase("%(money)s was given back to you on %(day)s."),
    "DECLINED": phrase("%(money)s is not given back. Please call us if you would like to talk about it."),
}
GIVEN = {
    "ONLINE": phrase("%(money)s was given back to you online on %(day)s."),
    "CASH": phrase("%(money)s was given back to you in cash at the centre on %(day)s."),
    "CARD": phrase("%(money)s was given back to you by card at the centre on %(day)s."),
    "UPI": phrase("%(money)s was given back to you by UPI at the centre on %(day)s."),
}


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
    whose = f", {gettext('for %(name)s', name=row.patient_name)}" if several else ""
    held = row.is_owed(now) and row.is_hold
    words = [_standing(row, now), *(_back(refund) for refund in one.refunds)]
    return Line(
        row.reference, money.rupees(row.paise), f"{row.clinician_name}, {day_and_year(row.starts_at)}{whose}",
        _state(row, now), [each for each in words if each], held, papers,
    )  # fmt: skip


def _state(row: PaymentRow, now: datetime) -> tuple[str, str]:
    """A key of the table of states, and its words where they are other."""
    if row.is_owed(now):
        return "UNPAID", ""
    if row.status == "REFUNDED" or (row.came_in_paise and row.returned_paise >= row.came_in_paise):
        return "REFUNDED", gettext("Given back")
    if row.status == "PENDING":
        return "FAILED", gettext("Came too late")
    return "PAID", "" if row.paise else gettext("Nothing to pay")


def _standing(row: PaymentRow, now: datetime) -> str:
    if row.is_owed(now):
        return _to_pay(row, now)
    if row.status == "PENDING":
        late = money.rupees(row.came_in_paise)
        return str(gettext("%(money)s reached us after the time was given up.", money=late))
    if row.paid_at is None or not row.method:
        return ""
    return str(gettext(PAID[row.method], day=day_and_year(row.paid_at), time=clock_time(row.paid_at)))


def _to_pay(row: PaymentRow, now: datetime) -> str:
    if row.is_hold and row.held_until:
        return str(gettext("We keep the time until %(time)s.", time=clock_time(row.held_until)))
    if row.starts_at > now:
        return str(gettext("To pay at the centre when you come."))
    return str(gettext("Still to pay. Pay at the centre, or call us."))


def _back(one: Refund) -> str:
    """What goes back and how far it is: told only of what is really under way (R-PAY-14)."""
    words = BACK[one.status]
    if one.status == "APPROVED" and one.way == "DESK":
        words = phrase("%(money)s goes back to you: please ask for it at the centre.")
    if one.status == "SENT" and one.sent_at:
        words = phrase("%(money)s is on its way to your bank since %(day)s. It can take up to %(days)s working days.")
    if one.status == "DONE" and one.method:
        words = GIVEN[one.method]
    at = one.sent_at if one.status == "SENT" else one.done_at
    said = gettext(
        words, money=money.rupees(one.paise), day=day_and_year(at) if at else gettext("an earlier day"),
        days=clinics.policy_in_force().refund_days,
    )  # fmt: skip
    return str(said)
