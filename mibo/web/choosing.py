"""The page on which a day and a time are chosen, as values ready to draw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext

from mibo import booking, clinics, clock
from mibo.booking import Appointment
from mibo.ids import read_id
from mibo.people import Clinician
from mibo.phrases import phrase
from mibo.scheduling.diary import Audience
from mibo.scheduling.slots import PartOfDay, Slot, SlotState, free, nearest
from mibo.web import ways
from mibo.web.filters import clock_time, month, weekday
from mibo.web.filters import day as day_words
from mibo.web.inputs.base import read_day

DAYS_SHOWN = 14
LEAD_IN = timedelta(days=3)  # shown before the day on which an appointment is that is to be moved
TAKEN = (SlotState.BOOKED, SlotState.HELD)
PART_WORDS = {
    PartOfDay.MORNING: phrase("Morning"),
    PartOfDay.AFTERNOON: phrase("Afternoon"),
    PartOfDay.EVENING: phrase("Evening"),
}


class Day(NamedTuple):
    """One day of the strip."""

    label: str
    number: str
    words: str
    href: str
    is_open: bool
    is_current: bool
    key: str
    has_free: bool


@dataclass(frozen=True)
class Page:
    """All that the page shows."""

    way: ways.Way | None
    ways: Sequence[tuple[ways.Way, str]]
    day: date
    days: Sequence[Day]
    parts: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    near: Sequence[tuple[str, str]]
    near_to: str
    chosen: str
    chosen_words: str
    first: str
    earlier: str
    later: str
    soonest: tuple[str, str]
    """The next day with a free time and its address, when none of the days shown has one."""


def look(
    one: Clinician,
    asked: Mapping[str, str],
    *,
    patient_id: int | None,
    taken: datetime | None = None,
    moving: Appointment | None = None,
    address: Callable[..., str] | None = None,
) -> Page:
    """The days and times of one way to meet a clinician, from what stands in the address or form.

    With `taken`, a start that has just been lost, also the free times nearest to it. With `moving`, for an appointment
    that is to have another time, at its own length; `address` makes the addresses of the page that shows it.
    """
    way = ways.chosen(one, asked.get("way") or (_way_of(moving) if moving else None))
    today = clock.today()
    last_day = today + timedelta(days=clinics.policy_in_force().horizon_days)
    now_on = clock.clinic_day(moving.starts_at) if moving else today
    first = min(max(read_day(asked.get("from")) or now_on - LEAD_IN, today), last_day)
    last = min(first + timedelta(days=DAYS_SHOWN - 1), last_day)
    offered = _spans(moving, way, first, last) if moving else _slots(one, way, first, last, patient_id)
    slots = free(offered)
    by_day = {day: [slot for slot in slots if slot.day == day] for day in _days(first, last)}
    full = {slot.day for slot in offered if slot.state in TAKEN}
    near = sorted(by_day, key=lambda day: (abs(day - now_on), day))
    day = read_day(asked.get("day")) or next((day for day in near if by_day[day]), first)
    day = day if day in by_day else first
    chosen = asked.get("time", "")
    beyond = None if slots or way is None else _next_day(one, way, last + timedelta(days=1), last_day)

    def href(**changed: object) -> str:
        whose = read_id(asked.get("patient", ""))
        kept: dict[str, Any] = {"way": way.key if way else None, "from": first, "day": day, "patient": whose, **changed}
        return address(**kept) if address else url_for("book.choose", clinician_id=one.id, **kept)

    return Page(
        way=way,
        ways=[(each, href(way=each.key, day=None)) for each in ways.of(one)],
        day=day,
        days=[_as_day(each, len(times), each in full, each == day, href(day=each)) for each, times in by_day.items()],
        parts=_parts(by_day[day]),
        near=[_as_time(slot) for slot in nearest(slots, taken)] if taken else [],
        near_to=clock_time(taken) if taken else "",
        chosen=chosen,
        chosen_words=_words_of(chosen, by_day[day]),
        first=first.isoformat(),
        earlier=href(**{"from": max(first - timedelta(days=DAYS_SHOWN), today), "day": None}) if first > today else "",
        later=href(**{"from": last + timedelta(days=1), "day": None}) if last < last_day else "",
        soonest=(day_words(beyond), href(**{"from": beyond, "day": beyond})) if beyond else ("", ""),
    )


def _slots(one: Clinician, way: ways.Way | None, first: date, last: date, patient_id: int | None) -> list[Slot]:
    if way is None or one.fee_paise is None:
        return []
    return booking.open_slots(one.id, first, last, centre_id=way.centre_id, mode=way.mode, patient_id=patient_id)


def _spans(moving: Appointment, way: ways.Way | None, first: date, last: date) -> list[Slot]:
    """Where it may go, but for where it is."""
    if way is None:
        return []
    spans = booking.open_spans(
        moving.clinician_id, first, last, minutes=(moving.ends_at - moving.starts_at) // timedelta(minutes=1),
        centre_id=way.centre_id, mode=way.mode, for_whom=Audience.PATIENT, patient_id=moving.patient_id, but=moving.id,
    )  # fmt: skip
    return [slot for slot in spans if slot.starts_at != moving.starts_at]


def _way_of(moving: Appointment) -> str:
    return ways.ONLINE if moving.mode == "ONLINE" else str(moving.centre_id)


def _next_day(one: Clinician, way: ways.Way, first: date, last: date) -> date | None:
    counts = (
        booking.days_with_slots(one.id, first, last, centre_id=way.centre_id, mode=way.mode) if first <= last else {}
    )
    return min((day for day, count in counts.items() if count.first_minute is not None), default=None)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _as_day(day: date, free_times: int, full: bool, is_current: bool, href: str) -> Day:
    words = gettext("full") if full else gettext("closed")
    if free_times:
        words = gettext("%(count)s free", count=free_times)
    number = f"{day.day} {month(day)}" if day.day == 1 else str(day.day)
    return Day(weekday(day), number, words, href, bool(free_times), is_current, f"day-{day}", bool(free_times))


def _parts(slots: Sequence[Slot]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(words, [_as_time(slot) for slot in slots if slot.part == part]) for part, words in PART_WORDS.items()]


def _as_time(slot: Slot) -> tuple[str, str]:
    return f"{slot.centre_id}@{clock.local(slot.starts_at):%Y-%m-%dT%H:%M}", clock_time(slot.starts_at)


def _words_of(chosen: str, slots: Sequence[Slot]) -> str:
    """`3:00 pm, Wed 25 Nov` when the chosen time is one of the day's."""
    found = next((slot for slot in slots if _as_time(slot)[0] == chosen), None)
    return f"{clock_time(found.starts_at)}, {day_words(found.starts_at)}" if found else ""
