"""A booking that waits for its money, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from mibo import clock, db
from mibo.booking import Appointment, Status
from mibo.clinics import Centre
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.payments import Attempt, Payment, Refund
from mibo.people import Clinician, Patient
from tests import make


@dataclass
class Held:
    """A hold, and everybody around it."""

    appointment: Appointment
    patient: Patient
    clinician: Clinician
    centre: Centre
    by: Actor
    desk: Actor

    @property
    def id(self) -> int:
        return self.appointment.id


def held(
    *,
    kind: str = "ORDER",
    at: str = "10:00",
    day: date | None = None,
    minutes_left: float = 15,
    status: Status = Status.PENDING,
    beside: Held | None = None,
    patient: Patient | None = None,
    source: str = "WEB_PATIENT",
) -> Held:
    """A time that a patient holds, the day after tomorrow unless told otherwise; `beside` another, with the same clinician
    at the same centre.

    The day after tomorrow is before the cut-off of moving and cancelling at whatever hour of the day this runs.
    """
    with db.transaction():
        where = beside.centre if beside else make.centre()
        who = beside.clinician if beside else make.clinician(where)
        asha = patient or make.patient()
        until = clock.now() + timedelta(minutes=minutes_left)
        booked = make.appointment(
            asha,
            who,
            where,
            make.at(at, day or make.tomorrow() + timedelta(days=1)),
            status=status,
            held_until=until,
            kind=kind,
        )
        booked.source = source
        desk = beside.desk if beside else make.actor(make.staff(Role.FRONT_DESK), Role.FRONT_DESK, centres=(where,))
    return Held(booked, asha, who, where, make.actor(asha), desk)


@dataclass(frozen=True)
class Standing:
    """How a booking and its money stand."""

    appointment: str
    payment: str
    attempts: list[tuple[str, str, int]]
    refunds: list[tuple[int, str]]


def standing(booking: Held) -> Standing:
    """Read anew."""
    with db.reading() as session:
        appointment = session.get_one(Appointment, booking.id)
        of = appointment.payment_id
        attempts = session.execute(
            select(Attempt.kind, Attempt.status, Attempt.paise).where(Attempt.payment_id == of).order_by(Attempt.id)
        )
        refunds = session.execute(
            select(Refund.paise, Refund.reason).where(Refund.payment_id == of).order_by(Refund.id)
        )
        return Standing(
            appointment.status,
            session.get_one(Payment, of).status,
            [(row.kind, row.status, row.paise) for row in attempts],
            [(row.paise, row.reason) for row in refunds],
        )


def told(booking: Held) -> list[str]:
    """The templates promised to the booking's patient, oldest first."""
    with db.reading() as session:
        wanted = select(Message.template).where(Message.phone == booking.patient.phone).order_by(Message.id)
        return [template.removeprefix("mibo_") for template in session.scalars(wanted)]


def hold_ends(booking: Held) -> datetime | None:
    with db.reading() as session:
        return session.get_one(Appointment, booking.id).held_until


PAID = Standing("CONFIRMED", "PAID", [("ORDER", "PAID", 170_000)], [])
