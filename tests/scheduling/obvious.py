"""A slow and obvious reading of the slot rules, to hold the fast ones against: it looks at each minute of each slot.

It shares no arithmetic with the real one: instants are datetimes on the clinic's wall clock, nothing is prepared.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mibo.scheduling.slots import Audience, Busy, Closed, Holiday, Hours, Offer

ZONE = ZoneInfo("Asia/Kolkata")
MINUTE = timedelta(minutes=1)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


@dataclass(frozen=True)
class Known:
    """All that goes into one question."""

    hours: Sequence[Hours]
    offer: Offer
    busy: Sequence[Busy] = ()
    closed: Sequence[Closed] = ()
    holidays: Sequence[Holiday] = ()
    patient_busy: Sequence[Busy] = ()


def at(day: date, minute: int) -> datetime:
    """What the clinic's clock shows that many minutes into the day."""
    return datetime.combine(day, time(), ZONE) + minute * MINUTE


def grid(day: date, known: Known) -> list[tuple[int, int, Hours]]:
    """Every slot of the day as (start minute, end minute, hours)."""
    found = []
    for hours in known.hours:
        if WEEKDAYS[hours.weekday] != day.strftime("%A"):
            continue
        if day < hours.effective_from or (hours.effective_to is not None and day > hours.effective_to):
            continue
        if known.offer.centre_id is not None and hours.centre_id != known.offer.centre_id:
            continue
        start = hours.opens_minute
        while start + hours.slot_minutes <= hours.closes_minute:
            found.append((start, start + hours.slot_minutes, hours))
            start += hours.slot_minutes
    return sorted(found, key=lambda slot: (slot[0], slot[1], slot[2].id))


def complaints(day: date, start: int, end: int, hours: Hours, known: Known) -> set[str]:
    """The codes of every reason why a slot is not free."""
    return {
        *_about_the_offer(day, hours, known),
        *_about_now(day, start, known),
        *_about_time(day, start, end, hours, known),
    }


def free(day: date, known: Known) -> list[tuple[int, int, Hours]]:
    return [
        (start, end, hours) for start, end, hours in grid(day, known) if not complaints(day, start, end, hours, known)
    ]


def live(busy: Iterable[Busy], offer: Offer) -> list[Busy]:
    return [row for row in busy if row.until is None or row.until > offer.now]


def _about_the_offer(day: date, hours: Hours, known: Known) -> Iterator[str]:
    offer = known.offer
    if not offer.clinician_active:
        yield "CLINICIAN_INACTIVE"
    if hours.centre_id in offer.inactive_centres:
        yield "CENTRE_INACTIVE"
    offered = {"IN_PERSON", "ONLINE"} if hours.mode == "BOTH" else {hours.mode}
    possible = offered & set(offer.clinician_modes)
    if not possible or (offer.mode is not None and offer.mode not in possible):
        yield "MODE_NOT_OFFERED"
    if any(holiday.day == day and holiday.centre_id == hours.centre_id for holiday in known.holidays):
        yield "HOLIDAY"


def _about_now(day: date, start: int, known: Known) -> Iterator[str]:
    offer = known.offer
    lead = offer.policy.desk_lead_minutes if offer.for_whom is Audience.STAFF else offer.policy.lead_minutes
    if at(day, start) < offer.now:
        yield "PAST"
    elif at(day, start) < offer.now + lead * MINUTE:
        yield "TOO_SOON"
    if (day - offer.now.astimezone(ZONE).date()).days > offer.policy.horizon_days:
        yield "BEYOND_HORIZON"


def _about_time(day: date, start: int, end: int, hours: Hours, known: Known) -> Iterator[str]:
    buffer = known.offer.buffer_minutes * MINUTE
    for row in live(known.busy, known.offer):
        if _touches(day, start, end, row.starts_at, row.ends_at):
            yield "HELD" if row.kind == "held" else "BOOKED"
        elif _touches(day, start, end, row.starts_at - buffer, row.ends_at + buffer):
            yield "BUFFER"
    for row in live(known.patient_busy, known.offer):
        if _touches(day, start, end, row.starts_at, row.ends_at):
            yield "PATIENT_BUSY"
    for block in known.closed:
        if block.centre_id in (None, hours.centre_id) and _touches(day, start, end, block.starts_at, block.ends_at):
            yield "BLOCKED"


def _touches(day: date, start: int, end: int, begins: datetime, ends: datetime) -> bool:
    """Whether any minute of the slot lies, if only in part, inside the span."""
    return any(at(day, minute) < ends and begins < at(day, minute) + MINUTE for minute in range(start, end))
