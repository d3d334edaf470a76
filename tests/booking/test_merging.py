"""Two records of one person become one, and can be two again for a day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from mibo import booking, clock, db, identity, people
from mibo.booking import Appointment, CannotMerge, CannotUndo, WrongPatient
from mibo.errors import DomainError, Missing
from mibo.identity import Account, Actor
from mibo.identity.permissions import Role
from mibo.payments import Payment, Refund
from mibo.people import MedicalNote, Patient
from tests import make
from tests.invariants import broken_within

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A manager, a clinician, and one person on two phones."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.anita = make.clinician(self.kochi)
            make.hours(self.anita, self.kochi)
            self.manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
            self.kept = make.patient("Asha Menon", phone="+919876543210")
            self.double = make.patient("Aasha Menon", phone="+919876500002")

    def book(self, who: Patient, face: str, **more: object) -> Appointment:
        with db.transaction():
            return make.appointment(who, self.anita, self.kochi, make.at(face), **more)

    def merge(self, by: Actor | None = None) -> int:
        with db.transaction():
            return booking.merge(self.kept.id, self.double.id, "0002", by=by or self.manager).id

    def undo(self, merge_id: int) -> None:
        with db.transaction():
            booking.undo_merge(merge_id, by=self.manager)

    def of(self, kind: type, who: Patient) -> list[int]:
        with db.reading() as session:
            return sorted(session.scalars(select(kind.id).where(kind.patient_id == who.id)))

    def now(self, who: Patient) -> Patient:
        with db.reading() as session:
            return session.get_one(Patient, who.id)


def broken_rules() -> dict[str, list[object]]:
    """The invariants that do not hold now."""
    with db.write_engine().connect() as connection:
        return broken_within(connection.connection.driver_connection)


@pytest.fixture
def world() -> World:
    return World()


def test_everything_moves_and_the_double_stays_as_a_pointer(world: World) -> None:
    one = world.book(world.double, "10:00")
    with db.transaction():
        people.write_medical_note(world.double.id, "Sleeps badly.", by=world.manager)
        db.session().execute(update(Patient).where(Patient.id == world.double.id).values(mrn="K-7"))
    with db.reading():
        seen = booking.merge_preview(world.kept.id, world.double.id, by=world.manager)
    assert (seen.appointments, seen.payments, seen.notes, seen.mrn, seen.registration) == (1, 1, 1, "K-7", True)
    world.merge()
    assert world.of(Appointment, world.kept) == [one.id]
    assert world.of(Payment, world.kept) == [one.payment_id]
    assert len(world.of(MedicalNote, world.kept)) == 1
    double, kept = world.now(world.double), world.now(world.kept)
    assert (double.active, double.merged_into_id, double.mrn) == (False, kept.id, None)
    assert kept.mrn == "K-7"
    assert kept.registration_paid_at
    assert broken_rules() == {}


def proved(phone: str) -> int:
    """Whose record somebody comes to who has proved this phone."""
    with db.transaction():
        account, own, is_new = people.welcome_patient(phone, people.Details())
        assert (account.id, is_new) == (own.account_id, False)
        return own.id


def test_the_phone_of_a_merged_record_opens_the_one_that_is_kept_until_it_is_undone(world: World) -> None:
    done = world.merge()
    assert proved(world.double.phone) == world.kept.id
    with db.transaction():
        key = identity.start_web_sign_in(db.session().get_one(Account, world.kept.account_id), "by the former phone")
    with pytest.raises(people.PhoneInUse) as refused, db.transaction():
        people.register_patient({"phone": world.double.phone, "full_name": "Asha"}, by=world.manager)
    assert refused.value.patient_id == world.kept.id, "the desk is offered whoever is kept"
    world.undo(done)
    assert proved(world.double.phone) == world.double.id
    with db.reading():
        assert identity.who_by_key(key) is None, "who came in by it is signed out"


def test_a_record_kept_on_the_familys_phone_is_not_opened_by_the_former_one(world: World) -> None:
    with db.transaction() as session:
        mother = make.patient("Latha Menon")
        session.execute(
            update(Patient).where(Patient.id == world.kept.id).values(account_id=mother.account_id, phone=mother.phone)
        )
        world.kept.account_id = mother.account_id
    world.merge()
    with pytest.raises(people.KeptElsewhere):
        proved(world.double.phone)


def test_undone_within_a_day_all_is_as_it_was(world: World) -> None:
    mine, theirs = world.book(world.kept, "09:00", paid=False), world.book(world.double, "10:00")
    done = world.merge()
    later = world.book(world.kept, "15:00")
    world.undo(done)
    assert world.of(Appointment, world.kept) == [mine.id, later.id]
    assert world.of(Appointment, world.double) == [theirs.id]
    double = world.now(world.double)
    assert (double.active, double.merged_into_id) == (True, None)
    with db.reading() as session:
        assert session.get_one(Account, world.double.account_id).active
    with pytest.raises(CannotUndo):
        world.undo(done)


def test_after_a_day_it_is_kept(world: World) -> None:
    done = world.merge()
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1)), pytest.raises(CannotUndo):
        world.undo(done)


def test_appointments_at_one_time_make_it_refuse_and_are_listed(world: World) -> None:
    mine = world.book(world.kept, "10:00")
    with db.transaction():
        other = make.clinician(world.kochi, name="Dr. Ravi Nair")
        theirs = make.appointment(world.double, other, world.kochi, make.at("10:30"))
    with db.reading():
        seen = booking.merge_preview(world.kept.id, world.double.id, by=world.manager)
    assert [(one.id, another.id) for one, another in seen.overlaps] == [(mine.id, theirs.id)]
    with pytest.raises(CannotMerge):
        world.merge()
    assert world.of(Appointment, world.double) == [theirs.id]


def test_the_wrong_digits_merge_nobody(world: World) -> None:
    with pytest.raises(WrongPatient), db.transaction():
        booking.merge(world.kept.id, world.double.id, "3210", by=world.manager)
    assert world.now(world.double).active


def test_a_registration_paid_twice_goes_back_and_comes_back(world: World) -> None:
    world.book(world.kept, "09:00")
    twice = world.book(world.double, "10:00")
    done = world.merge()
    with db.reading() as session:
        assert session.get_one(Payment, twice.payment_id).registration_paise == 0
        assert [one.reason for one in session.scalars(select(Refund))] == ["PRICE_FELL"]
    assert broken_rules() == {}
    world.undo(done)
    with db.reading() as session:
        assert session.get_one(Payment, twice.payment_id).registration_paise > 0
        assert session.scalar(select(func.count()).select_from(Refund)) == 0
    assert broken_rules() == {}


def test_who_owns_the_phone_is_kept(world: World) -> None:
    with db.transaction():
        child = make.patient("Asha Menon", family_of=world.kept)
    with db.reading():
        seen = booking.merge_preview(child.id, world.kept.id, by=world.manager)
    assert "This phone belongs to" in seen.refusal
    with db.transaction():
        booking.merge(world.kept.id, child.id, "3210", by=world.manager)
    with db.reading() as session:
        assert session.get_one(Account, world.kept.account_id).active


def test_a_record_cannot_be_merged_twice_at_once(world: World) -> None:
    world.book(world.double, "10:00")

    def go(_: int) -> str:
        try:
            world.merge()
        except DomainError as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(4) as crowd:
        said = sorted(crowd.map(go, range(4)))
    assert said == ["Missing", "Missing", "Missing", "done"]


def test_a_booking_made_while_it_is_merged_is_nobodys_or_moves(world: World) -> None:
    desk = make.actor(Account(id=world.manager.account_id, full_name="M"), Role.MANAGER)

    def book(face: str) -> str:
        try:
            with db.transaction():
                booking.book_at_desk(
                    patient_id=world.double.id, clinician_id=world.anita.id, centre_id=world.kochi.id,
                    mode="IN_PERSON", starts_at=make.at(face), by=desk, pay_by="CASH",
                )  # fmt: skip
        except Missing:
            return "missing"
        return "booked"

    with ThreadPoolExecutor(4) as crowd:
        booked = [crowd.submit(book, face) for face in ("09:00", "10:00")]
        crowd.submit(world.merge).result()
        booked += [crowd.submit(book, face) for face in ("11:00", "12:00")]
        said = [one.result() for one in booked]
    assert world.of(Appointment, world.double) == []
    assert len(world.of(Appointment, world.kept)) == said.count("booked")
