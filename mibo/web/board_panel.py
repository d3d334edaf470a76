"""What stands in the panel beside a board: one appointment, and what may be done with it at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from mibo import booking, care, clinics, clock, payments
from mibo.booking import Appointment, Status, gate, gate_rules
from mibo.clinics.policy import Policy
from mibo.errors import Conflict
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import Tender
from mibo.web import desk_board, desk_record
from mibo.web.board_rows import key_of
from mibo.web.desk_board import OWED
from mibo.web.desk_lanes import Entry
from mibo.web.desk_words import short_name


@dataclass(frozen=True)
class Row:
    """An appointment as its row on the day board shows it now, and what the board counts beside it."""

    entry: Entry | None
    key: str
    counts: list[tuple[int, str]]
    tags: list[tuple[str, str, str]]


def facts(one: Appointment, who: Actor) -> dict[str, Any]:
    """All that the panel shows."""
    now, policy = clock.now(), clinics.policy_in_force()
    record = desk_record.look(one, {}, (), (), who, money_of=desk_record.Money(handed=_handed(one)))
    joins, opens_at = _video(one, who, record.has_link)
    return {
        "one": one,
        "board_day": clock.clinic_day(one.starts_at),
        "record": record,
        "may": record.may | _consulting(one, who, now, policy),
        "owed": one.payment.status == "PENDING" and one.status in (*OWED, Status.PENDING),
        "join_url": joins,
        "opens_at": opens_at,
        "online": gate_rules.has_call(one.mode, one.status),
        "short": short_name(one.patient.full_name),
        "here": url_for("board.panel", appointment_id=one.id),
        "record_url": url_for("desk.appointment", appointment_id=one.id),
    }


def _handed(one: Appointment) -> Sequence[Tender]:
    """In what ways it was paid at the desk."""
    at_desk = one.payment.status == "PAID" and one.payment.method in payments.DESK_METHODS
    return payments.tenders_of(one.payment_id) if at_desk else ()


def _consulting(one: Appointment, who: Actor, now: datetime, policy: Policy) -> set[str]:
    """Its own clinician begins and ends it."""
    if not who.may(Permission.CONSULT) or who.clinician_id != one.clinician_id:
        return set()
    if one.status == Status.IN_PROGRESS:
        return {"end"}
    try:
        care.rules.check_may_start(one.status, one.starts_at, now, policy)
    except Conflict:
        return set()
    return {"start"} if clock.clinic_day(one.starts_at) == clock.clinic_day(now) else set()


def _video(one: Appointment, who: Actor, ready: bool) -> tuple[str, datetime | None]:
    """For its own clinician the way into the call while it is open, and for everybody from when it is."""
    if not gate_rules.has_call(one.mode, one.status):
        return "", None
    opens = gate.doors_of(one).opens_at
    if not gate.is_open_for_clinician(one):
        return "", opens if clock.now() < opens else None
    own = who.may(Permission.CONSULT) and who.clinician_id == one.clinician_id
    return (url_for("video_calls.clinician_room", appointment_id=one.id) if own and ready else ""), None


def row(one: Appointment, who: Actor) -> Row:
    """Its row as the day board has it now, whatever stands beside it."""
    day = clock.clinic_day(one.starts_at)
    board = booking.day_board(one.centre_id, day, by=who)
    shown = desk_board.look(board, who)
    entry = desk_board.entry_of(board, one.id, who)
    return Row(entry, key_of(one.clinician_id, entry) if entry else "", list(shown.counts), list(shown.tags))
