"""The closed time of a clinician's day, each span with its reason: holiday, block, elsewhere, or not working."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from mibo import clock
from mibo.booking import Board
from mibo.people import Clinician
from mibo.scheduling.diary import Closed
from mibo.scheduling.slots import clock_face

MINUTES_A_DAY = 1440
LONGEST_REASON = 60
READABLE_MINUTES = 20
NOT_WORKING, OPEN = "Not working", ""


@dataclass(frozen=True, slots=True)
class Shut:
    """Closed from a minute of the day to another."""

    starts: int
    ends: int
    words: str


def shut_spans(
    board: Board, one: Clinician, opens: int, closes: int, taken: Iterable[tuple[int, int]]
) -> Iterator[Shut]:
    """What is closed between two minutes; time that somebody has (`taken`) is never hatched over."""
    minutes = _minutes(board, one, taken)
    leaves = [window.closes_minute for window in board.diaries.hours_on(one.id, board.day)]
    at = opens
    for words, span in groupby(minutes[opens:closes]):
        ends = at + len(list(span))
        if words != OPEN:
            yield Shut(at, ends, _said(words, (at, ends), closes, leaves))
        at = ends


def _minutes(board: Board, one: Clinician, taken: Iterable[tuple[int, int]]) -> list[str]:
    """The day minute by minute; what is written later counts more."""
    minutes = [NOT_WORKING] * MINUTES_A_DAY
    midnight = clock.day_span(board.day)[0]

    def write(starts: int, ends: int, words: str) -> None:
        starts, ends = max(starts, 0), min(ends, MINUTES_A_DAY)
        minutes[starts:ends] = [words] * max(ends - starts, 0)

    for window in board.diaries.hours_on(one.id, board.day):
        write(window.opens_minute, window.closes_minute, OPEN)
    for busy in board.diaries.busy.get(one.id, ()):
        if busy.centre_id != board.diaries.centre_id:
            write(_minute(busy.starts_at, midnight), _minute(busy.ends_at, midnight), "At another centre")
    for closed in board.diaries.closed_of(one.id):
        write(_minute(closed.starts_at, midnight), _minute(closed.ends_at, midnight), _reason(closed, board.day))
    for holiday in board.diaries.holidays:
        write(0, MINUTES_A_DAY, holiday.reason)
    for starts, ends in taken:
        write(starts, ends, OPEN)
    return minutes


def _minute(at: datetime, midnight: datetime) -> int:
    return (at - midnight) // timedelta(minutes=1)


def _reason(closed: Closed, day: date) -> str:
    """`Leave until Thu`: a block of several days says when it is over."""
    words = closed.reason[:LONGEST_REASON]
    words = words[:1].upper() + words[1:]
    last = clock.clinic_day(closed.ends_at - timedelta(microseconds=1))
    return f"{words} until {last:%a} {last.day} {last:%b}" if last > day else words


def _said(words: str, span: tuple[int, int], closes: int, leaves: Collection[int]) -> str:
    """The words of a span where there is room for them; the last hours say when the clinician leaves."""
    starts, ends = span
    if ends - starts < READABLE_MINUTES:
        return ""
    if words == NOT_WORKING and ends == closes and starts in leaves:
        return f"Leaves at {clock_face(starts).lower()}"
    return words
