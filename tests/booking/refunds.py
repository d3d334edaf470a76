"""Bookings whose money goes back: paid at the provider or at the desk, called off, and how their refunds stand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import time_machine
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Appointment, reconciling
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.integrations import razorpay
from mibo.payments import Attempt, Payment, Refund
from mibo.people import Patient
from tests import make
from tests.booking.money import Held, held
from tests.machine import Sandbox


@dataclass
class Back:
    """A booking with money to go back, the manager who decides, and the desk."""

    booking: Held
    refund_id: int
    manager: Actor

    @property
    def now(self) -> Refund:
        """Read anew."""
        with db.reading() as session:
            return session.get_one(Refund, self.refund_id)

    @property
    def payment(self) -> Payment:
        with db.reading() as session:
            return session.get_one(Payment, self.booking.appointment.payment_id)

    @property
    def registered(self) -> datetime | None:
        with db.reading() as session:
            return session.get_one(Patient, self.booking.patient.id).registration_paid_at

    def do(self, verb: Callable[..., Refund], *args: object, by: Actor | None = None, **more: object) -> Refund:
        with db.transaction():
            return verb(self.refund_id, *args, by=by or self.manager, **more)


def manager_of(name: str = "Maya Manager") -> Actor:
    with db.transaction():
        return make.actor(make.staff(Role.MANAGER, name=name), Role.MANAGER)


def paid_online(sandbox: Sandbox, *, patient: Patient | None = None, at: str = "10:00") -> Held:
    """Paid at the provider, whose webhooks were lost; the browser came back."""
    waiting = held(patient=patient, at=at)
    order = booking.open_order(waiting.id, by=waiting.by)
    sandbox.fault("razorpay", "drop_webhook", times=9)
    sandbox.pay(order_id=order.order_id)
    sandbox.clear_faults()
    reconciling.ask(order.attempt_id)
    return waiting


def called_off(waiting: Held, reason: str = "The clinician is ill") -> Back:
    """The clinic cancels what was paid."""
    with db.transaction():
        booking.call_off(waiting.id, reason=reason, by=waiting.desk)
    return Back(waiting, refund_ids(waiting)[-1], manager_of())


def to_give_back(sandbox: Sandbox) -> Back:
    return called_off(paid_online(sandbox))


def refund_ids(waiting: Held) -> list[int]:
    with db.reading() as session:
        of = select(Refund.id).where(Refund.payment_id == waiting.appointment.payment_id).order_by(Refund.id)
        return list(session.scalars(of))


def time_to_undo_over(then: Callable[[], object] = booking.sending_back.send_due_refunds, after_s: int = 60) -> None:
    """So much later, what is due is rung for."""
    with time_machine.travel(clock.now() + timedelta(seconds=after_s)):
        then()


def appointment_of(waiting: Held) -> Appointment:
    with db.reading() as session:
        return session.get_one(Appointment, waiting.id)


def at_provider(back: Back) -> list[tuple[int, str]]:
    """What the provider has given back: paise, and how it stands there."""
    with db.reading() as session:
        paid_by = session.get_one(Attempt, back.now.attempt_id).provider_payment_id
    return [(each.paise, each.status) for each in razorpay.refunds(paid_by or "")]
