"""Paying at the checkout and at the desk."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from mibo import booking, clock, db
from mibo.booking import HoldOver, PaymentAway, Status
from mibo.errors import DomainError, Missing
from mibo.identity.permissions import Role
from mibo.payments import AlreadyPaid, Attempt
from tests import make
from tests.booking.money import Standing, held, standing
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database", "sandbox")


def orders_made(sandbox: Sandbox) -> int:
    return sum(call["method"] == "POST" and call["path"] == "/v1/orders" for call in sandbox.calls("razorpay"))


def test_the_checkout_gets_an_order_for_the_price_of_the_booking(sandbox: Sandbox) -> None:
    waiting = held()
    order = booking.open_order(waiting.id, by=waiting.by)
    assert (order.paise, order.currency) == (170_000, "INR")
    assert order.order_id.startswith("order_")
    assert order.key_id
    with db.reading() as session:
        assert session.get_one(Attempt, order.attempt_id).provider_order_id == order.order_id


def test_asking_twice_answers_the_same_order(sandbox: Sandbox) -> None:
    waiting = held()
    assert booking.open_order(waiting.id, by=waiting.by) == booking.open_order(waiting.id, by=waiting.by)
    assert orders_made(sandbox) == 1


def test_an_order_whose_answer_was_lost_is_found_again(sandbox: Sandbox) -> None:
    waiting = held()
    sandbox.fault("razorpay", "reset_after")
    first = _tried(waiting)
    assert first == booking.open_order(waiting.id, by=waiting.by)
    assert orders_made(sandbox) == 1


def _tried(waiting) -> booking.CheckoutOrder:
    try:
        return booking.open_order(waiting.id, by=waiting.by)
    except PaymentAway:
        return booking.open_order(waiting.id, by=waiting.by)


def test_two_tabs_that_ask_at_once_get_one_order(sandbox: Sandbox) -> None:
    waiting = held()
    gate = Barrier(4)

    def tab(_: int) -> str:
        gate.wait()
        return booking.open_order(waiting.id, by=waiting.by).order_id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(tab, range(4)))) == 1


def test_when_the_provider_is_away_the_hold_stays_and_the_next_try_works(sandbox: Sandbox) -> None:
    waiting = held()
    sandbox.fault("razorpay", "500", times=2)
    with pytest.raises(PaymentAway, match="still held"):
        booking.open_order(waiting.id, by=waiting.by)
    assert standing(waiting) == Standing("PENDING", "PENDING", [("ORDER", "OPEN", 170_000)], [])
    sandbox.clear_faults()
    assert booking.open_order(waiting.id, by=waiting.by).paise == 170_000


def test_a_stranger_and_a_desk_of_another_centre_find_nothing_to_pay() -> None:
    waiting = held()
    with db.transaction():
        stranger = make.actor(make.patient())
        elsewhere = make.actor(make.staff(Role.FRONT_DESK), Role.FRONT_DESK, centres=(make.centre(),))
        clinician = make.actor(make.staff(Role.CLINICIAN), Role.CLINICIAN, centres=(waiting.centre,))
    for nobody in (stranger, elsewhere, clinician):
        with pytest.raises(Missing):
            booking.open_order(waiting.id, by=nobody)
    assert booking.open_order(waiting.id, by=waiting.desk).paise == 170_000


@pytest.mark.parametrize("minutes_left", [0, -1])
def test_a_hold_that_is_over_cannot_be_paid_for_any_more(minutes_left: int) -> None:
    over = held(minutes_left=minutes_left)
    with pytest.raises(HoldOver):
        booking.open_order(over.id, by=over.by)


def test_what_is_paid_is_not_asked_for_again() -> None:
    paid = held(status=Status.CONFIRMED)
    with pytest.raises(AlreadyPaid):
        booking.open_order(paid.id, by=paid.by)


def test_a_price_that_fell_gets_an_order_of_its_own(sandbox: Sandbox) -> None:
    first = held()
    second = held(beside=first, at="12:00", patient=first.patient)
    old = booking.open_order(second.id, by=second.by)
    with db.transaction():
        booking.pay_at_desk(first.id, "CASH", None, by=first.desk)
    new = booking.open_order(second.id, by=second.by)
    assert (old.paise, new.paise, old.order_id != new.order_id) == (170_000, 160_000, True)


def test_cash_confirms_the_booking_at_once() -> None:
    waiting = held()
    with db.transaction():
        confirmed = booking.pay_at_desk(waiting.id, "CASH", "exact change", by=waiting.desk)
    assert confirmed.status == "CONFIRMED"
    assert standing(waiting) == Standing(
        "CONFIRMED", "PAID", [("ORDER", "VOID", 170_000), ("DESK", "PAID", 170_000)], []
    )


def test_cash_is_taken_once_however_many_press_the_button() -> None:
    waiting = held()
    gate = Barrier(3)

    def press(_: int) -> str:
        gate.wait()
        try:
            with db.transaction():
                booking.pay_at_desk(waiting.id, "UPI", None, by=waiting.desk)
        except DomainError as error:
            return error.code
        return "taken"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(press, range(3))) == ["ALREADY_PAID", "ALREADY_PAID", "taken"]


def test_cash_for_a_hold_that_ended_takes_the_time_again_if_it_is_free() -> None:
    over = held(status=Status.EXPIRED)
    with db.transaction():
        assert booking.pay_at_desk(over.id, "CASH", None, by=over.desk).status == "CONFIRMED"


def test_cash_for_a_hold_that_ended_is_not_taken_when_somebody_else_has_the_time() -> None:
    over = held(status=Status.EXPIRED)
    held(beside=over, status=Status.CONFIRMED)
    with pytest.raises(HoldOver), db.transaction():
        booking.pay_at_desk(over.id, "CASH", None, by=over.desk)
    assert standing(over) == Standing("EXPIRED", "PENDING", [("ORDER", "OPEN", 170_000)], [])


def test_a_patient_cannot_say_that_they_paid_at_the_desk_of_somebody_else() -> None:
    waiting = held()
    with db.transaction():
        stranger = make.actor(make.patient())
    with pytest.raises(Missing), db.transaction():
        booking.pay_at_desk(waiting.id, "CASH", None, by=stranger)


def test_a_failed_try_does_not_end_the_hold_and_may_be_told_twice() -> None:
    waiting = held()
    order = booking.open_order(waiting.id, by=waiting.by)
    for _ in range(2):
        with db.transaction():
            booking.note_failure(
                waiting.id,
                order.order_id,
                "BAD_REQUEST_ERROR",
                "Card 4111 1111 1111 1111 of a@b.in failed",
                by=waiting.by,
            )
    assert standing(waiting) == Standing("PENDING", "PENDING", [("ORDER", "OPEN", 170_000)], [])
    with db.reading() as session:
        assert session.get_one(Attempt, order.attempt_id).failure == "BAD_REQUEST_ERROR: Card … of … failed"


def test_a_failure_is_bound_to_an_order_of_the_callers_own_booking() -> None:
    mine, theirs = held(), held()
    order = booking.open_order(theirs.id, by=theirs.by)
    for appointment_id in (mine.id, theirs.id):
        with pytest.raises(Missing), db.transaction():
            booking.note_failure(appointment_id, order.order_id, None, None, by=mine.by)
    with db.reading() as session:
        assert session.get_one(Attempt, order.attempt_id).failed_at is None


def test_an_unknown_appointment_is_missing() -> None:
    waiting = held()
    with pytest.raises(Missing):
        booking.open_order(waiting.id + 10_000, by=waiting.by)
    assert clock.now() < waiting.appointment.starts_at
