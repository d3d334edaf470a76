"""The page on which staff give an appointment another time, as values ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from mibo import booking, clinics, clock, people
from mibo.booking import Appointment
from mibo.clinics import Centre
from mibo.identity import Actor
from mibo.ids import read_id
from mibo.people import MODES, Clinician
from mibo.scheduling.slots import PartOfDay, Slot, SlotState, nearest
from mibo.web.desk_words import MODES as MODE_WORDS
from mibo.web.filters import clock_time, moment
from mibo.web.inputs.base import read_day

DAYS_SHOWN = 14
PARTS = {PartOfDay.MORNING: "Morning", PartOfDay.AFTERNOON: "Afternoon", PartOfDay.EVENING: "Evening"}
SAYS_NOTHING = (SlotState.FREE, SlotState.PAST)

Strip = Sequence[tuple[str, int, str, str, bool, bool, str]]


@dataclass(frozen=True)
class Sheet:
    """All that the page shows."""

    centres: Sequence[Centre]
    centre: Centre
    clinicians: Sequence[Clinician]
    clinician: Clinician | None
    modes: Sequence[tuple[str, str]]
    mode: str
    day: date
    days: Strip
    earlier: str
    later: str
    parts: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    chosen: str
    near: Sequence[str]
    closed: Sequence[tuple[str, str]]
    minutes: int


def look(one: Appointment, asked: Mapping[str, str], who: Actor, *, taken: datetime | None = None) -> Sheet:
    """What is free for this appointment, at its own length, with whom and where it is asked; its own time is chosen
    by nobody, so it does not count.
    """
    centres = [centre for centre in clinics.centres(active=True) if who.reaches(centre.id)]
    centre = _pick(centres, asked.get("centre"), one.centre_id) or one.centre
    clinicians = people.clinicians_at(centre.id)
    clinician = _pick(clinicians, asked.get("clinician"), one.clinician_id)
    modes = [mode for mode in MODES if clinician and mode in clinician.modes]
    mode = asked.get("mode", one.mode)
    mode = mode if mode in modes else (modes or [one.mode])[0]
    first, until, last = _span(one, read_day(asked.get("day")))
    slots = _slots(one, clinician, centre, mode, (first, until))
    free = [slot for slot in slots if slot.is_free and not _is_now(one, slot)]
    day = read_day(asked.get("day")) or next((slot.day for slot in free), first)
    kept = {
        "appointment_id": one.id, "centre": centre.id, "clinician": clinician.id if clinician else None, "mode": mode,
    }  # fmt: skip
    of_day = [slot for slot in free if slot.day == day]
    return Sheet(
        centres=centres or [one.centre],
        centre=centre,
        clinicians=clinicians,
        clinician=clinician,
        modes=[(each, MODE_WORDS[each]) for each in modes],
        mode=mode,
        day=day,
        days=_days(slots, free, (first, until), day, kept),
        earlier=_to(kept, first - timedelta(days=DAYS_SHOWN)) if first > clock.today() else "",
        later=_to(kept, until + timedelta(days=1)) if until < last else "",
        parts=[(words, [_time(slot) for slot in of_day if slot.part == part]) for part, words in PARTS.items()],
        chosen=asked.get("at") or (_time(of_day[0])[0] if of_day else ""),
        near=[moment(slot.starts_at) for slot in nearest(free, taken)] if taken else [],
        closed=[_why(slot) for slot in slots if slot.day == day and slot.state not in SAYS_NOTHING],
        minutes=_minutes(one),
    )


def _pick(offered: Sequence[Any], typed: str | None, otherwise: int) -> Any:
    """The one that was chosen, or the one it has now, or the first."""
    wanted = read_id(typed) if typed else None
    for key in (wanted, otherwise):
        for each in offered:
            if each.id == key:
                return each
    return offered[0] if offered else None


def _span(one: Appointment, day: date | None) -> tuple[date, date, date]:
    """The first and the last day shown, and the last that can be."""
    today = clock.today()
    last = today + timedelta(days=clinics.policy_in_force().horizon_days)
    wanted = min(max(day or clock.clinic_day(one.starts_at), today), last)
    first = today + timedelta(days=(wanted - today).days // DAYS_SHOWN * DAYS_SHOWN)
    return first, min(first + timedelta(days=DAYS_SHOWN - 1), last), last


def _slots(
    one: Appointment, clinician: Clinician | None, centre: Centre, mode: str, span: tuple[date, date]
) -> list[Slot]:
    if clinician is None:
        return []
    return booking.open_spans(
        clinician.id, *span, minutes=_minutes(one), centre_id=centre.id, mode=mode,
        patient_id=one.patient_id, but=one.id,
    )  # fmt: skip


def _days(
    slots: Sequence[Slot], free: Sequence[Slot], span: tuple[date, date], current: date, kept: Mapping[str, Any]
) -> Strip:
    first, until = span
    kept_on, free_on = {slot.day for slot in slots}, [slot.day for slot in free]
    taken_on = {slot.day for slot in slots if slot.state in (SlotState.BOOKED, SlotState.HELD)}
    shown = []
    for n in range((until - first).days + 1):
        day = first + timedelta(days=n)
        words = f"{free_on.count(day)} free" if day in free_on else "full" if day in taken_on else "closed"
        is_open = day in kept_on or day == current
        shown.append((f"{day:%a}", day.day, words, _to(kept, day), is_open, day == current, f"day-{day}"))
    return shown


def _to(kept: Mapping[str, Any], day: date) -> str:
    return url_for("changes.move", **{**kept, "day": max(day, clock.today()).isoformat()})


def _time(slot: Slot) -> tuple[str, str]:
    return f"{clock.local(slot.starts_at):%H:%M}", clock_time(slot.starts_at)


def _why(slot: Slot) -> tuple[str, str]:
    return clock_time(slot.starts_at), slot.reasons[0].text


def _is_now(one: Appointment, slot: Slot) -> bool:
    same = (slot.starts_at, slot.clinician_id, slot.centre_id) == (one.starts_at, one.clinician_id, one.centre_id)
    return same and one.mode in slot.modes


def _minutes(one: Appointment) -> int:
    return (one.ends_at - one.starts_at) // timedelta(minutes=1)
