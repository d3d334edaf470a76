"""A clinician's week as values ready to draw: the day board's columns, with days for clinicians."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from flask import get_template_attribute, url_for

from mibo import clock
from mibo.booking import BoardRow, Status, Week, WeekDay
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.scheduling.explaining import Cell
from mibo.scheduling.reasons import Why
from mibo.web.desk_board import MOVABLE, USUAL_HOURS, face, hour_words, slimness, standing
from mibo.web.desk_lanes import Entry, side_by_side
from mibo.web.desk_shut import SHORT
from mibo.web.desk_words import short_name
from mibo.web.filters import clock_time

MINUTES_A_DAY = 1440
READABLE_MINUTES = 20
DRAWN_AS_EVENTS = (Why.BOOKED, Why.HELD)
SILENT = (Why.OUTSIDE_HOURS, Why.PAST)


@dataclass(frozen=True, slots=True)
class DayColumn:
    """One day of the week."""

    day: date
    name: str
    about: str
    is_today: bool
    now: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class ShownWeek:
    """All that the week view shows."""

    opens: str
    closes: str
    hours: list[tuple[str, str]]
    columns: list[DayColumn]
    free: int
    booked: int

    @property
    def fine(self) -> bool:
        """Whether there are visits so short that hours must be drawn taller for their words."""
        return any(" slim" in entry.look for column in self.columns for entry in column.entries)

    @property
    def span(self) -> str:
        """From and to when the week runs; a page that shows another span is loaded anew."""
        return f"{self.opens}-{self.closes}"


def look(week: Week, who: Actor) -> ShownWeek:
    """The week as this person sees it."""
    draw = _Drawing(week, who)
    columns = [draw.column(day) for day in week.days]
    entries = [entry for column in columns for entry in column.entries]
    return ShownWeek(
        opens=face(draw.opens),
        closes=face(draw.closes),
        hours=[(face(minute), hour_words(minute)) for minute in range(draw.opens, draw.closes, 60)],
        columns=columns,
        free=sum(entry.kind == "free" for entry in entries),
        booked=sum(entry.kind == "ev" and " gone" not in f" {entry.look}" for entry in entries),
    )


class _Drawing:
    """What every day of one week is drawn with."""

    def __init__(self, week: Week, who: Actor) -> None:
        self.week, self.who, self.now = week, who, clock.now()
        self.opens, self.closes = _span(week)
        self.looks = get_template_attribute("ui/tags.html", "statuses")
        self.icon = get_template_attribute("ui/icons.html", "icon")
        self.books = {centre for centre in week.places if who.may(Permission.BOOK_AT_DESK) and who.reaches(centre)}
        self.moves = who.may(Permission.MOVE_APPOINTMENTS)
        self.sees = {centre for centre in week.places if who.reaches(centre) or who.clinician_id == week.clinician.id}

    def column(self, day: WeekDay) -> DayColumn:
        """One day, in order of time."""
        live = [row for row in day.appointments if row.status not in (Status.CANCELLED, Status.NO_SHOW)]
        entries = [self._event(row) for row in live]
        entries += [self._free(cell) for cell in day.cells if cell.is_free]
        entries = side_by_side(entries) + list(self._shut(day, live))
        entries.sort(key=lambda entry: (entry.starts, entry.lane))
        today = day.day == clock.today()
        minute = _minute(self.now, day.day)
        return DayColumn(
            day.day,
            f"{day.day:%a} {day.day.day} {day.day:%b}",
            day.holiday or self._about(day),
            today,
            face(minute) if today and self.opens <= minute < self.closes else "",
            entries,
        )

    def _about(self, day: WeekDay) -> str:
        if not day.hours:
            return "No hours"
        names = dict.fromkeys(self.week.places.get(window.centre_id, "") for window in day.hours)
        return " · ".join(name for name in names if name)

    def _event(self, row: BoardRow) -> Entry:
        key, words = standing(row).reads(self.now)
        colour, icon, own_words = self.looks[key]
        starts = _minute(row.starts_at, clock.clinic_day(row.starts_at))
        length = (row.ends_at - row.starts_at) // timedelta(minutes=1)
        seen = row.centre_id in self.sees
        return Entry(
            "ev",
            face(starts),
            face(min(starts + length, MINUTES_A_DAY)),
            words or own_words,
            id=f"a-{row.id}",
            href=url_for("desk.appointment", appointment_id=row.id) if seen else "",
            look=colour + slimness((row.ends_at - row.starts_at) // timedelta(minutes=1)),
            time=clock_time(row.starts_at),
            who=short_name(row.patient_name) if seen else "At another centre",
            icon=self.icon(icon),
            moves=seen and self.moves and row.status in MOVABLE,
            overbooked=self.icon("warning") if row.overbooked else "",
        )

    def _free(self, cell: Cell) -> Entry:
        assert cell.slot
        slot = cell.slot
        mode = slot.modes[0] if slot.modes else ""
        at = face(slot.starts_minute)
        if slot.centre_id in self.books:
            href = url_for("desk.new_booking", centre=slot.centre_id, day=slot.day.isoformat(),
                           clinician=slot.clinician_id, mode=mode, at=at)  # fmt: skip
        else:
            href = self._why(slot.day, slot.centre_id, cell)
        where = f" · {self.week.places.get(slot.centre_id, '')}" if len(self.week.places) > 1 else ""
        return Entry(
            "free", at, face(slot.ends_minute), f"{clock_time(slot.starts_at)}{where}", id=f"f-{slot.day:%d}-{at}",
            href=href,
        )  # fmt: skip

    def _shut(self, day: WeekDay, live: list[BoardRow]) -> Iterator[Entry]:
        """What is neither booked nor offered, hatched; each span leads to why."""
        minutes: list[tuple[str, Cell] | None] = [None] * MINUTES_A_DAY
        for cell in day.cells:
            if words := _words(cell):
                span = range(max(cell.starts_minute, 0), min(cell.ends_minute, MINUTES_A_DAY))
                minutes[span.start : span.stop] = [(words, cell)] * len(span)
        for row in live:
            starts = _minute(row.starts_at, day.day)
            ends = min(starts + (row.ends_at - row.starts_at) // timedelta(minutes=1), MINUTES_A_DAY)
            minutes[starts:ends] = [None] * (ends - starts)
        at = self.opens
        for told, pieces in groupby(minutes[self.opens : self.closes], key=lambda one: one[0] if one else ""):
            first, *rest = pieces
            until = at + 1 + len(rest)
            if first:
                words = told.strip() if until - at >= READABLE_MINUTES else ""
                href = self._why(day.day, None, first[1], at)
                yield Entry("shut", face(at), face(until), words, id=f"s-{day.day:%d}-{at}", href=href)
            at = until

    def _why(self, day: date, centre_id: int | None, cell: Cell, minute: int | None = None) -> str:
        centre = centre_id or (cell.slot.centre_id if cell.slot else None) or next(iter(self.sees), 0)
        if centre not in self.sees:
            return ""
        at = face(cell.starts_minute if minute is None else minute)
        return url_for("week.why", clinician=self.week.clinician.id, centre=centre, day=day.isoformat(), at=at)


def _words(cell: Cell) -> str:
    """The words of time that is not offered; a blank for what speaks for itself, nothing for what is drawn otherwise."""
    if not cell.reasons:
        return ""
    first = next((reason for reason in cell.reasons if reason.why not in SILENT), None)
    if first is None:
        return "" if cell.slot else " "  # past times that nobody took are left plain
    if first.why in DRAWN_AS_EVENTS:
        return " "
    return SHORT.get(first.why, first.text.partition(": ")[2] or first.text)


def _span(week: Week) -> tuple[int, int]:
    """The whole hours from the first thing of the week to the last."""
    starts = [window.opens_minute for day in week.days for window in day.hours]
    ends = [window.closes_minute for day in week.days for window in day.hours]
    for day in week.days:
        for row in day.appointments:
            starts.append(_minute(row.starts_at, day.day))
            ends.append(starts[-1] + (row.ends_at - row.starts_at) // timedelta(minutes=1))
    if not starts:
        return USUAL_HOURS
    return min(starts) // 60 * 60, min(-(-max(ends) // 60) * 60, MINUTES_A_DAY)


def _minute(at: datetime, day: date) -> int:
    return (at - clock.day_span(day)[0]) // timedelta(minutes=1)
