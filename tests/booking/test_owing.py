"""What came to nothing before it was paid is owed no more, and is owed again where that was a mistake."""

import pytest

from mibo import booking, clock, db
from mibo.booking import Status
from mibo.identity.permissions import Role
from mibo.payments import Payment
from tests import make
from tests.web.pages.visitor import Clinic, clinic, end_hold

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> Clinic:
    return clinic()


def is_released(payment_id: int) -> bool:
    with db.reading() as session:
        return session.get_one(Payment, payment_id).released_at is not None


def test_a_hold_that_ran_out_and_a_visit_called_off_unpaid_are_owed_no_more(world: Clinic) -> None:
    over, off, paid = world.hold("10:00"), world.book("11:00", paid=False), world.book("12:00")
    end_hold(over)
    booking.expire_holds()
    with db.transaction():
        boss = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
        for one in (off, paid):
            booking.call_off(one.id, by=boss, reason="The doctor is ill.", version=1)
    assert [is_released(one.payment_id) for one in (over, off, paid)] == [True, True, False]


def test_a_visit_that_was_marked_missed_by_mistake_is_owed_again(world: Clinic) -> None:
    with db.transaction():
        desk = make.actor(make.staff(Role.FRONT_DESK, world.kochi), Role.FRONT_DESK, centres=(world.kochi,))
        one = make.appointment(world.asha, world.anita, world.kochi, clock.now(), paid=False)
        booking.change_status(one, Status.NO_SHOW, by=desk.account_id)
    assert is_released(one.payment_id)
    with db.transaction():
        booking.change_status(db.session().merge(one), Status.CONFIRMED, by=desk.account_id)
    assert not is_released(one.payment_id)
