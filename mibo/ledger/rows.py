"""A payment as a line of a list, with what came in of it and what went back: one statement, and no whole records."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, literal_column, or_, select

from mibo import clock
from mibo.booking import Appointment, Status
from mibo.clinics import Centre
from mibo.payments import Payment
from mibo.people import Clinician, Patient

# written out as the partial indexes have them, so that the planner sees that these hold all that is asked
UNPAID: ColumnElement[bool] = literal_column("payment.status = 'PENDING' and payment.released_at is null")
IN_CAME: ColumnElement[bool] = literal_column("attempt.status in ('PAID', 'SURPLUS')")


class State(StrEnum):
    """How a payment stands, as people ask for it."""

    OWED = "OWED"  # to be paid, and the booking stands
    PAID = "PAID"
    RETURNED = "RETURNED"  # paid, and something of it has gone back
    NOT_OWED = "NOT_OWED"  # the booking came to nothing before it was paid
    UNWANTED = "UNWANTED"  # money came that pays for nothing: twice, too late, after it was cancelled


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """What one booking owes, and what became of it; amounts are paise."""

    id: int
    appointment_id: int
    reference: str
    patient_id: int
    patient_name: str
    patient_phone: str
    patient_mrn: str | None
    clinician_name: str
    centre_name: str
    starts_at: datetime
    appointment_status: str
    held_until: datetime | None
    status: str
    released_at: datetime | None
    method: str | None
    consultation_paise: int
    registration_paise: int
    made_at: datetime
    paid_at: datetime | None
    came_in_paise: int
    returned_paise: int
    to_return_paise: int

    @property
    def paise(self) -> int:
        """What the booking costs."""
        return self.consultation_paise + self.registration_paise

    @property
    def net_paise(self) -> int:
        """What the clinic keeps of it."""
        return self.came_in_paise - self.returned_paise

    @property
    def is_hold(self) -> bool:
        """Whether its time waits for the money, and ends without it."""
        return self.appointment_status == Status.PENDING

    def is_owed(self, now: datetime) -> bool:
        """Whether somebody still has to pay for it; a hold that has run out is not owed, tidied away or not (P6)."""
        return self.status == "PENDING" and not self.released_at and not _is_over(self, self.appointment_status, now)

    def state(self, now: datetime) -> State:
        """How it stands, in one word."""
        if self.is_owed(now):
            return State.OWED
        if self.returned_paise:
            return State.RETURNED
        if self.status == "PENDING":
            return State.UNWANTED if self.came_in_paise else State.NOT_OWED
        return State.PAID


def is_owed_now(one: Appointment, now: datetime) -> bool:
    """The same of a booking."""
    waits = one.payment.status == "PENDING" and one.payment.released_at is None
    return waits and not _is_over(one, one.status, now)


def _is_over(one: PaymentRow | Appointment, status: str, now: datetime) -> bool:
    return status == Status.PENDING and one.held_until is not None and one.held_until <= now


def columns() -> Select[*tuple[Any, ...]]:
    """What a line says, of payments still to be named."""
    return (
        select(
            Payment.id, Appointment.id, Appointment.reference, Appointment.patient_id, Patient.full_name, Patient.phone,
            Patient.mrn, Clinician.full_name, Centre.short_name, Appointment.starts_at, Appointment.status,
            Appointment.held_until, Payment.status, Payment.released_at, Payment.method, Payment.consultation_paise,
            Payment.registration_paise, Payment.created_at, Payment.paid_at,
            Payment.came_in_paise, Payment.returned_paise, Payment.to_return_paise,
        )
        .join(Appointment, Appointment.payment_id == Payment.id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Clinician, Clinician.id == Appointment.clinician_id)
        .join(Centre, Centre.id == Appointment.centre_id)
    )  # fmt: skip


def total_of(paise: Any, *which: ColumnElement[bool]) -> Any:
    """What many amounts come to, or those of them; nothing comes to nothing."""
    summed = func.sum(paise).filter(*which) if which else func.sum(paise)
    return cast(func.coalesce(summed, 0), BigInteger)


def is_owed() -> ColumnElement[bool]:
    """Whether a payment is still to be made, and its booking stands; as `PaymentRow.is_owed` says it."""
    return and_(UNPAID, _stands())


def _stands() -> ColumnElement[bool]:
    return or_(Appointment.status != Status.PENDING, Appointment.held_until > clock.now())


def is_in(state: State) -> ColumnElement[bool]:
    """Whether a payment stands so, as `PaymentRow.state` says it; its booking is looked at only where that matters."""
    # one value of one row: what may be many, PostgreSQL would look for among all bookings at once
    stands = select(_stands()).where(Appointment.payment_id == Payment.id).scalar_subquery()
    owed = and_(UNPAID, stands)
    unpaid, returned, came = Payment.status == "PENDING", Payment.returned_paise > 0, Payment.came_in_paise > 0
    match state:
        case State.OWED:
            return owed
        case State.RETURNED:
            return and_(returned, ~owed)
        case State.PAID:
            return and_(~unpaid, ~returned)
        case State.UNWANTED:
            return and_(unpaid, came, ~returned, ~owed)
        case State.NOT_OWED:
            return and_(unpaid, ~came, ~returned, ~owed)
