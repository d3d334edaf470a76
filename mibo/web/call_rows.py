"""The call list as lines ready to draw: whom, on which number, what they were to be told, and what was tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from mibo import clock, phone
from mibo.booking import reaching
from mibo.messaging import CallTry, wording
from mibo.web.filters import clock_time, day, moment

OUTCOMES = {
    "REACHED": ("Reached", "conf", "tick"),
    "NO_ANSWER": ("No answer", "pend", "clock"),
    "WRONG_NUMBER": ("Wrong number", "bad", "x"),
}
OF_WHAT = {
    "BOOKING": "The booking is confirmed", "REMINDER": "A reminder of the visit", "PAYMENT": "The link to pay with",
    "CHANGE": "Something has changed",
}  # fmt: skip
MORE_EXACTLY = {
    "mibo_booking_cancelled": "The visit is cancelled", "mibo_booking_off": "The clinic has called the visit off",
    "mibo_booking_moved": "The visit has a new time", "mibo_please_move": "The time is closed: choose another",
    "mibo_request_refused": "The wish to cancel was refused", "mibo_series_moved": "Several visits have new times",
    "mibo_series_off": "Several visits are called off", "mibo_meeting_link": "The video link of the visit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallLine:
    """Somebody to call, or who has been called."""

    id: int
    seen: int
    name: str
    href: str
    record: str
    number: str
    dial: str
    about: str
    text: str
    language: str
    visit: str
    centre: str
    visit_href: str
    tries: Sequence[str]
    later: str
    outcome: tuple[str, str, str] | None


def lines(found: Sequence[reaching.Wanted], names: Mapping[int, str]) -> list[CallLine]:
    """As the page draws them; `names` are the accounts' that called."""
    return [_line(one, names) for one in found]


def callers(found: Sequence[reaching.Wanted]) -> set[int]:
    """Whose names the page needs."""
    return {each.by_account_id for one in found for each in one.call.tries}


def _line(one: reaching.Wanted, names: Mapping[int, str]) -> CallLine:
    standing = one.call.standing
    again, appointment, patient = one.call.again_at, one.appointment, one.patient
    return CallLine(
        id=one.call.id,
        seen=len(standing),
        name=patient.full_name,
        href=url_for("patients.show_patient", patient_id=patient.id),
        record=url_for("patients.edit", patient_id=patient.id),
        number=phone.shown(patient.phone),
        dial=patient.phone,
        about=about(one),
        text=_said(one),
        language=one.message.language,
        visit=f"{day(clock.clinic_day(appointment.starts_at))}, {clock_time(appointment.starts_at)} with {one.clinician}",
        centre=one.centre,
        visit_href=url_for("desk.appointment", appointment_id=appointment.id),
        tries=[_try(each, names) for each in standing],
        later=f"Again from {clock_time(again)}" if again and again > clock.now() else "",
        outcome=OUTCOMES[standing[-1].outcome] if standing else None,
    )  # fmt: skip


def about(one: reaching.Wanted) -> str:
    """What they were to be told."""
    return MORE_EXACTLY.get(one.message.template) or OF_WHAT[one.message.kind]


def _try(each: CallTry, names: Mapping[int, str]) -> str:
    return f"{OUTCOMES[each.outcome][0]}, {moment(each.at)}, {names.get(each.by_account_id, 'somebody')}"


def _said(one: reaching.Wanted) -> str:
    try:
        return wording.rendered(one.message.template, one.message.body, one.message.language)
    except KeyError:  # a text that had other gaps when it was sent
        return ""
