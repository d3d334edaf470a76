"""Why a time is not offered: nothing of the day is left without an answer, and every answer is true (M5)."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import given, settings

from mibo.scheduling.diary import Hours
from mibo.scheduling.explaining import Cell, DiaryDay, cells
from mibo.scheduling.slots import Why, day_slots
from tests.scheduling.obvious import Known
from tests.scheduling.test_slots import BENGALURU, KOCHI, MONDAY, booked, closed, hours, offer
from tests.scheduling.worlds import World, worlds

NINE, TEN, ELEVEN, NOON, SIX = (60 * hour for hour in (9, 10, 11, 12, 18))
calm = settings(deadline=None, max_examples=60)


def diary(*kept: Hours, **other: object) -> DiaryDay:
    return DiaryDay(day=MONDAY, hours=kept, **other)  # type: ignore[arg-type]


def told(found: list[Cell]) -> list[tuple[int, int, list[str]]]:
    return [(cell.starts_minute, cell.ends_minute, [reason.text for reason in cell.reasons]) for cell in found]


def test_time_outside_the_hours_is_told_as_such() -> None:
    found = cells(diary(hours(TEN, ELEVEN, 60)), offer(centre_id=KOCHI), NINE, NOON)
    outside = ["No hours here at this time"]
    assert told(found) == [(NINE, TEN, outside), (TEN, ELEVEN, []), (ELEVEN, NOON, outside)]
    assert [cell.is_free for cell in found] == [False, True, False]


def test_a_day_without_hours_says_so() -> None:
    assert told(cells(diary(), offer(centre_id=KOCHI), NINE, TEN)) == [(NINE, TEN, ["No hours here on this day"])]


def test_what_is_left_over_after_the_last_slot_is_told() -> None:
    found = cells(diary(hours(NINE, ELEVEN, 50)), offer(centre_id=KOCHI), NINE, ELEVEN)
    assert told(found)[-1] == (NINE + 100, ELEVEN, ["20 minutes are left over, too few for 50"])
    assert found[-1].reasons[0].hours_id == 1


def test_hours_at_another_centre_are_named() -> None:
    found = cells(diary(hours(NINE, TEN, 60, centre_id=BENGALURU)), offer(centre_id=KOCHI), NINE, TEN)
    assert told(found) == [(NINE, TEN, ["Works at another centre from 9:00 am to 10:00 am"])]


def test_every_reason_is_told_not_only_the_first() -> None:
    known = diary(busy=[booked(NINE, TEN)], closed=[closed(NINE, TEN, reason="leave by Asha")])
    assert told(cells(known, offer(centre_id=KOCHI), NINE, TEN)) == [
        (NINE, TEN, ["Booked from 9:00 am to 10:00 am", "Blocked: leave by Asha", "No hours here on this day"])
    ]


def test_the_nine_oclock_that_was_always_taken_names_the_block_that_takes_it() -> None:
    """P1: nothing in the diary explained it, for months."""
    known = diary(hours(NINE, NOON, 60), closed=[closed(NINE, TEN, reason="test", block_id=121)])
    first = cells(known, offer(centre_id=KOCHI), NINE, NOON)[0]
    assert (first.reasons[0].why, first.reasons[0].block_id, first.reasons[0].text) == (
        Why.BLOCKED,
        121,
        "Blocked: test",
    )


@calm
@given(worlds())
def test_offered_and_explained_are_the_whole_day_and_never_both(world: World) -> None:
    day, known = world
    diary_day, asked = _diary(day, known), replace(known.offer, centre_id=known.offer.centre_id or KOCHI)
    found = cells(diary_day, asked, 0, 1440)
    minutes = [0] * 1440
    for cell in found:
        assert cell.is_free != bool(cell.reasons)
        for minute in range(cell.starts_minute, cell.ends_minute):
            minutes[minute] += 1
    assert min(minutes) >= 1
    slots = day_slots(
        day, known.hours, asked, busy=known.busy, closed=known.closed, holidays=known.holidays,
        patient_busy=known.patient_busy,
    )  # fmt: skip
    assert [cell.slot for cell in found if cell.slot] == slots
    untaken = [(cell.starts_minute, cell.ends_minute) for cell in found if cell.slot is None]
    assert all(one[1] <= other[0] for one, other in pairwise(untaken))
    assert not any(
        slot.starts_minute < ends and starts < slot.ends_minute for slot in slots for starts, ends in untaken
    )


@calm
@given(worlds())
def test_each_reason_stands_on_a_row_that_is_there(world: World) -> None:
    day, known = world
    appointments = {row.appointment_id for row in (*known.busy, *known.patient_busy)}
    for cell in cells(_diary(day, known), known.offer, 0, 1440):
        for reason in cell.reasons:
            assert reason.appointment_id in {None, *appointments}
            assert reason.block_id in {None, *(row.block_id for row in known.closed)}
            assert reason.hours_id in {None, *(window.id for window in known.hours)}


def _diary(day: date, known: Known) -> DiaryDay:
    return DiaryDay(
        day=day,
        hours=known.hours,
        busy=known.busy,
        closed=known.closed,
        holidays=known.holidays,
        patient_busy=known.patient_busy,
    )
