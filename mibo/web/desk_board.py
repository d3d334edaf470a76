"""The day board as values ready to draw: every word, place and address is made here, so that the rows stay plain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from flask import get_template_attribute, url_for

from mibo import clock
from mibo.booking import WALK_IN_GRACE, Board, BoardRow, Status
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.people import Clinician
from mibo.scheduling.slots import Slot, SlotState
from mibo.web.board_rows import Lane, lane
from mibo.web.desk_lanes import Entry, side_by_side
from mibo.web.desk_shut import MINUTES_A_DAY, shut_spans
from mibo.web.desk_words import Standing, short_name

GONE = (Status.CANCELLED, Status.NO_SHOW)
OWED = (Status.CONFIRMED, Status.IN_PROGRESS, Status.COMPLETED)
MOVABLE = (Status.PENDING, Status.CONFIRMED)
BOOKED = (Status.CONFIRMED, Status.CANCELLATION_REQUESTED, Status.IN_PROGRESS, Status.COMPLETED)
USUAL_HOURS = (9 * 60, 18 * 60)
SLIM_UNDER, TINY_UNDER = 45, 25
ENDING_SOON = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the board shows."""

    opens: str
    closes: str
    hours: Sequence[tuple[str, str]]
    lanes: Sequence[Lane]
    away: Sequence[str]
    holiday: str
    counts: Sequence[tuple[int, str]]
    tags: Sequence[tuple[str, str, str]]
    fine: bool  # whether there are visits so short that hours must be drawn taller for their words

    @property
    def span(self) -> str:
        """From and to when the board runs; a page that shows another span is loaded anew."""
        return f"{self.opens}-{self.closes}"


def entry_of(board: Board, appointment_id: int, who: Actor) -> Entry | None:
    """The row of one appointment of the day; None where it is not on the board."""
    draw = _Drawing(board, who)
    rows = (row for row in board.appointments if row.id == appointment_id)
    whose = [one for row in rows for one in board.diaries.clinicians if one.id == row.clinician_id]
    return next((e for one in whose for e in draw.entries(one) if e.id == f"a-{appointment_id}"), None)


def look(board: Board, who: Actor) -> Shown:
    """The board of a day as this person sees it."""
    draw = _Drawing(board, who)
    opens, closes = draw.opens, draw.closes
    here = [(clinician, draw.entries(clinician)) for clinician in board.diaries.clinicians if draw.is_here(clinician)]
    everything = [entry for _, entries in here for entry in entries]
    return Shown(
        opens=face(opens),
        closes=face(closes),
        hours=[(face(minute), hour_words(minute)) for minute in range(opens, closes, 60)],
        lanes=[lane(one.id, one.full_name, draw.about(one), entries) for one, entries in here],
        away=[one.full_name for one in board.diaries.clinicians if not draw.is_here(one)],
        holiday=next((holiday.reason for holiday in board.diaries.holidays), ""),
        counts=_counts(board.appointments, everything),
        tags=_tags(board.appointments, draw.now),
        fine=any(" slim" in entry.look for entry in everything),
    )


class _Drawing:
    """What every column of one board is drawn with."""

    def __init__(self, board: Board, who: Actor) -> None:
        self.board, self.who, self.now = board, who, clock.now()
        self.midnight = clock.day_span(board.day)[0]
        self.minute = self._minute(self.now) if board.day == clock.today() else None
        self.rows: dict[int, list[BoardRow]] = {one.id: [] for one in board.diaries.clinicians}
        self.spans = {row.id: (self._minute(row.starts_at), self._minute(row.ends_at)) for row in board.appointments}
        for row in board.appointments:
            if row.clinician_id in self.rows:
                self.rows[row.clinician_id].append(row)
        self.opens, self.closes = self._hours()
        self.looks = get_template_attribute("ui/tags.html", "statuses")
        self.icons: dict[str, str] = {}
        self.page = url_for("desk.appointment", appointment_id=0).removesuffix("0")
        new = url_for("desk.new_booking", centre=board.diaries.centre_id, day=board.day.isoformat())
        books = who.may(Permission.BOOK_AT_DESK) and who.reaches(board.diaries.centre_id)
        self.new = new if books else ""
        self.why = url_for("week.why", centre=board.diaries.centre_id, day=board.day.isoformat())
        self.moves = who.may(Permission.MOVE_APPOINTMENTS)

    def is_here(self, one: Clinician) -> bool:
        """Whether a clinician works here this day, or has somebody all the same."""
        return bool(self.rows[one.id] or self.board.diaries.hours_on(one.id, self.board.day))

    def entries(self, one: Clinician) -> list[Entry]:
        """One clinician's day, in order of time."""
        rows = self.rows[one.id]
        live = [row for row in rows if row.status not in GONE]
        slots = self.board.diaries.slots(one, self.board.day)
        entries = [self._event(row) for row in live]
        entries += [self._event(row, more) for row, more in _newest_gone([row for row in rows if row.status in GONE])]
        entries += [self._free(slot) for slot in slots if self._can_be_given(slot)]
        taken = [self.spans[row.id] for row in live]
        shut = shut_spans(self.board, one, (self.opens, self.closes), taken, slots)
        entries = side_by_side(entries) + [self._closed(one.id, *span) for span in shut]
        entries.sort(key=lambda entry: (entry.starts, entry.lane))
        if self.minute is not None and self.opens <= self.minute < self.closes:
            entries.append(Entry("now", face(self.minute), face(self.minute), ""))
        return entries

    def about(self, one: Clinician) -> str:
        hours = self.board.diaries.hours_on(one.id, self.board.day)
        online = bool(hours) and (one.modes == ["ONLINE"] or all(window.mode == "ONLINE" for window in hours))
        return " · ".join(filter(None, [one.title or one.specialisations[0], "online" if online else ""]))

    def _can_be_given(self, slot: Slot) -> bool:
        """Free, or begun a little while ago, for somebody who walks in (R-BOOK-13)."""
        begun = slot.state == SlotState.PAST and slot.starts_at > self.now - WALK_IN_GRACE and slot.ends_at > self.now
        return slot.is_free or (begun and len(slot.reasons) == 1)

    def _event(self, row: BoardRow, more: int = 0) -> Entry:
        colour, icon, words = self.state(row)
        starts, ends = self.spans[row.id]
        return Entry(
            "ev",
            face(starts),
            face(min(ends, MINUTES_A_DAY)),
            words + (f" · {more} more" if more else ""),
            id=f"a-{row.id}",
            href=f"{self.page}{row.id}",
            look=colour + slimness(ends - starts),
            time=face_words(starts),
            who=short_name(row.patient_name),
            icon=self._icon(icon),
            overbooked=self._icon("warning") if row.overbooked else "",
            moves=self.moves and row.status in MOVABLE,
        )

    def state(self, row: BoardRow) -> tuple[str, str, str]:
        """Its colour, its drawing and its words."""
        key, words = standing(row).reads(self.now)
        colour, icon, own_words = self.looks[key]
        owed = row.payment_status == "PENDING" and row.status in OWED
        return colour, icon, (words or own_words) + (" · to pay" if owed else "")

    def _free(self, slot: Slot) -> Entry:
        begun = not slot.is_free
        mode = slot.modes[0] if slot.modes else ""
        href = f"{self.new}&clinician={slot.clinician_id}&mode={mode}&at={face(slot.starts_minute)}"
        return Entry(
            "free",
            face(slot.starts_minute),
            face(slot.ends_minute),
            "Free now, walk-in" if begun else f"Free {face_words(slot.starts_minute)}",
            id=f"f-{slot.clinician_id}-{slot.starts_minute}",
            href=(f"{href}&walk_in=yes" if begun else href) if self.new else "",
        )

    def _closed(self, clinician_id: int, starts: int, ends: int, words: str) -> Entry:
        """Closed time leads to the answer to why it is (M5, P1)."""
        at = face(starts)
        href = f"{self.why}&clinician={clinician_id}&at={at}"
        return Entry("shut", at, face(ends), words, id=f"s-{clinician_id}-{starts}", href=href)

    def _icon(self, name: str) -> str:
        """The drawing, already marked as safe by its macro."""
        if name not in self.icons:
            self.icons[name] = get_template_attribute("ui/icons.html", "icon")(name)
        return self.icons[name]

    def _hours(self) -> tuple[int, int]:
        """The whole hours from the first thing of the day to the last."""
        kept = [window for one in self.board.diaries.clinicians
                for window in self.board.diaries.hours_on(one.id, self.board.day)]  # fmt: skip
        starts = [window.opens_minute for window in kept]
        starts += [starts for starts, _ in self.spans.values()]
        ends = [window.closes_minute for window in kept]
        ends += [ends for _, ends in self.spans.values()]
        if not starts:
            return USUAL_HOURS
        return min(starts) // 60 * 60, min(-(-max(ends) // 60) * 60, MINUTES_A_DAY)

    def _minute(self, at: datetime) -> int:
        return (at - self.midnight) // timedelta(minutes=1)


def standing(row: BoardRow) -> Standing:
    """What is known of an appointment on the board."""
    return Standing(
        row.status, row.mode, row.held_until, row.arrived_at, row.since,
        by_desk=row.by_desk, link_sent=row.link_sent, link_failed=row.link_failed, meeting_ready=row.meeting_ready,
        expected_at=row.expected_at, coming=row.coming,
    )  # fmt: skip


def slimness(length: int) -> str:
    """An appointment of few minutes has room for one line, a very short one for less."""
    return " slim tiny" if length < TINY_UNDER else " slim" if length < SLIM_UNDER else ""


def _newest_gone(gone: Sequence[BoardRow]) -> Iterator[tuple[BoardRow, int]]:
    """Of several that were cancelled at one time the last one, and how many more there were."""
    left = sorted(gone, key=lambda row: row.id, reverse=True)
    while left:
        newest, *others = left
        left = [row for row in others if not _meets(row, [newest])]
        yield newest, len(others) - len(left)


def _meets(one: BoardRow, others: Sequence[BoardRow]) -> bool:
    return any(one.starts_at < other.ends_at and other.starts_at < one.ends_at for other in others)


def _counts(rows: Sequence[BoardRow], entries: Sequence[Entry]) -> list[tuple[int, str]]:
    free = sum(entry.kind == "free" for entry in entries)
    return [
        (sum(row.status in BOOKED for row in rows), "booked"),
        (sum(row.status == Status.COMPLETED for row in rows), "completed"),
        (sum(row.status == Status.CONFIRMED and row.arrived_at is not None for row in rows), "waiting"),
        (free, "free"),
    ]


def _tags(rows: Sequence[BoardRow], now: datetime) -> list[tuple[str, str, str]]:
    """What needs an eye, and what is not among the booked: words, colour and drawing."""
    held = [row.held_until for row in rows if row.status == Status.PENDING and row.held_until]
    ending = sum(until - now <= ENDING_SOON for until in held)
    found = [
        (len(held) - ending, "hold", "pend", "clock"),
        (ending, "hold ending soon", "pend", "clock"),
        (sum(row.by_desk and row.link_failed and row.status == Status.PENDING for row in rows),
         "link not sent", "bad", "warning"),
        (sum(row.overbooked and row.status not in GONE for row in rows), "overbooked", "pend", "warning"),
        (sum(row.expected_at is not None and row.status == Status.CONFIRMED for row in rows), "late", "pend", "clock"),
        (sum(row.status == Status.NO_SHOW for row in rows), "no-show", "bad", "x"),
        (sum(row.status == Status.CANCELLED for row in rows), "cancelled", "gone", "x"),
    ]  # fmt: skip
    return [(f"{n} {_plural(words, n)}", colour, icon) for n, words, colour, icon in found if n]


def _plural(words: str, n: int) -> str:
    plurals = {
        "hold": "holds",
        "hold ending soon": "holds ending soon",
        "link not sent": "links not sent",
        "no-show": "no-shows",
    }
    return plurals.get(words, words) if n > 1 else words


@cache
def face(minute: int) -> str:
    """`09:05`, as the stylesheet reads it."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@cache
def face_words(minute: int) -> str:
    """`9:05 am`, of a minute of the clinic's day."""
    hour = minute // 60
    return f"{hour % 12 or 12}:{minute % 60:02d} {'am' if hour % 24 < 12 else 'pm'}"


def hour_words(minute: int) -> str:
    hour = minute // 60
    return f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}"


def days_around(centre_id: int, day: date) -> dict[str, tuple[str, str]]:
    """The days before and after, and today: the words and the address of each."""
    near = {"before": day - timedelta(days=1), "today": clock.today(), "after": day + timedelta(days=1)}
    return {
        name: ("Today" if name == "today" else f"{other:%a} {other.day}",
               url_for("desk.board", centre=centre_id, day=other.isoformat()))
        for name, other in near.items()
    }  # fmt: skip
