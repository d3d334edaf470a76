"""Money that does not match, as those read it who say what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from mibo import db
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.clinics import Centre
from mibo.errors import Missing
from mibo.payments import Attempt, Payment, ProviderEvent, heard
from mibo.payments.rules import MismatchReason
from mibo.people import Patient
from mibo.turns import in_turn

PAGE = 25
MEANT_WITHIN = timedelta(days=3)
MOST_MEANT = 5
CLOCKS_APART = timedelta(minutes=2)  # the provider's and ours


@dataclass(frozen=True, kw_only=True)
class MismatchWish:
    """Which of them are wanted: those that wait or those that are resolved, of one reason or of all."""

    resolved: bool = False
    reason: MismatchReason | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """The booking that some money is about, or may be about."""

    appointment_id: int
    reference: str
    patient: str
    centre: str
    starts_at: datetime
    status: str
    payment_status: str
    paise: int


@dataclass(frozen=True, slots=True)
class Parked:
    """One thing that waits for a person, with what we asked for."""

    one: heard.Mismatch
    attempt: Attempt | None
    booking: Booking | None


def is_open_mismatch() -> ColumnElement[bool]:
    """Those that wait for a person."""
    return heard.Mismatch.resolved_at.is_(None)


def page(wish: MismatchWish, *, limit: int = PAGE, offset: int = 0) -> tuple[Sequence[Parked], int]:
    """A page of them and how many there are: what waits longest first, of what is resolved the latest first."""
    total = db.session().scalar(select(func.count()).select_from(heard.Mismatch).where(*_which(wish))) or 0
    return some(wish, limit=limit, offset=offset), total


def some(wish: MismatchWish, *, limit: int, offset: int = 0, made_after: int | None = None) -> Sequence[Parked]:
    """Some of them, in the order of the page or as they were made (`turns`)."""
    opened, resolved, number = heard.Mismatch.opened_at, heard.Mismatch.resolved_at, heard.Mismatch.id
    order = (resolved.desc(), number.desc()) if wish.resolved else (opened, number)
    wanted = in_turn(_rows().where(*_which(wish)), number, made_after, *order)
    return [_parked(row) for row in db.session().execute(wanted.limit(limit).offset(offset))]


def one(mismatch_id: int) -> Parked:
    """One of them. Raises Missing."""
    found = db.session().execute(_rows().where(heard.Mismatch.id == mismatch_id)).first()
    if found is None:
        raise Missing("We could not find that.")
    return _parked(found)


def event_of(parked: Parked) -> ProviderEvent | None:
    """What the provider told, where it told it by itself."""
    return db.session().get(ProviderEvent, parked.one.event_id) if parked.one.event_id else None


def may_be_meant(parked: Parked) -> Sequence[Booking]:
    """Unpaid bookings of exactly this price, made in the days before it was paid: the latest first."""
    told = parked.one
    if told.told_paise is None or told.told_currency != "INR":
        return []
    until = (told.told_at or told.opened_at) + CLOCKS_APART
    wanted = _bookings().where(
        Payment.status == "PENDING",
        Payment.consultation_paise + Payment.registration_paise == told.told_paise,
        Payment.created_at.between(until - MEANT_WITHIN, until),
        Appointment.status.in_((Status.PENDING, Status.EXPIRED, Status.CONFIRMED)),
    )
    rows = db.session().execute(wanted.order_by(Appointment.id.desc()).limit(MOST_MEANT))
    return [Booking(*row) for row in rows]


def _which(wish: MismatchWish) -> list[ColumnElement[bool]]:
    which = [~is_open_mismatch() if wish.resolved else is_open_mismatch()]
    return [*which, heard.Mismatch.reason == wish.reason] if wish.reason else which


_BOOKING = (
    Appointment.id, Appointment.reference, Patient.full_name, Centre.short_name, Appointment.starts_at,
    Appointment.status, Payment.status, Payment.consultation_paise + Payment.registration_paise,
)  # fmt: skip


def _bookings() -> Select[*tuple[Any, ...]]:
    return (
        select(*_BOOKING)
        .select_from(Appointment)
        .join(Payment, Payment.id == Appointment.payment_id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Centre, Centre.id == Appointment.centre_id)
    )


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(heard.Mismatch, Attempt, *_BOOKING)
        .select_from(heard.Mismatch)
        .outerjoin(Attempt, Attempt.id == heard.Mismatch.attempt_id)
        .outerjoin(Payment, Payment.id == Attempt.payment_id)
        .outerjoin(Appointment, Appointment.payment_id == Payment.id)
        .outerjoin(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(Centre, Centre.id == Appointment.centre_id)
    )


def _parked(row: Any) -> Parked:
    mismatch, attempt, *booking = row
    return Parked(mismatch, attempt, Booking(*booking) if booking[0] is not None else None)
