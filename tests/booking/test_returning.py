"""A payer's browser comes back and says that it has paid."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from mibo import booking, db
from mibo.booking import NotVouchedFor, Outcome
from mibo.errors import Missing
from mibo.identity.permissions import Role
from tests import make
from tests.booking.money import PAID, Held, Standing, held, standing, told
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database", "sandbox")

UNPAID = Standing("PENDING", "PENDING", [("ORDER", "OPEN", 170_000)], [])


def paid(sandbox: Sandbox, waiting: Held, outcome: str = "captured") -> dict[str, str]:
    """Paid at the checkout: the three fields that the browser brings back."""
    order = booking.open_order(waiting.id, by=waiting.by)
    return sandbox.pay(order_id=order.order_id, outcome=outcome)


def returned(waiting: Held, fields: dict[str, str], *, order_id: str | None = None, by=None) -> Outcome:
    return booking.return_from_checkout(
        waiting.id,
        order_id or fields["razorpay_order_id"],
        fields["razorpay_payment_id"],
        fields["razorpay_signature"],
        by=by or waiting.by,
    )


def test_the_return_from_the_checkout_confirms_and_a_second_one_says_nothing_more(sandbox: Sandbox) -> None:
    waiting = held()
    fields = paid(sandbox, waiting)
    assert returned(waiting, fields) == Outcome.CONFIRMED
    assert returned(waiting, fields) == Outcome.ALREADY
    assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"])


@pytest.mark.parametrize("forged", ["", "0" * 64, "ſ₹", "not hex"])
def test_a_forged_signature_confirms_nothing(sandbox: Sandbox, forged: str) -> None:
    waiting = held()
    fields = paid(sandbox, waiting) | {"razorpay_signature": forged}
    with pytest.raises(NotVouchedFor):
        returned(waiting, fields)
    assert standing(waiting) == UNPAID


def test_a_cheap_order_with_its_own_good_signature_cannot_confirm_another_booking(sandbox: Sandbox) -> None:
    cheap = held()
    dear = held(beside=cheap, at="12:00", patient=cheap.patient)
    booking.open_order(dear.id, by=dear.by)
    fields = paid(sandbox, cheap)
    with pytest.raises(Missing):
        returned(dear, fields)
    assert standing(dear) == UNPAID


def test_the_signature_of_another_order_does_not_open_this_one(sandbox: Sandbox) -> None:
    cheap, dear = held(), held()
    mine = booking.open_order(dear.id, by=dear.by)
    fields = paid(sandbox, cheap)
    with pytest.raises(NotVouchedFor):
        returned(dear, fields, order_id=mine.order_id)
    assert standing(dear) == UNPAID


def test_nobody_else_can_return_for_a_booking(sandbox: Sandbox) -> None:
    waiting = held()
    fields = paid(sandbox, waiting)
    with db.transaction():
        stranger, desk = make.actor(make.patient()), make.actor(make.staff(Role.FRONT_DESK), Role.FRONT_DESK)
    for nobody in (stranger, desk):
        with pytest.raises(Missing):
            returned(waiting, fields, by=nobody)


def test_when_the_provider_cannot_be_asked_the_booking_waits_and_is_not_lost(sandbox: Sandbox) -> None:
    waiting = held()
    fields = paid(sandbox, waiting)
    sandbox.fault("razorpay", "500", times=1)
    assert returned(waiting, fields) == Outcome.WAITING
    assert standing(waiting) == UNPAID
    assert returned(waiting, fields) == Outcome.CONFIRMED


def brought_back(sandbox: Sandbox, waiting: Held) -> dict[str, str]:
    """Paid by link: the query that the provider sends the browser back with."""
    link = booking.open_link(waiting.id, by=waiting.by)
    answer = sandbox.pay(payment_link_id=link.link_id)
    return dict(parse_qsl(urlsplit(answer["callback_url"]).query))


def test_the_return_from_a_link_confirms_and_says_which_booking(sandbox: Sandbox) -> None:
    waiting = held(kind="LINK")
    query = brought_back(sandbox, waiting)
    assert booking.return_from_link(query) == waiting.id
    assert booking.return_from_link(query) == waiting.id
    assert (standing(waiting).appointment, told(waiting)) == ("CONFIRMED", ["booking_confirmed"])


@pytest.mark.parametrize(
    "changed",
    ["razorpay_payment_id", "razorpay_payment_link_id", "razorpay_payment_link_reference_id", "razorpay_signature"],
)
def test_a_return_with_anything_changed_is_nobodys(sandbox: Sandbox, changed: str) -> None:
    waiting = held(kind="LINK")
    query = brought_back(sandbox, waiting)
    assert booking.return_from_link(query | {changed: query[changed][:-1] + "0X"}) is None
    assert booking.return_from_link({key: value for key, value in query.items() if key != changed}) is None
    assert standing(waiting).appointment == "PENDING"


def test_an_empty_return_is_nobodys() -> None:
    assert booking.return_from_link({}) is None
