"""Which times are open: hours and blocks of scheduling, less the appointments, handed to the pure core."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from mibo import clinics, clock, db
from mibo.booking.known import busy_of, facts_and_busy, facts_of, offer_of
from mibo.booking.models import Appointment
from mibo.booking.rules import HOLDS_TIME
from mibo.scheduling.diary import MINUTES_A_DAY, MODES_OF_BITS, Audience, Hours, Mode, Offer
from mibo.scheduling.openings import ClinicianDays, DayCount, free_times, month_counts
from mibo.scheduling.slots import Slot, slot_at, slots_between

ASK_DAYS = 62

_LIVE = "status in ({})".format(", ".join(f"'{status}'" for status in HOLDS_TIME))

# One statement, plain integers: (kind, a, b, c) as scheduling.openings.free_times reads them, and two rows of facts
_ONE_DAY = f"""
    select -1 as kind, (case when 'IN_PERSON' = any(modes) then 1 else 0 end) +
           (case when 'ONLINE' = any(modes) then 2 else 0 end) as a,
           buffer_minutes as b, 0 as c
      from clinician where id = %(clinician)s and active
    union all
    select -2, 0, 0, 0 from centre where id = %(centre)s and active
    union all
    select case mode when 'IN_PERSON' then 1 when 'ONLINE' then 2 else 3 end, opens_minute, closes_minute, slot_minutes
      from weekly_hours
     where clinician_id = %(clinician)s and centre_id = %(centre)s and weekday = %(weekday)s and active
       and effective_from <= %(day)s and (effective_to is null or effective_to >= %(day)s)
    union all
    select 0, floor((date_part('epoch', starts_at) - %(midnight)s) / 60)::int,
           ceil((date_part('epoch', ends_at) - %(midnight)s) / 60)::int, 0
      from appointment
     where clinician_id = %(clinician)s and {_LIVE} and starts_at < %(day_ends)s + interval '2 hours'
       and starts_at > %(day_starts)s - interval '1 day'
       and ends_at > %(day_starts)s - interval '2 hours' and (status <> 'PENDING' or held_until > %(now)s)
    union all
    select 4, floor(date_part('epoch', starts_local - %(midnight_local)s) / 60)::int,
           ceil(date_part('epoch', ends_local - %(midnight_local)s) / 60)::int, 0
      from time_block
     where lifted_at is null and (clinician_id = %(clinician)s or clinician_id is null)
       and (centre_id = %(centre)s or centre_id is null)
       and starts_local < %(midnight_local)s + interval '1 day' and ends_local > %(midnight_local)s
    union all
    select 4, 0, {MINUTES_A_DAY}, 0 from holiday where centre_id = %(centre)s and day = %(day)s
    """  # noqa: S608  (no value is pasted in, only our own words)


@dataclass(frozen=True, slots=True)
class OpenTime:
    """A time that can be taken: minutes of the clinic's day, and the modes it can be taken in."""

    starts_minute: int
    ends_minute: int
    modes: tuple[Mode, ...]


def open_times(clinician_id: int, centre_id: int, day: date, mode: str | None = None) -> list[OpenTime] | None:
    """What a patient may take of a clinician's day at a centre, in one statement; None when either is not there."""
    starts, ends = clock.day_span(day)
    now = clock.now()
    rows = db.rows(
        _ONE_DAY,
        {
            "clinician": clinician_id, "centre": centre_id, "day": day, "weekday": day.isoweekday() % 7,
            "midnight": int(starts.timestamp()), "midnight_local": datetime.combine(day, time.min),
            "day_starts": starts, "day_ends": ends, "now": now,
        },
    )  # fmt: skip
    facts = {row[0]: row for row in rows if row[0] < 0}
    if len(facts) < 2:
        return None
    offer = Offer(
        now=now,
        policy=clinics.policy_in_force(),
        mode=mode,
        clinician_modes=MODES_OF_BITS[facts[-1][1]],
        buffer_minutes=facts[-1][2],
    )
    spans = [(kind, a, b, c) for kind, a, b, c in rows if kind >= 0]
    return [OpenTime(starts, ends, MODES_OF_BITS[bits]) for starts, ends, bits in free_times(day, spans, offer)]


def open_slots(
    clinician_id: int,
    first: date,
    last: date | None = None,
    *,
    centre_id: int | None = None,
    mode: str | None = None,
    for_whom: Audience = Audience.PATIENT,
    patient_id: int | None = None,
) -> list[Slot]:
    """Every slot of a clinician on the days, with its state and every reason; three statements at most, whatever the size."""
    last = last or first
    facts = facts_of([clinician_id], first, last)
    clinician = facts.clinicians.get(clinician_id)
    if clinician is None:
        return []
    return slots_between(
        first,
        last,
        facts.hours_of(clinician_id),
        offer_of(clinician, facts, mode=mode, centre_id=centre_id, for_whom=for_whom),
        busy=busy_of(Appointment.clinician_id == clinician_id, first, last),
        closed=facts.closed_of(clinician_id),
        holidays=facts.holidays,
        patient_busy=busy_of(Appointment.patient_id == patient_id, first, last) if patient_id else (),
    )


def open_spans(
    clinician_id: int,
    first: date,
    last: date,
    *,
    minutes: int,
    centre_id: int | None = None,
    mode: str | None = None,
    for_whom: Audience = Audience.STAFF,
    patient_id: int | None = None,
    but: int = 0,
) -> list[Slot]:
    """Every time at which something of this length could begin, as slots with a state and every reason.

    A time begins where a slot does and ends within the hours. What an appointment (`but`) takes itself does not count:
    so this is where it may be moved, at its own length (R-CHG-1).
    """
    facts = facts_of([clinician_id], first, last)
    clinician = facts.clinicians.get(clinician_id)
    if clinician is None:
        return []
    others = Appointment.id != but
    patients = (Appointment.patient_id == patient_id) & others
    return slots_between(
        first,
        last,
        [span for window in facts.hours_of(clinician_id) for span in spans_within(window, minutes)],
        offer_of(clinician, facts, mode=mode, centre_id=centre_id, for_whom=for_whom),
        busy=busy_of((Appointment.clinician_id == clinician_id) & others, first, last),
        closed=facts.closed_of(clinician_id),
        holidays=facts.holidays,
        patient_busy=busy_of(patients, first, last) if patient_id else (),
    )


def spans_within(window: Hours, minutes: int) -> list[Hours]:
    """The window as one window for each start of a slot, just as long as what is to begin there."""
    starts = range(window.opens_minute, window.closes_minute - minutes + 1, window.slot_minutes)
    return [
        replace(window, opens_minute=start, closes_minute=start + minutes, slot_minutes=minutes) for start in starts
    ]


def slot_of_span(
    clinician_id: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    centre_id: int,
    mode: str,
    for_whom: Audience = Audience.STAFF,
    patient_id: int | None = None,
    but: int = 0,
) -> Slot | None:
    """A span asked as if it were a slot, with every reason why it is not free; None when the hours have none there."""
    day, minutes = clock.clinic_day(starts_at), (ends_at - starts_at) // timedelta(minutes=1)
    spans = open_spans(
        clinician_id, day, day, minutes=minutes, centre_id=centre_id, mode=mode, for_whom=for_whom,
        patient_id=patient_id, but=but,
    )  # fmt: skip
    return slot_at(spans, starts_at)


def days_with_slots(
    clinician_id: int, first: date, last: date, *, centre_id: int | None = None, mode: str | None = None
) -> dict[date, DayCount]:
    """How many slots a patient could take on each day, and the first of them (R-SLOT-16)."""
    counts = month_view([clinician_id], first, last, centre_id=centre_id, mode=mode)
    return {day: count for (_, day), count in counts.items()}


def month_view(
    clinician_ids: Collection[int], first: date, last: date, *, centre_id: int | None = None, mode: str | None = None
) -> dict[tuple[int, date], DayCount]:
    """The same for many clinicians at once: one statement and bit masks (design: measured 4)."""
    facts, busy = facts_and_busy(clinician_ids, first, last)
    diaries = [
        ClinicianDays(
            clinician.id,
            offer_of(clinician, facts, mode=mode, centre_id=centre_id),
            facts.hours_of(clinician.id),
            busy.get(clinician.id, b""),
            facts.closed_of(clinician.id),
            facts.holidays,
        )
        for clinician in facts.clinicians.values()
    ]
    return month_counts(diaries, first, last)


def next_free(
    clinician_ids: Collection[int], *, days: int = 14, centre_id: int | None = None, mode: str | None = None
) -> dict[int, datetime]:
    """The next time a patient could take with each clinician within the days, for those who have one."""
    today = clock.today()
    counts = month_view(clinician_ids, today, today + timedelta(days=days - 1), centre_id=centre_id, mode=mode)
    found: dict[int, datetime] = {}
    for (clinician_id, day), count in counts.items():
        if count.first_minute is not None and clinician_id not in found:
            found[clinician_id] = clock.instant(day, time.min) + timedelta(minutes=count.first_minute)
    return found
