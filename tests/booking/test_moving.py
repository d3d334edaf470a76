"""An appointment is moved: by the rules of booking, and it keeps all the rest (R-CHG-1, R-CHG-2)."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import select

from mibo import booking, clock, db, messaging
from mibo.booking import (
    Appointment,
    CannotMove,
    ChangedMeanwhile,
    HoldOver,
    NotAllowed,
    NotOffered,
    SlotTaken,
    Status,
)
from mibo.clinics import Holiday
from mibo.errors import Invalid, Missing, Refused
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.payments import Attempt
from mibo.people import Clinician
from mibo.video import Meeting
from tests import make
from tests.booking import changes
from tests.booking.changes import World, moves_of, now_of, told
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> World:
    return changes.world()


def test_a_moved_appointment_keeps_its_id_length_payment_and_state_and_counts_its_moves(world):
    one = world.book(minutes=40)
    world.move(one, "15:00", reason="The clinician asked for it")
    after = now_of(one)
    assert (after.starts_at, after.ends_at - after.starts_at) == (make.at("15:00"), timedelta(minutes=40))
    assert (after.payment_id, after.status, after.reference) == (one.payment_id, "CONFIRMED", one.reference)
    assert (after.moves, after.moves_by_patient, after.version) == (1, 0, one.version + 1)
    [move] = moves_of(one)
    assert (move.from_starts_at, move.to_starts_at) == (make.at("10:00"), make.at("15:00"))
    assert (move.by_patient, move.by_account_id) == (False, world.desk.account_id)
    assert move.reason == "The clinician asked for it"
    assert changes.steps_of(one)[-1].next == "CONFIRMED"


def test_patient_and_clinician_are_told_and_wait_for_the_undo(world):
    one = world.book()
    world.move(one)
    assert told(one) == [
        (world.asha.phone, "booking_moved"), (world.accounts["anita"].phone, "clinician_moved")
    ]  # fmt: skip
    with db.reading() as session:
        for message in session.scalars(select(Message)):
            assert message.next_at - message.created_at == timedelta(seconds=20)


def test_with_another_clinician_the_former_one_hears_that_it_is_gone_and_the_new_one_that_somebody_comes(world):
    one = world.book()
    world.move(one, "10:00", clinician_id=world.binu.id)
    assert told(one) == [
        (world.asha.phone, "booking_moved"),
        (world.accounts["anita"].phone, "clinician_cancelled"),
        (world.accounts["binu"].phone, "clinician_booking"),
    ]
    [move] = moves_of(one)
    assert (move.from_clinician_id, move.to_clinician_id) == (world.anita.id, world.binu.id)


def test_an_undo_within_the_delay_puts_it_back_and_nobody_is_told(world, sandbox, work):
    one = world.book()
    world.move(one)
    with db.transaction():
        booking.undo_move(one.id, by=world.desk)
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        messaging.deliver_due()
        work()
    assert (now_of(one).starts_at, now_of(one).moves) == (make.at("10:00"), 0)
    with db.reading() as session:
        assert set(session.scalars(select(Message.status))) == {"DROPPED"}
    assert [move.reason for move in moves_of(one)] == [None, "Undone"]


def test_what_has_been_told_cannot_be_undone(world):
    one = world.book()
    world.move(one)
    with db.transaction() as session:
        session.scalars(select(Message).limit(1)).one().status = "SENT"
    with pytest.raises(NotAllowed, match="told of the new time"), db.transaction():
        booking.undo_move(one.id, by=world.desk)
    assert now_of(one).starts_at == make.at("15:00")


def test_only_ones_own_last_move_can_be_undone(world):
    one = world.book()
    world.move(one)
    with pytest.raises(NotAllowed), db.transaction():
        booking.undo_move(one.id, by=world.manager)


def test_a_second_move_at_once_takes_back_what_was_promised_of_the_first(world):
    one = world.book()
    world.move(one, "15:00")
    world.move(one, "16:00")
    assert [name for _, name in told(one)] == ["clinician_moved", "booking_moved", "clinician_moved"]
    with db.reading() as session:
        waiting = select(Message.body).where(Message.status == "PENDING", Message.template == "mibo_booking_moved")
        assert [body["when"][-7:] for body in session.scalars(waiting)] == ["4:00 pm"]


def test_the_second_of_two_moves_undone_the_first_is_told_after_all(world, sandbox, work):
    one = world.book()
    world.move(one, "15:00")
    world.move(one, "16:00")
    with db.transaction():
        booking.undo_move(one.id, by=world.desk)
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        messaging.deliver_due()
        work()
    with db.reading() as session:
        wanted = select(Message.body).where(Message.phone == world.asha.phone, Message.status != "DROPPED")
        [heard] = session.scalars(wanted)
    assert heard["when"].endswith("3:00 pm")


def test_who_is_moved_again_after_an_undo_hears_of_it(world):
    one = world.book()
    for face in ("15:00", "16:00"):
        world.move(one, face)
        with db.transaction():
            booking.undo_move(one.id, by=world.desk)
    assert told(one) == []
    world.move(one, "15:00")
    assert [name for _, name in told(one)] == ["booking_moved", "clinician_moved"]


def test_the_same_move_sent_twice_is_one_move(world):
    one = world.book()
    world.move(one, version=one.version)
    world.move(one, version=one.version)
    assert now_of(one).moves == 1


def test_a_stale_page_hears_who_did_what_and_nothing_moves(world):
    one = world.book()
    world.move(one, "15:00")
    with pytest.raises(ChangedMeanwhile, match=r"Deepa moved this at \d+:\d\d [ap]m") as refused:
        world.move(one, "16:00", by=world.manager, version=one.version)
    assert refused.value.code == "CHANGED_MEANWHILE"
    assert now_of(one).starts_at == make.at("15:00")


def test_a_time_that_somebody_has_is_refused(world):
    one = world.book()
    world.book("15:00", who=world.other_patient())
    with pytest.raises(SlotTaken):
        world.move(one)


def test_its_own_time_is_not_in_its_way(world):
    one = world.book("10:00", minutes=90)
    world.move(one, "11:00")
    assert now_of(one).starts_at == make.at("11:00")


def test_a_time_at_which_the_patient_is_elsewhere_is_refused(world):
    one = world.book()
    with db.transaction():
        make.appointment(world.asha, world.binu, world.kochi, make.at("15:00"))
    with pytest.raises(NotOffered, match="already an appointment"):
        world.move(one)


@pytest.mark.parametrize("face", ["08:00", "10:30", "18:00", "17:00"])
def test_outside_the_hours_off_the_grid_or_over_their_end_nothing_is_offered(world, face):
    one = world.book(minutes=90)
    with pytest.raises(NotOffered):
        world.move(one, face)


def test_onto_a_holiday_or_a_block_nothing_moves_and_the_reason_is_said(world):
    one = world.book()
    day = make.tomorrow()
    with db.transaction() as session:
        session.add(Holiday(centre_id=world.kochi.id, day=day + timedelta(days=1), reason="Onam"))
        starts = clock.local(make.at("15:00")).replace(tzinfo=None)
        make.block(starts, starts + timedelta(hours=1), who=world.anita)
    with pytest.raises(NotOffered, match="Blocked: Training"):
        world.move(one)
    with pytest.raises(NotOffered, match="Holiday: Onam"), db.transaction():
        booking.reschedule(one.id, starts_at=make.at("15:00", day + timedelta(days=1)), by=world.desk)


def test_beyond_the_horizon_and_into_the_past_nothing_moves(world):
    one = world.book()
    for day in (clock.today() - timedelta(days=1), clock.today() + timedelta(days=80)):
        with pytest.raises(NotOffered), db.transaction():
            booking.reschedule(one.id, starts_at=make.at("10:00", day), by=world.desk)


def test_a_buffer_is_kept(world):
    with db.transaction() as session:
        session.get_one(Clinician, world.anita.id).buffer_minutes = 10
    one = world.book("10:00")
    world.book("14:00", who=world.other_patient())
    with pytest.raises(NotOffered, match="kept free"):
        world.move(one, "15:00")


def test_a_centre_where_the_clinician_does_not_work_is_refused(world):
    one = world.book()
    with pytest.raises(NotOffered):
        world.move(one, centre_id=world.mumbai.id, by=world.manager)


def test_the_desk_of_another_centre_finds_nothing_and_may_move_nothing_there(world):
    one = world.book()
    with db.transaction():
        elsewhere = make.actor(make.staff(Role.FRONT_DESK), Role.FRONT_DESK, centres=(world.mumbai,))
    with pytest.raises(Missing):
        world.move(one, by=elsewhere)
    with pytest.raises(Missing):
        world.move(one, centre_id=world.mumbai.id, clinician_id=world.binu.id)


def test_a_clinician_may_not_move(world):
    one = world.book()
    account = world.accounts["anita"]
    with pytest.raises(Refused):
        world.move(one, by=make.actor(account, Role.CLINICIAN, centres=(world.kochi,), clinician=world.anita))


@pytest.mark.parametrize(
    "status", [each for each in Status if each not in (Status.CONFIRMED, Status.PENDING)], ids=str.lower
)
def test_what_does_not_stand_cannot_be_moved(world, status):
    one = world.book(status=status)
    with pytest.raises(NotAllowed):
        world.move(one)
    assert now_of(one).starts_at == make.at("10:00")


def test_what_is_over_cannot_be_moved(world):
    one = world.book()
    with time_machine.travel(make.at("11:00")), pytest.raises(NotAllowed, match="is over"):
        world.move(one)


def test_a_live_hold_is_moved_with_its_link_and_end_untouched_and_no_clinician_hears(world):
    one = world.book(status=Status.PENDING, kind="LINK")
    world.move(one)
    after = now_of(one)
    assert (after.status, after.held_until) == ("PENDING", one.held_until)
    assert told(one) == [(world.asha.phone, "booking_moved")]
    with db.reading() as session:
        assert session.scalars(select(Attempt.status)).all() == ["OPEN"]


def test_an_ended_hold_cannot_be_moved(world):
    one = world.book(status=Status.PENDING, held_until=clock.now() - timedelta(seconds=1))
    with pytest.raises(HoldOver):
        world.move(one)


def test_the_time_of_an_ended_hold_can_be_moved_onto(world):
    world.book("15:00", who=world.other_patient(), status=Status.PENDING,
               held_until=clock.now() - timedelta(seconds=1))  # fmt: skip
    one = world.book()
    world.move(one)
    assert now_of(one).starts_at == make.at("15:00")


def test_an_overbooked_one_is_no_longer_so_at_a_time_of_its_own(world):
    one = world.book()
    with db.transaction() as session:
        kept = session.get_one(Appointment, one.id)
        kept.overbooked, kept.overbook_reason = True, "In pain"
    world.move(one)
    assert (now_of(one).overbooked, now_of(one).overbook_reason) == (False, None)


def test_who_has_arrived_stays_so_within_the_day_only(world):
    one = world.book()
    for face, day, arrived in (("11:00", make.tomorrow(), True), ("11:00", make.tomorrow() + timedelta(days=1), False)):
        with db.transaction() as session:
            session.get_one(Appointment, one.id).arrived_at = clock.now()
        with db.transaction():
            booking.reschedule(one.id, starts_at=make.at(face, day), by=world.desk)
        assert (now_of(one).arrived_at is not None) == arrived


# ---- the meeting of an online one


def online(world: World) -> Appointment:
    one = world.book(mode="ONLINE")
    with db.transaction() as session:
        room = Meeting(starts_at=one.starts_at, ends_at=one.ends_at)
        session.add(room)
        session.flush()
        session.get_one(Appointment, one.id).meeting_id = room.id
    booking.attach_meeting(room.id)
    return one


def meeting_of(one: Appointment) -> Meeting | None:
    with db.reading() as session:
        return session.get(Meeting, now_of(one).meeting_id or 0)


def test_the_meeting_moves_along_and_its_link_stays(world, sandbox, work):
    one = online(world)
    before = meeting_of(one)
    world.move(one)
    work()
    after = meeting_of(one)
    assert (after.status, after.join_url, after.event_id) == ("READY", before.join_url, before.event_id)
    assert after.starts_at == make.at("15:00")


def test_in_person_there_is_no_meeting_any_more_and_online_again_there_is_a_new_one(world, sandbox, work):
    one = online(world)
    first = meeting_of(one)
    world.move(one, mode="IN_PERSON")
    work()
    assert now_of(one).meeting_id is None
    with db.reading() as session:
        gone = session.get_one(Meeting, first.id)
    assert (gone.status, gone.event_id) == ("CANCELLED", None)
    world.move(one, "16:00", mode="ONLINE")
    work()
    assert meeting_of(one).status == "READY"
    assert meeting_of(one).id != first.id


def test_one_made_while_it_is_moved_is_made_again_at_the_new_time(world, sandbox, work, monkeypatch):
    one = world.book(mode="ONLINE")
    with db.transaction() as session:
        room = Meeting(starts_at=one.starts_at, ends_at=one.ends_at)
        session.add(room)
        session.flush()
        session.get_one(Appointment, one.id).meeting_id = room.id
    from mibo.integrations import google_meet

    real = google_meet.create_meeting

    def slow(*about: object) -> object:
        made = real(*about)
        monkeypatch.setattr(google_meet, "create_meeting", real)
        world.move(one)
        return made

    monkeypatch.setattr(google_meet, "create_meeting", slow)
    booking.attach_meeting(room.id)
    assert meeting_of(one).status == "WANTED"
    work()
    assert (meeting_of(one).status, meeting_of(one).starts_at) == ("READY", make.at("15:00"))


# ---- by the patient


def own_move(world: World, one: Appointment, face: str = "15:00", **more: object) -> Appointment:
    with db.transaction():
        at = make.at(face, clock.today() + timedelta(days=4))
        return booking.reschedule(one.id, starts_at=at, by=world.by, **more)


def ahead(world: World, days: int = 3) -> Appointment:
    with db.transaction():
        at = make.at("10:00", clock.today() + timedelta(days=days))
        return make.appointment(world.asha, world.anita, world.kochi, at)


def test_a_patient_moves_their_own_and_is_told_at_once(world):
    one = ahead(world)
    own_move(world, one)
    after = now_of(one)
    assert (after.moves, after.moves_by_patient) == (1, 1)
    assert moves_of(one)[0].by_patient
    with db.reading() as session:
        waits = [message.next_at - message.created_at for message in session.scalars(select(Message))]
    assert waits == [timedelta(0)] * 2


def test_a_patient_moves_it_twice_at_the_most(world):
    one = ahead(world)
    own_move(world, one, "14:00")
    own_move(world, one, "15:00")
    with pytest.raises(CannotMove, match="2 times"):
        own_move(world, one, "16:00")


def test_a_patient_moves_until_the_cut_off_exactly(world):
    one = ahead(world)
    cut_off = one.starts_at - timedelta(hours=24)
    with time_machine.travel(cut_off + timedelta(seconds=1), tick=False), pytest.raises(CannotMove, match="24 hours"):
        own_move(world, one)
    with time_machine.travel(cut_off, tick=False):
        own_move(world, one)
    assert now_of(one).moves == 1


def test_a_patient_keeps_the_clinician_and_what_is_not_theirs_is_not_there(world):
    one = ahead(world)
    with pytest.raises(CannotMove):
        own_move(world, one, clinician_id=world.binu.id)
    with pytest.raises(Missing), db.transaction():
        booking.reschedule(one.id, starts_at=make.at("15:00"), by=make.actor(make.patient("Ravi Kumar")))


def test_a_card_number_is_no_reason(world):
    with pytest.raises(Invalid):
        world.move(world.book(), reason="4111 1111 1111 1111")


# ---- at the same moment


def names(outcomes):
    return sorted(each if isinstance(each, str) else "done" for each in outcomes)


def test_of_two_moves_into_one_time_one_wins(world):
    for face in ("13:00", "14:00", "15:00"):
        rivals = [world.book(each, who=world.other_patient()) for each in ("09:00", "10:00")]
        outcomes = at_once(*[partial(world.move, each, face) for each in rivals])
        assert names(outcomes) == ["SlotTaken", "done"]
        with db.transaction():
            for each in rivals:
                booking.call_off(each.id, reason="Only a test", by=world.desk)


def test_of_a_move_and_a_booking_for_one_time_one_wins(world):
    for face in ("13:00", "14:00", "15:00"):
        one, ravi = world.book("09:00", who=world.other_patient()), world.other_patient("Rita Rao")

        def book(face: str = face, ravi: object = ravi) -> object:
            with db.transaction():
                return booking.hold(
                    patient_id=ravi.id, clinician_id=world.anita.id, centre_id=world.kochi.id, mode="IN_PERSON",
                    starts_at=make.at(face), by=make.actor(ravi),
                )  # fmt: skip

        assert names(at_once(partial(world.move, one, face), book)) == ["SlotTaken", "done"]
        with db.transaction():
            booking.call_off(one.id, reason="Only a test", by=world.desk)


def test_two_who_change_places_at_the_same_moment_do_not_wait_for_each_other_for_ever(world):
    for _ in range(3):
        one, other = world.book("09:00", who=world.other_patient()), world.book("10:00", who=world.other_patient())
        outcomes = at_once(partial(world.move, one, "10:00"), partial(world.move, other, "09:00"))
        assert set(names(outcomes)) <= {"SlotTaken", "done"}
        with db.transaction():
            for each in (one, other):
                booking.call_off(each.id, reason="Only a test", by=world.desk)


def test_a_move_and_a_cancellation_at_the_same_moment_leave_one_story(world):
    for n in range(3):
        one = world.book("09:00", who=world.other_patient())

        def off(one: Appointment = one) -> object:
            with db.transaction():
                return booking.call_off(one.id, reason="Ill", by=world.manager, version=one.version)

        outcomes = names(at_once(partial(world.move, one, f"{12 + n}:00", version=one.version), off))
        assert outcomes in (["ChangedMeanwhile", "done"], ["NotAllowed", "done"])
        with db.transaction():
            if now_of(one).status == "CONFIRMED":
                booking.call_off(one.id, reason="Only a test", by=world.desk)
