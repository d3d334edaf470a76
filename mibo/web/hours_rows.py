"""Rows of the hours pages: the list, visits outside, what was changed and what came of it. Values ready to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from mibo import audit, clinics, clock
from mibo.booking import Choice, HoursWish, Kept, WeekAhead
from mibo.people import Clinician
from mibo.scheduling.diary import Hours
from mibo.scheduling.rules import patterns, rows_on, window_of
from mibo.web import hours_words
from mibo.web.filters import day as short_day
from mibo.web.filters import moment
from mibo.web.hours_sheet import centre_names


@dataclass(frozen=True, slots=True)
class Row:
    """A clinician in the list, with the week at a glance."""

    name: str
    about: str
    href: str
    days: Sequence[Sequence[tuple[str, str]]]
    note: str


def row(one: Clinician, kept: Sequence[Hours]) -> Row:
    """A clinician with the week they keep now."""
    today = clock.today()
    weekly = rows_on(kept, today)
    coming = next((each.first for each in patterns(kept) if each.first > today), None)
    note = f"Changes on {short_day(coming)}" if coming else "" if weekly else "No hours yet"
    return Row(
        one.full_name, one.title or one.specialisations[0], url_for("hours.one", clinician_id=one.id),
        hours_words.glance(map(window_of, weekly), centre_names(one)), note,
    )  # fmt: skip


def other_names(kept: Sequence[Hours]) -> dict[int, str]:
    """Centres where they no longer work have names too."""
    wanted = {each.centre_id for each in kept}
    return {each.id: each.short_name for each in clinics.centres() if each.id in wanted}


def change_words(entry: audit.AuditEntry) -> str:
    """What an entry of the audit says of a clinician's hours."""
    told = entry.details
    day = short_day(date.fromisoformat(told["from_day"])) if told.get("from_day") else ""
    if entry.act == "clinician.hours_visits":
        counts = [(len(told.get(key, ())), words) for key, words in _BECAME.items()]
        return f"Visits outside from {day}: " + ", ".join(f"{count} {words}" for count, words in counts if count)
    if entry.act == "clinician.hours_set":
        before, after = len(told.get("before", ())), len(told.get("after", ()))
        return f"Set the week from {day}: {after} row{'' if after == 1 else 's'} instead of {before}"
    return "Ended hours at a centre they left"


_BECAME = {"kept": "kept", "asked_to_move": "asked to move", "cancelled": "cancelled", "failed": "not done"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit outside the new hours, ready to draw."""

    id: int
    href: str
    when: str
    patient: str
    about: str
    paid: bool
    may_be_asked: bool


def visits(ahead: WeekAhead | None) -> list[Visit]:
    """Who would be outside."""
    return [
        Visit(
            one.id, url_for("desk.appointment", appointment_id=one.id), moment(one.starts_at), one.patient,
            f"{one.centre} · {hours_words.MODES[one.mode]}", one.is_paid, one.may_be_moved,
        )
        for one in (ahead.outside if ahead else ())
    ]  # fmt: skip


def said_of(wish: HoursWish, done: Kept, whose: str) -> list[tuple[str, str]]:
    """What came of it, as (sentence, kind of note)."""
    if not done.changed:
        return [("These hours stood so already.", "info")]
    said = [(f"{whose} hours from {short_day(wish.from_day)} are saved.", "success")]
    well = [each.choice for each in done.outcomes if not each.problem]
    told = [f"{count} {words}" for choice, words in _DONE.items() if (count := well.count(choice))]
    if told:
        said.append((f"Visits outside them: {', '.join(told)}.", "info"))
    return said + [
        (f"{moment(each.affected.starts_at)}, {each.affected.patient}: {each.problem}", "warn")
        for each in done.outcomes
        if each.problem
    ]


_DONE = {Choice.KEEP: "kept", Choice.MOVE: "asked to choose another time", Choice.CANCEL: "cancelled"}
