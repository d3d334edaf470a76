"""The sandbox is told what was paid before it started, and then gives it back like any other payment."""

import pytest

from mibo import booking, db
from mibo.dev import books
from mibo.integrations import razorpay
from mibo.payments import Attempt
from tests.booking.money import standing
from tests.booking.refunds import at_provider, called_off, paid_online, time_to_undo_over
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database", "sandbox")


def test_what_was_paid_before_the_sandbox_started_can_be_given_back(sandbox: Sandbox, work) -> None:  # type: ignore[no-untyped-def]
    waiting = paid_online(sandbox)
    back = called_off(waiting)
    with db.reading() as session:
        payment_id = session.get_one(Attempt, back.now.attempt_id).provider_payment_id or ""
    sandbox.reset()
    for _ in range(2):  # told twice it knows it once
        books.main(["--sandbox", sandbox.url])
    told = razorpay.payment(payment_id)
    assert (told.status, told.paise, told.currency, told.refunded_paise) == ("captured", 170_000, "INR", 0)
    back.do(booking.giving_back.approve)
    time_to_undo_over(lambda: (booking.sending_back.send_due_refunds(), work()))
    assert (back.now.status, at_provider(back)) == ("DONE", [(170_000, "processed")])
    assert standing(waiting).payment == "REFUNDED"
    sandbox.reset()
    books.main(["--sandbox", sandbox.url])
    again = razorpay.payment(payment_id)
    assert (again.status, again.refunded_paise, at_provider(back)) == ("refunded", 170_000, [(170_000, "processed")])
