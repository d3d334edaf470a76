"""A series as its pages show it: lines ready to draw, and what was chosen for each."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time

from flask import request, url_for

from mibo import clinics, clock, payments
from mibo.booking import Appointment, Series, Status, series, series_changes
from mibo.money import rupees
from mibo.people import Clinician, Patient
from mibo.web.filters import clock_time, moment

OF = "choice-"
SKIP = "skip"

Choices = dict[int, datetime | None]


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One number of a plan: how its time stands, and what may be chosen for it."""

    number: int
    when: str
    state: str
    why: str
    choices: Sequence[tuple[str, str]]
    chosen: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit that was booked."""

    id: int
    number: int
    href: str
    reference: str
    when: str
    status: str
    money: str
    moved: str
    stands: bool
    is_this: bool = False


def planned_rows(planned: Sequence[series.Planned]) -> list[PlannedRow]:
    """The dates of a series that is looked at: what is free is booked, what is not is left out, unless chosen otherwise."""
    return [_planned(one, [("", f"Book at {clock_time(one.starts_at)}"), (SKIP, "Leave it out")]) for one in planned]


def missing_rows(planned: Sequence[series.Planned]) -> list[PlannedRow]:
    """The numbers that were never booked: nothing is done unless it is chosen."""
    return [
        _planned(one, [(SKIP, "Not now"), (_value(one.starts_at), f"Book at {clock_time(one.starts_at)}")])
        for one in planned
    ]


def _planned(one: series.Planned, if_free: Sequence[tuple[str, str]]) -> PlannedRow:
    why = "; ".join(reason.text for reason in one.found.reasons)
    choices = if_free if one.found.is_free else _instead(one.found.near, (SKIP, "Leave it out"))
    further = "Further ahead than patients see" if one.far else ""
    state = "FREE" if one.found.is_free else "CLASH"
    return PlannedRow(one.number, moment(one.starts_at), state, why or further, choices, _chosen(one.number, choices))


def shift_rows(shifts: Sequence[series_changes.Shift]) -> list[PlannedRow]:
    """The visits that are to move."""
    return [_shift(one) for one in shifts]


def _shift(one: series_changes.Shift) -> PlannedRow:
    free = one.found.is_free
    keep = (SKIP, f"Keep {moment(one.visit.starts_at)}")
    choices = [("", f"Move to {clock_time(one.goal)}"), keep] if free else _instead(one.found.near, keep)
    why = "; ".join(reason.text for reason in one.found.reasons)
    state = "FREE" if free else "CLASH"
    return PlannedRow(
        one.number, moment(one.goal), state, why, choices, _chosen(one.number, choices), moment(one.visit.starts_at)
    )


def _instead(near: Sequence[datetime], otherwise: tuple[str, str]) -> list[tuple[str, str]]:
    return [otherwise, *((_value(at), f"Take {clock_time(at)} instead") for at in near)]


def _chosen(number: int, choices: Sequence[tuple[str, str]]) -> str:
    told = request.form.get(f"{OF}{number}", choices[0][0])
    return told if told in {value for value, _ in choices} else choices[0][0]


def choices_of(days: Mapping[int, date]) -> Choices:
    """What the form says for each number; what makes no sense is no answer."""
    found: Choices = {}
    for number, day in days.items():
        told = request.form.get(f"{OF}{number}", "")
        if told == SKIP:
            found[number] = None
        with suppress(ValueError):
            found[number] = clock.instant(day, time.fromisoformat(told).replace(tzinfo=None))
    return found


def _value(at: datetime) -> str:
    return f"{clock.local(at):%H:%M}"


def visit_rows(visits: Sequence[Appointment], *, this: int = 0) -> list[VisitRow]:
    """The visits, each with what it costs and how it stands."""
    return [_visit(one, this) for one in visits]


def _visit(one: Appointment, this: int) -> VisitRow:
    paid = one.payment.status == "PAID"
    gone = one.status in (Status.CANCELLED, Status.NO_SHOW) and not paid
    money = "–" if gone else f"{'Paid' if paid else 'To pay'} {rupees(one.payment.amount_paise)}"
    ahead = one.status == Status.CONFIRMED and one.starts_at > clock.now()
    return VisitRow(
        one.id, one.series_number or 0, url_for("desk.appointment", appointment_id=one.id), one.reference,
        moment(one.starts_at), one.status, money,
        "moved" if one.moves else "", ahead, one.id == this,
    )  # fmt: skip


def about(of: Series, clinician: str, centre: str) -> list[tuple[str, str, str]]:
    """With whom, where, and in which rhythm."""
    first = clock.local(of.first_starts_at)
    often = "Every week" if of.every_weeks == 1 else f"Every {of.every_weeks} weeks"
    where = centre if of.mode == "IN_PERSON" else f"Online, from {centre}"
    return [
        ("Planned", f"{often} on {first:%A}, {clock_time(of.first_starts_at)}, {of.planned} times", ""),
        ("Clinician", clinician, ""),
        ("Where", where, ""),
        ("Booked", moment(of.created_at), ""),
    ]


def due(patient: Patient, clinician: Clinician, count: int) -> tuple[Sequence[tuple[str, str]], tuple[str, str]] | None:
    """What so many visits cost together, the registration once; None where there is no fee (R-PAY-13)."""
    if not clinician.fee_paise:
        return None
    one = payments.amount_due(clinician.fee_paise, patient.registration_paid_at is not None, clinics.policy_in_force())
    consultations = one.consultation_paise * count
    lines = [(f"{count} consultations at {rupees(one.consultation_paise)}", rupees(consultations))]
    if one.registration_paise:
        lines.append(("Registration, once", rupees(one.registration_paise)))
    return lines, ("Together", rupees(consultations + one.registration_paise))


def seen_of(visits: Sequence[Appointment]) -> str:
    """Which visits were shown, and as which version, as the form sends it back."""
    return ",".join(f"{one.id}.{one.version}" for one in visits)
