"""Why a time is not offered, as values ready to draw: each reason with a way to mend it (M5)."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import url_for

from mibo.booking import DayExplained
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.scheduling.explaining import Cell
from mibo.scheduling.reasons import Reason, Why
from mibo.scheduling.slots import clock_face
from mibo.web.desk_board import USUAL_HOURS, face

OF_AN_APPOINTMENT = (Why.BOOKED, Why.HELD, Why.BUFFER, Why.PATIENT_BUSY)
OF_THE_HOURS = (Why.OUTSIDE_HOURS, Why.OTHER_CENTRE, Why.LEFT_OVER, Why.MODE_NOT_OFFERED)


@dataclass(frozen=True, slots=True)
class Told:
    """One reason, and where it can be mended; `reopen` is the block that can be opened again with one press."""

    words: str
    mend: str = ""
    href: str = ""
    reopen: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What holds for a span of the day."""

    span: str
    is_free: bool
    reasons: list[Told]
    book: str = ""


def answer(asked: DayExplained, cell: Cell, who: Actor, opening: Collection[int] = ()) -> Answer:
    """Whether the span is offered, and if not every reason; of `opening`, the blocks, this person may lift each."""
    return Answer(
        f"{clock_face(cell.starts_minute)} to {clock_face(cell.ends_minute)}",
        cell.is_free,
        [_told(reason, asked, who, opening) for reason in cell.reasons],
        _booking(asked, cell, who),
    )


def whole_day(asked: DayExplained, who: Actor) -> list[Answer]:
    """The day from its first hours to its last, or a usual day where there are none."""
    slots = [cell for cell in asked.cells if cell.slot]
    opens = min([USUAL_HOURS[0], *(cell.starts_minute for cell in slots)])
    closes = max([USUAL_HOURS[1], *(cell.ends_minute for cell in slots)])
    return [
        answer(asked, cell, who) for cell in asked.cells if cell.ends_minute > opens and cell.starts_minute < closes
    ]


def _booking(asked: DayExplained, cell: Cell, who: Actor) -> str:
    if not (cell.slot and cell.is_free and who.may(Permission.BOOK_AT_DESK) and who.reaches(asked.centre.id)):
        return ""
    mode = cell.slot.modes[0] if cell.slot.modes else ""
    return url_for(
        "desk.new_booking", centre=asked.centre.id, day=asked.day.isoformat(), clinician=asked.clinician.id,
        mode=mode, at=face(cell.starts_minute),
    )  # fmt: skip


def _told(reason: Reason, asked: DayExplained, who: Actor, opening: Collection[int]) -> Told:
    words = reason.text if reason.text.endswith(".") else f"{reason.text}."
    if reason.block_id in opening:
        href = url_for("blocks.block", block_id=reason.block_id)
        return Told(words, "Who closed it", href, reason.block_id)
    mend, href = _mend(reason, asked, who)
    return Told(words, mend if href else "", href)


def _mend(reason: Reason, asked: DayExplained, who: Actor) -> tuple[str, str]:
    """The words and the address of what would change it; nothing where this person can change nothing."""
    if reason.why in OF_AN_APPOINTMENT and reason.appointment_id and "another centre" not in reason.text:
        return "See the appointment", url_for("desk.appointment", appointment_id=reason.appointment_id)
    if reason.why == Why.BLOCKED and reason.block_id and who.may(Permission.SEE_HOURS):
        return "Who closed it", url_for("blocks.block", block_id=reason.block_id)
    if reason.why in OF_THE_HOURS and who.may(Permission.SEE_HOURS):
        return "See the hours", url_for("hours.one", clinician_id=asked.clinician.id)
    if reason.why in (Why.HOLIDAY, Why.CENTRE_INACTIVE) and who.may(Permission.EDIT_CENTRES):
        return "See the centre", url_for("centres.centre", centre_id=asked.centre.id)
    if reason.why == Why.CLINICIAN_INACTIVE and who.may(Permission.EDIT_CLINICIANS):
        return "See the clinician", url_for("clinicians.one", clinician_id=asked.clinician.id)
    if reason.why in (Why.TOO_SOON, Why.BEYOND_HORIZON) and who.may(Permission.SEE_POLICY):
        return "See the policy", url_for("policy.numbers")
    return "", ""
