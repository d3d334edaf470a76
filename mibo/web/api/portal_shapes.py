"""How the API shows a patient their own side (api-contract.md 3.13)."""

from collections.abc import Sequence
from datetime import date, datetime

from mibo import people, phone
from mibo.booking import Appointment, Status
from mibo.booking.rules import is_ahead
from mibo.identity import Account
from mibo.people import Patient
from mibo.web.api import patient_shapes, payment_shapes, people_shapes
from mibo.web.api.patient_shapes import VisitRow
from mibo.web.api.payment_shapes import PaymentRow
from mibo.web.api.people_shapes import PatientRecord, PatientUser
from mibo.web.api.shown import Id, Instant, Rupees, Shown

SHOWN = 5


class OwnPatient(Shown):
    """Who it is."""

    id: Id
    name: str
    first_name: str | None
    last_name: str | None
    phone: str
    email: str | None
    date_of_birth: date | None
    age: int | None
    gender: str | None
    blood_group: str | None


class Statistics(Shown):
    """Counts of one's own and one's family's appointments, and what was paid for them."""

    total_appointments: int
    completed_appointments: int
    upcoming_appointments: int
    total_spent: Rupees


class OwnPaymentRow(PaymentRow):
    """One of one's own payments, with what it was for."""

    scheduled_start_at: Instant
    centre_name: str


class Dashboard(Shown):
    """What stands on the first page of an app: the next appointment first."""

    patient: OwnPatient
    statistics: Statistics
    upcoming_appointments: list[VisitRow]
    recent_appointments: list[VisitRow]
    recent_payments: list[OwnPaymentRow]


class OwnAppointments(Shown):
    """All of one's own appointments, newest first."""

    appointments: list[VisitRow]


class OwnPayments(Shown):
    """All of one's own payments, newest first."""

    payments: list[OwnPaymentRow]


class ProfileShown(Shown):
    """Who somebody is, in two halves."""

    user: PatientUser
    profile: PatientRecord


def dashboard(own: Patient, visits: Sequence[Appointment], now: datetime) -> Dashboard:
    """Of all visits, newest first, the next and the latest."""
    coming = [one for one in visits[::-1] if is_ahead(one.status, one.ends_at, one.held_until, now)]
    over = [one for one in visits if one not in coming]
    return Dashboard(
        patient=_patient(own),
        statistics=Statistics(
            total_appointments=len(visits), upcoming_appointments=len(coming),
            completed_appointments=sum(one.status == Status.COMPLETED for one in visits),
            total_spent=sum(one.payment.amount_paise for one in visits if one.payment.status == "PAID"),
        ),
        upcoming_appointments=[patient_shapes.visit(one) for one in coming[:SHOWN]],
        recent_appointments=[patient_shapes.visit(one) for one in over[:SHOWN]],
        recent_payments=payments(visits)[:SHOWN],
    )  # fmt: skip


def payments(visits: Sequence[Appointment]) -> list[OwnPaymentRow]:
    """What was asked for and paid, newest first."""
    newest = sorted(visits, key=lambda one: one.payment.id, reverse=True)
    return [_payment(one) for one in newest]


def profile(account: Account, own: Patient) -> ProfileShown:
    """Who somebody is."""
    return ProfileShown(user=people_shapes.patient_user(account, own), profile=people_shapes.patient_record(own))


def _patient(own: Patient) -> OwnPatient:
    return OwnPatient(
        id=own.id, name=own.full_name, first_name=own.first_name, last_name=own.last_name, phone=phone.digits(own.phone),
        email=own.email, date_of_birth=own.date_of_birth, age=people.age_of(own), gender=own.gender,
        blood_group=own.blood_group,
    )  # fmt: skip


def _payment(one: Appointment) -> OwnPaymentRow:
    row = payment_shapes.payment_row(one)
    facts = {name: getattr(row, name) for name in PaymentRow.model_fields}
    return OwnPaymentRow(**facts, scheduled_start_at=one.starts_at, centre_name=one.centre.name)
