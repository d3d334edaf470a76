"""Payment links: opened, sent, sent again, and ended with their hold."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import HoldOver, LinkNotSent
from mibo.booking.links import SHORTEST_LINK
from mibo.errors import Conflict
from mibo.messaging import Message
from mibo.payments import AlreadyPaid, Attempt
from tests.booking.money import Held, Standing, held, hold_ends, standing, told
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database", "sandbox")

OPEN = Standing("PENDING", "PENDING", [("LINK", "OPEN", 170_000)], [])


def at_the_desk(**more) -> Held:
    return held(**{"kind": "LINK", "source": "FRONT_DESK", "minutes_left": 30, **more})


def links_made(sandbox: Sandbox) -> list[dict]:
    calls = sandbox.calls("razorpay")
    return [call for call in calls if call["method"] == "POST" and call["path"] == "/v1/payment_links"]


def status_at_provider(link_id: str) -> str:
    from mibo.integrations import razorpay

    return razorpay.link(link_id).status


def test_a_link_ends_exactly_when_its_hold_does() -> None:
    waiting = held(kind="LINK", minutes_left=30)
    link = booking.open_link(waiting.id, by=waiting.by)
    assert link.paise == 170_000
    assert abs(link.expires_at - hold_ends(waiting)) < timedelta(seconds=1)


def test_a_hold_shorter_than_a_link_can_be_is_prolonged_to_it() -> None:
    waiting = held(kind="LINK", minutes_left=3)
    before = clock.now()
    link = booking.open_link(waiting.id, by=waiting.by)
    assert link.expires_at == hold_ends(waiting)
    assert link.expires_at >= before + SHORTEST_LINK - timedelta(seconds=1)


def test_asking_twice_answers_the_same_link_and_prolongs_nothing_more(sandbox: Sandbox) -> None:
    waiting = held(kind="LINK", minutes_left=3)
    first = booking.open_link(waiting.id, by=waiting.by)
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        assert booking.open_link(waiting.id, by=waiting.by) == first
    assert len(links_made(sandbox)) == 1


def test_a_link_says_nothing_about_care_and_its_reference_is_the_attempt(sandbox: Sandbox) -> None:
    waiting = held(kind="LINK")
    booking.open_link(waiting.id, by=waiting.by)
    with db.reading() as session:
        attempt_id = session.scalar(select(Attempt.id).where(Attempt.payment_id == waiting.appointment.payment_id))
    asked = links_made(sandbox)[0]["body"]
    assert asked["reference_id"] == f"mibo-{attempt_id}"
    assert asked["description"] == (
        f"Mibo, booking {waiting.appointment.reference}. Cancelled 24 hours before or earlier, ₹1,600 comes back; "
        "later nothing. All of it if the clinic cancels."
    )
    assert asked["notify"] == {"sms": False, "email": False}


def test_a_desk_booking_gets_its_link_sent_once(sandbox: Sandbox) -> None:
    waiting = at_the_desk()
    for _ in range(3):
        booking.send_link(waiting.id)
    assert told(waiting) == ["payment_link"]
    assert len(links_made(sandbox)) == 1


def test_when_the_provider_is_away_the_booking_stays_without_its_link_and_the_retry_works(sandbox: Sandbox) -> None:
    waiting = at_the_desk()
    sandbox.fault("razorpay", "500", times=2)
    with pytest.raises(LinkNotSent, match="booking is kept"):
        booking.resend_link(waiting.id, by=waiting.desk)
    assert (standing(waiting), told(waiting)) == (OPEN, [])
    sandbox.clear_faults()
    assert booking.resend_link(waiting.id, by=waiting.desk).paise == 170_000
    assert (standing(waiting), told(waiting)) == (OPEN, ["payment_link"])


def test_a_link_whose_answer_was_lost_is_found_by_its_reference(sandbox: Sandbox) -> None:
    waiting = at_the_desk()
    sandbox.fault("razorpay", "500_after")
    booking.send_link(waiting.id)
    booking.send_link(waiting.id)
    assert len(links_made(sandbox)) == 1
    assert (standing(waiting), told(waiting)) == (OPEN, ["payment_link"])


def test_what_the_bell_missed_the_timetable_sends(sandbox: Sandbox, work) -> None:
    waiting = at_the_desk()
    on_the_web = held(kind="LINK")
    booking.send_unsent_links()
    work()
    assert told(waiting) == []
    with time_machine.travel(clock.now() + timedelta(seconds=20)):
        booking.send_unsent_links()
        booking.send_unsent_links()
        work()
    assert (told(waiting), told(on_the_web)) == (["payment_link"], [])


def test_sending_again_makes_a_new_link_and_closes_the_former(sandbox: Sandbox, work) -> None:
    waiting = at_the_desk()
    first = booking.resend_link(waiting.id, by=waiting.desk)
    second = booking.resend_link(waiting.id, by=waiting.desk)
    work()
    assert first.link_id != second.link_id
    assert (status_at_provider(first.link_id), status_at_provider(second.link_id)) == ("cancelled", "created")
    assert told(waiting) == ["payment_link", "payment_link"]
    assert [row[:2] for row in standing(waiting).attempts] == [("LINK", "VOID"), ("LINK", "OPEN")]


def test_cash_closes_the_link_that_is_open(work) -> None:
    waiting = at_the_desk()
    link = booking.open_link(waiting.id, by=waiting.desk)
    with db.transaction():
        booking.pay_at_desk(waiting.id, "CASH", None, by=waiting.desk)
    work()
    assert status_at_provider(link.link_id) == "cancelled"


def test_a_hold_that_ends_takes_its_link_with_it(work) -> None:
    waiting = at_the_desk()
    link = booking.open_link(waiting.id, by=waiting.desk)
    with time_machine.travel(link.expires_at + timedelta(minutes=1)):
        booking.expire_holds()
    work()
    assert status_at_provider(link.link_id) == "cancelled"
    assert standing(waiting).appointment == "EXPIRED"


def test_a_price_that_fell_gets_a_new_link_sent_and_the_old_one_closed(work) -> None:
    first = at_the_desk()
    second = at_the_desk(beside=first, at="12:00", patient=first.patient)
    old = booking.resend_link(second.id, by=second.desk)
    with db.transaction():
        booking.pay_at_desk(first.id, "CASH", None, by=first.desk)
    with time_machine.travel(clock.now() + timedelta(seconds=20)):
        booking.send_unsent_links()
    work()
    assert status_at_provider(old.link_id) == "cancelled"
    with db.reading() as session:
        amounts = session.scalars(
            select(Message.body["amount"].as_string())
            .where(Message.template == "mibo_payment_link")
            .order_by(Message.id)
        ).all()
    assert amounts == ["₹1,700", "₹1,600"]


def test_no_link_for_a_booking_that_is_paid_or_over() -> None:
    over, paid = at_the_desk(minutes_left=0), at_the_desk()
    with db.transaction():
        booking.pay_at_desk(paid.id, "UPI", None, by=paid.desk)
    with pytest.raises(HoldOver):
        booking.open_link(over.id, by=over.by)
    with pytest.raises(AlreadyPaid):
        booking.open_link(paid.id, by=paid.by)
    booking.send_link(over.id)
    assert told(over) == []


def meanwhile(sandbox: Sandbox, act, happening) -> object:
    """`act` asks the provider, who is slow; `happening` comes before the answer. What `act` answered or refused."""
    sandbox.fault("razorpay", "slow")
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(act)
        until = time.monotonic() + 5
        while not sandbox.calls("razorpay") and time.monotonic() < until:
            time.sleep(0.01)
        with db.transaction():
            happening()
        return acting.exception() or acting.result()


def the_only_link(waiting: Held) -> str:
    with db.reading() as session:
        wanted = select(Attempt.provider_link_id).where(Attempt.payment_id == waiting.appointment.payment_id)
        return session.scalars(wanted.where(Attempt.provider_link_id.is_not(None))).one()


def test_a_link_that_comes_after_its_hold_was_let_go_is_closed_at_once(sandbox: Sandbox, work) -> None:
    waiting = held(kind="LINK")
    said = meanwhile(
        sandbox,
        lambda: booking.open_link(waiting.id, by=waiting.by),
        lambda: booking.release_hold(waiting.id, by=waiting.by),
    )
    work()
    assert isinstance(said, HoldOver)
    assert status_at_provider(the_only_link(waiting)) == "cancelled"


def test_a_link_that_comes_after_cash_was_taken_is_closed_at_once(sandbox: Sandbox, work) -> None:
    waiting = at_the_desk()
    said = meanwhile(
        sandbox,
        lambda: booking.resend_link(waiting.id, by=waiting.desk),
        lambda: booking.pay_at_desk(waiting.id, "CASH", None, by=waiting.desk),
    )
    work()
    assert isinstance(said, AlreadyPaid)
    assert status_at_provider(the_only_link(waiting)) == "cancelled"
    assert "payment_link" not in told(waiting)


def test_an_order_that_comes_after_the_price_fell_is_not_shown(sandbox: Sandbox) -> None:
    first = held()
    second = held(beside=first, at="12:00", patient=first.patient)
    said = meanwhile(
        sandbox,
        lambda: booking.open_order(second.id, by=second.by),
        lambda: booking.pay_at_desk(first.id, "CASH", None, by=first.desk),
    )
    assert isinstance(said, Conflict)
    assert booking.open_order(second.id, by=second.by).paise == 160_000
