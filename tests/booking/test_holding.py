"""A patient takes a time: the rules, the constraint, and the ends of holds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from mibo import booking, clinics, clock, db
from mibo.booking import Appointment, NotOffered, SlotTaken, Status, StatusChange, actions
from mibo.booking.rules import TooManyAhead, TooManyHolds
from mibo.errors import Missing
from mibo.identity.permissions import Role
from mibo.payments import Payment
from mibo.payments.rules import FeeMissing
from mibo.people import Patient
from mibo.scheduling import WeeklyHours
from tests import make

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world():
    """A clinician with hours every day at one centre, and a patient."""
    with db.transaction():
        where = make.centre()
        who = make.clinician(where)
        make.hours(who, where)
        asha = make.patient()
    return who, where, asha


def hold(world, starts_at=None, *, patient: Patient | None = None, **more):
    who, where, asha = world
    patient = patient or asha
    with db.transaction():
        return booking.hold(
            patient_id=patient.id,
            clinician_id=who.id,
            centre_id=where.id,
            mode=more.pop("mode", "IN_PERSON"),
            starts_at=starts_at or make.at("10:00"),
            by=more.pop("by", make.actor(patient)),
            **more,
        )


def status_of(appointment: Appointment) -> str:
    with db.reading() as session:
        return session.scalar(select(Appointment.status).where(Appointment.id == appointment.id))


def test_a_hold_freezes_the_price_and_ends_in_fifteen_minutes(world):
    before = clock.now()
    held = hold(world, note="First visit")
    assert (held.status, held.patient_note, held.source) == (Status.PENDING, "First visit", "WEB_PATIENT")
    assert (held.payment.consultation_paise, held.payment.registration_paise) == (160_000, 10_000)
    assert timedelta(minutes=15) <= held.held_until - before < timedelta(minutes=15, seconds=10)
    assert held.ends_at - held.starts_at == timedelta(minutes=60)


def test_the_first_step_of_its_life_is_in_the_history(world):
    held = hold(world)
    with db.reading():
        steps = booking.history_of(held.id)
    assert [(step.previous, step.next, step.by_account_id) for step in steps] == [(None, "PENDING", held.booked_by)]


def test_a_second_booking_of_the_slot_is_refused_with_what_was_wanted(world):
    hold(world)
    with db.transaction():
        other = make.patient("Ravi Kumar")
    with pytest.raises(SlotTaken) as refused:
        hold(world, patient=other)
    assert refused.value.message == "10:00 am has just been taken."
    assert refused.value.wanted.starts_at == make.at("10:00")


def test_the_same_request_asked_twice_is_one_booking(world):
    first = hold(world, request_key="form-1")
    assert hold(world, request_key="form-1").id == first.id


def test_a_patient_cannot_be_in_two_places_at_once(world):
    who, where, asha = world
    with db.transaction():
        second = make.clinician(where, name="Dr. Second")
        make.hours(second, where)
    hold(world)
    with pytest.raises(NotOffered, match="already an appointment at this time"):
        hold((second, where, asha))


def test_a_clinician_is_busy_at_every_centre(world):
    who, _, asha = world
    with db.transaction():
        elsewhere = make.centre()
        session = db.session()
        for row in session.scalars(select(WeeklyHours)):
            if row.weekday % 2:
                row.centre_id = elsewhere.id
        session.flush()
    odd = next(day for n in range(1, 8) if (day := clock.today() + timedelta(days=n)).isoweekday() % 7 % 2)
    with db.transaction():
        make.appointment(asha, who, world[1], make.at("10:30", odd))
    with db.transaction():
        other = make.patient("Ravi Kumar")
    with pytest.raises(SlotTaken):
        hold((who, elsewhere, other), make.at("10:00", odd))


@pytest.mark.parametrize("face", ["10:10", "08:00", "17:30"])
def test_a_time_outside_the_grid_is_not_offered(world, face):
    with pytest.raises(NotOffered):
        hold(world, make.at(face))


def test_a_past_time_and_one_too_soon_are_not_offered(world):
    with time_machine.travel(make.at("09:50", clock.today())):
        for face in ("09:00", "10:00"):
            with pytest.raises(NotOffered):
                hold(world, make.at(face, clock.today()))
        assert hold(world, make.at("11:00", clock.today())).status == Status.PENDING


def test_nobody_books_for_a_stranger(world):
    with db.transaction():
        stranger = make.patient("Ravi Kumar")
    with pytest.raises(Missing):
        hold(world, by=make.actor(stranger))


def test_a_clinician_without_a_fee_cannot_be_booked(world):
    _, where, asha = world
    with db.transaction():
        feeless = make.clinician(where, fee_paise=None)
        make.hours(feeless, where)
    with pytest.raises(FeeMissing):
        hold((feeless, where, asha))
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Payment)) == 0


def test_two_unpaid_holds_are_enough(world):
    hold(world, make.at("10:00"))
    hold(world, make.at("12:00"))
    with pytest.raises(TooManyHolds):
        hold(world, make.at("14:00"))


def test_four_appointments_ahead_with_one_clinician_are_enough(world):
    who, where, asha = world
    with db.transaction():
        for face in ("10:00", "11:00", "12:00", "13:00"):
            make.appointment(asha, who, where, make.at(face))
    with pytest.raises(TooManyAhead):
        hold(world, make.at("15:00"))


def test_an_ended_hold_gives_way_without_any_worker(world):
    first = hold(world)
    with db.transaction():
        other = make.patient("Ravi Kumar")
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        second = hold(world, first.starts_at, patient=other)
        assert (status_of(first), second.status) == ("EXPIRED", Status.PENDING)
        with db.reading():
            assert [step.next for step in booking.history_of(first.id)] == ["PENDING", "EXPIRED"]


def test_the_sweep_ends_holds_once_and_tells_the_patient_once(world, work):
    first = hold(world)
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        booking.expire_holds()
        booking.expire_holds()
    assert status_of(first) == "EXPIRED"
    with db.reading() as session:
        told = session.execute(text("select template from message")).scalars().all()
    assert told == ["mibo_hold_ended"]


def test_a_patient_may_have_more_time_once(world):
    held = hold(world)
    until = held.held_until
    with db.transaction():
        longer = booking.extend_hold(held.id, by=make.actor(world[2]))
        assert longer.held_until - until == timedelta(minutes=15)
    with db.transaction(), pytest.raises(actions.Conflict, match="already had more time"):
        booking.extend_hold(held.id, by=make.actor(world[2]))


def test_twenty_at_once_and_exactly_one_has_it(world):
    with db.transaction():
        patients = [make.patient(f"Patient {n}") for n in range(20)]
    start = Barrier(20)

    def rival(patient: Patient) -> str:
        start.wait()
        try:
            hold(world, patient=patient)
        except SlotTaken:
            return "taken"
        except Exception as error:
            return type(error).__name__
        return "won"

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(rival, patients))
    assert sorted(outcomes) == ["taken"] * 19 + ["won"]


def test_the_database_itself_refuses_an_overlap(world):
    who, where, asha = world
    with db.transaction():
        other = make.patient("Ravi Kumar")
        make.appointment(asha, who, where, make.at("10:00"))
    with pytest.raises(IntegrityError, match="appointment_clinician_free"), db.transaction():
        make.appointment(other, who, where, make.at("10:30"))


def test_the_database_refuses_a_step_without_history(world):
    held = hold(world)
    with pytest.raises(IntegrityError, match="without a history row"), db.transaction() as session:
        session.execute(text("update appointment set status = 'CONFIRMED' where id = :id"), {"id": held.id})
    assert status_of(held) == "PENDING"


def test_the_audit_only_grows(world):
    hold(world)
    with pytest.raises(IntegrityError, match="the audit only grows"), db.transaction() as session:
        session.execute(text("delete from audit_entry"))


def test_late_money_takes_the_time_again_if_it_is_free(world):
    held = hold(world)
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        booking.expire_holds()
        with db.transaction():
            assert actions.reseat(actions.locked(held.id), reason="Paid late") is True
    assert status_of(held) == "CONFIRMED"


def test_late_money_finds_the_time_taken(world):
    held = hold(world)
    with db.transaction():
        other = make.patient("Ravi Kumar")
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        hold(world, held.starts_at, patient=other)
        with db.transaction():
            assert actions.reseat(actions.locked(held.id), reason="Paid late") is False
    assert status_of(held) == "EXPIRED"


def test_the_desk_takes_cash_and_the_booking_stands(world, work):
    who, where, asha = world
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, where)
    with db.transaction():
        booked = booking.book_at_desk(
            patient_id=asha.id, clinician_id=who.id, centre_id=where.id, mode="IN_PERSON", starts_at=make.at("10:00"),
            by=make.actor(desk, Role.FRONT_DESK, centres=(where,)), pay_by="CASH", last_four=asha.phone[-4:],
        )  # fmt: skip
        assert (booked.status, booked.source, booked.payment.status) == ("CONFIRMED", "FRONT_DESK", "PAID")
    with db.reading() as session:
        assert session.execute(text("select template from message")).scalars().all() == ["mibo_booking_confirmed"]
        assert session.get_one(Patient, asha.id).registration_paid_at is not None


def test_the_desk_of_another_centre_finds_no_such_centre(world):
    who, where, asha = world
    with db.transaction():
        elsewhere = make.centre()
        desk = make.staff(Role.FRONT_DESK, elsewhere)
    with db.transaction(), pytest.raises(Missing):
        booking.book_at_desk(
            patient_id=asha.id, clinician_id=who.id, centre_id=where.id, mode="IN_PERSON", starts_at=make.at("10:00"),
            by=make.actor(desk, Role.FRONT_DESK, centres=(elsewhere,)), pay_by="CASH",
        )  # fmt: skip


def test_the_wrong_last_four_digits_stop_a_booking(world):
    who, where, asha = world
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, where)
    with db.transaction(), pytest.raises(booking.WrongPatient):
        booking.book_at_desk(
            patient_id=asha.id, clinician_id=who.id, centre_id=where.id, mode="IN_PERSON", starts_at=make.at("10:00"),
            by=make.actor(desk, Role.FRONT_DESK, centres=(where,)), pay_by="CASH", last_four="0000",
        )  # fmt: skip


def test_references_are_never_shared():
    seen = {booking.rules.reference_of(n) for n in range(1, 60_000)}
    assert len(seen) == 59_999
    assert all(len(one) == 7 for one in seen)


def test_open_times_and_open_slots_agree(world):
    who, where, asha = world
    with db.transaction():
        make.appointment(asha, who, where, make.at("11:00"))
        day = make.tomorrow()
        make.block(
            datetime(day.year, day.month, day.day, 14, 30), datetime(day.year, day.month, day.day, 15, 15), who=who
        )
    with db.reading():
        quick = [time.starts_minute for time in booking.open_times(who.id, where.id, day)]
        slow = [slot.starts_minute for slot in booking.open_slots(who.id, day, centre_id=where.id) if slot.is_free]
        counts = booking.days_with_slots(who.id, day, day, centre_id=where.id)
        soonest = booking.next_free([who.id])
    assert quick == slow == [540, 600, 720, 780, 960, 1020]
    assert counts[day].free == 6
    assert clinics.policy_in_force().horizon_days == 60
    assert soonest[who.id] <= make.at("09:00")


def test_a_history_row_is_kept_for_each_state(world):
    held = hold(world)
    with db.transaction():
        actions.confirm(actions.locked(held.id), by=None)
    with db.reading() as session:
        steps = session.scalars(
            select(StatusChange.next).where(StatusChange.appointment_id == held.id).order_by(StatusChange.id)
        ).all()
    assert steps == ["PENDING", "CONFIRMED"]
