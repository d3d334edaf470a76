"""An appointment as a line of a list, with what a list says of it: one statement, and no whole records."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, select

from mibo.booking.links import DESK_SOURCES
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.clinics import Centre
from mibo.payments import Attempt, Payment
from mibo.people import Clinician, Patient
from mibo.video import Meeting


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """An appointment in a list. What somebody may not see is left out where it is drawn."""

    id: int
    reference: str
    version: int
    patient_id: int
    patient_name: str
    patient_phone: str
    patient_mrn: str | None
    clinician_id: int
    clinician_name: str
    centre_id: int
    centre_name: str
    starts_at: datetime
    ends_at: datetime
    mode: str
    status: str
    held_until: datetime | None
    arrived_at: datetime | None
    source: str
    by_desk: bool
    walk_in: bool
    overbooked: bool
    patient_note: str | None
    cancel_reason: str | None
    payment_status: str
    payment_method: str | None
    consultation_paise: int
    registration_paise: int
    paid_note: str | None
    meeting_ready: bool
    created_at: datetime

    def state(self, now: datetime) -> Status:
        """Its state; a hold that has run out is over, whether or not it has been tidied away (P6)."""
        over = self.status == Status.PENDING and self.held_until is not None and self.held_until <= now
        return Status.EXPIRED if over else Status(self.status)


def columns() -> Select[*tuple[Any, ...]]:
    """What a line says, of appointments still to be named."""
    note = select(Attempt.note).where(Attempt.payment_id == Payment.id, Attempt.status == "PAID").limit(1)
    return (
        select(
            Appointment.id, Appointment.reference, Appointment.version, Appointment.patient_id, Patient.full_name,
            Patient.phone, Patient.mrn, Appointment.clinician_id, Clinician.full_name, Appointment.centre_id,
            Centre.short_name, Appointment.starts_at, Appointment.ends_at, Appointment.mode, Appointment.status,
            Appointment.held_until, Appointment.arrived_at, Appointment.source, Appointment.source.in_(DESK_SOURCES),
            Appointment.walk_in, Appointment.overbooked, Appointment.patient_note, Appointment.cancel_reason,
            Payment.status, Payment.method, Payment.consultation_paise, Payment.registration_paise,
            note.scalar_subquery(), case((Meeting.status == "READY", True), else_=False), Appointment.created_at,
        )
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Clinician, Clinician.id == Appointment.clinician_id)
        .join(Centre, Centre.id == Appointment.centre_id)
        .join(Payment, Payment.id == Appointment.payment_id)
        .outerjoin(Meeting, Meeting.id == Appointment.meeting_id)
    )  # fmt: skip
