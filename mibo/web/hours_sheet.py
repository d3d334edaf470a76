"""The hours editor as values ready to draw: the rows by weekday, and the week they would give."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from werkzeug.datastructures import MultiDict

from mibo.booking import HoursWish
from mibo.errors import Invalid
from mibo.people import Clinician
from mibo.scheduling import Standing
from mibo.scheduling.diary import Hours
from mibo.scheduling.rules import MOST_ROWS, WEEKDAYS, Window, rows_on, window_of
from mibo.web.forms.hours import MODE_WORDS, HoursForm, RowForm, row_form
from mibo.web.hours_words import row_words
from mibo.web.inputs.hours import HoursInput, RowInput

WEEK = (1, 2, 3, 4, 5, 6, 0)
ROW = re.compile(r"row-([0-9]{1,4})-weekday")
FIELDS = ("weekday", "opens", "closes", "centre", "mode", "minutes")

Typed = Mapping[str, str]


@dataclass(frozen=True)
class Day:
    """A weekday of the editor: rows to change, and those of other centres, which are not theirs to change."""

    weekday: int
    name: str
    rows: Sequence[RowForm]
    fixed: Sequence[str]


@dataclass(frozen=True)
class Sheet:
    """All of the editor."""

    form: HoursForm
    rows: Sequence[RowForm]
    now: Standing

    @property
    def days(self) -> list[Day]:
        """The week, Monday first."""
        from_day = self.form.from_day.data
        beside = rows_on(self.now.beside, from_day) if isinstance(from_day, date) else []
        centres = centre_names(self.now.one)
        return [
            Day(
                weekday,
                WEEKDAYS[weekday],
                [row for row in self.rows if row.weekday.data == str(weekday)],
                [row_words(window_of(each), centres) for each in beside if each.weekday == weekday],
            )
            for weekday in WEEK
        ]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Everything that is wrong, each with the address of its field."""
        own = [("", sentence) for sentence in self.form.form_errors]
        own += [(f"#{field.id}", str(field.errors[0])) for field in self.form if field.errors]
        return own + [
            (f"#{field.id}", f"{WEEKDAYS[int(row.weekday.data or 0)]}: {field.errors[0]}")
            for row in self.rows
            for field in row
            if field.errors
        ]

    def read(self) -> HoursWish | None:
        """What is wished for; None where something makes no sense, which is then said at its field."""
        told = self.form.read(HoursInput)
        rows = [row.read(RowInput) for row in self.rows if not is_blank(row)]
        if told is None or None in rows:
            return None
        return HoursWish(
            rows=[row.window(told.session_minutes) for row in rows if row],
            from_day=told.from_day,
            session_minutes=told.session_minutes,
            buffer_minutes=told.buffer_minutes,
        )

    def refuse(self, error: Invalid) -> None:
        """Put what a rule found wrong beside its fields."""
        rows = [row for row in self.rows if not is_blank(row)]
        for problem in error.problems:
            number, _, field = problem.field.partition(".")
            if field and number.isdigit():
                rows[int(number)].say(field, problem.message)
            else:
                self.form.say(problem.field, problem.message)
        if not error.problems:
            self.form.form_errors.append(error.message)


def is_blank(row: RowForm) -> bool:
    """A row in which nobody has typed a time is as good as none."""
    return not (row.opens.data or row.closes.data)


def centre_names(one: Clinician) -> dict[int, str]:
    """Where a clinician works."""
    return {place.centre_id: place.centre.short_name for place in one.places}


def standing_rows(now: Standing, hours: Iterable[Hours]) -> list[Typed]:
    """Kept rows as they would have been typed."""
    return [_typed(window_of(each), now.one.session_minutes) for each in hours if each.centre_id in now.centres]


def _typed(row: Window, usual: int) -> Typed:
    return {
        "weekday": str(row.weekday), "opens": _face(row.opens_minute), "closes": _face(row.closes_minute % 1440),
        "centre": str(row.centre_id), "mode": row.mode,
        "minutes": "" if row.slot_minutes == usual else str(row.slot_minutes),
    }  # fmt: skip


def _face(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def sent_rows(sent: MultiDict[str, str]) -> list[Typed]:
    """The rows as they were sent, in their order; what has no weekday is none."""
    found = (ROW.fullmatch(key) for key in sent)
    numbers = sorted({int(each[1]) for each in found if each})[: MOST_ROWS + 1]
    rows = [{name: sent.get(f"row-{number}-{name}", "").strip() for name in FIELDS} for number in numbers]
    return [row for row in rows if row["weekday"] in {"0", "1", "2", "3", "4", "5", "6"}]


def sheet(now: Standing, form: HoursForm, rows: Sequence[Typed]) -> Sheet:
    """The editor with these rows."""
    names = centre_names(now.one)
    own = [(id, names[id]) for id in sorted(now.centres, key=lambda id: names[id])]
    modes = {**MODE_WORDS, **({} if len(now.one.modes) > 1 else {"BOTH": "Any way offered"})}
    usual = str(form.session_minutes.data or now.one.session_minutes)
    return Sheet(form, [row_form(n, row, own, modes, usual) for n, row in enumerate(rows)], now)


def changed(now: Standing, rows: list[Typed], act: str, sent: MultiDict[str, str]) -> list[Typed]:
    """The rows after a button was pressed: `add-1`, `drop-4` or `copy-1`."""
    what, _, told = act.partition("-")
    if not told.isdigit():
        return rows
    number = int(told)
    if what == "add" and number < len(WEEKDAYS):
        return [*rows, _new_row(now, number, rows)]
    if what == "drop":
        return [row for n, row in enumerate(rows) if n != number]
    if what == "copy":
        return _copied(rows, told, sent.getlist(f"copy-{told}-to"))
    return rows


def _new_row(now: Standing, weekday: int, rows: Sequence[Typed]) -> Typed:
    """Where they last were that day, else at their primary centre."""
    before = [row for row in rows if row["weekday"] == str(weekday)] or list(rows)
    primary = next((str(place.centre_id) for place in now.one.places if place.centre_id in now.centres), "")
    centre, mode = (before[-1]["centre"], before[-1]["mode"]) if before else (primary, "BOTH")
    return {"weekday": str(weekday), "opens": "", "closes": "", "centre": centre, "mode": mode, "minutes": ""}


def _copied(rows: Sequence[Typed], day: str, to: Sequence[str]) -> list[Typed]:
    """The day's rows in place of those of the other days."""
    source = [row for row in rows if row["weekday"] == day]
    others = [weekday for weekday in dict.fromkeys(to) if weekday != day and weekday in map(str, WEEK)]
    kept = [row for row in rows if row["weekday"] not in others]
    return kept + [{**row, "weekday": weekday} for weekday in others for row in source]


def ended(wish: HoursWish) -> HoursWish:
    """The same without rows: nothing is kept from the day on."""
    return replace(wish, rows=[])
