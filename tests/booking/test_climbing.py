"""The ladder: whoever is not reached is tried another way, one at a time, and at last called (M3)."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from mibo import booking, clock, db, messaging
from mibo.booking import Status, climbing
from mibo.messaging import Message, PhoneCall
from mibo.people import Patient
from tests import make

pytestmark = pytest.mark.usefixtures("database", "sandbox")

HOUR = timedelta(hours=1)
PHONE = "+919876543210"
MAIL = "asha@mail.example"


@pytest.fixture(autouse=True)
def _no_news(sandbox):
    """WhatsApp tells nothing by itself, so that only time and the test say what arrived."""
    sandbox.fault("gallabox", "drop_webhook", times=100)


@pytest.fixture
def asha():
    """A confirmed visit of somebody with a phone and an e-mail address, of which nothing is told yet."""
    with db.transaction():
        where, who = make.centre(), make.patient("Asha Menon", phone=PHONE)
        who.email = MAIL
        return make.appointment(who, make.clinician(where), where, clock.now() + 48 * HOUR)


def confirm(one, work):
    with db.transaction():
        booking.telling.confirmed(booking.locked(one.id))
    work()


def pass_time(minutes=11):
    """As if it had been that long ago that anything was tried."""
    with db.transaction() as session:
        session.execute(update(Message).values(tried_at=Message.tried_at - timedelta(minutes=minutes)))


def climb(work, minutes=11):
    pass_time(minutes)
    climbing.climb_due()
    work()
    messaging.deliver_due()
    work()


def ways(one) -> list[tuple[str, str]]:
    with db.reading() as session:
        told = Message.about_id == one.id, Message.kind != "CLINICIAN"
        found = session.scalars(select(Message).where(*told).order_by(Message.id)).all()
        return [(message.channel, message.status) for message in found]


def move(one):
    one = booking.locked(one.id)
    one.starts_at, one.ends_at = one.starts_at + HOUR, one.ends_at + HOUR


def calls() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(PhoneCall.status)))


def test_what_is_not_delivered_in_time_goes_by_sms_with_the_same_words(asha, sandbox, work):
    confirm(asha, work)
    climb(work, minutes=9)
    assert ways(asha) == [("WHATSAPP", "SENT")]
    climb(work, minutes=2)
    climb(work)
    assert ways(asha) == [("WHATSAPP", "SENT"), ("SMS", "SENT")]
    told = [message["text"] for message in sandbox.messages(PHONE)]
    assert (len(told), len(set(told))) == (2, 1)
    assert calls() == []


def test_a_number_that_is_nowhere_is_tried_by_mail_and_then_called_once(asha, sandbox, work):
    sandbox.fault("gallabox", "403")
    sandbox.fault("sms", "403")
    sandbox.fault("mail", "refuse")
    confirm(asha, work)
    for _ in range(4):
        climb(work, minutes=0)
    assert ways(asha) == [("WHATSAPP", "FAILED"), ("SMS", "FAILED"), ("EMAIL", "FAILED")]
    assert calls() == ["OPEN"]
    assert sandbox.mails(MAIL) == []


def test_without_an_address_the_desk_calls_after_the_sms(asha, sandbox, work):
    with db.transaction() as session:
        session.execute(update(Patient).values(email=None))
    sandbox.fault("gallabox", "403")
    sandbox.fault("sms", "403")
    confirm(asha, work)
    climb(work, minutes=0)
    climb(work, minutes=0)
    assert ways(asha) == [("WHATSAPP", "FAILED"), ("SMS", "FAILED")]
    assert calls() == ["OPEN"]


def test_what_may_have_arrived_is_never_sent_again_by_the_same_way(asha, sandbox, work):
    sandbox.fault("gallabox", "reset_after")
    confirm(asha, work)
    climb(work)
    assert ways(asha) == [("WHATSAPP", "UNKNOWN"), ("SMS", "SENT")]
    mine = [call for call in sandbox.calls("gallabox") if PHONE[1:] in str(call["body"])]
    assert len(mine) == 1


def test_a_provider_that_is_away_for_long_is_left_before_another_is_tried(asha, sandbox, work):
    sandbox.fault("gallabox", "429", times=20)
    confirm(asha, work)
    climb(work)
    assert ways(asha) == [("WHATSAPP", "DROPPED"), ("SMS", "SENT")]
    sandbox.clear_faults()
    with db.transaction() as session:
        session.execute(update(Message).values(next_at=clock.now()))
    messaging.deliver_due()
    work()
    assert ways(asha) == [("WHATSAPP", "DROPPED"), ("SMS", "SENT")]


def test_a_late_report_that_it_arrived_stops_the_ladder_and_the_call(asha, sandbox, work):
    confirm(asha, work)
    whatsapp = sandbox.messages(PHONE)[0]["id"]
    pass_time()
    climbing.climb_due()
    with db.transaction() as session:
        session.execute(update(Message).where(Message.channel == "SMS").values(next_at=clock.now() + HOUR))
        message = session.scalars(select(Message).where(Message.channel == "SMS")).one()
        session.add(PhoneCall(dedupe_key=message.dedupe_key, message_id=message.id, until=clock.now() + HOUR))
    with db.transaction():
        messaging.note_status([whatsapp], "delivered")
    assert ways(asha) == [("WHATSAPP", "DELIVERED"), ("SMS", "DROPPED")]
    assert calls() == ["NOT_NEEDED"]
    climb(work)
    assert sandbox.calls("sms") == []


def test_what_is_cancelled_moved_or_no_longer_wanted_is_not_told_another_way(asha, sandbox, work):
    confirm(asha, work)
    for change in (
        lambda: db.session().execute(update(Patient).values(no_messages=True)),
        lambda: db.session().execute(update(Patient).values(no_messages=False)) and move(asha),
        lambda: booking.change_status(booking.locked(asha.id), Status.CANCELLED, by=None),
    ):
        with db.transaction() as session:
            change()
            session.execute(update(Message).values(climbed_at=None))
        climb(work)
        assert ways(asha) == [("WHATSAPP", "SENT")]
    assert calls() == []


def test_what_waits_to_leave_another_way_is_dropped_when_the_visit_is_cancelled(asha, work):
    confirm(asha, work)
    pass_time()
    climbing.climb_due()
    with db.transaction():
        booking.change_status(booking.locked(asha.id), Status.CANCELLED, by=None)
    work()
    assert ways(asha) == [("WHATSAPP", "SENT"), ("SMS", "DROPPED")]


def test_whoever_asked_for_mail_is_told_by_mail_and_next_on_whatsapp(asha, sandbox, work):
    with db.transaction() as session:
        session.execute(update(Patient).values(message_channel="EMAIL"))
    sandbox.fault("mail", "refuse")
    confirm(asha, work)
    climb(work, minutes=0)
    assert ways(asha) == [("EMAIL", "FAILED"), ("WHATSAPP", "SENT")]


def test_the_database_holds_each_way_once_and_one_under_way(asha, work):
    confirm(asha, work)
    with db.reading() as session:
        [first] = session.scalars(select(Message).where(Message.kind == "BOOKING")).all()
    told = {"dedupe_key": first.dedupe_key, "template": "x", "phone": "+919800000001", "name": "A", "body": {}}
    for more in (
        [{"channel": "WHATSAPP", "rung": 1, "status": "FAILED"}],
        [{"channel": "SMS", "rung": 0, "status": "FAILED"}],
        [{"channel": "SMS", "rung": 1}, {"channel": "EMAIL", "rung": 2}],
    ):
        with pytest.raises(IntegrityError), db.transaction() as session:
            session.execute(insert(Message), [told | each for each in more])
