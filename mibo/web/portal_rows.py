"""Appointments as a patient's own side draws them: what stands, and the one thing to do next."""

from dataclasses import dataclass

from flask import url_for

from mibo import booking, clock
from mibo.booking import Appointment, Status, gate, gate_rules
from mibo.booking.rules import is_live_hold
from mibo.web import ways

STANDS = (Status.CONFIRMED, Status.IN_PROGRESS, Status.CANCELLATION_REQUESTED)


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: its key, and where it is done."""

    key: str
    href: str


@dataclass(frozen=True, slots=True)
class Card:
    """One appointment to come; `more` are the lesser things that may be done about it."""

    one: Appointment
    step: Step
    more: list[Step]


def cards(ahead: list[Appointment]) -> list[Card]:
    """Each with its next step, the first of them first."""
    return [_card(one) for one in ahead]


def _card(one: Appointment) -> Card:
    possible = _possible(one)
    rest = [each for each in possible[1:] if each.key not in ("join", "directions")]
    return Card(one, possible[0], rest)


def _possible(one: Appointment) -> list[Step]:
    """What may be done about it now, the most pressing first: paying, joining, finding the way, moving, looking."""
    if is_live_hold(one.status, one.held_until, clock.now()):
        return [Step("pay", url_for("book.pay", reference=one.reference))]
    found = []
    if gate_rules.has_call(one.mode, one.status) and gate.doors_of(one).are_open(clock.now()):
        found.append(Step("join", url_for("video_calls.check", reference=one.reference)))
    if one.mode == "IN_PERSON" and one.status in STANDS and one.centre.map_url:
        found.append(Step("directions", one.centre.map_url))
    if not booking.why_not_own(one, displaced=False):
        found.append(Step("move", url_for("my.move", reference=one.reference)))
    found.append(Step("details", url_for("my.appointment", reference=one.reference)))
    if one.status == Status.CONFIRMED:
        found.append(Step("cancel", url_for("my.cancellation", reference=one.reference)))
    return found


def again(over: list[Appointment]) -> tuple[Appointment, str] | None:
    """Who was seen last and can still be booked, and where to book them once more in the same way (≤ 4 taps)."""
    for one in over:
        if one.status == Status.COMPLETED and one.clinician.active and one.clinician.fee_paise:
            way = ways.ONLINE if one.mode == "ONLINE" else one.centre_id
            return one, url_for("book.choose", clinician_id=one.clinician_id, way=way, patient=one.patient_id)
    return None
