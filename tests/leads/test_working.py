"""What becomes of an enquiry: booked from it or by its phone, counted step by step, forgotten in the end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mibo import booking, clinics, clock, db, leads
from mibo.booking import Status, merging
from mibo.care import own_copy
from mibo.errors import Conflict
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.leads import Asked, Cut, Enquiry, EnquiryStep, Wish
from mibo.leads.rules import shown
from tests import make

pytestmark = pytest.mark.usefixtures("database")

PHONE = "+919800077001"


@pytest.fixture
def admin() -> Actor:
    with db.transaction():
        return make.actor(make.staff(Role.ADMIN), Role.ADMIN)


def ask(phone: str = PHONE, **more: object) -> int:
    with db.transaction():
        told = {"full_name": "Nila Nair", "phone": phone, "request_key": f"key-of-{phone}", **more}
        return leads.ask(Asked(**told)).id  # type: ignore[arg-type]


def kept(enquiry_id: int) -> Enquiry:
    with db.reading() as session:
        return session.get_one(Enquiry, enquiry_id)


def book(phone: str, *, status: Status = Status.CONFIRMED, face: str = "10:00", paid: bool | None = None) -> int:
    with db.transaction():
        place = make.centre()
        one = make.appointment(
            make.patient(phone=phone), make.clinician(place), place, make.at(face), status=status, paid=paid
        )
        return one.id


def test_a_booking_by_the_same_phone_later_counts_and_running_twice_adds_nothing() -> None:
    one, other = ask(), ask("+919800077002")
    made = book(PHONE)
    leads.notice_bookings()
    leads.notice_bookings()
    after = kept(one)
    assert (after.status, after.appointment_id, after.booked_at is not None) == ("BOOKED", made, True)
    assert kept(other).status == "NEW"
    with db.reading() as session:
        assert len(session.scalars(select(EnquiryStep).where(EnquiryStep.kind == "BOOKED")).all()) == 1


def test_a_booking_before_the_enquiry_and_a_hold_that_is_not_paid_do_not_count() -> None:
    book(PHONE)
    with db.transaction() as session:
        session.scalars(select(booking.Appointment)).one().created_at = clock.now() - timedelta(days=1)
    one, held = ask(), ask("+919800077002")
    book("+919800077002", status=Status.PENDING)
    leads.notice_bookings()
    assert (kept(one).status, kept(held).status) == ("NEW", "NEW")


def test_what_was_given_up_still_counts_when_they_book_after_all(admin: Actor) -> None:
    one = ask()
    with db.transaction():
        leads.lose(one, "NO_TIME", None, by=admin, seen=1)
    book(PHONE)
    leads.notice_bookings()
    assert (kept(one).status, kept(one).lost_reason) == ("BOOKED", None)


def test_a_hold_that_runs_out_opens_the_enquiry_again(admin: Actor) -> None:
    one = ask()
    made = book("+919800077009", status=Status.PENDING)
    with db.transaction():
        leads.link_booking(one, made, by=admin)
    assert kept(one).status == "BOOKED"
    with db.transaction() as session:
        appointment = session.get_one(booking.Appointment, made)
        session.add(booking.StatusChange(appointment_id=made, previous="PENDING", next="EXPIRED"))
        appointment.status, appointment.held_until = Status.EXPIRED, None
    leads.notice_bookings()
    after = kept(one)
    assert (after.status, after.appointment_id, after.patient_id is not None) == ("CONTACTED", None, True)
    assert after.next_call_at is not None


def test_an_enquiry_becomes_one_booking_and_twice_is_once(admin: Actor) -> None:
    one, made = ask(), book("+919800077009")
    with db.transaction():
        assert leads.link_booking(one, made, by=admin).id == leads.link_booking(one, made, by=admin).id
    other = book("+919800077010", face="12:00")
    with db.transaction(), pytest.raises(Conflict):
        leads.link_booking(one, other, by=admin)


def test_one_phone_never_has_two_open_enquiries_not_by_opening_again_either(admin: Actor) -> None:
    one = ask()
    with db.transaction():
        leads.lose(one, "NO_TIME", None, by=admin, seen=1)
    ask(request_key="a-second-form")
    with pytest.raises(Conflict, match="newer enquiry"), db.transaction():
        leads.reopen(one, by=admin, seen=2)


def test_the_funnel_counts_each_step_and_its_lists_are_as_long_as_its_numbers(admin: Actor) -> None:
    phones = [f"+9198000770{n:02}" for n in range(6)]
    for phone in phones:
        ask(phone, source="PHONE")
    ask("+919800077099", heard_of="DOCTOR")
    book(phones[0], status=Status.COMPLETED, paid=True)
    book(phones[1], status=Status.COMPLETED, paid=False)
    book(phones[2])
    leads.notice_bookings()
    today = clock.today()
    with db.transaction():
        enquiry = leads.enquiries(Wish(part="open"), by=admin)[0][0].enquiry
        leads.note_call(enquiry.id, "REACHED", None, None, by=admin, seen=enquiry.version)
    with db.reading():
        rows = {row.value: row.counts for row in leads.funnel(today, today, "source", by=admin)}
        assert sum(rows["PHONE"][1:2] + rows["REFERRAL"][1:2]) == 4
        assert (rows["PHONE"][0], rows["PHONE"][2:], rows["REFERRAL"][0]) == (6, (3, 2, 1), 1)
        for value, counts in rows.items():
            for step, count in zip(("asked", "reached", "booked", "attended", "paid"), counts, strict=True):
                cut = Cut(first=today, last=today, step=step, by="source", value=value)
                assert leads.enquiries(Wish(part="all", cut=cut), by=admin)[1] == count


def test_few_are_not_shown_to_who_does_not_work_with_them() -> None:
    assert [shown(n, to_worklist=False) for n in (0, 1, 4, 5)] == [0, None, None, 5]
    assert shown(1, to_worklist=True) == 1


def test_who_came_to_nothing_is_forgotten_after_the_policys_days_and_still_counted(admin: Actor) -> None:
    old, young = ask(words="Please ask for Meera", referrer="Dr. Paul"), ask("+919800077002")
    with db.transaction() as session:
        leads.note_call(old, "NO_ANSWER", "Rang long", None, by=admin, seen=1)
        days = clinics.policy_in_force().enquiries_kept_days
        session.get_one(Enquiry, old).touched_at = clock.now() - timedelta(days=days, minutes=1)
    leads.forget_enquiries()
    after = kept(old)
    assert (after.full_name, after.phone, after.words, after.referrer) == (None, None, None, None)
    assert (after.status, after.lost_reason) == ("LOST", "NEVER_REACHED")
    assert kept(young).phone is not None
    with db.reading() as session:
        assert session.scalars(select(EnquiryStep).where(EnquiryStep.note.is_not(None))).all() == []
        today = clock.today()
        assert sum(row.counts[0] for row in leads.funnel(today, today, "source", by=admin)) == 2


def test_a_patients_own_copy_has_what_they_asked_also_after_two_records_became_one(admin: Actor) -> None:
    with db.transaction():
        asha, double = make.patient(phone=PHONE), make.patient()
    mine, theirs = ask(words="Please ask for Meera"), ask("+919800077055", full_name="Her brother", for_other=True)
    with db.transaction():
        leads.link_patient(theirs, double.id, by=admin)
        merging.merge(asha.id, double.id, double.phone[-4:], by=admin)
    with db.reading():
        parts = own_copy.own_copy(asha.id, by=make.actor(asha)).parts["enquiries"]
    assert sorted((each.get("phone"), each["words"]) for each in parts if each.get("phone")) == [
        (PHONE, "Please ask for Meera")
    ]
    assert len(parts) == 2
    assert "Her brother" not in str(parts), "who asked for them by another phone is not told"
    assert mine != theirs
