"""Reminders: at the policy's marks, once, and never of what does not take place then (R-MSG-2, M3)."""

import random
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from mibo import booking, clinics, clock, db, messaging
from mibo.booking import Appointment, Status, reminding
from mibo.booking.moving import Place, note_move, put_there
from mibo.clinics.policy import Policy
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.messaging.delivery import _claimed, _next_due
from tests import make

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)
NOON = clock.instant(datetime(2031, 3, 10).date(), datetime(2031, 3, 10, 12).time())
LONG_AGO = NOON - timedelta(days=60)


@pytest.fixture
def at(monkeypatch):
    """The clock, as the test sets it: `at.now = …`."""

    class Hands:
        now = NOON

    monkeypatch.setattr(clock, "now", lambda: Hands.now)
    return Hands


def visit(starts_at=NOON + 24 * HOUR, *, who=None, known_since=LONG_AGO, **more) -> Appointment:
    with db.transaction():
        where = make.centre()
        who = who or make.patient()
        made = make.appointment(who, make.clinician(where), where, starts_at, **more)
        made.created_at = known_since
        db.session().flush()
        db.session().execute(update(booking.StatusChange).values(at=known_since))
    return made


def run() -> list[Message]:
    reminding.remind_due()
    return promised()


def promised() -> list[Message]:
    with db.reading() as session:
        return list(session.scalars(select(Message).where(Message.kind == "REMINDER").order_by(Message.id)))


def marks_of(messages) -> list[str]:
    return [message.dedupe_key.split(":")[2] for message in messages]


def test_a_patient_is_reminded_at_each_mark_once(at):
    one = visit(NOON + 80 * HOUR)
    seen = []
    for hours_before in (80, 73, 72, 71, 24.5, 24, 23, 3, 2, 1, 0.4):
        at.now = one.starts_at - timedelta(hours=hours_before)
        reminding.remind_due()
        seen.append(marks_of(run()))
    all_three = ["first", "second", "third"]
    assert seen == [[], [], *[all_three[:1]] * 3, *[all_three[:2]] * 3, *[all_three] * 3]


def test_the_reminder_says_when_and_where_in_the_patients_language_and_is_the_bookings_own(at):
    with db.transaction():
        who, shy = make.patient("Asha Menon"), make.patient("Ravi")
        who.message_language, shy.discreet_messages = "ml", True
        db.session().flush()
    first, second = visit(who=who), visit(who=shy, mode="ONLINE")
    told = run()
    assert [(m.about_id, m.phone, m.template, m.language, m.link) for m in told] == [
        (first.id, who.phone, "mibo_reminder", "ml", None),
        (second.id, shy.phone, "mibo_discreet_reminder_online", "en", f"my/{second.reference}"),
    ]
    assert told[0].body["when"] == "മാർച്ച് 11 ചൊവ്വ, ഉച്ചയ്ക്ക് 12:00"
    assert told[1].body.keys() == {"name", "when", "reference"}
    assert (told[0].patient_id, told[0].centre_id, told[0].not_after) == (who.id, first.centre_id, first.starts_at)


def test_nobody_is_reminded_who_booked_or_moved_later_than_the_mark_or_wants_no_messages(at):
    with db.transaction():
        silent = make.patient()
        silent.no_messages = True
        db.session().flush()
    visit(who=silent)
    one = visit(known_since=NOON - HOUR / 2, starts_at=NOON + 23 * HOUR)
    assert run() == []
    at.now = one.starts_at - 2 * HOUR
    assert [(m.about_id, mark) for m, mark in zip(run(), marks_of(promised()), strict=True)] == [(one.id, "third")]


@pytest.mark.parametrize("status", [each for each in Status if each != Status.CONFIRMED])
def test_only_what_is_confirmed_is_reminded_of(at, status):
    visit(status=status, held_until=NOON + HOUR if status == Status.PENDING else None)
    assert run() == []


def test_a_reminder_is_taken_back_with_the_appointment_and_given_anew_at_its_new_time(at, monkeypatch):
    one = visit()
    with db.transaction():
        manager = make.actor(make.staff(Role.ADMIN), Role.ADMIN)
    (former,) = run()
    with db.transaction():
        found = booking.locked(one.id)
        goal = Place(found.starts_at + 48 * HOUR, found.clinician_id, found.centre_id, found.mode)
        note_move(found, put_there(found, goal), manager, None)
    assert status_of(former) == "DROPPED"
    at.now = goal.starts_at - 24 * HOUR
    with db.transaction() as session:
        session.execute(update(booking.Move).values(at=LONG_AGO))
    assert marks_of(run()) == ["second", "second"]
    with db.transaction():
        booking.actions.change_status(booking.locked(one.id), Status.CANCELLED, by=None)
    assert [message.status for message in promised()] == ["DROPPED", "DROPPED"]


def status_of(message: Message) -> str:
    with db.reading() as session:
        return session.scalars(select(Message.status).where(Message.id == message.id)).one()


def test_in_the_quiet_hours_nobody_is_reminded_and_in_the_morning_of_what_is_still_ahead(at, monkeypatch):
    monkeypatch.setattr(clinics, "policy_in_force", Policy)
    day = NOON.date() + timedelta(days=1)
    early, later = (clock.instant(day, datetime(2031, 1, 1, h, m).time()) for h, m in ((8, 20), (9, 30)))
    visit(early)
    second = visit(later)
    with db.transaction() as session:  # as if both had been reminded the day before
        session.execute(update(booking.StatusChange).values(at=early - 20 * HOUR))
    at.now = clock.instant(day, datetime(2031, 1, 1, 7, 40).time())
    assert run() == []
    at.now = clock.instant(day, datetime(2031, 1, 1, 8, 0).time())
    assert [message.about_id for message in run()] == [second.id]


def test_one_that_the_database_will_not_have_stops_no_other(at, monkeypatch):
    visits = [visit(NOON + 24 * HOUR - timedelta(minutes=n)) for n in range(5)]
    plain = reminding._promise

    def broken(one, mark):
        promise = plain(one, mark)
        return promise if one.id != visits[2].id else type(promise)(**{**fields_of(promise), "phone": "9" * 40})

    monkeypatch.setattr(reminding, "_promise", broken)
    assert {message.about_id for message in run()} == {one.id for one in visits} - {visits[2].id}


def fields_of(promise):
    return {name: getattr(promise, name) for name in promise.__slots__}


def test_who_is_changing_an_appointment_is_waited_for_and_comes_first(at):
    one = visit()
    with db.transaction():
        booking.actions.change_status(booking.locked(one.id), Status.CANCELLED, by=None)
        in_another_process(reminding.remind_due)
        assert promised() == []
    assert run() == []


def in_another_process(what):
    from threading import Thread

    worker = Thread(target=what)
    worker.start()
    worker.join(10)
    assert not worker.is_alive()


def test_two_marks_at_the_same_time_are_one_and_zero_is_none():
    told = reminding.marks(Policy(reminder_first_hours=24, reminder_second_hours=24, reminder_third_hours=0))
    assert [(mark.before, mark.until) for mark in told] == [(24 * HOUR, reminding.SOONEST)]
    assert [mark.name for mark in reminding.marks(Policy())] == ["first", "second", "third"]


class Crash(Exception):
    """The process dies here."""


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_and_wherever_it_crashes_nobody_is_reminded_twice_or_of_what_is_not(at, monkeypatch, seed):
    """Random timelines: moves, cancellations, clock jumps back and forth, runs that die before or after they wrote,
    workers that die before or after they sent. What left was true at that moment, and left once.
    """
    chance = random.Random(seed)
    with db.transaction():
        manager = make.actor(make.staff(Role.ADMIN), Role.ADMIN)
    ids = [visit(NOON + timedelta(hours=chance.choice((20, 26, 50, 75, 100)), minutes=17 * n)).id for n in range(4)]
    left: list[tuple[int, str]] = []

    def step_of_the_run():
        dies = chance.random()
        plain = messaging.tell_all

        def dying(promised):
            done = plain(promised)
            if dies < 0.3:
                raise Crash
            return done

        monkeypatch.setattr(messaging, "tell_all", dying)
        with suppress(Crash):
            reminding.remind_due()
        monkeypatch.setattr(messaging, "tell_all", plain)

    def step_of_a_worker():
        with db.transaction() as session:
            session.execute(update(Message).values(next_at=func.now() - timedelta(seconds=1), lease_until=func.now()))
            due = session.scalars(select(Message.id).where(Message.status.in_(("PENDING", "SENDING")))).all()
        for _ in due:
            with db.transaction() as session:
                found = session.scalar(_next_due())
                claim = _claimed(found) if found else None
            if claim is None or chance.random() < 0.2:  # it died before it called
                continue
            message_id = claim.message_id
            with db.reading() as session:
                message = session.get_one(Message, message_id)
                about = session.get_one(Appointment, message.about_id)
            assert (about.status, message.dedupe_key.endswith(f":{int(about.starts_at.timestamp())}")) == (
                "CONFIRMED",
                True,
            )
            assert at.now < about.starts_at
            left.append((message.about_id, message.dedupe_key))
            if chance.random() < 0.8:  # else it died after it called
                with db.transaction() as session:
                    session.execute(update(Message).where(Message.id == message_id).values(status="SENT"))

    def step_of_the_desk():
        with db.transaction():
            found = booking.locked(chance.choice(ids))
            if found.status != Status.CONFIRMED or found.starts_at < at.now:
                return
            if chance.random() < 0.3:
                booking.actions.change_status(found, Status.CANCELLED, by=None)
                return
            hours = chance.choice((-30, -3, 5, 24, 49))
            goal = Place(found.starts_at + timedelta(hours=hours), found.clinician_id, found.centre_id, found.mode)
            note_move(found, put_there(found, goal), manager, None)
        with db.transaction() as session:  # the database keeps its own time
            session.execute(update(booking.Move).where(booking.Move.appointment_id == found.id).values(at=at.now))

    for _ in range(60):
        at.now += timedelta(minutes=chance.choice((5, 30, 60, 240, 240, 600, -600, -30)))
        chance.choice((step_of_the_run, step_of_the_run, step_of_a_worker, step_of_the_desk))()
    assert len(left) == len(set(left))
    assert left
