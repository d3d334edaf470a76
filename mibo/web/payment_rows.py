"""Payments in lists as values ready to draw, and as lines of a spreadsheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import get_template_attribute, url_for

from mibo import clock, money, phone
from mibo.ledger import Age, PaymentRow, State, lists
from mibo.web.filters import day, moment
from mibo.web.worklist_rows import age

STATES = {
    State.OWED: ("pend", "rupee", "To pay"), State.PAID: ("done", "rupee", "Paid"),
    State.RETURNED: ("refd", "undo", "Given back"), State.NOT_OWED: ("gone", "x", "Never paid"),
    State.UNWANTED: ("bad", "warning", "Came too late"),
}  # fmt: skip
LESS = {
    "DISCOUNT": "Discount", "WAIVE_CONSULTATION": "Consultation waived", "WAIVE_REGISTRATION": "Registration waived",
}  # fmt: skip
FREE = ("done", "tick", "Nothing to pay")
METHODS = {"ONLINE": "Online", "CASH": "Cash", "CARD": "Card", "UPI": "UPI"}
AGES = {
    Age.NEW: "Today and yesterday", Age.WEEK: "2 to 7 days", Age.MONTH: "8 to 30 days", Age.OLDER: "Older",
    Age.TO_COME: "Visit to come",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A payment in a table."""

    href: str
    reference: str
    name: str
    phone: str
    clinician: str
    centre: str
    visit: str
    made: str
    paise: str
    look: str
    icon: str
    state: str
    paid: str
    how: str
    back: str


def lines(rows: Iterable[PaymentRow]) -> list[Line]:
    """The table."""
    now, draw = clock.now(), get_template_attribute("ui/icons.html", "icon")
    page = url_for("payments.one", payment_id=0).removesuffix("0")
    icons = {state: str(draw(drawing)) for state, (_, drawing, _) in STATES.items()}
    return [_line(row, now, icons, page) for row in rows]


def _line(row: PaymentRow, now: datetime, icons: dict[State, str], page: str) -> Line:
    state = row.state(now)
    return Line(
        href=f"{page}{row.id}", reference=row.reference, name=row.patient_name, phone=phone.shown(row.patient_phone),
        clinician=row.clinician_name, centre=row.centre_name, visit=moment(row.starts_at), made=moment(row.made_at),
        paise=money.rupees(row.paise), look=STATES[state][0], icon=icons[state], state=words_of(row, state),
        paid=moment(row.paid_at) if row.paid_at else "", how=METHODS.get(row.method or "", ""), back=_back(row),
    )  # fmt: skip


def words_of(row: PaymentRow, state: State) -> str:
    """`Paid`, `Part given back`: how it stands."""
    if state is State.RETURNED and row.returned_paise < row.came_in_paise:
        return "Part given back"
    return FREE[2] if state is State.PAID and not row.paise else STATES[state][2]


def _back(row: PaymentRow) -> str:
    """`₹1,600 given back, ₹100 still to go back`."""
    gone = f"{money.rupees(row.returned_paise)} given back" if row.returned_paise else ""
    going = f"{money.rupees(row.to_return_paise)} still to go back" if row.to_return_paise else ""
    return ", ".join(filter(None, (gone, going)))


def sums(found: lists.ListPage) -> list[tuple[str, str]]:
    """What all that fits comes to, for those who may know."""
    if found.sums is None:
        return []
    told = found.sums
    return [
        ("Came in", money.rupees(told.came_in_paise)), ("Given back", money.rupees(told.returned_paise)),
        ("Kept", money.rupees(told.net_paise)),
    ]  # fmt: skip


def span(wish: lists.PaymentWish) -> str:
    """`Booked from Mon 2 Nov to Tue 1 Dec`: which days a list on paper is of."""
    word = "Paid" if wish.dates == "paid" else "Booked"
    if wish.first and wish.last:
        return f"{word} from {day(wish.first)} to {day(wish.last)} {wish.last:%Y}"
    if wish.first or wish.last:
        return f"{word} from {day(wish.first)} on" if wish.first else f"{word} until {day(wish.last)}"  # type: ignore[arg-type]
    return "At any time"


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A booking that nobody has paid: since when its visit is over, and what may be done about it."""

    id: int
    href: str
    name: str
    phone: str
    reference: str
    visit: str
    age: str
    clinician: str
    centre: str
    state: str
    paise: str
    is_hold: bool


def owed(rows: Iterable[PaymentRow]) -> list[OwedLine]:
    """What is owed."""
    now, page = clock.now(), url_for("desk.appointment", appointment_id=0).removesuffix("0")
    return [
        OwedLine(
            id=row.appointment_id, href=f"{page}{row.appointment_id}", name=row.patient_name,
            phone=phone.shown(row.patient_phone), reference=row.reference, visit=moment(row.starts_at),
            age=age(now - row.starts_at) if row.starts_at < now else "", clinician=row.clinician_name,
            centre=row.centre_name, state="HELD" if row.is_hold else row.appointment_status,
            paise=money.rupees(row.paise), is_hold=row.is_hold,
        )
        for row in rows
    ]  # fmt: skip
