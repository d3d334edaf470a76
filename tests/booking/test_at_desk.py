"""The desk books: paid now, by a link, later at the centre, over a time that is taken; and undoes what was a mistake."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import select, update

from mibo import booking, clock, db, jobs, messaging
from mibo.booking import Appointment, NotAllowed, NotOffered, QueueEntry, SlotTaken, Status
from mibo.booking.at_desk import WrongPatient
from mibo.booking.undoing import UNDO_AT_MOST
from mibo.errors import Invalid, Missing, Refused
from mibo.messaging import Message
from mibo.payments import Attempt, Payment
from mibo.people import Patient
from tests import make
from tests.booking import changes
from tests.booking.changes import World, now_of, refunds_of, steps_of, told
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> World:
    return changes.world()


def book(world: World, face: str = "10:00", **more) -> Appointment:
    wish = {
        "patient_id": world.asha.id, "clinician_id": world.anita.id, "centre_id": world.kochi.id, "mode": "IN_PERSON",
        "starts_at": make.at(face), "by": world.desk, "pay_by": "CASH", **more,
    }  # fmt: skip
    with db.transaction():
        return booking.book_at_desk(**wish)


def undo(world: World, one: Appointment, **more) -> Appointment:
    with db.transaction():
        return booking.undo_booking(one.id, **{"by": world.desk, **more})


def payment_of(one: Appointment) -> tuple[str, str | None]:
    with db.reading() as session:
        paid = session.get_one(Payment, one.payment_id)
        return paid.status, paid.method


def registered(world: World) -> bool:
    with db.reading() as session:
        return session.get_one(Patient, world.asha.id).registration_paid_at is not None


# How it is paid


@pytest.mark.parametrize("method", ["CASH", "CARD", "UPI"])
def test_paid_at_the_desk_it_is_confirmed(world, method):
    one = book(world, pay_by=method, desk_note="slip 12")
    assert (one.status, one.held_until, payment_of(one)) == ("CONFIRMED", None, ("PAID", method))
    assert registered(world)


def test_who_pays_at_the_centre_is_confirmed_and_owes_it(world):
    one = book(world, pay_by="LATER", mode="ONLINE")
    assert (one.status, one.held_until, payment_of(one)) == ("CONFIRMED", None, ("PENDING", None))
    assert [step.reason for step in steps_of(one)] == ["FRONT_DESK", "Pays at the centre"]
    assert now_of(one).meeting_id
    assert not registered(world)
    assert [what for _, what in told(one)] == ["booking_confirmed_online", "clinician_booking"]


def test_what_was_to_be_paid_at_the_centre_is_taken_later_and_nobody_is_told_again(world):
    one = book(world, pay_by="LATER")
    before = told(one)
    with db.transaction():
        booking.pay_at_desk(one.id, "UPI", "ref 4321", by=world.desk)
    assert (now_of(one).status, payment_of(one), told(one)) == ("CONFIRMED", ("PAID", "UPI"), before)
    assert registered(world)


def test_cancelling_what_was_never_paid_owes_nothing(world):
    own, clinics = book(world, pay_by="LATER"), book(world, "12:00", pay_by="LATER")
    with db.transaction():
        booking.call_off(clinics.id, reason="The clinician is ill", by=world.desk)
    with time_machine.travel(clock.now() - timedelta(days=2)), db.transaction():
        booking.cancel(own.id, by=world.by)
    assert (refunds_of(own), refunds_of(clinics)) == ([], [])
    assert "refund_opened" not in [what for _, what in told(clinics)]
    for one in (own, clinics):
        with pytest.raises(NotAllowed, match="nothing to pay"), db.transaction():
            booking.pay_at_desk(one.id, "CASH", None, by=world.desk)


def test_a_time_that_waits_for_its_money_is_held_and_nothing_is_sent(world):
    one = book(world, pay_by="HELD")
    assert (one.status, one.held_until is not None, told(one)) == ("PENDING", True, [])
    with db.transaction():
        booking.pay_at_desk(one.id, "CASH", None, by=world.desk)
    assert now_of(one).status == "CONFIRMED"


def test_a_way_to_pay_that_is_none_and_one_that_they_may_not_take_are_refused(world):
    with pytest.raises(Invalid):
        book(world, pay_by="SHELLS")
    with db.transaction():
        staff = make.staff("CENTRE_MANAGER", world.kochi)
        manager = make.actor(staff, "CENTRE_MANAGER", centres=(world.kochi,))
    with pytest.raises(Refused, match="may not take payments"):
        book(world, by=manager)
    assert book(world, by=manager, pay_by="LATER").status == "CONFIRMED"
    with pytest.raises(WrongPatient):
        book(world, "12:00", last_four="0000")
    with pytest.raises(Missing):
        book(world, "12:00", centre_id=world.mumbai.id)


def test_nobody_is_told_of_what_the_desk_books_while_it_can_be_undone(world, sandbox):
    one, link = book(world), book(world, "12:00", pay_by="LINK")
    jobs.work_off()
    with db.reading() as session:
        waits = session.execute(select(Message.template, Message.status, Message.next_at - Message.created_at)).all()
    assert {(name, status) for name, status, _ in waits} == {
        ("mibo_booking_confirmed", "PENDING"), ("mibo_clinician_booking", "PENDING"), ("mibo_payment_link", "PENDING"),
    }  # fmt: skip
    assert all(timedelta(seconds=10) < wait <= timedelta(seconds=20) for _, _, wait in waits)
    assert now_of(one).status, now_of(link).status == ("CONFIRMED", "PENDING")


# Walk-in and overbooking


def test_who_walks_in_may_take_a_time_that_began_up_to_an_hour_ago(world):
    ten, eleven, other = make.at("10:00"), make.at("11:00"), world.other_patient()
    with time_machine.travel(make.at("10:59"), tick=False):
        with pytest.raises(NotOffered):
            book(world, starts_at=ten)
        assert book(world, starts_at=ten, walk_in=True).walk_in
    with time_machine.travel(make.at("12:01"), tick=False), pytest.raises(NotOffered):
        book(world, starts_at=eleven, patient_id=other.id, walk_in=True)


def over(world: World, face: str = "10:00", **more) -> Appointment:
    return book(world, face, **{"patient_id": world.other_patient().id, "by": world.manager,
                                "overbook_reason": "In a crisis", **more})  # fmt: skip


def test_a_time_that_is_taken_is_booked_over_with_a_reason_and_seen_as_such(world):
    first = book(world)
    one = over(world)
    assert (one.overbooked, one.overbook_reason, one.status) == (True, "In a crisis", "CONFIRMED")
    assert (one.starts_at, now_of(first).status) == (first.starts_at, "CONFIRMED")
    held = book(world, "12:00", pay_by="LINK")
    assert over(world, "12:00").overbooked
    assert now_of(held).status == "PENDING"


def test_a_reason_given_for_a_time_that_is_free_makes_it_an_ordinary_booking(world):
    one = over(world)
    assert (one.overbooked, one.overbook_reason) == (False, None)
    with pytest.raises(SlotTaken):
        book(world, patient_id=world.other_patient("Sana Pillai").id)


def test_only_who_may_books_over_a_time_and_only_with_a_reason(world):
    book(world)
    with pytest.raises(Refused, match="Ask a manager"):
        over(world, by=world.desk)
    for reason in (None, ""):
        with pytest.raises(SlotTaken):
            over(world, overbook_reason=reason)
    with pytest.raises(Invalid):
        over(world, overbook_reason="   ")


def test_neither_closed_time_nor_the_patients_own_is_booked_over(world):
    one = book(world)
    with pytest.raises(NotOffered, match="already an appointment"):
        over(world, patient_id=world.asha.id)
    with db.transaction():
        nine, eleven = (clock.local(make.at(face)).replace(tzinfo=None) for face in ("09:00", "11:00"))
        make.block(nine, eleven, who=world.anita)
    with pytest.raises(NotOffered):
        over(world)
    assert now_of(one).status == "CONFIRMED"


# One request, one booking


def test_a_double_click_at_the_same_moment_is_one_booking_without_trying_again(world):
    made = at_once(*[partial(book, world, request_key="one-form")] * 6)
    assert {type(one) for one in made} == {Appointment}
    assert len({one.id for one in made}) == 1


def test_two_desks_that_want_one_time_get_it_once(world):
    others = [world.other_patient(name) for name in ("Ravi Kumar", "Sana Pillai", "Tara Rao")]
    outcomes = at_once(*[partial(book, world, patient_id=one.id) for one in others])
    assert sorted("done" if isinstance(each, Appointment) else each for each in outcomes) == [
        "SlotTaken", "SlotTaken", "done",
    ]  # fmt: skip


# Undone


def test_an_undone_booking_leaves_no_message_no_money_and_a_free_time(world):
    one = book(world, mode="ONLINE")
    gone = undo(world, one)
    assert (gone.status, gone.cancel_reason, told(one)) == ("CANCELLED", booking.UNDONE, [])
    assert (payment_of(one), registered(world), refunds_of(one)) == (("PENDING", None), False, [])
    with db.reading() as session:
        assert session.scalars(select(Attempt.status).where(Attempt.payment_id == one.payment_id)).all() == [
            "VOID", "VOID",
        ]  # fmt: skip
    assert steps_of(one)[-1].reason == "Undone at the desk"
    assert book(world).status == "CONFIRMED"


def test_pressed_twice_it_is_undone_once(world):
    one = book(world)
    outcomes = at_once(*[partial(undo, world, one)] * 3)
    assert [each.status for each in outcomes] == ["CANCELLED"] * 3  # type: ignore[attr-defined]
    assert [step.next for step in steps_of(one)] == ["PENDING", "CONFIRMED", "CANCELLED"]


def test_a_link_that_was_made_meanwhile_is_closed_and_never_sent(world, sandbox):
    one = book(world, pay_by="LINK")
    jobs.work_off()
    undo(world, one)
    jobs.work_off()
    assert told(one) == []
    with db.reading() as session:
        assert session.scalars(select(Attempt.status).where(Attempt.payment_id == one.payment_id)).all() == ["VOID"]


def test_once_somebody_has_been_told_it_is_not_undone(world):
    one = book(world)
    with db.transaction() as session:
        session.execute(update(Message).where(Message.template == "mibo_booking_confirmed").values(status="SENT"))
    with pytest.raises(NotAllowed, match="told of it already"):
        undo(world, one)
    assert (now_of(one).status, payment_of(one)) == ("CONFIRMED", ("PAID", "CASH"))
    assert {what for _, what in told(one)} == {"booking_confirmed", "clinician_booking"}


def test_what_a_patient_booked_what_moved_on_and_what_is_old_is_not_undone(world):
    with pytest.raises(NotAllowed, match="of the desk"):
        undo(world, world.book("16:00"))
    moved = book(world)
    world.move(moved, "15:00")
    with pytest.raises(NotAllowed, match="since"):
        undo(world, moved)
    old = book(world, "12:00")
    with time_machine.travel(clock.now() + UNDO_AT_MOST + timedelta(seconds=5)):
        with pytest.raises(NotAllowed, match="too long ago"):
            undo(world, old)
        assert not booking.may_undo(old, world.desk, clock.now())
    assert booking.may_undo(old, world.desk, clock.now())


def test_another_centre_cannot_undo_it(world):
    one = book(world)
    with db.transaction():
        elsewhere = make.actor(make.staff("FRONT_DESK", world.mumbai), "FRONT_DESK", centres=(world.mumbai,))
        clinician = make.actor(world.accounts["anita"], "CLINICIAN", centres=(world.kochi,))
    with pytest.raises(Missing):
        undo(world, one, by=elsewhere)
    with pytest.raises(Refused):
        undo(world, one, by=clinician)


def test_whoever_was_booked_out_of_the_queue_waits_again_with_their_number(world):
    with time_machine.travel(make.at("09:05")):
        with db.transaction():
            entry = booking.queue.join(world.asha.id, world.kochi.id, last_four=world.asha.phone[-4:], by=world.desk)
            booking.queue.call(entry.id, by=world.desk)
        one = book(world)
        with db.transaction():
            booking.queue.link_booking(entry.id, one.id, by=world.desk)
    undo(world, one)
    with db.reading() as session:
        again = session.get_one(QueueEntry, entry.id)
    assert (again.status, again.appointment_id, again.finished_at, again.token) == ("CALLED", None, None, entry.token)


def test_messages_that_were_taken_back_do_not_leave(world, sandbox):
    one = book(world)
    undo(world, one)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        messaging.deliver_due()
        jobs.work_off()
    assert sandbox.messages(world.asha.phone.lstrip("+")) == []
    assert now_of(one).status == Status.CANCELLED
