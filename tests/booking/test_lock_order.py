"""Two who change the same days at the same moment wait for each other in one order, and never in a circle."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

from mibo import booking, care, clock, db
from mibo.booking import Appointment, Closing, HoursWish, QueueEntry, Status
from mibo.booking.displacing import Choice
from mibo.identity.permissions import Role
from mibo.people import Patient
from mibo.scheduling.spans import Span
from tests import make
from tests.booking import changes
from tests.booking.changes import World, now_of
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")
ROUNDS = range(6)
MANY = ("10:00", "11:00", "12:00", "13:00")
Act = Callable[[], object]


@pytest.fixture
def world() -> World:
    """Both clinicians keep a quarter of an hour free around a visit, so that the buffer's lock is in play, too."""
    made = changes.world()
    with db.transaction() as session:
        for who in (made.anita, made.binu):
            session.merge(who).buffer_minutes = 15
    return made


def inside(act: Act) -> Act:
    """In one transaction, which is not tried again: a circle is seen as what it is."""

    def run() -> object:
        with db.transaction():
            act()
        return "done"

    return run


def outcomes(*acts: Act) -> list[object]:
    found = at_once(*acts)
    assert "OperationalError" not in found, found
    return found


def booked(world: World, patients: list[Patient]) -> list[Appointment]:
    return [world.book(face, who=who, minutes=30) for face, who in zip(MANY, patients, strict=True)]


def some(world: World) -> list[Patient]:
    return [world.other_patient(f"Patient {name}") for name in ("Asha", "Binu", "Charu", "Devi")]


def moving(world: World, one: Appointment, face: str, **more: object) -> Act:
    return inside(lambda: booking.reschedule(one.id, starts_at=make.at(face), by=world.desk, **more))


@pytest.mark.parametrize("_", ROUNDS)
def test_hours_are_set_while_visits_outside_them_are_moved(world: World, _: int) -> None:
    visits = booked(world, some(world))
    wish = HoursWish(rows=[], from_day=make.tomorrow())
    answers = {one.id: Choice.CANCEL for one in visits}
    done, *moved = outcomes(
        inside(lambda: booking.set_hours(world.anita.id, wish, answers=answers, by=world.manager)),
        moving(world, visits[3], "15:00"),
        moving(world, visits[0], "16:00"),
    )
    assert done == "done"
    assert set(moved) <= {"done", "NotAllowed", "NotOffered"}
    assert {now_of(one).status for one in visits} == {Status.CANCELLED}


def test_a_visit_without_an_answer_stops_the_hours_before_anything_is_done(world: World) -> None:
    wish = HoursWish(rows=[], from_day=make.tomorrow())
    world.book("10:00")
    with pytest.raises(booking.VisitsOutside), db.transaction():
        booking.set_hours(world.anita.id, wish, answers={}, by=world.manager)


@pytest.mark.parametrize("_", ROUNDS)
def test_time_is_closed_while_visits_in_it_are_moved(world: World, _: int) -> None:
    visits = booked(world, some(world))
    day = make.tomorrow()
    closing = Closing(
        clinician_id=world.anita.id, spans=[Span(datetime.combine(day, time(9)), datetime.combine(day, time(18)))]
    )
    outcomes(
        lambda: booking.close_time(closing, by=world.manager),
        moving(world, visits[3], "15:00"),
        moving(world, visits[0], "16:00", clinician_id=world.binu.id),
    )
    after = [now_of(one) for one in visits]
    assert {one.status for one in after if one.clinician_id == world.anita.id} <= {Status.CANCELLED}
    assert [one.status for one in after[1:3]] == [Status.CANCELLED] * 2


@pytest.mark.parametrize("_", ROUNDS)
def test_two_clinicians_are_closed_whose_patients_are_the_same_in_crossing_order(world: World, _: int) -> None:
    asha, ravi, day = world.asha, world.other_patient(), make.tomorrow()
    with db.transaction():
        for who, face, whom in (
            (asha, "10:00", world.anita), (ravi, "11:00", world.anita),
            (ravi, "10:00", world.binu), (asha, "11:00", world.binu),
        ):  # fmt: skip
            make.appointment(who, whom, world.kochi, make.at(face), status=Status.CONFIRMED, minutes=30)
    spans = [Span(datetime.combine(day, time(9)), datetime.combine(day, time(18)))]
    outcomes(*[
        (lambda who=who: booking.close_time(Closing(clinician_id=who.id, spans=spans), by=world.manager))
        for who in (world.anita, world.binu)
    ])  # fmt: skip


@pytest.mark.parametrize("_", ROUNDS)
def test_two_visits_change_their_clinicians_with_each_other(world: World, _: int) -> None:
    ravi = world.other_patient()
    one = world.book("10:00", minutes=60)
    with db.transaction():
        other = make.appointment(ravi, world.binu, world.kochi, make.at("12:00"))
    found = outcomes(
        moving(world, one, "12:00", clinician_id=world.binu.id),
        moving(world, other, "10:00", clinician_id=world.anita.id),
    )
    assert set(found) <= {"done", "SlotTaken"}


@pytest.mark.parametrize("_", ROUNDS)
def test_two_records_become_one_while_a_visit_of_theirs_is_moved_and_another_booked(world: World, _: int) -> None:
    double = world.other_patient("Aasha Menon")
    one, other = world.book("10:00"), world.book("12:00", who=double)

    def merge() -> None:
        booking.merge(world.asha.id, double.id, double.phone[-4:], by=world.manager)

    def book() -> None:
        booking.book_at_desk(
            patient_id=double.id, clinician_id=world.binu.id, centre_id=world.kochi.id, mode="IN_PERSON",
            starts_at=make.at("15:00"), by=world.desk, pay_by="CASH",
        )  # fmt: skip

    found = outcomes(inside(merge), moving(world, other, "16:00"), moving(world, one, "14:00"), inside(book))
    assert found[0] in ("done", "CannotMerge")
    assert set(found[1:]) <= {"done", "Missing", "SlotTaken", "NotOffered", "CannotMerge"}


@pytest.mark.parametrize("_", ROUNDS)
def test_two_records_become_one_while_their_number_is_booked_out_of_the_queue(world: World, _: int) -> None:
    double = world.other_patient("Aasha Menon")
    with db.transaction():
        visit = make.appointment(double, world.anita, world.kochi, make.at("12:00"))
        entries = [
            booking.queue.join(who.id, world.kochi.id, last_four=who.phone[-4:], by=world.desk)
            for who in (world.asha, double)
        ]
    found = outcomes(
        inside(lambda: booking.merge(world.asha.id, double.id, double.phone[-4:], by=world.manager)),
        inside(lambda: booking.queue.link_booking(entries[1].id, visit.id, by=world.desk)),
    )
    assert found[0] == "done"
    with db.reading() as session:
        assert session.get_one(QueueEntry, entries[1].id).status in ("DONE", "LEFT")


@pytest.mark.parametrize("_", ROUNDS)
def test_a_follow_up_is_said_again_while_it_is_linked(world: World, _: int) -> None:
    anita = make.actor(world.accounts["anita"], Role.CLINICIAN, centres=(world.kochi,), clinician=world.anita)
    with db.transaction():
        parent = make.appointment(
            world.asha, world.anita, world.kochi, clock.now() - timedelta(hours=1), status=Status.COMPLETED
        )
        later = make.appointment(world.asha, world.anita, world.kochi, make.at("12:00"))
        wanted = care.recommend(parent.id, make.tomorrow(), None, by=anita)
    found = outcomes(
        inside(lambda: care.recommend(parent.id, make.tomorrow(), "Soon", by=anita)),
        inside(lambda: care.link(wanted.id, later.id, by=world.desk)),
    )
    assert found == ["done", "done"]


@pytest.mark.parametrize("_", ROUNDS)
def test_one_patient_is_booked_and_paid_for_at_the_desk_while_another_visit_of_theirs_is_moved(
    world: World, _: int
) -> None:
    one = world.book("10:00", minutes=30)

    def book() -> None:
        booking.book_at_desk(
            patient_id=world.asha.id, clinician_id=world.anita.id, centre_id=world.kochi.id, mode="IN_PERSON",
            starts_at=make.at("12:00"), by=world.desk, pay_by="CASH",
        )  # fmt: skip

    found = outcomes(inside(book), moving(world, one, "15:00"))
    assert set(found) <= {"done", "SlotTaken"}


def test_a_move_does_not_wait_for_an_ended_hold_whose_money_is_just_coming(world: World) -> None:
    """Who settles holds the hold and waits for the clinician; the move holds the clinician: it gives way instead."""
    one, ended = world.book("10:00", minutes=30), clock.now() - timedelta(minutes=1)
    late = world.book("14:00", who=world.other_patient(), status=Status.PENDING, held_until=ended)
    with db.transaction():
        booking.locked(late.id)
        assert at_once(moving(world, one, "14:00")) == ["SlotTaken"]
    assert moving(world, one, "14:00")() == "done"
