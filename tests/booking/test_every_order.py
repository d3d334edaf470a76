"""The six things that one payment makes the provider say, in each of their 720 orders, each told again, any of them lost:
one final state (security.md line 60, R-24).

All orders are walked as one tree: what orders have in common at their beginning is done once, and undone by a savepoint.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select, update

from mibo import booking, db
from mibo.integrations.razorpay import ProviderPayment
from mibo.messaging import Message
from mibo.payments import Attempt, Payment, ProviderEvent, Refund
from mibo.payments.heard import Mismatch
from tests.booking.money import Held, held
from tests.booking.test_settling import asked, entity, event, paid_for

pytestmark = pytest.mark.usefixtures("database")

TOLD = ("payment.authorized", "payment.captured", "order.paid", "payment.failed", "refund.created", "refund.processed")


def everything_about(payment: ProviderPayment) -> list[int]:
    """A failure before its late capture is among it, and a refund that was made at the provider and not by us."""
    refund = {"id": "rfnd_1", "payment_id": payment.id, "amount": 1_00, "currency": "INR"}
    entities: dict[str, dict[str, Any]] = {
        "payment.authorized": {"payment": entity(payment, "authorized")},
        "payment.captured": {"payment": entity(payment)},
        "order.paid": {"payment": entity(payment), "order": {"id": payment.order_id, "entity": "order"}},
        "payment.failed": {"payment": entity(payment, "failed")},
        "refund.created": {"payment": entity(payment), "refund": {**refund, "status": "pending"}},
        "refund.processed": {"payment": entity(payment), "refund": {**refund, "status": "processed"}},
    }
    return [event(kind, **entities[kind]) for kind in TOLD]


@contextmanager
def undone_afterwards() -> Iterator[None]:
    session = db.session()
    with session.begin_nested() as savepoint:
        yield
        savepoint.rollback()
    session.expire_all()


def told(event_id: int) -> None:
    booking.settle(event_id)
    booking.settle(event_id)  # the bell rings twice


def told_anew(event_id: int) -> None:
    """As if it had been taken for another event: what it says is settled once more."""
    db.session().execute(update(ProviderEvent).where(ProviderEvent.id == event_id).values(settled_at=None))
    db.session().expire_all()
    booking.settle(event_id)


def state(waiting: Held) -> tuple[object, ...]:
    """All that is left of it, whatever the order."""
    session, payment_id = db.session(), waiting.appointment.payment_id
    session.expire_all()
    appointment = session.get_one(booking.Appointment, waiting.id)
    payment = session.get_one(Payment, payment_id)
    attempts = session.execute(
        select(Attempt.status, Attempt.paise, Attempt.provider_payment_id).where(Attempt.payment_id == payment_id)
    )
    return (
        appointment.status, payment.status, payment.method, sorted(map(tuple, attempts)),
        session.scalars(select(Refund.reason).where(Refund.payment_id == payment_id)).all(),
        session.execute(select(Mismatch.reason, Mismatch.about, Mismatch.resolution)).all(),
        session.scalars(select(Message.template).where(Message.phone == waiting.patient.phone)).all(),
        session.scalars(select(Attempt.failure).where(Attempt.payment_id == payment_id)).all(),
    )  # fmt: skip


class Walk:
    """Every order of the events, depth first. Where two orders of the same events have come to the same rows, what may
    follow is the same too, and is walked once.
    """

    def __init__(self, waiting: Held) -> None:
        self.waiting = waiting
        self.attempt = asked(waiting)
        self.payment = paid_for(self.attempt)
        self.events = everything_about(self.payment)
        self.ends: dict[str, tuple[int, ...]] = {}
        self.with_one_missing = 0
        self._known: dict[tuple[frozenset[int], str], int] = {}

    def from_here(self, before: tuple[int, ...] = ()) -> int:
        """Walk on; how many orders lead through here."""
        here = frozenset(before), repr(state(self.waiting))
        if here not in self._known:
            self._known[here] = self._on(before)
        return self._known[here]

    def _on(self, before: tuple[int, ...]) -> int:
        left = [n for n in range(len(self.events)) if n not in before]
        if not left:
            self._told_all_over(before)
            return 1
        if len(left) == 1:
            self._found_by_asking(before)
        orders = 0
        for n in left:
            with undone_afterwards():
                told(self.events[n])
                orders += self.from_here((*before, n))
        return orders

    def _told_all_over(self, before: tuple[int, ...]) -> None:
        """Every one is told once more, in the same order and the other way round."""
        for n in (*before, *reversed(before)):
            told_anew(self.events[n])
        self._ends(before)

    def _found_by_asking(self, before: tuple[int, ...]) -> None:
        """The last one is never told: the reconciler finds what it would have brought."""
        self.with_one_missing += 1
        with undone_afterwards():
            booking.settle_payment(self.attempt.id, self.payment, told_by="RECONCILER")
            self._ends(before)

    def _ends(self, before: tuple[int, ...]) -> None:
        # a failure that came before its capture is remembered, and changes nothing
        self.ends.setdefault(repr(state(self.waiting)[:-1]), before)


def test_all_720_orders_with_any_one_missing_end_the_same() -> None:
    walk = Walk(held())
    with db.transaction():
        assert walk.from_here() == 720
    assert walk.with_one_missing >= 6
    paid = [("PAID", 170_000, walk.payment.id)]
    mismatch = [("REFUND_NOT_OURS", "rfnd_1", None)]
    assert set(walk.ends) == {repr(("CONFIRMED", "PAID", "ONLINE", paid, [], mismatch, ["mibo_booking_confirmed"]))}, (
        walk.ends
    )
