"""A clinician's week, and why a time is not offered: true for those who may look, and nothing for others."""

from datetime import datetime, time, timedelta

import pytest

from mibo import booking, db
from mibo.errors import Missing
from mibo.identity.permissions import Role
from mibo.scheduling.reasons import Why
from tests import make
from tests.counting import statements

TEN, ELEVEN = 10 * 60, 11 * 60


@pytest.fixture
def world(database):
    with db.transaction():
        kochi, aluva = make.centre("Mibo Kochi"), make.centre("Mibo Aluva")
        one = make.clinician(kochi, aluva)
        day = make.tomorrow()
        weekday = day.isoweekday() % 7
        make.hours(one, kochi, weekdays=[weekday], opens="09:00", closes="13:00", minutes=60)
        make.hours(one, aluva, weekdays=[weekday], opens="15:00", closes="17:00", minutes=60)
        desk = make.actor(make.staff(Role.FRONT_DESK, kochi), Role.FRONT_DESK, centres=(kochi,))
        return {"kochi": kochi, "aluva": aluva, "one": one, "day": day, "desk": desk}


def test_a_week_has_seven_days_with_every_minute_told(world):
    with db.reading():
        week = booking.clinician_week(world["one"].id, world["day"], by=world["desk"])
    assert [day.day for day in week.days] == [world["day"] + timedelta(days=n) for n in range(7)]
    for day in week.days:
        covered = sorted((cell.starts_minute, cell.ends_minute) for cell in day.cells)
        assert covered[0][0] == 0
        assert covered[-1][1] == 1440
    assert sum(cell.is_free for cell in week.days[0].cells) == 6
    assert sum(cell.is_free for cell in week.days[1].cells) == 0


def test_the_week_takes_the_same_few_statements_whatever_stands_in_it(world):
    with db.transaction():
        for hour in (9, 10, 11):
            make.appointment(make.patient(), world["one"], world["kochi"], make.at(f"{hour:02d}:00", world["day"]))
    with db.reading(), statements() as sent:
        week = booking.clinician_week(world["one"].id, world["day"], by=world["desk"])
    assert len(week.days[0].appointments) == 3
    assert len(sent) <= 8


def test_a_clinician_of_other_centres_is_not_there(world):
    with db.transaction():
        mumbai = make.centre("Mibo Mumbai")
        elsewhere = make.actor(make.staff(Role.FRONT_DESK, mumbai), Role.FRONT_DESK, centres=(mumbai,))
    with db.reading():
        for ask in (
            lambda: booking.clinician_week(world["one"].id, world["day"], by=elsewhere),
            lambda: booking.week_version(world["one"].id, world["day"], by=elsewhere),
            lambda: booking.why_not(world["one"].id, world["kochi"].id, world["day"], by=elsewhere),
            lambda: booking.why_not(world["one"].id, world["aluva"].id, world["day"], by=world["desk"]),
        ):
            with pytest.raises(Missing):
                ask()


def test_the_version_changes_with_bookings_blocks_and_hours(world):
    def version():
        with db.reading():
            return booking.week_version(world["one"].id, world["day"], by=world["desk"])

    seen = [version()]
    assert version() == seen[0]
    with db.transaction():
        make.appointment(make.patient(), world["one"], world["kochi"], make.at("09:00", world["day"]))
    seen.append(version())
    with db.transaction():
        make.block(datetime.combine(world["day"], time(10)), datetime.combine(world["day"], time(11)), who=world["one"])
    seen.append(version())
    with db.transaction():
        make.hours(world["one"], world["kochi"], weekdays=[(world["day"].isoweekday() + 1) % 7])
    seen.append(version())
    assert len(set(seen)) == 4


def test_a_closed_time_names_the_block_and_who_is_booked(world):
    with db.transaction():
        block = make.block(
            datetime.combine(world["day"], time(10)), datetime.combine(world["day"], time(11)), who=world["one"]
        )
        taken = make.appointment(make.patient(), world["one"], world["kochi"], make.at("09:00", world["day"]))
    with db.reading():
        told = booking.why_not(world["one"].id, world["kochi"].id, world["day"], by=world["desk"])
    closed, booked, afternoon = told.around(TEN), told.around(9 * 60), told.around(15 * 60)
    assert [(reason.why, reason.block_id) for reason in closed.reasons] == [(Why.BLOCKED, block.id)]
    assert [(reason.why, reason.appointment_id) for reason in booked.reasons] == [(Why.BOOKED, taken.id)]
    assert [reason.text for reason in afternoon.reasons] == ["Works at another centre from 3:00 pm to 5:00 pm"]
    assert told.around(ELEVEN).is_free
