"""A block and a booking at the same moment: nobody lands inside a block just made, and nothing waits for ever (R-01)."""

import pytest
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Answers, Appointment, Closing, Status
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.scheduling import TimeBlock
from tests import make
from tests.booking import money
from tests.booking.test_blocking import span
from tests.booking.test_closing_races import World, hold, meanwhile, somebody_waits
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")
ROUNDS = 6


@pytest.fixture
def world() -> World:
    """A clinician with hours every day at one centre, and a patient."""
    with db.transaction():
        where = make.centre()
        who = make.clinician(where)
        make.hours(who, where)
        return who, where, make.patient()


@pytest.fixture
def boss(world: World) -> Actor:
    with db.transaction():
        return make.actor(make.staff(Role.MANAGER), Role.MANAGER)


def closing(world: World, *, whole_centre: bool = False) -> Closing:
    who, where, _ = world
    return Closing(
        clinician_id=None if whole_centre else who.id, centre_id=where.id if whole_centre else None,
        spans=[span("10:00", "12:00")],
    )  # fmt: skip


def standing_inside() -> list[int]:
    """Who stands inside closed time: must be nobody."""
    with db.reading() as session:
        return [
            one.id
            for one in session.scalars(select(Appointment).where(Appointment.status.in_(("PENDING", "CONFIRMED"))))
            for block in session.scalars(select(TimeBlock).where(TimeBlock.lifted_at.is_(None)))
            if clock.local(one.starts_at).replace(tzinfo=None) < block.ends_local
            and clock.local(one.ends_at).replace(tzinfo=None) > block.starts_local
        ]


@pytest.mark.parametrize("whole_centre", [False, True])
def test_a_booking_that_waits_for_a_block_is_refused_when_the_block_stands(
    world: World, boss: Actor, whole_centre: bool
) -> None:
    with db.transaction():
        booking.close_time(closing(world, whole_centre=whole_centre), by=boss)
        with meanwhile(lambda: hold(world)) as ended:
            assert somebody_waits()
            db.session().commit()
            assert ended() == "NotOffered"
    with db.reading() as session:
        assert session.scalars(select(Appointment.id)).all() == []


@pytest.mark.parametrize("whole_centre", [False, True])
def test_a_block_that_waits_for_a_booking_sees_it(world: World, boss: Actor, whole_centre: bool) -> None:
    wish = closing(world, whole_centre=whole_centre)
    with db.transaction():
        who, where, asha = world
        taken = booking.hold(
            patient_id=asha.id, clinician_id=who.id, centre_id=where.id, mode="IN_PERSON",
            starts_at=make.at("10:00"), by=make.actor(asha),
        )  # fmt: skip
        with meanwhile(lambda: booking.close_time(wish, by=boss, answers=Answers(seen=()))) as ended:
            assert somebody_waits()
            db.session().commit()
            assert ended() == "AffectedChanged"
    with db.reading() as session:
        assert session.scalars(select(TimeBlock.id)).all() == []
    booking.close_time(wish, by=boss, answers=Answers(seen={taken.id}))
    assert standing_inside() == []


def test_bookings_blocks_and_a_holiday_at_once_leave_nobody_inside_and_nobody_stuck(world: World, boss: Actor) -> None:
    def close() -> object:
        return len(booking.close_time(closing(world), by=boss).blocks)

    def close_centre() -> object:
        return len(booking.close_time(closing(world, whole_centre=True), by=boss).blocks)

    def close_day() -> object:
        with db.transaction():
            return len(booking.close_day(world[1].id, make.tomorrow(), "Onam", by=boss, answers=Answers()).outcomes)

    faces = ("10:00", "11:00", "13:00")
    acts = [close, close_centre, close_day, *(lambda face=face: hold(world, face) for face in faces)]
    outcomes = at_once(*acts)
    known = {"AffectedChanged", "AlreadyClosed", "NotOffered", "SlotTaken", "TooManyHolds"}
    assert [one for one in outcomes if isinstance(one, str) and one not in known] == []
    assert standing_inside() == []


def test_money_and_a_block_at_once_end_in_one_truth(world: World, boss: Actor) -> None:
    """Settling locks the appointment first, and so does closing: they wait for each other in one order only."""
    for _ in range(ROUNDS):
        late = money.held(at="10:00", day=make.tomorrow(), minutes_left=5)
        wish = Closing(clinician_id=late.clinician.id, spans=[span("10:00", "11:00")])

        def confirm(late=late) -> object:
            with db.transaction():
                one = booking.locked(late.id)
                booking.actions.confirm(one, by=None, reason="Paid")
                return one.status

        def close(wish=wish) -> object:
            return len(booking.close_time(wish, by=boss).blocks)

        outcomes = at_once(confirm, close)
        assert outcomes[1] == 1
        assert outcomes[0] in (Status.CONFIRMED, "NotAllowed")
        assert money.standing(late).appointment == Status.CANCELLED


def test_late_money_does_not_sit_down_inside_a_block(world: World, boss: Actor) -> None:
    late = money.held(at="10:00", day=make.tomorrow(), minutes_left=-1)
    with db.transaction():
        db.session().get_one(Appointment, late.id).status = Status.EXPIRED
        db.session().add(booking.StatusChange(appointment_id=late.id, previous=Status.PENDING, next=Status.EXPIRED))
    booking.close_time(Closing(clinician_id=late.clinician.id, spans=[span("10:30", "10:45")]), by=boss)
    with db.transaction():
        assert booking.actions.reseat(booking.actions.locked(late.id), reason="Paid late") is False


def test_two_who_close_the_same_time_at_once_make_one_block(world: World, boss: Actor) -> None:
    def close(key: str) -> object:
        return [one.id for one in booking.close_time(closing(world), by=boss, request_key=key).blocks]

    outcomes = at_once(lambda: close("the-same-key"), lambda: close("the-same-key"))
    assert outcomes[0] == outcomes[1]
    assert isinstance(outcomes[0], list)
    assert at_once(lambda: close("another-key-1"), lambda: close("another-key-2")) == ["AlreadyClosed"] * 2
