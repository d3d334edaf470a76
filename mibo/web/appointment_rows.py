"""Appointments in lists as values ready to draw, as lines of a spreadsheet, and as this person may see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import get_template_attribute, url_for

from mibo import clock, money, phone
from mibo.booking import AppointmentRow, Status
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.web.desk_record import METHOD_WORDS
from mibo.web.desk_words import MODES
from mibo.web.filters import clock_time, day, moment

SOURCE_WORDS = {
    "WEB_PATIENT": "Website", "APP_PATIENT": "App", "FRONT_DESK": "Front desk", "CARE_COORDINATOR": "Care coordinator",
    "MANAGER": "Manager",
}  # fmt: skip
PAID_WORDS = {"PENDING": "To pay", "PAID": "Paid", "FAILED": "Failed", "REFUNDED": "Refunded"}
OWES = (Status.PENDING, Status.CONFIRMED, Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLATION_REQUESTED)

Looks = Mapping[str, tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """An appointment in a table. `payment_note` and `note` are opened by whoever wants to read them."""

    id: int
    version: int
    href: str
    reference: str
    name: str
    phone: str
    mrn: str
    clinician: str
    centre: str
    day: str
    time: str
    kind: str
    look: str
    icon: str
    state: str
    payment: str
    payment_note: str
    source: str
    booked: str
    note: str


@dataclass(frozen=True, slots=True)
class Eyes:
    """What somebody may see of appointments in a list: whole numbers and money are the desk's."""

    whole_numbers: bool
    money: bool


def eyes(who: Actor) -> Eyes:
    """What this person may see."""
    desk = who.may(Permission.BOOK_AT_DESK)
    return Eyes(whole_numbers=desk, money=desk)


def lines(rows: Iterable[AppointmentRow], who: Actor) -> list[Line]:
    """The table."""
    now, seen = clock.now(), eyes(who)
    page = url_for("desk.appointment", appointment_id=0).removesuffix("0")
    looks = _looks()
    return [_line(row, now, seen, looks, page) for row in rows]


def _looks() -> Looks:
    """Each state's colour, drawing and words: the macros are asked once, not for every line."""
    draw = get_template_attribute("ui/icons.html", "icon")
    known = get_template_attribute("ui/tags.html", "statuses")
    return {key: (colour, str(draw(drawing)), words) for key, (colour, drawing, words) in known.items()}


def _line(row: AppointmentRow, now: datetime, seen: Eyes, looks: Looks, page: str) -> Line:
    key, words = state_of(row, now)
    return Line(
        id=row.id, version=row.version, href=f"{page}{row.id}", reference=row.reference, name=row.patient_name,
        phone=phone.shown(row.patient_phone) if seen.whole_numbers else phone.masked(row.patient_phone),
        mrn=row.patient_mrn or "", clinician=row.clinician_name, centre=row.centre_name, day=day(row.starts_at),
        time=clock_time(row.starts_at), kind=kind_of(row), look=looks[key][0], icon=looks[key][1],
        state=words or looks[key][2], payment=paid_of(row) if seen.money else "",
        payment_note=_payment_note(row) if seen.money else "", source=SOURCE_WORDS[row.source],
        booked=moment(row.created_at), note=row.patient_note or "",
    )  # fmt: skip


def state_of(row: AppointmentRow, now: datetime) -> tuple[str, str]:
    """The state's key in the table of states, and its words where they are not the state's own."""
    state = row.state(now)
    if state == Status.PENDING and row.held_until:
        return ("PENDING" if row.by_desk else "HELD"), f"Held until {clock_time(row.held_until)}"
    if state == Status.CONFIRMED and row.arrived_at:
        return "ARRIVED", f"Arrived {clock_time(row.arrived_at)}"
    return state, ""


def kind_of(row: AppointmentRow) -> str:
    """`In person, walk-in`."""
    more = [word for word, is_so in (("walk-in", row.walk_in), ("overbooked", row.overbooked)) if is_so]
    return ", ".join([MODES[row.mode], *more])


def paid_of(row: AppointmentRow) -> str:
    """How its money stands; nothing is owed for what came to nothing."""
    if row.payment_status == "PENDING" and row.status not in OWES:
        return "Not paid"
    return PAID_WORDS[row.payment_status]


def _payment_note(row: AppointmentRow) -> str:
    """`₹1,700 by UPI · slip 4471`."""
    if row.payment_status not in ("PAID", "REFUNDED"):
        return ""
    amount = money.rupees(row.consultation_paise + row.registration_paise)
    how = METHOD_WORDS.get(row.payment_method or "", "")
    return " · ".join(filter(None, [f"{amount} {how}".strip(), row.paid_note or ""]))
