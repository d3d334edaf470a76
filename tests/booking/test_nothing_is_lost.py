"""The bell may fail after any commit: whatever was promised then is found again by the timetable."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from mibo import booking, clock, db, jobs, messaging, payments, timetable, video
from mibo.booking import Appointment
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.payments import Attempt
from mibo.people import Clinician
from mibo.video import Meeting
from tests import make
from tests.booking import money
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database")


def lose_the_bells() -> None:
    """The process dies after the commit: nothing of what it would have rung for reaches anybody."""
    jobs._queue().empty()


def some_time_later(seconds: int, work) -> None:  # type: ignore[no-untyped-def]
    with time_machine.travel(clock.now() + timedelta(seconds=seconds)):
        timetable.tick(dict.fromkeys(timetable.TIMETABLE, 0.0), 0.0)
        work()
        work()


def messages() -> dict[str, str]:
    with db.reading() as session:
        return dict(iter(session.execute(select(Message.template, Message.status))))


def test_everybody_is_told_of_a_confirmation_and_the_meeting_is_made(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    waiting = money.held()
    with db.transaction() as session:
        doctor = make.staff(Role.CLINICIAN, waiting.centre, name="Dr. Anita Kurian")
        session.get_one(Clinician, waiting.clinician.id).account_id = doctor.id
        session.get_one(Appointment, waiting.id).mode = "ONLINE"
    with db.transaction():
        booking.pay_at_desk(waiting.id, "CASH", None, by=waiting.desk)
    lose_the_bells()
    some_time_later(40, work)
    assert set(messages()) == {"mibo_booking_confirmed_online", "mibo_clinician_booking"}
    assert set(messages().values()) <= {"SENT", "DELIVERED", "READ"}
    with db.reading() as session:
        assert session.scalar(select(Meeting.status)) == "READY"


def test_a_link_that_nobody_may_pay_by_is_closed_at_the_provider(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    waiting = money.held(kind="LINK", minutes_left=20)
    link = booking.open_link(waiting.id, by=waiting.by)
    with db.transaction():
        booking.release_hold(waiting.id, by=waiting.by)
    lose_the_bells()
    some_time_later(30, work)
    with pytest.raises(Exception, match=r"409|400"):
        sandbox.pay(payment_link_id=link.link_id)
    with db.reading() as session:
        assert session.scalar(select(Attempt.closed_at)) is not None
    before = len(sandbox.calls("razorpay"))
    payments.close_links()
    work()
    assert len(sandbox.calls("razorpay")) == before


def test_a_link_is_closed_later_when_the_provider_is_away_now(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    waiting = money.held(kind="LINK", minutes_left=20)
    link = booking.open_link(waiting.id, by=waiting.by)
    with db.transaction():
        booking.release_hold(waiting.id, by=waiting.by)
    sandbox.fault("razorpay", "500", times=4)
    work()
    with db.reading() as session:
        assert session.scalar(select(Attempt.closed_at)) is None
    sandbox.clear_faults()
    some_time_later(30, work)
    with pytest.raises(Exception, match=r"409|400"):
        sandbox.pay(payment_link_id=link.link_id)


def online_and_paid() -> money.Held:
    waiting = money.held(at="17:00")
    day_after = waiting.appointment.starts_at + timedelta(days=1)
    with db.transaction() as session:
        one = session.get_one(Appointment, waiting.id)
        one.mode, one.starts_at, one.ends_at = "ONLINE", day_after, day_after + timedelta(hours=1)
    with db.transaction():
        booking.pay_at_desk(waiting.id, "CASH", None, by=waiting.desk)
    return waiting


def removals(sandbox: Sandbox) -> list[str]:
    """The events that were to be removed, in order; a token that ran out makes one try two."""
    paths = [call["path"] for call in sandbox.calls("google") if call["method"] == "DELETE"]
    return list(dict.fromkeys(paths))


def test_a_meeting_that_was_called_off_leaves_the_calendar_in_the_end(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    waiting = online_and_paid()
    work()
    with db.transaction():
        booking.cancel(waiting.id, by=waiting.by)
    lose_the_bells()
    assert removals(sandbox) == []
    some_time_later(60, work)
    assert len(removals(sandbox)) == 1
    before = len(sandbox.calls("google"))
    some_time_later(600, work)
    assert len(sandbox.calls("google")) == before


def test_a_meeting_called_off_while_it_was_being_made_is_taken_away_too(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    waiting = online_and_paid()
    with db.reading() as session:
        meeting_id, *made_for = session.execute(select(Meeting.id, Meeting.starts_at, Meeting.ends_at)).one()
    with db.transaction():
        booking.cancel(waiting.id, by=waiting.by)
    work()
    assert len(removals(sandbox)) == 1
    with db.transaction():  # as if the provider had only now answered the one who was making it
        assert (
            video.actions._ready(meeting_id, "the-event", "https://meet.google.com/abc-defg-hij", tuple(made_for))
            is False
        )
    work()
    assert len(removals(sandbox)) == 2


def test_all_that_one_transaction_rings_for_leaves_in_one_go_and_each_bell_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = jobs._queue()
    rung: list[int] = []
    enqueue_many = queue.enqueue_many

    def count(bells, **more):  # type: ignore[no-untyped-def]
        rung.append(len(bells))
        return enqueue_many(bells, **more)

    monkeypatch.setattr(queue, "enqueue_many", count)
    with db.transaction():
        for n in (1, 2, 3, 2, 1):
            jobs.defer(booking.telling.attach_meeting, n)
        jobs.defer(messaging.deliver_due)
    assert rung == [4]
    assert [tuple(job.args) for job in queue.get_jobs()] == [
        ("mibo.booking.telling.attach_meeting", 1),
        ("mibo.booking.telling.attach_meeting", 2),
        ("mibo.booking.telling.attach_meeting", 3),
        ("mibo.messaging.delivery.deliver_due",),
    ]
