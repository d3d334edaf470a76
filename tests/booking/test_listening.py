"""A provider that has gone silent is noticed; a quiet night is no silence."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from mibo import booking, clock, db
from mibo.booking import listening
from mibo.payments import Attempt
from tests.booking.money import Held, held
from tests.booking.parked import paid
from tests.booking.test_settling import asked, entity, event, paid_for
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database")


def silent(after: timedelta) -> listening.Silence | None:
    with time_machine.travel(clock.now() + after), db.reading():
        listening.listen()
        return listening.silence()


def opened(count: int) -> list[Held]:
    """So many checkouts begun that nobody has paid at."""
    made = [held()]
    made += [held(beside=made[0], at=f"{hour}:00") for hour in range(11, 10 + count)]
    for each in made:
        asked(each)
    return made


def test_where_nothing_was_asked_for_nothing_is_missed() -> None:
    held()
    assert silent(timedelta(days=2)) is None


def test_a_payment_that_only_we_found_means_silence_after_five_minutes(sandbox: Sandbox) -> None:
    waiting = held()
    order = booking.open_order(waiting.id, by=waiting.by)
    payment = paid(sandbox, order_id=order.order_id)
    booking.settle_payment(order.attempt_id, payment, told_by="BROWSER")
    assert silent(timedelta(minutes=4)) is None
    found = silent(timedelta(minutes=6))
    assert found == listening.Silence(None, payment.created_at)
    event("payment.captured", payment=entity(payment))
    assert silent(timedelta(minutes=6)) is None


def test_many_begun_and_nothing_heard_for_hours_is_silence_and_few_are_not() -> None:
    opened(2)
    assert silent(timedelta(hours=8)) is None
    more = opened(3)
    assert silent(timedelta(minutes=50)) is None
    assert silent(timedelta(hours=2)) == listening.Silence(None, None)
    told = event("payment.failed", payment=entity(paid_for(asked_before(more[0])), "failed"))
    assert told
    assert silent(timedelta(hours=8)) is None


def asked_before(waiting: Held) -> Attempt:
    with db.transaction() as session:
        session.execute(update(Attempt).where(Attempt.payment_id == waiting.appointment.payment_id).values(note=None))
    return asked(waiting)
