"""What happens when the same people, or rivals, do things at the same moment."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import func, select

from mibo import booking, clock, db
from mibo.booking import Appointment, Status
from mibo.booking.rules import KeyReused
from mibo.clinics import Centre
from mibo.errors import Invalid
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Clinician, Patient
from tests import make
from tests.booking import money
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")
World = tuple[Clinician, Centre, Patient]


@pytest.fixture
def world() -> World:
    """A clinician with hours every day at one centre, and a patient."""
    return clinic()


def clinic(**of_clinician: object) -> World:
    with db.transaction():
        where = make.centre()
        who = make.clinician(where, **of_clinician)  # type: ignore[arg-type]
        make.hours(who, where)
        return who, where, make.patient()


def hold(world: World, face: str = "10:00", *, patient: Patient | None = None, key: str | None = None) -> Appointment:
    who, where, asha = world
    patient = patient or asha
    with db.transaction():
        return booking.hold(
            patient_id=patient.id,
            clinician_id=who.id,
            centre_id=where.id,
            mode="IN_PERSON",
            starts_at=make.at(face),
            by=make.actor(patient),
            request_key=key,
        )


def names(outcomes: Iterable[object]) -> list[str]:
    return sorted(each if isinstance(each, str) else "done" for each in outcomes)


def test_a_double_click_is_one_booking_for_both(world: World) -> None:
    ids = {made.id for made in at_once(*[partial(hold, world, key="one-form")] * 6)}  # type: ignore[attr-defined]
    assert len(ids) == 1


def test_a_patient_in_six_tabs_still_has_two_unpaid_times_at_the_most(world: World) -> None:
    faces = ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"]
    outcomes = at_once(*[partial(hold, world, face) for face in faces])
    assert names(outcomes) == ["TooManyHolds"] * 4 + ["done"] * 2


def test_one_key_for_two_different_bookings_is_refused(world: World) -> None:
    first = hold(world, "10:00", key="one-form")
    with pytest.raises(KeyReused):
        hold(world, "11:00", key="one-form")
    assert hold(world, "10:00", key="one-form").id == first.id


def test_a_buffer_is_kept_between_two_who_book_beside_each_other_at_the_same_moment() -> None:
    for _ in range(4):
        world = clinic(buffer=10)
        with db.transaction():
            ravi = make.patient("Ravi Kumar")
        outcomes = at_once(partial(hold, world, "10:00"), partial(hold, world, "11:00", patient=ravi))
        assert names(outcomes) in (["SlotTaken", "done"], ["NotOffered", "done"])


def test_money_from_both_sides_at_once_is_taken_once() -> None:
    waiting = money.held()

    def desk() -> object:
        with db.transaction():
            return booking.pay_at_desk(waiting.id, "CASH", None, by=waiting.desk)

    assert names(at_once(desk, desk, desk)) == ["AlreadyPaid", "AlreadyPaid", "done"]
    assert money.standing(waiting).payment == "PAID"


def test_holds_that_ended_are_swept_taken_again_and_paid_late_at_the_same_moment_without_a_deadlock() -> None:
    for _ in range(3):
        first = money.held(at="09:00", minutes_left=-1)
        rest = [money.held(at=face, minutes_left=-1, beside=first) for face in ("10:00", "11:00", "12:00")]
        family = money.held(at="14:00", minutes_left=-1, beside=first, patient=first.patient)
        ended = [first, *rest, family]
        with db.transaction():
            make.hours(first.clinician, first.centre)
            rivals = [make.patient(f"Rival {n}") for n in range(len(ended))]

        def late(one: money.Held) -> Callable[[], object]:
            def pay() -> object:
                with db.transaction():
                    return booking.pay_at_desk(one.id, "CASH", None, by=one.desk)

            return pay

        def rival(one: money.Held, patient: Patient) -> Callable[[], object]:
            def take() -> object:
                with db.transaction():
                    return booking.hold(
                        patient_id=patient.id,
                        clinician_id=one.clinician.id,
                        centre_id=one.centre.id,
                        mode="IN_PERSON",
                        starts_at=one.appointment.starts_at,
                        by=make.actor(patient),
                    )

            return take

        acts = [*map(late, ended), *map(rival, ended, rivals), booking.expire_holds, booking.expire_holds]
        outcomes = names(at_once(*acts))
        assert set(outcomes) <= {"done", "HoldOver", "SlotTaken"}, outcomes
        with db.reading() as session:
            live = select(Appointment.starts_at).where(Appointment.status.in_(booking.rules.HOLDS_TIME))
            taken = session.scalars(live.where(Appointment.clinician_id == first.clinician.id)).all()
        assert len(taken) == len(set(taken)) == len(ended)


def test_a_patient_cannot_keep_an_unpaid_time_for_ever_by_opening_links(sandbox: object) -> None:
    waiting = money.held(at="17:00", kind="LINK")
    ends = [waiting.appointment.held_until or clock.now()]
    with suppress(booking.HoldOver):
        while len(ends) < 12:
            with time_machine.travel(ends[-1] - timedelta(seconds=30)):
                booking.open_link(waiting.id, by=waiting.by)
            ends.append(money.hold_ends(waiting) or clock.now())
    assert len(ends) == 3
    assert ends[-1] - clock.now() <= timedelta(minutes=61)


@pytest.mark.parametrize("last_four", ["", "0", "10"])
def test_the_desk_confirms_with_four_digits_and_no_fewer(world: World, last_four: str) -> None:
    who, where, asha = world
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, where)
    with db.transaction(), pytest.raises(booking.WrongPatient):
        booking.book_at_desk(
            patient_id=asha.id, clinician_id=who.id, centre_id=where.id, mode="IN_PERSON", starts_at=make.at("10:00"),
            by=make.actor(desk, Role.FRONT_DESK, centres=(where,)), pay_by="CASH", last_four=last_four,
        )  # fmt: skip


def test_no_note_keeps_a_card_number(world: World) -> None:
    held = hold(world)
    with db.transaction(), pytest.raises(Invalid, match="card number"):
        booking.write_note(held.id, "Please charge 4111 1111 1111 1111", by=make.actor(world[2]))


def test_the_clinicians_message_is_promised_with_the_confirmation_itself() -> None:
    waiting = money.held()
    with db.transaction():
        doctor = make.staff(Role.CLINICIAN, waiting.centre, name="Dr. Anita Kurian")
        db.session().get_one(Clinician, waiting.clinician.id).account_id = doctor.id
    with db.transaction():
        booking.pay_at_desk(waiting.id, "CASH", None, by=waiting.desk)
    with db.reading() as session:  # nobody has worked off the queue, and nobody need ever ring again
        told = session.execute(select(Message.phone, func.count()).group_by("phone")).all()
    assert dict(iter(told)) == {doctor.phone: 1, waiting.patient.phone: 1}


def test_a_hold_is_not_extended_twice_at_the_same_moment(world: World) -> None:
    held = hold(world)
    by = make.actor(world[2])

    def extend() -> object:
        with db.transaction():
            return booking.extend_hold(held.id, by=by)

    assert names(at_once(extend, extend, extend)) == ["Conflict", "Conflict", "done"]
    with db.reading() as session:
        until = session.scalar(select(Appointment.held_until).where(Appointment.id == held.id))
    assert until == held.held_until + timedelta(minutes=15)


def test_cancelling_and_paying_at_the_same_moment_leave_no_money_behind() -> None:
    for _ in range(4):
        waiting = money.held()

        def let_go(one: money.Held = waiting) -> object:
            with db.transaction():
                return booking.release_hold(one.id, by=one.by)

        def pay(one: money.Held = waiting) -> object:
            with db.transaction():
                return booking.pay_at_desk(one.id, "UPI", None, by=one.desk)

        outcomes = at_once(let_go, pay)
        after = money.standing(waiting)
        assert names(outcomes) in (["NotAllowed", "done"], ["Invalid", "done"])
        assert (after.appointment, after.payment) in ((Status.CANCELLED, "PENDING"), (Status.CONFIRMED, "PAID"))
