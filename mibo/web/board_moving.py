"""Where an appointment is put down on a board, and what the rules of booking say to that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import url_for

from mibo import booking, clock, people
from mibo.booking import Appointment
from mibo.errors import Conflict, Missing
from mibo.identity import Actor
from mibo.ids import read_id
from mibo.people import Clinician
from mibo.web.filters import moment
from mibo.web.inputs.base import read_day

NO_TIME = "We could not find that time."


@dataclass(frozen=True)
class Goal:
    """When, with whom and where it would be."""

    starts_at: datetime
    clinician: Clinician
    centre_id: int

    @property
    def words(self) -> str:
        """When, as the page says it."""
        return moment(self.starts_at)

    @property
    def day(self) -> date:
        """The clinic's day of it."""
        return clock.clinic_day(self.starts_at)


def goal(one: Appointment, asked: Mapping[str, str], who: Actor) -> Goal:
    """What was asked for; what is not named stays as it is. Raises Missing."""
    clinician = people.clinician(read_id(asked.get("clinician", "")) or one.clinician_id)
    centre_id = read_id(asked.get("centre", "")) or one.centre_id
    if not who.reaches(centre_id) or not people.works_at(clinician.id, centre_id):
        raise Missing("We could not find that centre.")
    now = clock.local(one.starts_at)
    day = read_day(asked["day"]) if asked.get("day") else now.date()
    if day is None:
        raise Missing(NO_TIME)
    try:
        at = time.fromisoformat(asked["at"]) if asked.get("at") else now.time()
    except ValueError:
        raise Missing(NO_TIME) from None
    return Goal(clock.instant(day, at.replace(tzinfo=None)), clinician, centre_id)


def why_not(one: Appointment, to: Goal, who: Actor) -> str:
    """Why it cannot go there, every reason in words; empty when it can."""
    if to.starts_at == one.starts_at and (to.clinician.id, to.centre_id) == (one.clinician_id, one.centre_id):
        return "That is the time it has already."
    try:
        booking.rules.check_may_move(one.status, one.held_until, one.ends_at, clock.now())
    except Conflict as error:
        return error.message
    slot = booking.slot_of_span(
        to.clinician.id, to.starts_at, to.starts_at + (one.ends_at - one.starts_at), centre_id=to.centre_id,
        mode=one.mode, patient_id=one.patient_id, but=one.id,
    )  # fmt: skip
    if slot is not None:
        return " ".join(f"{reason.text}." for reason in slot.reasons)
    minute = (to.starts_at - clock.day_span(to.day)[0]) // timedelta(minutes=1)
    cell = booking.why_not(to.clinician.id, to.centre_id, to.day, by=who).around(minute)
    told = " ".join(f"{reason.text}." for reason in cell.reasons) if cell else ""
    return told or "It does not fit there. Choose one of the free times."


def hidden(one: Appointment, to: Goal, next_path: str) -> dict[str, object]:
    """What the form sends that moves it, as it was seen; afterwards comes the board again, where it can be undone."""
    back = url_for("desk.board", centre=to.centre_id, day=to.day.isoformat(), moved=one.id)
    return {
        "clinician": to.clinician.id, "centre": to.centre_id, "mode": one.mode, "day": to.day.isoformat(),
        "at": f"{clock.local(to.starts_at):%H:%M}", "version": one.version, "next": next_path or back,
    }  # fmt: skip
