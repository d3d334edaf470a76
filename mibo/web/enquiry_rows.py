"""Enquiries as lines and pages ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from mibo import clock, leads, phone
from mibo.leads import Campaign, Enquiry, EnquiryStep, Line
from mibo.leads.rules import is_open
from mibo.messaging import LANGUAGES
from mibo.people import Patient
from mibo.web import enquiry_words as words
from mibo.web.filters import clock_time, day, moment
from mibo.web.worklist_rows import age

ANYWHERE, ONLINE = "No centre yet", "By video"
TIMES = {"ANY": "Any time", "MORNING": "In the morning", "AFTERNOON": "In the afternoon", "EVENING": "In the evening"}
SAID = {
    "ASKED": "Asked to be called", "ASKED_AGAIN": "Asked again", "CALLED": "Called", "TAKEN": "Taken", "PLACED": "Given to a centre",
    "LATER": "Call put off", "LOST": "Came to nothing", "REOPENED": "Opened again", "PATIENT": "Patient found",
    "BOOKED": "Booked", "HOLD_ENDED": "The held time ran out unpaid",
}  # fmt: skip


def runs(one: Campaign) -> tuple[str, str, str]:
    """How a campaign stands today, as a tag has it."""
    today = clock.today()
    if one.from_on > today:
        return "To come", "conf", "clock"
    if one.to_on is not None and one.to_on < today:
        return "Over", "gone", "x"
    return "Runs", "done", "tick"


@dataclass(frozen=True, slots=True)
class EnquiryLine:
    """One line of the worklist."""

    href: str
    name: str
    number: str
    dial: str
    about: str
    where: str
    state: tuple[str, str, str]
    tried: str
    owner: str
    due: str
    overdue: bool
    age: str
    source: str
    known: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """Something that happened."""

    what: str
    at: str
    who: str
    note: str
    undone: bool


def lines(found: Sequence[Line]) -> list[EnquiryLine]:
    """As the list draws them."""
    now = clock.now()
    return [_line(one, now) for one in found]


def _line(line: Line, now: datetime) -> EnquiryLine:
    one = line.enquiry
    return EnquiryLine(
        href=url_for("enquiries.one", enquiry_id=one.id) if one.forgotten_at is None else "",
        name=one.full_name or "Forgotten",
        number=phone.shown(one.phone) if one.phone else "",
        dial=one.phone or "",
        about=words.CARE[one.care],
        where=" · ".join(filter(None, ("For somebody else" if one.for_other else "", place(one)))),
        state=words.STATES[one.status],
        tried=f"{one.tries} {'try' if one.tries == 1 else 'tries'}"
        if one.tries
        else words.LOST.get(one.lost_reason or "", ""),
        owner=line.owner or "",
        due=due_words(one, now),
        overdue=bool(is_open(one.status) and one.next_call_at and one.next_call_at <= now),
        age=age(now - one.created_at),
        source=source(one),
        known=_known(line.patients),
    )


def _known(patients: int) -> str:
    if not patients:
        return ""
    return "A patient has this phone" if patients == 1 else f"{patients} patients have this phone"


def place(one: Enquiry) -> str:
    """Where they would like to come."""
    return one.centre.short_name if one.centre else ONLINE if one.online else ANYWHERE


def source(one: Enquiry) -> str:
    """How they came, and by which campaign."""
    return " · ".join(filter(None, (words.SOURCES[one.source], one.campaign.name if one.campaign else "")))


def due_words(one: Enquiry, now: datetime) -> str:
    """When they are called next."""
    if not is_open(one.status) or one.next_call_at is None:
        return ""
    return call_words(one.next_call_at, now)


def call_words(at: datetime, now: datetime) -> str:
    """`2 days overdue`, `now`, `today 3:00 pm`, `Wed 2 Dec, 10:00 am`."""
    if at <= now:
        return f"{age(now - at)} overdue" if now - at >= timedelta(minutes=1) else "now"
    return f"today {clock_time(at)}" if clock.clinic_day(at) == clock.clinic_day(now) else moment(at)


def facts(one: Enquiry) -> list[tuple[str, str]]:
    """What is known of it, as label and words."""
    told = [
        ("Asks about", words.CARE[one.care] + (", for somebody else" if one.for_other else "")),
        ("Where", place(one)),
        ("When to call", TIMES[one.call_at] + (f", in {LANGUAGES[one.language]}" if one.language != "en" else "")),
        ("Came by", source(one)),
        ("Heard of us", str(words.STAFF_HEARD_OF[one.heard_of]) if one.heard_of else ""),
        ("Sent by", one.referrer or ""),
        ("Seen to by", one.owner.full_name if one.owner else "Nobody yet"),
        ("Next call", due_words(one, clock.now())),
        ("Why not", words.LOST.get(one.lost_reason or "", "")),
    ]
    return [(label, said) for label, said in told if said]


def steps(one: Enquiry, names: Mapping[int, str]) -> list[StepLine]:
    """What happened, the latest first."""
    return [_step(each, names) for each in reversed(one.steps)]


def _step(each: EnquiryStep, names: Mapping[int, str]) -> StepLine:
    outcome = words.OUTCOMES.get(each.outcome or "") or words.LOST.get(each.outcome or "", "")
    what = f"{SAID[each.kind]}: {outcome[:1].lower()}{outcome[1:]}" if outcome else SAID[each.kind]
    by_itself = "on the website" if each.kind.startswith("ASKED") else "by itself"
    who = names.get(each.by_account_id, "somebody") if each.by_account_id else by_itself
    return StepLine(what, moment(each.at), who, leads.unseal(each.note), each.undone_at is not None)


def patients(one: Enquiry, found: Sequence[Patient]) -> list[tuple[str, str, str, str]]:
    """Who may be meant: name, number, their page, and the page on which they are booked."""
    return [
        (
            each.full_name, each.mrn or "", url_for("patients.show_patient", patient_id=each.id),
            url_for("desk.new_booking", patient=each.id, **booking_of(one)),
        )
        for each in found
    ]  # fmt: skip


def booking_of(one: Enquiry) -> dict[str, Any]:
    """What is chosen already where a booking comes of it."""
    chosen: dict[str, Any] = {"enquiry": one.id}
    if one.centre_id is not None:
        chosen["centre"] = one.centre_id
    if one.online:
        chosen["mode"] = "ONLINE"
    return chosen


def visit(one: Enquiry) -> tuple[str, str]:
    """The booking it became: its words and its page."""
    made = one.appointment
    if made is None:
        return "", ""
    words_of = f"{day(clock.clinic_day(made.starts_at))}, {clock_time(made.starts_at)}"
    return words_of, url_for("desk.appointment", appointment_id=made.id)
