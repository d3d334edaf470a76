"""Why a slot is not free: the state of each reason, and its sentence for staff (R-SLOT-14)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from mibo.scheduling.diary import BOTH, MINUTES_A_DAY, MODE_BITS, Busy, Closed, Holiday, Hours, Offer


class SlotState(StrEnum):
    """What a slot is, in one word; of several the first in this order, so a past slot that was booked is booked."""

    BOOKED = "BOOKED"
    HELD = "HELD"
    BLOCKED = "BLOCKED"
    PAST = "PAST"
    NOT_OFFERED = "NOT_OFFERED"
    TOO_SOON = "TOO_SOON"
    BEYOND_HORIZON = "BEYOND_HORIZON"
    FREE = "FREE"


class Why(StrEnum):
    """Each thing that can keep a slot from being offered."""

    BOOKED = "BOOKED"
    HELD = "HELD"
    BLOCKED = "BLOCKED"
    HOLIDAY = "HOLIDAY"
    PAST = "PAST"
    CLINICIAN_INACTIVE = "CLINICIAN_INACTIVE"
    CENTRE_INACTIVE = "CENTRE_INACTIVE"
    MODE_NOT_OFFERED = "MODE_NOT_OFFERED"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    OTHER_CENTRE = "OTHER_CENTRE"
    LEFT_OVER = "LEFT_OVER"
    BUFFER = "BUFFER"
    PATIENT_BUSY = "PATIENT_BUSY"
    TOO_SOON = "TOO_SOON"
    BEYOND_HORIZON = "BEYOND_HORIZON"


STATE_OF = {
    Why.BOOKED: SlotState.BOOKED,
    Why.HELD: SlotState.HELD,
    Why.BLOCKED: SlotState.BLOCKED,
    Why.HOLIDAY: SlotState.BLOCKED,
    Why.PAST: SlotState.PAST,
    Why.CLINICIAN_INACTIVE: SlotState.NOT_OFFERED,
    Why.CENTRE_INACTIVE: SlotState.NOT_OFFERED,
    Why.MODE_NOT_OFFERED: SlotState.NOT_OFFERED,
    Why.OUTSIDE_HOURS: SlotState.NOT_OFFERED,
    Why.OTHER_CENTRE: SlotState.NOT_OFFERED,
    Why.LEFT_OVER: SlotState.NOT_OFFERED,
    Why.BUFFER: SlotState.NOT_OFFERED,
    Why.PATIENT_BUSY: SlotState.NOT_OFFERED,
    Why.TOO_SOON: SlotState.TOO_SOON,
    Why.BEYOND_HORIZON: SlotState.BEYOND_HORIZON,
}
_RANK = {why: weight for weight, why in enumerate(Why)}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why a slot is not free: a sentence for staff, and the row it stands on."""

    why: Why
    text: str
    appointment_id: int | None = None
    block_id: int | None = None
    hours_id: int | None = None


class Obstacle(NamedTuple):
    """A span in unix seconds that takes time from slots; `near_from` and `near_to` have its buffer in them."""

    near_from: float
    near_to: float
    starts: float
    ends: float
    row: Busy | Closed
    is_patients: bool = False


class Today(NamedTuple):
    """What every slot of one day is held against; instants in unix seconds."""

    day: date
    midnight: int
    now: float
    earliest: float
    offer: Offer
    offered: int  # the clinician's modes, as bits
    obstacles: Sequence[Obstacle]


def taken(busy: Iterable[Busy], offer: Offer) -> Iterator[Obstacle]:
    """The clinician's appointments and live holds, each with the buffer around it (R-SLOT-10)."""
    buffer = offer.buffer_minutes * 60
    for starts, ends, row in _live(busy, offer.now):
        yield Obstacle(starts - buffer, ends + buffer, starts, ends, row)


def patients_own(busy: Iterable[Busy], offer: Offer) -> Iterator[Obstacle]:
    """The patient's appointments and live holds (R-SLOT-6)."""
    for starts, ends, row in _live(busy, offer.now):
        yield Obstacle(starts, ends, starts, ends, row, is_patients=True)


def closures(closed: Iterable[Closed]) -> Iterator[Obstacle]:
    """Blocks; no buffer is kept around them."""
    for row in closed:
        starts, ends = row.starts_at.timestamp(), row.ends_at.timestamp()
        yield Obstacle(starts, ends, starts, ends, row)


def _live(busy: Iterable[Busy], now: datetime) -> Iterator[tuple[float, float, Busy]]:
    for row in busy:
        if row.until is None or row.until > now:  # a hold that has run out takes nothing, swept or not (P6)
            yield row.starts_at.timestamp(), row.ends_at.timestamp(), row


def in_the_way(near: Iterable[Obstacle], starts: int, ends: int, centre_id: int, today: Today) -> Iterator[Reason]:
    """What the obstacles that reach a slot say to it; blocks of other centres say nothing."""
    for o in near:
        if reason := _told(o, starts, ends, centre_id, today):
            yield reason


def _told(o: Obstacle, starts: int, ends: int, centre_id: int, today: Today) -> Reason | None:
    if isinstance(o.row, Closed):
        return _blocked(o.row) if o.row.centre_id in (None, centre_id) else None
    begins = _face(o.starts, today)
    if o.is_patients:
        return Reason(Why.PATIENT_BUSY, f"The patient has another appointment at {begins}", o.row.appointment_id)
    if o.ends <= starts or ends <= o.starts:
        kept_free = f"{today.offer.buffer_minutes} minutes are kept free around the appointment at {begins}"
        return Reason(Why.BUFFER, kept_free, o.row.appointment_id)
    where = "" if o.row.centre_id in (None, centre_id) else " at another centre"
    if o.row.kind == "held":
        until = f" until {_face_of(o.row.until, today.offer.zone)}" if o.row.until else ""
        return Reason(Why.HELD, f"Held{until}{where}", o.row.appointment_id)
    return Reason(Why.BOOKED, f"Booked from {begins} to {_face(o.ends, today)}{where}", o.row.appointment_id)


def _blocked(block: Closed) -> Reason:
    words = "Centre closed" if block.centre_wide else "Blocked"
    return Reason(Why.BLOCKED, f"{words}: {block.reason}", block_id=block.block_id)


def too_late(starts: int, today: Today) -> Reason:
    """Why a slot before the first that may be taken is not offered (R-SLOT-7, R-SLOT-8)."""
    return _PAST if starts < today.now else _too_soon(today.offer.lead_minutes)


def standing_reasons(window: Hours, today: Today, holiday: Holiday | None) -> Iterator[Reason]:
    """What keeps a whole window from being offered, whatever the time."""
    offer = today.offer
    if holiday:
        yield Reason(Why.HOLIDAY, f"Holiday: {holiday.reason}")
    if not offer.clinician_active:
        yield Reason(Why.CLINICIAN_INACTIVE, "The clinician is not taking appointments")
    if window.centre_id in offer.inactive_centres:
        yield Reason(Why.CENTRE_INACTIVE, "The centre is not open for booking")
    bits = MODE_BITS[window.mode] & today.offered
    if not bits:
        yield Reason(Why.MODE_NOT_OFFERED, f"The clinician does not offer these hours' mode: {_spoken(window.mode)}")
    elif not bits & offer.asked_bits:
        yield Reason(Why.MODE_NOT_OFFERED, f"Not offered {_spoken(offer.mode or BOTH)}")


def beyond_horizon(day: date, offer: Offer) -> tuple[Reason, ...]:
    """The reason that a day after the last one offered gives to all its slots (R-SLOT-9)."""
    if day <= offer.last_day:
        return ()
    return (Reason(Why.BEYOND_HORIZON, f"More than {offer.policy.horizon_days} days ahead"),)


_PAST = Reason(Why.PAST, "This time has passed")


@cache
def _too_soon(lead_minutes: int) -> Reason:
    return Reason(Why.TOO_SOON, f"Starts less than {lead_minutes} minutes from now")


def rank(reason: Reason) -> int:
    """Sorts reasons, the weightiest first."""
    return _RANK[reason.why]


def _spoken(mode: str) -> str:
    return {"IN_PERSON": "in person", "ONLINE": "online", BOTH: "in person or online"}[mode]


def _face(seconds: float, today: Today) -> str:
    return clock_face(int(seconds - today.midnight) // 60)


def _face_of(instant: datetime, zone: tzinfo) -> str:
    local = instant.astimezone(zone)
    return clock_face(local.hour * 60 + local.minute)


@cache
def clock_face(minute: int) -> str:
    """A minute of the day as people read it: 10:05 am (R-TIME-3)."""
    hour, minute = divmod(minute % MINUTES_A_DAY, 60)
    return f"{hour % 12 or 12}:{minute:02d} {'am' if hour < 12 else 'pm'}"
