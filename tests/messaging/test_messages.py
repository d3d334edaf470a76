"""The outbox: promised once, claimed once, recorded with a fence, never sent blindly twice (integrations.md 5)."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from mibo import clock, db, jobs, messaging
from mibo.config import settings
from mibo.integrations.http import ProviderError
from mibo.messaging import Message, wording
from mibo.messaging.delivery import LEASE, _claimed, _next_due, _record_error, _record_sent, seconds_to_wait

PHONE = "+919876543210"
WHEN = datetime(2026, 12, 1, 10, 0)

pytestmark = pytest.mark.usefixtures("database")


def tell(said=None, *, phone=PHONE, key="cancelled:1", **more):
    said = said or wording.booking_cancelled("Asha Menon", when=WHEN, reference="MB-1042")
    with db.transaction():
        return messaging.tell(said, phone=phone, name="Asha Menon", dedupe_key=key, **more)


def tell_a_code(otp="274913", **more):
    return tell(wording.sign_in_code(), key="code:1", secret={"otp": otp}, **more)


def row(message_id) -> Message:
    with db.reading() as session:
        return session.get_one(Message, message_id)


def change(**values):
    with db.transaction() as session:
        session.execute(update(Message).values(**values))


def due_again():
    change(next_at=func.now())


def claim():
    """What a worker takes that dies, or sleeps, before it calls."""
    with db.transaction() as session:
        message = session.scalar(_next_due())
        return _claimed(message) if message else None


def note(*ids, **how):
    with db.transaction():
        return messaging.note_status(ids, **how)


def waiting() -> int:
    return len(jobs._queue().job_ids)


def sent(sandbox) -> list[str]:
    return [message["text"] for message in sandbox.messages(PHONE)]


class TestPromising:
    def test_a_promise_is_kept_after_the_commit(self, sandbox, work):
        message_id = tell()
        assert sent(sandbox) == []
        work()
        assert sent(sandbox) == ["Hello Asha, your appointment on Tue 1 Dec, 10:00 am is cancelled. Reference MB-1042."]
        kept = row(message_id)
        assert (kept.status, kept.attempts, kept.last_error) == ("SENT", 1, None)
        assert kept.provider_id == sandbox.messages(PHONE)[0]["id"]
        assert kept.sent_at

    def test_a_promise_made_twice_is_one(self, sandbox, work):
        assert tell()
        assert tell() is None
        work()
        assert len(sent(sandbox)) == 1

    def test_a_promise_made_by_ten_at_once_is_one(self):
        with ThreadPoolExecutor(10) as pool:
            ids = list(pool.map(lambda _: tell(), range(10)))
        assert ids.count(None) == 9
        assert waiting() == 1

    def test_what_is_rolled_back_was_never_promised(self, sandbox, work):
        with pytest.raises(RuntimeError):
            promise_and_fail()
        assert waiting() == 0
        with db.reading() as session:
            assert session.scalar(select(func.count()).select_from(Message)) == 0

    def test_a_promise_can_be_taken_back_until_it_has_left(self, sandbox, work):
        message_id = tell_a_code()
        with db.transaction():
            messaging.withdraw("code:1", "no such")
        work()
        assert sent(sandbox) == []
        assert (row(message_id).status, row(message_id).sealed) == ("DROPPED", None)

    def test_what_has_left_is_not_taken_back(self, sandbox, work):
        message_id = tell()
        work()
        with db.transaction():
            messaging.withdraw("cancelled:1")
        assert row(message_id).status == "SENT"

    def test_an_address_behind_a_button_goes_along(self, sandbox, work):
        tell(wording.meeting_link("Asha", when=WHEN, reference="MB-1", link="join/abc"))
        work()
        assert [button["url"].endswith("join/abc") for button in sandbox.messages(PHONE)[0]["buttons"]] == [True]

    def test_all_that_was_promised_about_a_thing_is_found(self):
        first, second = tell(about_id=7), tell(key="moved:1", about_id=7)
        tell(key="other", about_id=8)
        with db.reading():
            assert [message.id for message in messaging.messages_about(7)] == [first, second]


def promise_and_fail():
    with db.transaction():
        messaging.tell(wording.sign_in_ended("Asha"), phone=PHONE, name="Asha", dedupe_key="k")
        raise RuntimeError("the booking failed")


class TestSecrets:
    def test_a_code_lies_nowhere_in_clear_and_is_wiped_once_it_has_left(self, sandbox, work):
        message_id = tell_a_code()
        for _ in range(2):
            with db.reading() as session:
                dump = session.scalar(text("select m::text from message m"))
            assert "274913" not in dump
            assert b"274913".hex() not in dump
            work()
        assert sandbox.otp(PHONE) == "274913"
        assert row(message_id).sealed is None

    def test_a_code_sealed_under_the_old_secret_key_still_leaves(self, sandbox, work, monkeypatch):
        tell_a_code()
        with_settings(monkeypatch, SECRET_KEY_FALLBACKS=f'["{settings().secret_key}"]', SECRET_KEY="x" * 40)
        work()
        assert sandbox.otp(PHONE) == "274913"

    def test_a_code_that_nobody_can_unseal_has_failed(self, sandbox, work, monkeypatch):
        message_id = tell_a_code()
        with_settings(monkeypatch, SECRET_KEY="x" * 40)
        work()
        assert sent(sandbox) == []
        assert (row(message_id).status, row(message_id).last_error) == ("FAILED", "SECRET_KEY_CHANGED")

    def test_logs_hold_neither_phone_nor_name_nor_code(self, sandbox, work, capfd):
        sandbox.fault("gallabox", "403")
        tell_a_code()
        work()
        tell()
        work()
        said = "".join(capfd.readouterr())
        assert said.count("messages.trouble") == said.count("messages.sent") == 1
        assert [secret for secret in (PHONE[1:], "Asha", "274913") if secret in said] == []


def with_settings(monkeypatch, **environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


@pytest.fixture(autouse=True)
def _own_settings_end_with_the_test():
    yield
    settings.cache_clear()


class TestTrouble:
    def test_a_refusal_is_final(self, sandbox, work):
        sandbox.fault("gallabox", "403")
        message_id = tell_a_code()
        work()
        assert (row(message_id).status, row(message_id).sealed) == ("FAILED", None)
        due_again()
        messaging.deliver_due()
        assert waiting() == 0

    def test_what_surely_did_not_leave_is_tried_again_later(self, sandbox, work):
        sandbox.fault("gallabox", "429")
        message_id = tell_a_code()
        work()
        put_back = row(message_id)
        assert (put_back.status, put_back.attempts) == ("PENDING", 1)
        assert put_back.next_at > clock.now()
        messaging.deliver_due()  # somebody rings too early
        assert sent(sandbox) == []
        due_again()
        messaging.deliver_due()
        work()
        assert sandbox.otp(PHONE) == "274913"
        assert (row(message_id).status, row(message_id).attempts) == ("SENT", 2)

    def test_after_eight_attempts_it_has_failed(self, sandbox, work):
        sandbox.fault("gallabox", "429", times=20)
        message_id = tell()
        for _ in range(10):
            due_again()
            messaging.deliver_due()
        assert (row(message_id).status, row(message_id).attempts) == ("FAILED", 8)
        assert len(sandbox.calls("gallabox")) == 8

    @pytest.mark.parametrize("lost", ["503", "500_after", "reset_after"])
    def test_what_may_have_left_is_never_sent_again(self, sandbox, work, lost):
        sandbox.fault("gallabox", lost)
        message_id = tell_a_code()
        work()
        assert (row(message_id).status, row(message_id).sealed) == ("UNKNOWN", None)
        due_again()
        change(lease_until=func.now() - LEASE)
        messaging.deliver_due()
        work()
        assert len(sandbox.calls("gallabox")) == 1

    def test_what_comes_too_late_is_dropped(self, sandbox, work):
        message_id = tell_a_code(not_after=clock.now() - timedelta(seconds=1))
        work()
        assert sent(sandbox) == []
        assert (row(message_id).status, row(message_id).sealed) == ("DROPPED", None)

    def test_what_somebody_should_call_about_is_listed(self, sandbox, work):
        sandbox.fault("gallabox", "403")
        refused = tell()
        work()
        tell(key="fine")
        work()
        with db.reading():
            listed = messaging.undelivered(clock.now() - timedelta(hours=1))
        assert [message.id for message in listed] == [refused]

    def test_waits_grow_are_spread_and_heed_the_provider(self):
        assert [seconds_to_wait(n, None, 0.5) for n in range(1, 9)] == [10, 20, 40, 80, 160, 320, 640, 900]
        assert (seconds_to_wait(1, None, 0.0), seconds_to_wait(1, None, 1.0)) == (7.5, 12.5)
        assert seconds_to_wait(1, 120.0, 0.5) == 120.0
        assert seconds_to_wait(8, 1.0, 0.5) == 900.0


class TestClaims:
    def test_of_ten_workers_that_hear_the_same_bell_one_sends(self, sandbox):
        message_id = tell()
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _: messaging.deliver_due(), range(10)))
        assert len(sent(sandbox)) == 1
        assert row(message_id).attempts == 1

    def test_the_call_is_made_while_nothing_is_locked(self, sandbox):
        sandbox.fault("gallabox", "slow")
        message_id = tell()
        sending = threading.Thread(target=messaging.deliver_due)
        sending.start()
        while row(message_id).status == "PENDING":
            pass
        with db.transaction() as session:  # would raise if a worker held the row through its call
            state = session.scalar(select(Message.status).where(Message.id == message_id).with_for_update(nowait=True))
        sending.join()
        assert state == "SENDING"
        assert row(message_id).status == "SENT"

    def test_what_a_dead_worker_had_is_left_alone_and_then_unsure(self, sandbox):
        message_id = tell()
        assert claim()
        messaging.deliver_due()
        assert row(message_id).status == "SENDING"
        change(lease_until=func.now())
        messaging.deliver_due()
        assert sent(sandbox) == []
        assert (row(message_id).status, row(message_id).last_error) == ("UNKNOWN", "WORKER_GONE")

    def test_a_code_a_dead_worker_had_stays_unsure(self, sandbox):
        message_id = tell_a_code()
        assert claim()
        change(lease_until=func.now())
        messaging.deliver_due()
        assert sent(sandbox) == []
        assert (row(message_id).status, row(message_id).last_error) == ("UNKNOWN", "WORKER_GONE")
        assert row(message_id).sealed is None

    def test_who_slept_through_the_lease_still_knows_that_it_was_taken(self):
        message_id = tell()
        sleeper = claim()
        change(lease_until=func.now())
        assert claim() is None
        _record_error(sleeper, ProviderError("gallabox", "retry", "LATE"))
        assert row(message_id).status == "UNKNOWN"
        _record_sent(sleeper, "good")
        assert (row(message_id).status, row(message_id).provider_id) == ("SENT", "good")

    def test_who_slept_does_not_speak_for_the_next(self):
        message_id = tell()
        sleeper = claim()
        change(status="PENDING", lease_until=None)
        second = claim()
        _record_sent(sleeper, "late")
        assert (row(message_id).status, row(message_id).provider_id) == ("SENDING", None)
        _record_sent(second, "good")
        _record_error(sleeper, ProviderError("gallabox", "retry", "LATE"))
        assert (row(message_id).status, row(message_id).provider_id) == ("SENT", "good")

    def test_a_worker_that_dies_again_and_again_does_not_send_for_ever(self):
        message_id = tell()
        change(attempts=8)
        messaging.deliver_due()
        assert (row(message_id).status, row(message_id).last_error) == ("FAILED", "TOO_MANY_ATTEMPTS")


class TestBell:
    def test_a_promise_needs_no_bell(self, redis_down, sandbox):
        with redis_down():
            message_id = tell()
        assert row(message_id).status == "PENDING"
        messaging.deliver_due()
        assert len(sent(sandbox)) == 1

    def test_while_the_bell_is_broken_messages_are_carried_by_hand(self, redis_down, sandbox):
        with redis_down():
            tell_a_code()
            messaging.deliver_due()
            assert sandbox.otp(PHONE) == "274913"

    def test_however_many_one_transaction_promises_it_rings_once(self):
        with db.transaction():
            for n in range(30):
                said = wording.booking_cancelled("Asha", when=WHEN, reference=f"MB-{n}")
                messaging.tell(said, phone=PHONE, name="Asha", dedupe_key=f"k:{n}")
        assert waiting() == 1

    def test_four_that_hear_the_bell_at_once_send_each_message_once(self, sandbox):
        for n in range(30):
            tell(wording.booking_cancelled("Asha", when=WHEN, reference=f"MB-{n}"), key=f"k:{n}")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: messaging.deliver_due(), range(4)))
        assert sorted(Counter(sent(sandbox)).values()) == [1] * 30

    def test_a_lost_bell_loses_no_message(self, sandbox):
        message_id = tell()
        with jobs._queue().connection as connection:
            connection.flushdb()
        messaging.deliver_due()
        assert row(message_id).status == "SENT"

    def test_one_that_nobody_can_send_stops_no_other(self, sandbox):
        broken = tell(key="broken")
        with db.transaction() as session:
            session.execute(update(Message).where(Message.id == broken).values(sealed=b"x", channel="SMS", body={}))
        tell(key="fine")
        messaging.deliver_due()
        assert (row(broken).status, len(sent(sandbox))) == ("FAILED", 1)


class TestNews:
    @pytest.fixture
    def message_id(self, database):
        made = tell()
        _record_sent(claim(), "g1")
        return made

    def test_news_only_ever_raises_a_message(self, message_id):
        seen = []
        for status in ("sent", "delivered", "sent", "read", "delivered", "failed"):
            assert note("other", "g1", status=status, error="131026")
            seen.append(row(message_id).status)
        assert seen == ["SENT", "DELIVERED", "DELIVERED", "READ", "READ", "READ"]
        assert row(message_id).last_error == "131026"

    def test_a_failure_is_kept_with_its_code_until_it_arrives_after_all(self, message_id):
        note("g1", status="failed", error="131026")
        assert (row(message_id).status, row(message_id).last_error) == ("FAILED", "131026")
        note("g1", status="sent")
        assert row(message_id).status == "FAILED"
        note("g1", status="delivered")
        assert row(message_id).status == "DELIVERED"

    def test_news_of_nobody_is_not_ours(self, message_id):
        assert note("g2", status="read") is False
        assert note(status="read") is False
        assert row(message_id).status == "SENT"

    def test_all_orders_and_repeats_of_news_end_alike(self, message_id):
        news = ["sent", "delivered", "read"] * 3
        with ThreadPoolExecutor(6) as pool:
            assert Counter(pool.map(lambda status: note("g1", status=status), news)) == {True: 9}
        assert row(message_id).status == "READ"

    def test_news_that_overtakes_the_answer_is_not_lost(self):
        made = tell()
        held = claim()
        assert note("g9", status="delivered", phone=PHONE)
        _record_sent(held, "g9")
        assert (row(made).status, row(made).provider_id) == ("DELIVERED", "g9")

    def test_news_of_an_unsure_message_settles_it(self):
        made = tell_a_code()
        _record_error(claim(), ProviderError("gallabox", "unknown", "TIMED_OUT"))
        assert note("g9", status="sent", phone=PHONE, template="mibo_payment_link") is False
        assert note("g9", status="sent", phone=PHONE, template="mibo_sign_in_code")
        assert (row(made).status, row(made).provider_id) == ("SENT", "g9")
        assert note("g9", status="read")
        assert row(made).status == "READ"

    def test_news_that_fits_two_unsure_messages_is_given_to_neither(self):
        for n in range(2):
            tell(key=f"k:{n}")
            _record_error(claim(), ProviderError("gallabox", "unknown", "TIMED_OUT"))
        assert note("g9", status="sent", phone=PHONE, template="mibo_booking_cancelled") is False
