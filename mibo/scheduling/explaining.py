"""Pure: why is this time not offered? Every minute of a day is either in a slot or told why it is in none (M5)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from mibo.scheduling.diary import BOTH, Busy, Closed, Holiday, Hours, Offer
from mibo.scheduling.reasons import Reason, Why, clock_face, rank
from mibo.scheduling.slots import Slot, day_slots


@dataclass(frozen=True, slots=True)
class Cell:
    """A span of a clinician's day at a centre, in minutes after midnight: a slot, or time that is in none."""

    starts_minute: int
    ends_minute: int
    slot: Slot | None
    reasons: tuple[Reason, ...]

    @property
    def is_free(self) -> bool:
        """Whether it is offered."""
        return self.slot is not None and self.slot.is_free


@dataclass(frozen=True, kw_only=True)
class DiaryDay:
    """All that is known of a clinician's day, at whatever centre."""

    day: date
    hours: Sequence[Hours]
    busy: Sequence[Busy] = ()
    closed: Sequence[Closed] = ()
    holidays: Sequence[Holiday] = ()
    patient_busy: Sequence[Busy] = ()

    def slots(self, offer: Offer, hours: Iterable[Hours] | None = None) -> list[Slot]:
        """The slots that these hours, or those kept, give on the day."""
        return day_slots(
            self.day,
            self.hours if hours is None else hours,
            offer,
            busy=self.busy,
            closed=self.closed,
            holidays=self.holidays,
            patient_busy=self.patient_busy,
        )


def cells(known: DiaryDay, offer: Offer, opens_minute: int, closes_minute: int) -> list[Cell]:
    """The day from one minute to another without a gap: what is offered, and beside it everything else with why not.

    `offer.centre_id` is the centre that is asked about. Slots that reach beyond the span are in it whole.
    """
    found = [
        slot for slot in known.slots(offer) if slot.starts_minute < closes_minute and opens_minute < slot.ends_minute
    ]
    told = [Cell(slot.starts_minute, slot.ends_minute, slot, slot.reasons) for slot in found]
    kept = [window for window in known.hours if window.kept_on(known.day)]
    for starts, ends in _gaps(found, opens_minute, closes_minute):
        told.extend(_untaken(known, offer, kept, starts, ends))
    return sorted(told, key=lambda cell: (cell.starts_minute, cell.ends_minute))


def _gaps(found: Iterable[Slot], opens: int, closes: int) -> Iterator[tuple[int, int]]:
    at = opens
    for slot in found:
        if slot.starts_minute > at:
            yield at, slot.starts_minute
        at = max(at, slot.ends_minute)
    if at < closes:
        yield at, closes


def _untaken(known: DiaryDay, offer: Offer, kept: Sequence[Hours], starts: int, ends: int) -> Iterator[Cell]:
    """Time without a slot, cut where hours or anything in the diary begins or ends: each piece has its own reasons."""
    midnight = offer.midnight(known.day)
    edges = {edge for window in kept for edge in (window.opens_minute, window.closes_minute)}
    rows: list[Busy | Closed] = [*known.busy, *known.closed, *known.patient_busy]
    for row in rows:
        edges |= {int(row.starts_at.timestamp() - midnight) // 60, -(int(midnight - row.ends_at.timestamp()) // 60)}
    cuts = [starts, *sorted(edge for edge in edges if starts < edge < ends), ends]
    for opens, closes in pairwise(cuts):
        yield Cell(opens, closes, None, _why(known, offer, kept, opens, closes))


def _why(known: DiaryDay, offer: Offer, kept: Sequence[Hours], opens: int, closes: int) -> tuple[Reason, ...]:
    """Every reason: that no hours offer it, and all that would be in its way if they did."""
    around = [one for one in kept if one.opens_minute <= opens and closes <= one.closes_minute]
    window = min(around, key=lambda one: one.centre_id != offer.centre_id, default=None)
    as_if = Hours(
        id=0,
        clinician_id=0,
        centre_id=offer.centre_id or (window.centre_id if window else 0),
        weekday=known.day.isoweekday() % 7,
        opens_minute=opens,
        closes_minute=closes,
        slot_minutes=closes - opens,
        mode=offer.mode or BOTH,
    )
    also = [reason for slot in known.slots(offer, [as_if]) for reason in slot.reasons]
    return tuple(sorted([*also, _no_hours(window, kept, offer, opens, closes)], key=rank))


def _no_hours(window: Hours | None, kept: Sequence[Hours], offer: Offer, opens: int, closes: int) -> Reason:
    if window is None:
        today = any(offer.centre_id in (None, one.centre_id) for one in kept)
        return Reason(Why.OUTSIDE_HOURS, f"No hours here {'at this time' if today else 'on this day'}")
    span = f"{clock_face(window.opens_minute)} to {clock_face(window.closes_minute)}"
    if offer.centre_id not in (None, window.centre_id):
        return Reason(Why.OTHER_CENTRE, f"Works at another centre from {span}", hours_id=window.id)
    left = f"{closes - opens} minutes are left over, too few for {window.slot_minutes}"
    return Reason(Why.LEFT_OVER, left, hours_id=window.id)
