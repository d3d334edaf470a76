"""Which times of a clinician are open for the visits of a series: months ahead, read once, in a fixed number of statements."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from mibo import clock
from mibo.booking.availability import spans_within
from mibo.booking.known import Facts, busy_of, facts_of, offer_of
from mibo.booking.models import Appointment
from mibo.booking.series_rules import REACH_DAYS
from mibo.scheduling.diary import Audience, Busy, Hours, Offer
from mibo.scheduling.slots import Reason, Slot, Why, nearest, slot_at, slots_between

NEAR = 3
LONG = timedelta(days=1)
NO_HOURS = Reason(Why.OUTSIDE_HOURS, "No hours are kept then")


@dataclass(frozen=True, kw_only=True)
class Seat:
    """With whom, where and how the visits are, and whose they are."""

    patient_id: int
    clinician_id: int
    centre_id: int
    mode: str


@dataclass(frozen=True)
class Found:
    """A time that was asked for: the slot there, if hours have one; every reason why it is not free; and what is near."""

    starts_at: datetime
    slot: Slot | None
    reasons: tuple[Reason, ...]
    near: tuple[datetime, ...]

    @property
    def is_free(self) -> bool:
        """Whether it can be taken now."""
        return not self.reasons


@dataclass
class Ahead:
    """A clinician's time over the days of a series, and the patient's."""

    facts: Facts
    offer: Offer | None
    hours: list[Hours]
    busy: list[Busy]
    patients: list[Busy]

    def at(self, starts_at: datetime, minutes: int | None = None) -> Found:
        """What is there at a start; of slots as the hours have them, or of so many minutes."""
        slots = self._slots(clock.clinic_day(starts_at), minutes)
        slot = slot_at(slots, starts_at)
        reasons = slot.reasons if slot else (NO_HOURS,)
        close = tuple(sorted(each.starts_at for each in nearest(slots, starts_at, NEAR))) if reasons else ()
        return Found(starts_at, slot, reasons, close)

    def take(self, starts_at: datetime, ends_at: datetime) -> None:
        """From here on this time counts as the patient's own."""
        self.patients.append(Busy(starts_at, ends_at, 0))

    def _slots(self, day: date, minutes: int | None) -> list[Slot]:
        if self.offer is None:
            return []
        starts, ends = clock.day_span(day)
        kept = [window for window in self.hours if window.kept_on(day)]
        if minutes is not None:
            kept = [span for window in kept for span in spans_within(window, minutes)]
        if not kept:
            return []
        return slots_between(
            day, day, kept, self.offer, busy=_of_day(self.busy, starts, ends),
            closed=self.facts.closed_of(kept[0].clinician_id), holidays=self.facts.holidays,
            patient_busy=_of_day(self.patients, starts, ends),
        )  # fmt: skip


def _of_day(rows: Iterable[Busy], starts: datetime, ends: datetime) -> list[Busy]:
    return [row for row in rows if row.starts_at < ends + LONG and row.ends_at > starts - LONG]


def ahead_of(seat: Seat, days: Collection[date], *, but: Collection[int] = ()) -> Ahead:
    """What is known over these days; the appointments `but` do not count. The patients' horizon does not bind the desk."""
    first, last = min(days), max(days)
    facts = facts_of([seat.clinician_id], first, last)
    clinician = facts.clinicians.get(seat.clinician_id)
    others = Appointment.id.not_in(but)
    offer = None
    if clinician is not None:
        offer = _further(offer_of(clinician, facts, mode=seat.mode, centre_id=seat.centre_id, for_whom=Audience.STAFF))
    return Ahead(
        facts,
        offer,
        [window for window in facts.hours_of(seat.clinician_id) if window.centre_id == seat.centre_id],
        list(busy_of((Appointment.clinician_id == seat.clinician_id) & others, first, last)),
        list(busy_of((Appointment.patient_id == seat.patient_id) & others, first, last)),
    )


def _further(offer: Offer) -> Offer:
    horizon = max(offer.policy.horizon_days, REACH_DAYS)
    return replace(offer, policy=replace(offer.policy, horizon_days=horizon))
