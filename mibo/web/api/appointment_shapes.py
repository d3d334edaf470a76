"""How the API shows appointments to staff (api-contract.md 2: ApptRow), in lists and one by one."""

from collections.abc import Mapping
from dataclasses import dataclass

from mibo import clock, identity, payments, phone
from mibo.booking import Appointment, Status
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.web.api.booking_shapes import NO_REFUND, status_now
from mibo.web.api.call_links import call_link
from mibo.web.api.payment_shapes import status_of_payment
from mibo.web.api.shown import Id, Instant, PaymentStatus, Rupees, Shown

SOURCES = {
    "WEB_PATIENT": "WEB_PATIENT", "APP_PATIENT": "WEB_PATIENT", "FRONT_DESK": "ADMIN_FRONT_DESK",
    "CARE_COORDINATOR": "ADMIN_CARE_COORDINATOR", "MANAGER": "ADMIN_MANAGER",
}  # fmt: skip


class AppointmentLine(Shown):
    """An appointment as staff see it. What a clinician wrote stands only in their own, one by one; money is for the desk."""

    id: Id
    reference: str
    patient_id: Id
    clinician_id: Id
    centre_id: Id
    appointment_type: str
    scheduled_start_at: Instant
    scheduled_end_at: Instant
    duration_minutes: int
    status: Status
    held_until: Instant | None
    parent_appointment_id: Id | None
    booked_by_user_id: Id
    booked_by_user_name: str | None
    source: str
    notes: str | None = None
    patient_notes: str | None
    arrived_at: Instant | None
    session_started_at: Instant | None
    session_ended_at: Instant | None
    google_meet_link: str | None
    meet_link: str | None
    refund_eligible: bool
    refund_status: str | None
    blocked_slot_id: int | None
    cancellation_reason: str | None
    reschedule_count: int
    is_active: bool
    created_at: Instant
    updated_at: Instant
    version: int
    patient_name: str
    patient_phone: str
    patient_email: str | None
    patient_mrn: str | None
    clinician_name: str
    centre_name: str
    centre_city: str
    centre_address: str
    payment_status: PaymentStatus
    payment_method: str | None
    payment_notes: str | None
    consultation_fee: Rupees | None
    appointment_date: str
    appointment_time: str
    session_type: str


class OwnLists(Shown):
    """A clinician's own appointments: now, to come, and past."""

    current: list[AppointmentLine]
    upcoming: list[AppointmentLine]
    past: list[AppointmentLine]
    summary: "OwnCounts"


class OwnCounts(Shown):
    """How many of each."""

    current_count: int
    upcoming_count: int
    past_count: int


class DayCounts(Shown):
    """A clinician's days in numbers."""

    total: int
    waiting: int
    ongoing: int
    confirmed: int
    completed: int
    cancelled: int


@dataclass(frozen=True)
class Eyes:
    """Who looks: the desk sees numbers, money and notes about it; a clinician their own visits; a patient their own."""

    desk: bool
    staff: bool
    names: Mapping[int, str]
    refunds: Mapping[int, str]


def eyes(who: Actor, found: "list[Appointment]") -> Eyes:
    """What this person sees of these appointments; whoever booked them is named in one statement, to staff."""
    staff = who.audience == "STAFF"
    names = identity.names_of({one.booked_by for one in found}) if staff and found else {}
    gone = {one.payment_id for one in found if one.status == Status.CANCELLED}
    return Eyes(who.may(Permission.BOOK_AT_DESK), staff, names, payments.refund_progress(gone))


def line(one: Appointment, seen: Eyes, notes: str | None = None) -> AppointmentLine:
    """An appointment in a list; `notes` are those of the clinician who asks."""
    return AppointmentLine(notes=notes, **_what(one), **_course(one, seen), **_who(one, seen), **_money(one, seen))


def _what(one: Appointment) -> dict[str, object]:
    begins = clock.local(one.starts_at)
    link = call_link(one)
    return {
        "id": one.id, "reference": one.reference, "patient_id": one.patient_id, "clinician_id": one.clinician_id,
        "centre_id": one.centre_id, "appointment_type": one.mode if one.purpose == "CONSULTATION" else one.purpose,
        "session_type": one.mode, "scheduled_start_at": one.starts_at, "scheduled_end_at": one.ends_at,
        "duration_minutes": int((one.ends_at - one.starts_at).total_seconds()) // 60,
        "appointment_date": f"{begins:%Y-%m-%d}", "appointment_time": f"{begins:%H:%M}",
        "google_meet_link": link, "meet_link": link, "patient_notes": one.patient_note,
        "parent_appointment_id": one.parent_id, "created_at": one.created_at, "updated_at": one.updated_at,
        "version": one.version,
    }  # fmt: skip


def _course(one: Appointment, seen: Eyes) -> dict[str, object]:
    state = status_now(one)
    paid = one.payment.status in ("PAID", "REFUNDED")
    eligible = state == Status.CANCELLED and paid
    return {
        "status": state, "held_until": one.held_until if state == Status.PENDING else None,
        "arrived_at": one.arrived_at, "session_started_at": one.started_at, "session_ended_at": one.ended_at,
        "is_active": state != Status.EXPIRED, "reschedule_count": one.moves, "blocked_slot_id": one.displaced_by,
        "refund_eligible": eligible,
        "refund_status": seen.refunds.get(one.payment_id, NO_REFUND) if state == Status.CANCELLED else None,
        "cancellation_reason": one.cancel_reason if seen.desk else None,
    }  # fmt: skip


def _who(one: Appointment, seen: Eyes) -> dict[str, object]:
    """Clinicians see the last digits of a phone, as on their pages."""
    patient, centre = one.patient, one.centre
    whole = seen.desk or not seen.staff
    return {
        "patient_name": patient.full_name,
        "patient_phone": phone.digits(patient.phone) if whole else phone.masked(patient.phone),
        "patient_email": patient.email if whole else None, "patient_mrn": patient.mrn,
        "clinician_name": one.clinician.full_name, "centre_name": centre.name, "centre_city": centre.city.lower(),
        "centre_address": centre.address, "booked_by_user_id": one.booked_by,
        "booked_by_user_name": seen.names.get(one.booked_by), "source": SOURCES[one.source],
    }  # fmt: skip


def _money(one: Appointment, seen: Eyes) -> dict[str, object]:
    notes = [attempt.note for attempt in one.payment.attempts if attempt.status == "PAID" and attempt.note]
    whole = seen.desk or not seen.staff
    return {
        "payment_status": status_of_payment(one.payment), "payment_method": one.payment.method if whole else None,
        "payment_notes": notes[-1] if notes and seen.desk else None,
        "consultation_fee": one.payment.consultation_paise if whole else None,
    }  # fmt: skip
