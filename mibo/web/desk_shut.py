"""The closed time of a clinician's day, each span with its reason: holiday, block, elsewhere, or not working."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from mibo import clock
from mibo.booking import Board
from mibo.people import Clinician
from mibo.scheduling.diary import Closed
from mibo.scheduling.reasons import Why
from mibo.scheduling.slots import Slot, clock_face

MINUTES_A_DAY = 1440
LONGEST_REASON = 60
READABLE_MINUTES = 20
NOT_WORKING, OPEN = "Not working", ""


SHORT = {
    Why.BOOKED: "Partly taken",
    Why.HELD: "Partly taken",
    Why.BUFFER: "Kept free",
    Why.LEFT_OVER: "Too short",
    Why.TOO_SOON: "Too soon",
    Why.BEYOND_HORIZON: "Too far ahead",
    Why.CLINICIAN_INACTIVE: "Not taking appointments",
    Why.CENTRE_INACTIVE: "Centre closed",
}


def shut_spans(
    board: Board, one: Clinician, open_from_to: tuple[int, int], taken: Iterable[tuple[int, int]], slots: Sequence[Slot]
) -> Iterator[tuple[int, int, str]]:
    """What is closed between two minutes: from, to, and why; time that somebody has (`taken`) is never hatched over."""
    opens, closes = open_from_to
    minutes = _minutes(board, one, taken, slots)
    leaves = [window.closes_minute for window in board.diaries.hours_on(one.id, board.day)]
    at = opens
    for words, span in groupby(minutes[opens:closes]):
        ends = at + len(list(span))
        if words != OPEN:
            yield at, ends, _said(words, (at, ends), closes, leaves)
        at = ends


def _minutes(board: Board, one: Clinician, taken: Iterable[tuple[int, int]], slots: Sequence[Slot]) -> list[str]:
    """The day minute by minute; what is written later counts more."""
    minutes = [NOT_WORKING] * MINUTES_A_DAY
    midnight = clock.day_span(board.day)[0]

    def write(starts: int, ends: int, words: str) -> None:
        starts, ends = max(starts, 0), min(ends, MINUTES_A_DAY)
        minutes[starts:ends] = [words] * max(ends - starts, 0)

    for window in board.diaries.hours_on(one.id, board.day):
        write(window.opens_minute, window.closes_minute, SHORT[Why.LEFT_OVER])
    for slot in slots:
        write(slot.starts_minute, slot.ends_minute, _not_offered(slot))
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


def _not_offered(slot: Slot) -> str:
    """The words of a time that is not offered for a reason that nothing else on the board shows."""
    return next((SHORT[reason.why] for reason in slot.reasons if reason.why in SHORT), OPEN)


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
        return f"Leaves at {clock_face(starts)}"
    return words
