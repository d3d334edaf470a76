"""Hours in words, and the week they give: values ready to draw."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mibo.scheduling.rules import WEEKDAYS, Pattern, Window, face, window_of
from mibo.web.filters import day as short_day

SHORT_PAUSE = 15  # minutes
WEEK = (1, 2, 3, 4, 5, 6, 0)
MODES = {"IN_PERSON": "in person", "ONLINE": "online", "BOTH": "in person or online"}
LONG_AGO = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A session of a normal week, on the wall clock."""

    starts: str
    ends: str
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A weekday of a normal week."""

    name: str
    count: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class NormalWeek:
    """What a normal week gives, from hour to hour, and where."""

    total: int
    places: str
    opens: str
    closes: str
    hours: Sequence[str]
    lanes: Sequence[Lane]
    left_over: Sequence[str]


@dataclass(frozen=True, slots=True)
class PatternShown:
    """A pattern of a clinician's: since when, until when, and what is kept each weekday."""

    first: date
    words: str
    days: Sequence[tuple[str, Sequence[str]]]
    is_now: bool
    is_planned: bool
    hours_a_week: str

    @property
    def before(self) -> date:
        """The last day of the pattern before it."""
        return self.first - timedelta(days=1)


def row_words(row: Window, centres: Mapping[int, str]) -> str:
    """`9:00 am to 1:00 pm · Kochi · online`."""
    parts = [row.times, centres.get(row.centre_id, "another centre"), MODES[row.mode]]
    return " · ".join([*parts, f"{row.slot_minutes} min"])


def dated(row: Window, centres: Mapping[int, str]) -> str:
    """`Monday, 9:00 am to 1:00 pm · Kochi · online · 50 min`."""
    return f"{WEEKDAYS[row.weekday]}, {row_words(row, centres)}"


def names() -> list[str]:
    """The weekdays, Monday first."""
    return [WEEKDAYS[weekday] for weekday in WEEK]


def glance(rows: Iterable[Window], centres: Mapping[int, str]) -> list[list[tuple[str, str]]]:
    """The week at a glance, Monday first: (`9 am–1 pm`, centre where there are several); short pauses are left out."""
    several = len({row.centre_id for row in rows}) > 1 if (rows := sorted(rows)) else False
    return [
        [
            (f"{_short(opens)}–{_short(closes)}", centres.get(centre, "") if several else "")
            for opens, closes, centre in _runs([row for row in rows if row.weekday == weekday])
        ]
        for weekday in WEEK
    ]


def _runs(rows: Iterable[Window]) -> list[tuple[int, int, int]]:
    """From, to and centre of hours that follow each other with no more than a short pause."""
    runs: list[tuple[int, int, int]] = []
    for row in sorted(rows, key=lambda one: one.opens_minute):
        opens, closes, centre = runs[-1] if runs else (0, -SHORT_PAUSE - 1, 0)
        if centre == row.centre_id and row.opens_minute - closes <= SHORT_PAUSE:
            runs[-1] = opens, row.closes_minute, centre
        else:
            runs.append((row.opens_minute, row.closes_minute, row.centre_id))
    return runs


def _short(minute: int) -> str:
    return face(minute).replace(":00", "")


def normal_week(rows: Sequence[Window], centres: Mapping[int, str]) -> NormalWeek:
    """The sessions that rows give in a week without holidays, blocks and visits."""
    several = len({row.centre_id for row in rows}) > 1
    where = Counter({row.centre_id: 0 for row in rows})
    for row in rows:
        where[row.centre_id] += len(row.starts)
    opens = min((row.opens_minute for row in rows), default=540) // 60
    closes = -(-max((row.closes_minute for row in rows), default=1080) // 60)
    return NormalWeek(
        total=sum(where.values()),
        places=", ".join(f"{centres.get(id, 'elsewhere')} {count}" for id, count in where.most_common())
        if several
        else "",
        opens=f"{opens:02d}:00",
        closes=f"{closes:02d}:00",
        hours=[f"{hour:02d}:00" for hour in range(opens, closes)],
        lanes=[_lane(weekday, rows, centres if several else {}) for weekday in WEEK],
        left_over=[_left(row) for row in sorted(rows) if row.left_over],
    )


def _lane(weekday: int, rows: Iterable[Window], centres: Mapping[int, str]) -> Lane:
    own = sorted(row for row in rows if row.weekday == weekday)
    cells = [
        Cell(_clock(start), _clock(start + row.slot_minutes), f"{face(start)} {centres.get(row.centre_id, '')}".strip())
        for row in own
        for start in row.starts
    ]
    count = f"{len(cells)} session{'' if len(cells) == 1 else 's'}" if cells else "Off"
    return Lane(WEEKDAYS[weekday], count, cells)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _left(row: Window) -> str:
    return f"{WEEKDAYS[row.weekday]}, {row.times}: the last {row.left_over} minutes are too short for a session."


def patterns_shown(found: Sequence[Pattern], centres: Mapping[int, str], today: date) -> list[PatternShown]:
    """Patterns, the newest first; empty ones say so."""
    return [_pattern(each, centres, today) for each in reversed(found)]


def _pattern(each: Pattern, centres: Mapping[int, str], today: date) -> PatternShown:
    rows = [window_of(row) for row in each.rows]
    begun = "From the beginning" if each.first <= LONG_AGO else f"From {short_day(each.first)} {each.first.year}"
    minutes = sum(row.closes_minute - row.opens_minute for row in rows)
    return PatternShown(
        first=each.first,
        words=begun + (f" to {short_day(each.last)} {each.last.year}" if each.last else ""),
        days=[
            (WEEKDAYS[weekday], own)
            for weekday in WEEK
            if (own := [row_words(row, centres) for row in sorted(rows) if row.weekday == weekday])
        ],
        is_now=each.first <= today and (each.last is None or today <= each.last),
        is_planned=each.first > today,
        hours_a_week=f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "") + " a week",
    )
