"""A centre's day as a list for paper, as values ready to draw."""

from dataclasses import dataclass
from datetime import datetime

from flask import get_template_attribute

from mibo import clock
from mibo.booking import Board, BoardRow, Status
from mibo.web.desk_board import BOOKED, standing
from mibo.web.desk_words import MODES
from mibo.web.filters import clock_time


@dataclass(frozen=True, slots=True)
class Line:
    """One appointment on paper."""

    time: str
    who: str
    mrn: str
    mode: str
    state: str
    paid: str
    reference: str


def day_list(board: Board, *, initials: bool) -> list[tuple[str, list[Line]]]:
    """The appointments of each clinician, as they are printed; those that were cancelled are left out."""
    now, words = clock.now(), get_template_attribute("ui/tags.html", "statuses")
    lists = []
    for one in board.diaries.clinicians:
        rows = [row for row in board.appointments if row.clinician_id == one.id and row.status != Status.CANCELLED]
        lines = [_line(row, now, words, initials) for row in rows]
        if lines:
            lists.append((one.full_name, lines))
    return lists


def _line(row: BoardRow, now: datetime, states: dict[str, tuple[str, str, str]], initials: bool) -> Line:
    key, words = standing(row).reads(now)
    if key == "ONLINE":
        words = states["CONFIRMED"][2]
    return Line(
        f"{clock_time(row.starts_at)} – {clock_time(row.ends_at)}",
        "".join(f"{word[0]}. " for word in row.patient_name.split()).strip() if initials else row.patient_name,
        row.patient_mrn or "",
        MODES[row.mode],
        words or states[key][2],
        "Paid" if row.payment_status == "PAID" else "To pay" if row.status in (*BOOKED, Status.PENDING) else "",
        row.reference,
    )
