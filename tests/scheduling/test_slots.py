"""Slots: one example for each rule of the clinic, then every rule at once against a slow, obvious reading of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings

from mibo import clock
from mibo.clinics.policy import Policy
from mibo.scheduling import slots
from mibo.scheduling.slots import (
    Audience,
    Busy,
    Closed,
    Holiday,
    Hours,
    Mode,
    Offer,
    PartOfDay,
    Slot,
    SlotState,
    Why,
    day_slots,
    nearest,
    on_the_board,
    part_of_day,
    slot_at,
    slots_between,
)
from tests.scheduling import obvious
from tests.scheduling.obvious import Known, at
from tests.scheduling.worlds import Span, World, taking, takings, worlds

MONDAY = date(2026, 11, 23)
SUNDAY_BEFORE = date(2026, 11, 22)
KOCHI, BENGALURU = 1, 2
calm = settings(deadline=None, max_examples=100)


def hours(opens: int = 9 * 60, closes: int = 13 * 60, length: int = 50, **other: object) -> Hours:
    known = {"id": 1, "clinician_id": 7, "centre_id": KOCHI, "weekday": 1, "mode": "BOTH", **other}
    return Hours(opens_minute=opens, closes_minute=closes, slot_minutes=length, **known)  # type: ignore[arg-type]


def offer(**other: object) -> Offer:
    known = {"now": at(SUNDAY_BEFORE, 10 * 60), "policy": Policy(), **other}
    return Offer(**known)  # type: ignore[arg-type]


def booked(start: int, end: int, day: date = MONDAY, **other: object) -> Busy:
    known = {"appointment_id": 88, "centre_id": KOCHI, **other}
    return Busy(at(day, start).astimezone(UTC), at(day, end).astimezone(UTC), **known)  # type: ignore[arg-type]


def closed(start: int, end: int, day: date = MONDAY, **other: object) -> Closed:
    known = {"reason": "leave", "block_id": 5, **other}
    return Closed(at(day, start).astimezone(UTC), at(day, end).astimezone(UTC), **known)  # type: ignore[arg-type]


def starts(found: list[Slot]) -> list[str]:
    return [f"{slot.starts_minute // 60:02d}:{slot.starts_minute % 60:02d}" for slot in found]


def states(found: list[Slot]) -> dict[str, str]:
    return {start: slot.state.value for start, slot in zip(starts(found), found, strict=True)}


def free(found: list[Slot]) -> list[str]:
    return starts(slots.free(found))


def texts(slot: Slot) -> list[str]:
    return [reason.text for reason in slot.reasons]


# R-SLOT-1: the grid


def test_a_slot_must_end_inside_the_hours() -> None:
    found = day_slots(MONDAY, [hours(9 * 60, 11 * 60 + 29, 50)], offer())
    assert starts(found) == ["09:00", "09:50"]
    assert [slot.ends_minute for slot in found] == [9 * 60 + 50, 10 * 60 + 40]


def test_a_slot_may_end_exactly_when_the_hours_end() -> None:
    assert starts(day_slots(MONDAY, [hours(9 * 60, 10 * 60 + 40, 50)], offer())) == ["09:00", "09:50"]


def test_hours_shorter_than_a_slot_have_none() -> None:
    assert day_slots(MONDAY, [hours(9 * 60, 9 * 60 + 49, 50)], offer()) == []


def test_hours_up_to_midnight_end_there() -> None:
    found = day_slots(MONDAY, [hours(22 * 60, 24 * 60, 60)], offer())
    assert starts(found) == ["22:00", "23:00"]
    assert found[-1].ends_at == clock.instant(date(2026, 11, 24), datetime.min.time())


def test_hours_from_midnight_begin_on_the_right_day() -> None:
    (slot,) = day_slots(MONDAY, [hours(0, 30, 30)], offer())
    assert slot.starts_at.isoformat() == "2026-11-22T18:30:00+00:00"
    assert clock.clinic_day(slot.starts_at) == slot.day == MONDAY


def test_hours_of_another_weekday_are_not_the_days() -> None:
    week = [hours(weekday=n, opens=n * 60, closes=(n + 1) * 60, length=60, id=n) for n in range(7)]
    assert [s.hours_id for n in range(7) for s in day_slots(SUNDAY_BEFORE + timedelta(days=n), week, offer())] == [
        *range(7)
    ]


def test_hours_are_kept_from_their_first_day_to_their_last() -> None:
    kept = hours(effective_from=MONDAY, effective_to=MONDAY)
    assert [kept.kept_on(MONDAY + timedelta(weeks=n)) for n in (-1, 0, 1)] == [False, True, False]
    assert hours(effective_from=MONDAY).kept_on(MONDAY + timedelta(weeks=500))


def test_only_the_hours_of_the_centre_asked_for_are_cut() -> None:
    both = [hours(centre_id=KOCHI, closes=10 * 60), hours(15 * 60, 16 * 60, centre_id=BENGALURU, id=2)]
    assert starts(day_slots(MONDAY, both, offer(centre_id=BENGALURU))) == ["15:00"]
    assert starts(day_slots(MONDAY, both, offer())) == ["09:00", "15:00"]


# R-SLOT-2: the length


def test_a_slot_is_as_long_as_its_hours_say() -> None:
    found = day_slots(MONDAY, [hours(9 * 60, 11 * 60, 50), hours(14 * 60, 15 * 60, 30, id=2)], offer())
    assert [(slot.minutes, slot.ends_at - slot.starts_at) for slot in found] == [
        (50, timedelta(minutes=50)),
        (50, timedelta(minutes=50)),
        (30, timedelta(minutes=30)),
        (30, timedelta(minutes=30)),
    ]


def test_adjoining_hours_of_different_lengths_share_one_appointment_across_their_border() -> None:
    adjoining = [hours(9 * 60, 10 * 60 + 40, 50), hours(10 * 60 + 45, 12 * 60 + 15, 45, id=2)]
    found = day_slots(MONDAY, adjoining, offer(), busy=[booked(10 * 60 + 30, 11 * 60)])
    assert states(found) == {"09:00": "FREE", "09:50": "BOOKED", "10:45": "BOOKED", "11:30": "FREE"}


# R-SLOT-3: who and what is on offer


def test_an_inactive_clinician_offers_nothing() -> None:
    found = day_slots(MONDAY, [hours()], offer(clinician_active=False))
    assert {slot.state for slot in found} == {SlotState.NOT_OFFERED}
    assert texts(found[0]) == ["The clinician is not taking appointments"]


def test_an_inactive_centre_offers_nothing_and_the_other_centre_does() -> None:
    two = [hours(closes=9 * 60 + 50), hours(15 * 60, 16 * 60, centre_id=BENGALURU, id=2)]
    found = day_slots(MONDAY, two, offer(inactive_centres={KOCHI}))
    assert states(found) == {"09:00": "NOT_OFFERED", "15:00": "FREE"}
    assert texts(found[0]) == ["The centre is not open for booking"]


@pytest.mark.parametrize(
    ("kept", "offered", "asked", "modes", "told"),
    [
        ("BOTH", ["ONLINE", "IN_PERSON"], "ONLINE", (Mode.IN_PERSON, Mode.ONLINE), []),
        ("BOTH", ["ONLINE"], None, (Mode.ONLINE,), []),
        ("ONLINE", ["ONLINE", "IN_PERSON"], "ONLINE", (Mode.ONLINE,), []),
        ("ONLINE", ["ONLINE", "IN_PERSON"], "IN_PERSON", (Mode.ONLINE,), ["Not offered in person"]),
        ("BOTH", ["IN_PERSON"], "ONLINE", (Mode.IN_PERSON,), ["Not offered online"]),
        ("ONLINE", ["IN_PERSON"], None, (), ["The clinician does not offer these hours' mode: online"]),
    ],
)
def test_a_mode_is_offered_when_the_clinician_and_the_hours_offer_it(
    kept: str, offered: list[str], asked: str | None, modes: tuple[Mode, ...], told: list[str]
) -> None:
    (slot,) = day_slots(MONDAY, [hours(9 * 60, 10 * 60, mode=kept)], offer(clinician_modes=offered, mode=asked))
    assert (slot.modes, texts(slot)) == (modes, told)


# R-SLOT-4 and 5: taken time


def test_an_appointment_takes_every_slot_it_overlaps_and_none_it_touches() -> None:
    found = day_slots(MONDAY, [hours()], offer(), busy=[booked(9 * 60 + 50, 11 * 60 + 30)])
    assert states(found) == {"09:00": "FREE", "09:50": "BOOKED", "10:40": "BOOKED", "11:30": "FREE"}


def test_an_appointment_at_another_centre_takes_the_time_too() -> None:
    found = day_slots(MONDAY, [hours()], offer(centre_id=KOCHI), busy=[booked(540, 590, centre_id=BENGALURU)])
    assert texts(found[0]) == ["Booked from 9:00 am to 9:50 am at another centre"]
    assert (found[0].state, found[0].appointment_id) == (SlotState.BOOKED, 88)


def test_an_appointment_of_a_second_takes_its_slot() -> None:
    moment = booked(600, 601)
    found = day_slots(
        MONDAY, [hours()], offer(), busy=[replace(moment, ends_at=moment.starts_at + timedelta(seconds=1))]
    )
    assert free(found) == ["09:00", "10:40", "11:30"]


def test_a_hold_takes_the_time_and_says_until_when() -> None:
    until = at(SUNDAY_BEFORE, 10 * 60 + 47)
    found = day_slots(MONDAY, [hours()], offer(), busy=[booked(540, 590, kind="held", until=until)])
    assert (found[0].state, texts(found[0]), found[0].appointment_id) == (SlotState.HELD, ["Held until 10:47 am"], 88)


def test_a_hold_that_has_run_out_takes_nothing_even_if_no_worker_cleared_it() -> None:
    asked = offer()
    gone = booked(540, 590, kind="held", until=asked.now)
    assert day_slots(MONDAY, [hours()], asked, busy=[gone]) == day_slots(MONDAY, [hours()], asked)


def test_an_appointment_across_midnight_takes_time_on_both_days() -> None:
    late = [hours(23 * 60, 24 * 60, 60), hours(0, 60, 30, weekday=2, id=2)]
    found = slots_between(MONDAY, MONDAY + timedelta(days=1), late, offer(), busy=[booked(23 * 60 + 30, 24 * 60 + 20)])
    assert [(slot.day.day, slot.starts_minute, slot.state.value) for slot in found] == [
        (23, 23 * 60, "BOOKED"),
        (24, 0, "BOOKED"),
        (24, 30, "FREE"),
    ]


def test_the_tail_of_yesterdays_appointment_takes_todays_first_slot() -> None:
    first_thing = [hours(0, 60, 30, weekday=2)]
    found = day_slots(MONDAY + timedelta(days=1), first_thing, offer(), busy=[booked(23 * 60 + 30, 24 * 60 + 1)])
    assert states(found) == {"00:00": "BOOKED", "00:30": "FREE"}


@pytest.mark.parametrize("minute", [15, 5 * 60 + 15, 5 * 60 + 45, 23 * 60 + 30])
def test_appointments_near_the_zones_edges_take_their_own_slot_on_their_own_day(minute: int) -> None:
    whole_week = [hours(0, 24 * 60, 15, weekday=n, id=n) for n in range(7)]
    around = slots_between(
        SUNDAY_BEFORE, MONDAY + timedelta(days=1), whole_week, offer(), busy=[booked(minute, minute + 15)]
    )
    taken = [(slot.day, slot.starts_minute) for slot in around if slot.state == SlotState.BOOKED]
    assert taken == [(MONDAY, minute)]


# R-BLK-1 and P1, P2: closed time


def test_a_block_hides_every_slot_it_overlaps() -> None:
    full_hours = [hours(10 * 60, 13 * 60, 60)]
    fifty = [hours(n * 60, n * 60 + 50, 50, id=n) for n in (10, 11, 12)]
    for kept in (full_hours, fifty):
        found = day_slots(MONDAY, kept, offer(), closed=[closed(10 * 60 + 30, 11 * 60 + 15)])
        assert states(found) == {"10:00": "BLOCKED", "11:00": "BLOCKED", "12:00": "FREE"}


def test_a_slot_shown_as_taken_since_june_names_the_block_that_closes_it() -> None:
    left_behind = closed(9 * 60, 9 * 60 + 50, reason="test of exceptions", block_id=121)
    nine = day_slots(MONDAY, [hours()], offer(for_whom=Audience.STAFF), closed=[left_behind])[0]
    assert (nine.state, nine.block_id, texts(nine)) == (SlotState.BLOCKED, 121, ["Blocked: test of exceptions"])


def test_a_block_of_one_centre_leaves_the_other_open() -> None:
    two = [hours(closes=9 * 60 + 50), hours(10 * 60, 11 * 60, centre_id=BENGALURU, id=2)]
    found = day_slots(
        MONDAY, two, offer(), closed=[closed(0, 24 * 60, centre_id=KOCHI, centre_wide=True, reason="power cut")]
    )
    assert states(found) == {"09:00": "BLOCKED", "10:00": "FREE"}
    assert texts(found[0]) == ["Centre closed: power cut"]


def test_a_block_of_days_closes_each_of_them() -> None:
    week = [hours(weekday=n, closes=9 * 60 + 50, id=n) for n in range(7)]
    leave = closed(12 * 60, 12 * 60 + 2 * 24 * 60)
    found = slots_between(MONDAY, MONDAY + timedelta(days=3), week, offer(), closed=[leave])
    assert [slot.state.value for slot in found] == ["FREE", "BLOCKED", "BLOCKED", "FREE"]


def test_a_holiday_closes_its_centre_and_its_day_only() -> None:
    two = [hours(closes=9 * 60 + 50), hours(10 * 60, 11 * 60, centre_id=BENGALURU, id=2)]
    found = slots_between(MONDAY, MONDAY + timedelta(weeks=1), two, offer(), holidays=[Holiday(MONDAY, KOCHI, "Onam")])
    assert [slot.state.value for slot in found] == ["BLOCKED", "FREE", "FREE", "FREE"]
    assert texts(found[0]) == ["Holiday: Onam"]


# R-SLOT-6: the patient's own time


def test_a_patient_who_is_elsewhere_cannot_take_the_slot() -> None:
    own = booked(9 * 60 + 30, 10 * 60, appointment_id=99)
    found = day_slots(MONDAY, [hours()], offer(), patient_busy=[own])
    assert states(found) == {"09:00": "NOT_OFFERED", "09:50": "NOT_OFFERED", "10:40": "FREE", "11:30": "FREE"}
    assert texts(found[0]) == ["The patient has another appointment at 9:30 am"]
    assert (found[0].reasons[0].appointment_id, found[0].appointment_id) == (99, None)


# R-SLOT-7, 8 and 9: now, lead time, horizon


def test_past_slots_are_not_offered_and_staff_still_see_those_that_were_booked() -> None:
    asked = offer(now=at(MONDAY, 10 * 60), for_whom=Audience.STAFF)
    found = day_slots(MONDAY, [hours()], asked, busy=[booked(540, 590)])
    assert states(found) == {"09:00": "BOOKED", "09:50": "PAST", "10:40": "FREE", "11:30": "FREE"}
    assert starts(on_the_board(found)) == ["09:00", "10:40", "11:30"]
    assert [reason.why for reason in found[0].reasons] == [Why.BOOKED, Why.PAST]


def test_a_patient_needs_the_lead_time_to_the_second() -> None:
    def asked(seconds: int) -> Slot:
        now = at(MONDAY, 9 * 60) - timedelta(minutes=15) + timedelta(seconds=seconds)
        return day_slots(MONDAY, [hours()], offer(now=now))[0]

    assert (asked(0).state, asked(1).state) == (SlotState.FREE, SlotState.TOO_SOON)
    assert texts(asked(1)) == ["Starts less than 15 minutes from now"]


def test_a_slot_that_starts_this_moment_is_too_soon_but_not_past() -> None:
    assert day_slots(MONDAY, [hours()], offer(now=at(MONDAY, 9 * 60)))[0].state == SlotState.TOO_SOON


def test_the_desk_may_give_a_slot_until_the_moment_it_starts() -> None:
    def asked(seconds: int) -> SlotState:
        now = at(MONDAY, 9 * 60) + timedelta(seconds=seconds)
        return day_slots(MONDAY, [hours()], offer(now=now, for_whom=Audience.STAFF))[0].state

    assert (asked(0), asked(1)) == (SlotState.FREE, SlotState.PAST)


@pytest.mark.parametrize("for_whom", Audience)
def test_nothing_is_offered_beyond_the_horizon_to_anyone(for_whom: Audience) -> None:
    asked = offer(now=at(MONDAY - timedelta(weeks=1), 0), policy=Policy(horizon_days=7), for_whom=for_whom)
    on_it, beyond = (day_slots(MONDAY + timedelta(weeks=n), [hours()], asked)[0] for n in (0, 1))
    assert (on_it.state, beyond.state) == (SlotState.FREE, SlotState.BEYOND_HORIZON)
    assert texts(beyond) == ["More than 7 days ahead"]


def test_the_horizon_counts_the_clinics_days() -> None:
    policy = Policy(horizon_days=1)
    before_midnight, after = at(MONDAY - timedelta(days=1), -1), at(MONDAY - timedelta(days=1), 0)
    found = [
        day_slots(MONDAY, [hours()], offer(now=now.astimezone(UTC), policy=policy))[0]
        for now in (before_midnight, after)
    ]
    assert [slot.state for slot in found] == [SlotState.BEYOND_HORIZON, SlotState.FREE]


# R-SLOT-10: buffers


def test_a_buffer_keeps_the_time_around_an_appointment_free() -> None:
    found = day_slots(MONDAY, [hours()], offer(buffer_minutes=10), busy=[booked(9 * 60 + 50, 10 * 60 + 40)])
    assert states(found) == {"09:00": "NOT_OFFERED", "09:50": "BOOKED", "10:40": "NOT_OFFERED", "11:30": "FREE"}
    assert texts(found[0]) == ["10 minutes are kept free around the appointment at 9:50 am"]
    assert (found[0].reasons[0].appointment_id, found[0].appointment_id) == (88, None)


def test_no_buffer_is_kept_around_a_block() -> None:
    found = day_slots(MONDAY, [hours()], offer(buffer_minutes=10), closed=[closed(9 * 60 + 50, 10 * 60 + 40)])
    assert free(found) == ["09:00", "10:40", "11:30"]


# R-SLOT-11: parts of the day


@pytest.mark.parametrize(
    ("minute", "part"),
    [
        (0, PartOfDay.MORNING),
        (11 * 60 + 59, PartOfDay.MORNING),
        (12 * 60, PartOfDay.AFTERNOON),
        (16 * 60 + 59, PartOfDay.AFTERNOON),
        (17 * 60, PartOfDay.EVENING),
        (23 * 60 + 59, PartOfDay.EVENING),
    ],
)
def test_the_day_has_three_parts(minute: int, part: PartOfDay) -> None:
    assert part_of_day(minute) == part


def test_a_slot_belongs_to_the_part_in_which_it_starts() -> None:
    (slot,) = day_slots(MONDAY, [hours(11 * 60 + 45, 12 * 60 + 35)], offer())
    assert slot.part == PartOfDay.MORNING


# R-SLOT-14: every reason


def test_a_slot_tells_every_reason_and_not_only_the_first() -> None:
    asked = offer(now=at(MONDAY, 11 * 60), clinician_active=False, mode="ONLINE", for_whom=Audience.STAFF)
    (slot,) = day_slots(
        MONDAY,
        [hours(closes=9 * 60 + 50, mode="IN_PERSON")],
        asked,
        busy=[booked(540, 590), booked(540, 560, kind="held", appointment_id=89, until=at(MONDAY, 11 * 60 + 9))],
        closed=[closed(0, 24 * 60)],
        holidays=[Holiday(MONDAY, KOCHI, "Onam")],
    )
    assert texts(slot) == [
        "Booked from 9:00 am to 9:50 am",
        "Held until 11:09 am",
        "Blocked: leave",
        "Holiday: Onam",
        "This time has passed",
        "The clinician is not taking appointments",
        "Not offered online",
    ]
    assert (slot.state, slot.appointment_id, slot.block_id) == (SlotState.BOOKED, 88, 5)


def test_times_are_told_on_a_twelve_hour_clock() -> None:
    faces = {0: "12:00 am", 65: "1:05 am", 719: "11:59 am", 720: "12:00 pm", 785: "1:05 pm", 1439: "11:59 pm"}
    assert {minute: slots.clock_face(minute) for minute in faces} == faces


# the "just taken" flow


def test_the_nearest_free_times_come_first() -> None:
    found = day_slots(MONDAY, [hours(9 * 60, 13 * 60, 15)], offer(), busy=[booked(10 * 60 + 30, 11 * 60)])
    assert starts(nearest(found, at(MONDAY, 10 * 60 + 30))) == ["10:15", "10:00", "11:00"]
    assert starts(nearest(found, at(MONDAY, 10 * 60 + 30), 2)) == ["10:15", "10:00"]


def test_nothing_is_near_when_nothing_is_free() -> None:
    assert nearest(day_slots(MONDAY, [hours()], offer(clinician_active=False)), at(MONDAY, 600)) == []


def test_a_slot_is_found_by_its_start() -> None:
    found = day_slots(MONDAY, [hours()], offer())
    assert slot_at(found, at(MONDAY, 9 * 60 + 50)) == found[1]
    assert slot_at(found, at(MONDAY, 9 * 60 + 51)) is None


# what cannot be


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 23, 9, 0)
    for make in (lambda: Busy(naive, naive, 1), lambda: Closed(naive, naive, "leave", 1), lambda: offer(now=naive)):
        with pytest.raises(ValueError, match="an instant needs a zone"):
            make()


@pytest.mark.parametrize(
    ("opens", "closes", "length"), [(600, 600, 30), (600, 540, 30), (-15, 60, 30), (0, 1441, 30), (0, 60, 0)]
)
def test_hours_that_cannot_be_are_refused(opens: int, closes: int, length: int) -> None:
    with pytest.raises(ValueError, match="hours open before they close"):
        hours(opens, closes, length)


def test_the_slots_live_in_the_clinics_zone() -> None:
    assert slots.KOLKATA is clock.CLINIC_ZONE


# all rules at once


def ask(day: date, known: Known) -> list[Slot]:
    return day_slots(
        day,
        known.hours,
        known.offer,
        busy=known.busy,
        closed=known.closed,
        holidays=known.holidays,
        patient_busy=known.patient_busy,
    )


@calm
@given(worlds())
def test_offered_and_explained_together_are_the_whole_grid(world: World) -> None:
    day, known = world
    found = ask(day, known)
    assert [(slot.starts_minute, slot.ends_minute, slot.hours_id) for slot in found] == [
        (start, end, window.id) for start, end, window in obvious.grid(day, known)
    ]
    assert all((slot.state == SlotState.FREE) == slot.is_free == (not slot.reasons) for slot in found)
    assert all(
        slot.starts_at == at(day, slot.starts_minute) and slot.ends_at == at(day, slot.ends_minute) for slot in found
    )


@calm
@given(worlds())
def test_every_slot_has_exactly_the_reasons_that_a_minute_by_minute_reading_finds(world: World) -> None:
    day, known = world
    windows = {window.id: window for window in known.hours}
    for slot in ask(day, known):
        expected = obvious.complaints(day, slot.starts_minute, slot.ends_minute, windows[slot.hours_id], known)
        assert {reason.why.value for reason in slot.reasons} == expected


@calm
@given(worlds())
def test_every_reason_stands_on_a_row_that_exists(world: World) -> None:
    day, known = world
    appointments = {None, *(row.appointment_id for row in [*known.busy, *known.patient_busy])}
    blocks = {None, *(block.block_id for block in known.closed)}
    for reason in (reason for slot in ask(day, known) for reason in slot.reasons):
        assert reason.appointment_id in appointments
        assert reason.block_id in blocks
        assert (reason.appointment_id is not None) == (
            reason.why in (Why.BOOKED, Why.HELD, Why.BUFFER, Why.PATIENT_BUSY)
        )
        assert (reason.block_id is not None) == (reason.why == Why.BLOCKED)


@calm
@given(worlds(), takings)
def test_taking_more_time_never_frees_a_slot(world: World, drawn: tuple[Span, int, int | None]) -> None:
    day, known = world
    more = taking(day, known.offer.now, drawn, 400)
    before = {(slot.starts_minute, slot.hours_id) for slot in ask(day, known) if slot.is_free}
    after = {
        (slot.starts_minute, slot.hours_id)
        for slot in ask(day, replace(known, busy=[*known.busy, more]))
        if slot.is_free
    }
    assert after <= before


@calm
@given(worlds())
def test_two_free_slots_booked_one_after_the_other_never_overlap(world: World) -> None:
    day, known = world
    taken: list[Slot] = []
    while offered := slots.free(ask(day, known))[:1]:
        assert all(offered[0].ends_at <= slot.starts_at or slot.ends_at <= offered[0].starts_at for slot in taken)
        taken += offered
        known = replace(known, busy=[*known.busy, Busy(offered[0].starts_at, offered[0].ends_at, 500)])


@calm
@given(worlds())
def test_days_asked_together_are_the_days_asked_one_by_one(world: World) -> None:
    day, known = world
    days = [day + timedelta(days=n) for n in (-1, 0, 1)]
    together = slots_between(
        days[0],
        days[-1],
        known.hours,
        known.offer,
        busy=known.busy,
        closed=known.closed,
        holidays=known.holidays,
        patient_busy=known.patient_busy,
    )
    assert together == [slot for one in days for slot in ask(one, known)]
