"""Which times are open: the same by every way of asking, and in a fixed number of statements."""

from datetime import datetime, timedelta

import pytest
import time_machine

from mibo import booking, clock, db
from mibo.clinics import Holiday
from mibo.scheduling.diary import Audience
from mibo.scheduling.slots import SlotState
from tests import make
from tests.counting import statements

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def kept():
    with db.transaction():
        where = make.centre()
        who = make.clinician(where)
        make.hours(who, where, opens="09:00", closes="17:00")
    return who, where


def quick(who, where, day=None, mode=None):
    return [
        each.starts_minute // 60 for each in booking.open_times(who.id, where.id, day or make.tomorrow(), mode) or []
    ]


def slow(who, where, day=None, mode=None):
    slots = booking.open_slots(who.id, day or make.tomorrow(), centre_id=where.id, mode=mode)
    return [slot.starts_minute // 60 for slot in slots if slot.is_free]


def counted(who, where, day=None, mode=None):
    day = day or make.tomorrow()
    return booking.days_with_slots(who.id, day, day, centre_id=where.id, mode=mode)[day].free


def test_a_free_day_has_all_its_hours(kept):
    with db.reading():
        assert quick(*kept) == slow(*kept) == [9, 10, 11, 12, 13, 14, 15, 16]
        assert counted(*kept) == 8


def test_nobody_and_nowhere_have_no_times(kept):
    who, where = kept
    with db.reading():
        assert booking.open_times(where.id, who.id, make.tomorrow()) is None
        assert booking.open_times(who.id, 1, make.tomorrow()) is None
        assert booking.open_slots(1, make.tomorrow()) == []


def test_every_way_of_asking_leaves_out_the_same_times(kept):
    who, where = kept
    day = make.tomorrow()
    with db.transaction():
        asha, ravi = make.patient(), make.patient("Ravi Kumar")
        make.appointment(asha, who, where, make.at("10:00"))
        make.appointment(ravi, who, where, make.at("12:00"), status=booking.Status.CANCELLED)
        make.appointment(ravi, who, where, make.at("13:00"), status=booking.Status.PENDING)
        make.block(
            datetime(day.year, day.month, day.day, 14, 30), datetime(day.year, day.month, day.day, 15, 15), who=who
        )
    with db.reading():
        assert quick(*kept) == slow(*kept) == [9, 11, 12, 16]
        assert counted(*kept) == 4


def test_a_holiday_closes_the_centre(kept):
    who, where = kept
    with db.transaction() as session:
        session.add(Holiday(centre_id=where.id, day=make.tomorrow(), reason="Onam"))
    with db.reading():
        assert quick(*kept) == slow(*kept) == []
        assert counted(*kept) == 0


def test_the_mode_must_be_offered(kept):
    _, where = kept
    with db.transaction():
        online_only = make.clinician(where, modes=("ONLINE",))
        make.hours(online_only, where, opens="09:00", closes="10:00")
    with db.reading():
        assert quick(online_only, where, mode="IN_PERSON") == slow(online_only, where, mode="IN_PERSON") == []
        assert quick(online_only, where, mode="ONLINE") == slow(online_only, where, mode="ONLINE") == [9]


def test_a_buffer_reaches_over_midnight():
    with db.transaction():
        where = make.centre()
        late = make.clinician(where, buffer=30)
        make.hours(late, where, opens="22:00", closes="24:00")
        make.appointment(make.patient(), late, where, make.at("00:15", make.tomorrow() + timedelta(days=1)))
    with db.reading():
        assert quick(late, where) == slow(late, where) == [22]
        assert counted(late, where) == 1


def test_appointments_around_midnight_fall_on_the_clinics_day(kept):
    who, where = kept
    with db.transaction():
        make.hours(who, where, opens="17:00", closes="24:00")
        make.appointment(make.patient(), who, where, make.at("23:00"))
    with db.reading():
        assert 23 not in quick(*kept)
        assert 23 in quick(who, where, make.tomorrow() + timedelta(days=1))


def test_staff_see_why_a_time_is_not_free(kept):
    who, where = kept
    with db.transaction():
        make.appointment(make.patient(), who, where, make.at("10:00"))
    with db.reading():
        slots = booking.open_slots(who.id, make.tomorrow(), centre_id=where.id, for_whom=Audience.STAFF)
    assert [(slot.state, [reason.text for reason in slot.reasons]) for slot in slots[:2]] == [
        (SlotState.FREE, []),
        (SlotState.BOOKED, ["Booked from 10:00 am to 11:00 am"]),
    ]


def test_a_hold_that_ran_out_takes_no_time(kept):
    who, where = kept
    with db.transaction():
        make.appointment(make.patient(), who, where, make.at("10:00"), status=booking.Status.PENDING)
    with time_machine.travel(clock.now() + timedelta(minutes=16)), db.reading():
        assert 10 in quick(*kept)
        assert 10 in slow(*kept)
        assert counted(*kept) == 8


@pytest.mark.parametrize("appointments", [1, 3])
def test_the_number_of_statements_does_not_grow(kept, appointments):
    who, where = kept
    with db.transaction():
        for face in ("10:00", "11:00", "12:00")[:appointments]:
            make.appointment(make.patient(), who, where, make.at(face))
    day = make.tomorrow()
    with db.reading(), statements() as sent:
        booking.open_times(who.id, where.id, day)
    assert len(sent) == 1
    with db.reading(), statements() as sent:
        booking.open_slots(who.id, day, day + timedelta(days=30), centre_id=where.id)
    assert len(sent) == 2
    with db.reading(), statements() as sent:
        booking.month_view([who.id], day, day + timedelta(days=30))
    assert len(sent) == 1


def test_the_grid_of_a_chain_and_who_is_free_next_are_one_statement_each_whatever_the_size(kept):
    _, where = kept
    with db.transaction():
        chain = [make.clinician(where) for _ in range(200)]
        for who in chain:
            make.hours(who, where, weekdays=[make.tomorrow().isoweekday() % 7])
    ids, day = [who.id for who in chain], make.tomorrow()
    with db.reading(), statements() as sent:
        grid = booking.month_view(ids, day, day + timedelta(days=59), centre_id=where.id)
    assert len(sent) == 1
    assert (len(grid), grid[ids[-1], day].free) == (200 * 60, 9)
    with db.reading(), statements() as sent:
        soonest = booking.next_free(ids, mode="ONLINE")
    assert len(sent) == 1
    assert set(soonest) == set(ids)


def test_the_next_free_time_is_found_for_many_at_once(kept):
    who, where = kept
    with db.transaction():
        idle = make.clinician(where)
    with db.reading():
        soonest = booking.next_free([who.id, idle.id])
    assert idle.id not in soonest
    assert clock.local(soonest[who.id]).hour in range(9, 17)
