"""The one page on which the desk books, as values ready to draw. What is chosen stands in the address as ids only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

from flask import url_for

from mibo import booking, clinics, clock, people, phone
from mibo.booking import WALK_IN_GRACE, Diaries
from mibo.clinics import Centre
from mibo.errors import Missing
from mibo.ids import read_id
from mibo.people import MODES, Clinician, Patient
from mibo.scheduling.slots import PartOfDay, Slot, SlotState, Why, nearest
from mibo.web import terms
from mibo.web.desk_origins import ORIGINS
from mibo.web.desk_words import MODES as MODE_WORDS
from mibo.web.filters import clock_time, moment
from mibo.web.filters import day as day_words
from mibo.web.inputs.base import read_day

DAYS_SHOWN = 14
ALIKE = 0.85  # of two names: Asha Menon and Asha Manon, but not Asha Menon and Usha Nair
PARTS = {PartOfDay.MORNING: "Morning", PartOfDay.AFTERNOON: "Afternoon", PartOfDay.EVENING: "Evening"}
UNKNOWN = "–"
BEGUN = "Walk-in only, begun already"
SAYS_NOTHING = (SlotState.FREE, SlotState.PAST)


@dataclass(frozen=True)
class Choices:
    """What has been chosen so far; what has not is empty."""

    patient_id: int | None
    clinician_id: int | None
    mode: str | None
    day: date | None
    at: str
    walk_in: bool
    pay: str
    over: bool
    origins: Mapping[str, int]


@dataclass(frozen=True)
class Time:
    """A time that can be given, and the address that chooses it while there is no patient yet."""

    value: str
    words: str
    chosen: bool
    href: str


@dataclass(frozen=True)
class Sheet:
    """All that the page shows."""

    patient: Patient | None
    facts: Sequence[tuple[str, object]]
    centres: Sequence[Centre]
    centre: Centre
    clinicians: Sequence[tuple[int, str]]
    clinician: Clinician | None
    modes: Sequence[tuple[str, str]]
    mode: str
    day: date
    days: Sequence[tuple[str, int, str, str, bool, bool]]
    earlier: str
    later: str
    parts: Sequence[tuple[str, Sequence[Time]]]
    over: Sequence[Time]
    near: Sequence[str]
    closed: Sequence[tuple[str, str]]
    due: terms.Quote | None
    at: str
    walk_in: bool
    pay: str
    day_is_chosen: bool
    over_day: date | None  # the day that was asked for, where it is over
    kept: Mapping[str, Any]

    @property
    def chosen(self) -> str:
        """The time that is chosen, in words."""
        times = [time for _, times in self.parts for time in times] + list(self.over)
        return next((time.words for time in times if time.chosen), "")

    @property
    def carried(self) -> dict[str, Any]:
        """What stays chosen, the time as well, while the patient is looked for."""
        others = {name: value for name, value in self.kept.items() if name != "patient"}
        return {**others, "at": self.at or None, "walk_in": "yes" if self.walk_in else None, "pay": self.pay or None}


def asked(values: Mapping[str, str]) -> Choices:
    """The choices that stand in an address or form. Raises Missing for a patient that cannot be."""
    return Choices(
        patient_id=_the_id(values.get("patient")),
        clinician_id=read_id(values.get("clinician", "")),
        mode=values.get("mode") if values.get("mode") in MODES else None,
        day=read_day(values.get("day")),
        at=values.get("at", ""),
        walk_in=values.get("walk_in") in ("yes", "y"),
        pay=values.get("pay", ""),
        over=bool(values.get("overbook_reason")),
        origins={name: found for name in ORIGINS if (found := read_id(values.get(name, "")))},
    )


def look(choices: Choices, centres: Sequence[Centre], centre: Centre) -> Sheet:
    """The page for these choices at a centre."""
    patient = people.patient(choices.patient_id) if choices.patient_id else None
    today = clock.today()
    last = today + timedelta(days=clinics.policy_in_force().horizon_days)
    day = min(max(choices.day, today), last) if choices.day else None
    first = today + timedelta(days=((day or today) - today).days // DAYS_SHOWN * DAYS_SHOWN)
    until = min(first + timedelta(days=DAYS_SHOWN - 1), last)
    diaries = booking.diaries(centre.id, first, until, patient_id=choices.patient_id)
    soonest = {one.id: diaries.next_free(one, first, until, choices.mode) for one in diaries.clinicians}
    clinician = _clinician(diaries, choices, soonest)
    modes = [mode for mode in MODES if clinician and mode in clinician.modes]
    mode = choices.mode if choices.mode in modes else (modes or ["IN_PERSON"])[0]
    slots = diaries.slots(clinician, first, until, mode) if clinician else []
    day = day or next((slot.day for slot in slots if slot.is_free), first)
    kept = {
        "patient": choices.patient_id, "centre": centre.id, "clinician": clinician.id if clinician else None,
        "mode": mode, "day": day.isoformat(), **choices.origins,
    }  # fmt: skip
    return Sheet(
        patient=patient,
        facts=facts_of(patient) if patient else [],
        centres=centres,
        centre=centre,
        clinicians=[(one.id, _with_next(one, soonest[one.id])) for one in diaries.clinicians],
        clinician=clinician,
        modes=[(each, MODE_WORDS[each]) for each in modes],
        mode=mode,
        day=day,
        days=_days(slots, first, until, day, kept),
        earlier=_to(kept, day=first - timedelta(days=DAYS_SHOWN)) if first > today else "",
        later=_to(kept, day=until + timedelta(days=1)) if until < last else "",
        parts=_parts([slot for slot in slots if slot.day == day], choices, kept),
        over=_over(slots, day, choices),
        near=_near(slots, choices),
        closed=_closed([slot for slot in slots if slot.day == day]),
        due=terms.quote(patient, clinician),
        at=choices.at,
        walk_in=choices.walk_in,
        pay=choices.pay,
        day_is_chosen=choices.day is not None,
        over_day=choices.day if choices.day and choices.day < today else None,
        kept=kept,
    )


def facts_of(patient: Patient) -> list[tuple[str, object]]:
    """What tells two people apart, without showing the whole number (P3)."""
    age = people.age_of(patient)
    return [
        ("Age", age if age is not None else UNKNOWN),
        ("Phone", phone.masked(patient.phone)),
        ("MRN", patient.mrn or UNKNOWN),
    ]


def look_alikes(found: Sequence[Patient]) -> set[int]:
    """Those among them whose names are easily taken for one another (M13)."""
    names = [(one.id, one.full_name.casefold()) for one in found]
    pairs = (
        {one, other}
        for (one, name), (other, second) in combinations(names, 2)
        if SequenceMatcher(None, name, second).ratio() >= ALIKE
    )
    return set().union(*pairs)


def known_of(patient: Patient) -> list[tuple[str, object]]:
    """The same, without what nobody has told yet."""
    return [(label, fact) for label, fact in facts_of(patient) if fact != UNKNOWN]


def _the_id(typed: str | None) -> int | None:
    if not typed:
        return None
    if (found := read_id(typed)) is None:
        raise Missing("We could not find that patient.")
    return found


def _clinician(diaries: Diaries, choices: Choices, soonest: Mapping[int, Slot | None]) -> Clinician | None:
    """The one that was chosen, or whoever is free first."""
    for one in diaries.clinicians:
        if one.id == choices.clinician_id:
            return one
    waiting = [(slot.starts_at, n) for n, one in enumerate(diaries.clinicians) if (slot := soonest[one.id])]
    if waiting:
        return diaries.clinicians[min(waiting)[1]]
    return diaries.clinicians[0] if diaries.clinicians else None


def _with_next(one: Clinician, slot: Slot | None) -> str:
    """`Dr. Anita Kurian · next tomorrow, 9:00 am`."""
    if slot is None:
        return f"{one.full_name} · nothing free"
    away = (slot.day - clock.today()).days
    near = "today" if away == 0 else "tomorrow" if away == 1 else day_words(slot.day)
    return f"{one.full_name} · next {near}, {clock_time(slot.starts_at)}"


def _days(
    slots: Sequence[Slot], first: date, last: date, current: date, kept: Mapping[str, Any]
) -> list[tuple[str, int, str, str, bool, bool]]:
    free = [slot.day for slot in slots if slot.is_free]
    kept_on = {slot.day for slot in slots}
    taken_on = {slot.day for slot in slots if slot.state in (SlotState.BOOKED, SlotState.HELD)}
    shown = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        words = f"{free.count(day)} free" if day in free else "full" if day in taken_on else "closed"
        shown.append(
            (f"{day:%a}", day.day, words, _to(kept, day=day), day in kept_on or day == current, day == current)
        )
    return shown


def _parts(slots: Sequence[Slot], choices: Choices, kept: Mapping[str, Any]) -> list[tuple[str, list[Time]]]:
    """The times of a day that can be given, the wished one chosen, or else the first free one."""
    now = clock.now()
    given = [slot for slot in slots if slot.is_free or _has_begun(slot, now)]
    chosen = _chosen(given, choices)
    base = url_for("desk.new_booking", **kept)

    def times(of: Iterable[Slot]) -> list[Time]:
        return [
            Time(_value(slot), clock_time(slot.starts_at), slot is chosen, f"{base}&at={_value(slot)}") for slot in of
        ]

    begun = times(slot for slot in given if not slot.is_free)
    free = [
        (words, times(slot for slot in given if slot.is_free and slot.part == part)) for part, words in PARTS.items()
    ]
    return [(BEGUN, begun), *free]


def _over(slots: Sequence[Slot], day: date, choices: Choices) -> list[Time]:
    """The times of the day that somebody has, and nothing else is against: they may be booked over, with a reason."""
    taken = [slot for slot in slots if slot.day == day and _is_only_taken(slot)]
    return [
        Time(_value(slot), clock_time(slot.starts_at), choices.over and _value(slot) == choices.at, href="")
        for slot in taken
    ]


def _is_only_taken(slot: Slot) -> bool:
    of_others = {Why.BOOKED, Why.HELD, Why.BUFFER}
    return slot.state in (SlotState.BOOKED, SlotState.HELD) and all(each.why in of_others for each in slot.reasons)


def _chosen(given: Sequence[Slot], choices: Choices) -> Slot | None:
    """The wished time; of a day that is over never the same hour of the day that is shown instead."""
    of_this_day = (slot for slot in given if choices.day in (None, slot.day))
    wished = next((slot for slot in of_this_day if _value(slot) == choices.at), None)
    if wished is not None or choices.at:
        return wished
    return next((slot for slot in given if slot.is_free), None)


def _near(slots: Sequence[Slot], choices: Choices) -> list[str]:
    """The free times nearest to the one that was wished for and is not to be had."""
    try:
        wished = clock.instant(choices.day or clock.today(), time.fromisoformat(choices.at).replace(tzinfo=None))
    except ValueError:
        return []
    return [moment(slot.starts_at) for slot in nearest(slots, wished)]


def _has_begun(slot: Slot, now: datetime) -> bool:
    """Begun a little while ago and not over: for somebody who walks in (R-BOOK-13)."""
    only_late = slot.state == SlotState.PAST and len(slot.reasons) == 1
    return only_late and slot.starts_at > now - WALK_IN_GRACE and slot.ends_at > now


def _closed(slots: Sequence[Slot]) -> list[tuple[str, str]]:
    """Why the other times of the day cannot be given (P1)."""
    return [(clock_time(slot.starts_at), slot.reasons[0].text) for slot in slots if slot.state not in SAYS_NOTHING]


def _value(slot: Slot) -> str:
    return f"{clock.local(slot.starts_at):%H:%M}"


def _to(kept: Mapping[str, Any], *, day: date) -> str:
    return url_for("desk.new_booking", **{**kept, "day": day.isoformat()})
