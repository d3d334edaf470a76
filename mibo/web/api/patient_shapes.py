"""How the API shows patients to staff (api-contract.md 2: PatientRow, PatientDetail, DashAppt)."""

from collections.abc import Sequence
from datetime import date

from mibo import people, phone
from mibo.booking import Appointment, Status, Visits
from mibo.people import MedicalNote, Patient
from mibo.web.api import dialect
from mibo.web.api.booking_shapes import OwnRow, own_row, status_now
from mibo.web.api.payment_shapes import PaymentRow, payment_row
from mibo.web.api.shown import Id, Instant, Rupees, Shown


class ComingVisit(Shown):
    """An appointment to come, beside its patient."""

    id: Id
    scheduled_start_at: Instant
    scheduled_end_at: Instant
    appointment_type: str
    status: Status
    clinician_name: str
    centre_name: str


class PatientRow(Shown):
    """A patient in a list; `userId` and `id` are the same (1.5)."""

    user_id: Id
    id: Id
    full_name: str
    first_name: str | None
    last_name: str | None
    phone: str
    email: str | None
    username: None = None
    created_at: Instant
    updated_at: Instant
    date_of_birth: date | None
    age: int | None
    gender: str | None
    blood_group: str | None
    emergency_contact_name: str | None
    emergency_contact_phone: str | None
    guardian_name: str | None
    guardian_relation: str | None
    guardian_phone: str | None
    notes: str | None
    mrn: str | None
    is_active: bool
    upcoming_appointments_count: int
    past_appointments_count: int
    upcoming_appointments: list[ComingVisit]


class VisitRow(OwnRow):
    """An appointment of a patient as staff see it, without what the clinician wrote."""

    patient_id: Id
    specialization: list[str]
    address_line_1: str
    city: str
    google_meet_link: str | None
    video_status: str | None
    payment_amount: Rupees


class NoteShown(Shown):
    """A note on a patient's record."""

    id: Id
    patient_id: Id
    author_user_id: Id
    author_name: str
    note_text: str
    visibility: str = "INTERNAL"
    created_at: Instant


class PatientInFull(PatientRow):
    """A patient with all that happened, as far as it is within reach."""

    profile_id: Id
    appointments: list[VisitRow]
    payments: list[PaymentRow]
    medical_notes: list[NoteShown]


def row(one: Patient, visits: Visits, coming: Sequence[Appointment]) -> PatientRow:
    """A patient in a list."""
    return PatientRow(**_facts(one, visits, coming))


def in_full(
    one: Patient, visits: Visits, coming: Sequence[Appointment], *, appointments: Sequence[Appointment],
    paid: Sequence[Appointment], notes: Sequence[NoteShown],
) -> PatientInFull:  # fmt: skip
    """A patient with all that happened."""
    return PatientInFull(
        **_facts(one, visits, coming),
        profile_id=one.id,
        appointments=[visit(each) for each in appointments],
        payments=[payment_row(each) for each in paid],
        medical_notes=list(notes),
    )


def visit(one: Appointment) -> VisitRow:
    """An appointment of a patient."""
    shown = own_row(one)
    return VisitRow(
        **{name: getattr(shown, name) for name in OwnRow.model_fields},
        patient_id=one.patient_id,
        specialization=one.clinician.specialisations,
        address_line_1=one.centre.address_line_1,
        city=one.centre.city,
        google_meet_link=shown.meet_link,
        video_status=one.meeting.status if one.meeting else None,
        payment_amount=one.payment.amount_paise,
    )


def note(one: MedicalNote, author: str) -> NoteShown:
    """A note with its author."""
    return NoteShown(
        id=one.id, patient_id=one.patient_id, author_user_id=one.author_id, author_name=author, note_text=people.opened_note(one),
        created_at=one.created_at,
    )  # fmt: skip


def _coming(one: Appointment) -> ComingVisit:
    return ComingVisit(
        id=one.id, scheduled_start_at=one.starts_at, scheduled_end_at=one.ends_at, appointment_type=one.mode,
        status=status_now(one), clinician_name=one.clinician.full_name, centre_name=one.centre.name,
    )  # fmt: skip


def _facts(one: Patient, visits: Visits, coming: Sequence[Appointment]) -> dict[str, object]:
    return {
        "user_id": one.id,
        "id": one.id,
        "full_name": one.full_name,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "phone": phone.digits(one.phone),
        "email": one.email,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "date_of_birth": one.date_of_birth,
        "age": people.age_of(one),
        "gender": _gender(one.gender),
        "blood_group": one.blood_group,
        "emergency_contact_name": one.emergency_contact_name,
        "emergency_contact_phone": one.emergency_contact_phone,
        "guardian_name": one.guardian_name,
        "guardian_relation": one.guardian_relation,
        "guardian_phone": phone.digits(one.guardian_phone) if one.guardian_phone else None,
        "notes": one.notes,
        "mrn": one.mrn,
        "is_active": one.active,
        "upcoming_appointments_count": visits.ahead,
        "past_appointments_count": visits.past,
        "upcoming_appointments": [_coming(each) for each in coming],
    }


def _gender(known: str | None) -> str | None:
    """Older clients compare small letters here, and only here (6)."""
    return known.lower() if known and dialect.is_incumbent() else known
