"""The fast twins say what the slots say."""

from datetime import UTC, date, datetime, timedelta
from math import ceil, floor

from hypothesis import given, settings
from hypothesis import strategies as st

from mibo.clinics.policy import Policy
from mibo.scheduling import slots
from mibo.scheduling.openings import (
    NONE_FREE,
    SHUT,
    TAKEN,
    ClinicianDays,
    DayCount,
    free_times,
    month_counts,
    span,
)
from mibo.scheduling.slots import Closed, Hours, Mode, Offer, Slot, slots_between
from tests.scheduling.obvious import Known, at, grid, live
from tests.scheduling.worlds import World, crowds, worlds

MONDAY = date(2026, 11, 23)
BITS = {Mode.IN_PERSON: 1, Mode.ONLINE: 2}
KIND = {"IN_PERSON": 1, "ONLINE": 2, "BOTH": 3}
calm = settings(deadline=None, max_examples=100)


def offer(**other: object) -> Offer:
    known = {"now": at(MONDAY, 0) - timedelta(days=1), "policy": Policy(), **other}
    return Offer(**known)  # type: ignore[arg-type]


def rows(day: date, known: Known) -> list[tuple[int, int, int, int]]:
    """What the one statement of a day's question brings."""
    asked, midnight = known.offer, at(day, 0)

    def minutes(begins: datetime, ends: datetime) -> tuple[int, int]:
        return floor((begins - midnight) / timedelta(minutes=1)), ceil((ends - midnight) / timedelta(minutes=1))

    kept = {window.id: window for _, _, window in grid(day, known) if window.centre_id not in asked.inactive_centres}
    windows = [(KIND[w.mode], w.opens_minute, w.closes_minute, w.slot_minutes) for w in kept.values()]
    taken = [(TAKEN, *minutes(row.starts_at, row.ends_at), 0) for row in live(known.busy, asked)]
    shut = [(SHUT, *minutes(b.starts_at, b.ends_at), 0) for b in known.closed if b.centre_id in (None, asked.centre_id)]
    resting = [
        (SHUT, 0, 1440, 0) for holiday in known.holidays if (holiday.day, holiday.centre_id) == (day, asked.centre_id)
    ]
    return [*shut, *windows, *taken, *resting]


@calm
@given(worlds(patients=0))
def test_free_times_are_the_free_slots_of_the_day(world: World) -> None:
    day, known = world
    if known.offer.centre_id is None:  # the rows carry no centre: what closes one of several is asked per centre
        known = Known(
            known.hours, known.offer, known.busy, [block for block in known.closed if block.centre_id is None]
        )
    found = slots.day_slots(
        day, known.hours, known.offer, busy=known.busy, closed=known.closed, holidays=known.holidays
    )
    expected = [(s.starts_minute, s.ends_minute, sum(BITS[mode] for mode in s.modes)) for s in slots.free(found)]
    assert free_times(day, rows(day, known), known.offer) == sorted(expected)


def test_free_times_skip_what_is_taken_shut_too_soon_or_of_another_mode() -> None:
    day = [(3, 540, 780, 50), (1, 840, 940, 50), (TAKEN, 590, 640, 0), (SHUT, 700, 701, 0)]
    assert free_times(MONDAY, day, offer()) == [(540, 590, 3), (640, 690, 3), (840, 890, 1), (890, 940, 1)]
    assert free_times(MONDAY, day, offer(mode="ONLINE")) == [(540, 590, 3), (640, 690, 3)]
    assert free_times(MONDAY, day, offer(now=at(MONDAY, 540 - 15)))[0] == (540, 590, 3)
    assert free_times(MONDAY, day, offer(now=at(MONDAY, 600))) == [(640, 690, 3), (840, 890, 1), (890, 940, 1)]
    assert free_times(MONDAY, day, offer(buffer_minutes=1)) == [(840, 890, 1), (890, 940, 1)]
    assert free_times(MONDAY, day, offer(clinician_active=False)) == []
    assert free_times(MONDAY + timedelta(days=90), day, offer()) == []


def test_a_day_without_hours_has_no_free_times() -> None:
    assert free_times(MONDAY, [(TAKEN, -20, 40, 0)], offer()) == []


@calm
@given(crowds(), st.integers(0, 9), st.integers(0, 12))
def test_month_counts_are_counts_of_free_slots(crowd: tuple[date, list[Known]], before: int, after: int) -> None:
    day, everyone = crowd
    asked = [day + timedelta(days=n) for n in range(-before, after + 1)]
    expected = {
        (number, each): _count([slot for slot in slots.free(_slots(asked, known)) if slot.day == each])
        for number, known in enumerate(everyone)
        for each in asked
    }
    together = [_of(number, known) for number, known in enumerate(everyone)]
    assert month_counts(together, asked[0], asked[-1]) == expected


def _slots(asked: list[date], known: Known) -> list[Slot]:
    return slots_between(
        asked[0],
        asked[-1],
        known.hours,
        known.offer,
        busy=known.busy,
        closed=known.closed,
        holidays=known.holidays,
    )


def _count(free: list[Slot]) -> DayCount:
    return DayCount(len(free), free[0].starts_minute) if free else NONE_FREE


def _of(clinician_id: int, known: Known) -> ClinicianDays:
    busy = b"".join(span(row.starts_at, row.ends_at) for row in live(known.busy, known.offer))
    return ClinicianDays(clinician_id, known.offer, known.hours, busy, known.closed, known.holidays)


def test_a_month_of_one_clinician_is_counted_by_day() -> None:
    mondays = Hours(1, 7, 1, 1, 540, 740, 50)
    busy = span(at(MONDAY, 540), at(MONDAY, 590)) + span(at(MONDAY, 1430), at(MONDAY, 1450))
    leave = Closed(at(MONDAY + timedelta(days=7), 0), at(MONDAY + timedelta(days=8), 0), "leave", 5)
    counts = month_counts([ClinicianDays(7, offer(), [mondays], busy, [leave])], date(2026, 11, 22), date(2026, 12, 22))
    assert len(counts) == 31
    assert {day: count for (_, day), count in counts.items() if count != NONE_FREE} == {
        MONDAY: DayCount(3, 590),
        date(2026, 12, 7): DayCount(4, 540),
        date(2026, 12, 14): DayCount(4, 540),
        date(2026, 12, 21): DayCount(4, 540),
    }


def test_an_appointment_across_midnight_counts_on_both_days() -> None:
    hours = [Hours(1, 7, 1, 1, 1380, 1440, 60), Hours(2, 7, 1, 2, 0, 60, 30)]
    days = ClinicianDays(7, offer(), hours, span(at(MONDAY, 1430), at(MONDAY, 1450)))
    assert [*month_counts([days], MONDAY, MONDAY + timedelta(days=1)).values()] == [NONE_FREE, DayCount(1, 30)]


def test_what_began_before_the_first_day_counts_on_it() -> None:
    days = ClinicianDays(7, offer(), [Hours(1, 7, 1, 1, 0, 60, 30)], span(at(MONDAY, -90), at(MONDAY, 10)))
    assert [*month_counts([days], MONDAY, MONDAY).values()] == [DayCount(1, 30)]


def _counted(hours: list[Hours], busy: list[tuple[int, int]], **other: object) -> DayCount:
    packed = b"".join(span(at(MONDAY, start), at(MONDAY, end)) for start, end in busy)
    return month_counts([ClinicianDays(7, offer(**other), hours, packed)], MONDAY, MONDAY)[7, MONDAY]


def test_a_busy_minute_counts_as_its_whole_step() -> None:
    assert _counted([Hours(1, 7, 1, 1, 540, 660, 15)], [(554, 556)]) == DayCount(6, 570)


def test_a_buffer_reaches_both_ways() -> None:
    kept = [Hours(1, 7, 1, 1, 540, 660, 30)]
    assert _counted(kept, [(570, 600)]) == DayCount(3, 540)
    assert _counted(kept, [(570, 600)], buffer_minutes=1) == DayCount(1, 630)


def test_an_appointment_in_a_slots_last_step_takes_it() -> None:
    assert _counted([Hours(1, 7, 1, 1, 540, 590, 50)], [(585, 590)]) == NONE_FREE


def test_hours_that_coincide_are_counted_each() -> None:
    twice = [Hours(1, 7, 1, 1, 540, 640, 50, "ONLINE"), Hours(2, 7, 1, 1, 540, 590, 50, "IN_PERSON")]
    assert _counted(twice, []) == DayCount(3, 540)


def test_the_first_counted_start_is_the_earliest_that_can_be_taken() -> None:
    kept = [Hours(1, 7, 1, 1, 540, 660, 30)]
    assert _counted(kept, [], now=at(MONDAY, 570 - 15)) == DayCount(3, 570)
    assert _counted(kept, [], now=at(MONDAY, 570 - 15) + timedelta(seconds=1)) == DayCount(2, 600)


def test_hours_off_the_five_minutes_are_counted_to_the_minute() -> None:
    days = ClinicianDays(7, offer(), [Hours(1, 7, 1, 1, 540, 598, 29)], span(at(MONDAY, 569), at(MONDAY, 575)))
    assert [*month_counts([days], MONDAY, MONDAY).values()] == [DayCount(1, 540)]


def test_a_span_is_told_as_postgresql_sends_it() -> None:
    begins = datetime(2000, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert span(begins, begins + timedelta(microseconds=3)) == (1_000_000).to_bytes(8, "big") + (1_000_003).to_bytes(
        8, "big"
    )


def test_seconds_of_a_minute_are_rounded_outwards() -> None:
    kept = [Hours(1, 7, 1, 1, 540, 570, 10)]
    begins = at(MONDAY, 549) + timedelta(seconds=59)
    busy = span(begins, begins + timedelta(seconds=2))
    assert month_counts([ClinicianDays(7, offer(), kept, busy)], MONDAY, MONDAY) == {(7, MONDAY): DayCount(1, 560)}


def test_spans_outside_the_days_take_nothing_and_one_longer_than_a_day_all_that_it_covers() -> None:
    kept = [Hours(weekday, 7, 1, weekday, 540, 570, 30) for weekday in (1, 2, 3)]
    days = [MONDAY + timedelta(days=n) for n in range(3)]
    outside = span(at(MONDAY, -9000), at(MONDAY, -8000)) + span(at(MONDAY, 3 * 1440 + 1), at(MONDAY, 9000))
    long = span(at(MONDAY, 569), at(MONDAY, 2 * 1440 + 541))
    for busy, free in (
        (outside, [1, 1, 1]),
        (outside + long, [0, 0, 0]),
        (span(at(MONDAY, -9000), at(MONDAY, 541)), [0, 1, 1]),
    ):
        counts = month_counts([ClinicianDays(7, offer(), kept, busy)], days[0], days[-1])
        assert [count.free for count in counts.values()] == free
