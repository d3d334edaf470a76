"""How the API shows appointments to the patients they belong to, and to the desk that has just booked."""

from mibo import clock, phone
from mibo.booking import Appointment, Status
from mibo.people import Patient
from mibo.web.api.call_links import call_link
from mibo.web.api.payment_shapes import status_of_payment
from mibo.web.api.shown import Id, Instant, PaymentStatus, Rupees, Shown


class AppointmentShown(Shown):
    """An appointment; while it waits for its money, `heldUntil` says until when."""

    id: Id
    reference: str
    appointment_type: str
    scheduled_start_at: Instant
    scheduled_end_at: Instant
    duration_minutes: int
    status: Status
    held_until: Instant | None
    notes: str | None


class WithClinician(Shown):
    """The clinician of an appointment."""

    id: Id
    name: str
    specialization: list[str]
    consultation_fee: Rupees


class WithCentre(Shown):
    """The centre of an appointment."""

    id: Id
    name: str
    address: str
    city: str
    pincode: str
    phone: str


class ForPatient(Shown):
    """Whose appointment it is."""

    id: Id
    name: str
    phone: str
    email: str | None


class Booked(Shown):
    """A booking that has just been made."""

    appointment: AppointmentShown
    clinician: WithClinician
    centre: WithCentre
    patient: ForPatient


class BookedAtDesk(Booked):
    """The same by the desk; its payment link is on its way."""

    payment_required: bool
    amount: Rupees
    registration_fee: Rupees
    total_amount: Rupees


class AppointmentInFull(AppointmentShown):
    """One of one's own appointments."""

    clinician: WithClinician
    centre: WithCentre


class PaidSoFar(Shown):
    """Where the money of an appointment stands."""

    status: PaymentStatus
    amount: Rupees


class OwnRow(AppointmentInFull):
    """One of one's own appointments in a list; nested and, for those who want it so, flat."""

    payment: PaidSoFar
    meet_link: str | None
    meeting_link: str | None
    clinician_id: Id
    clinician_name: str
    centre_id: Id
    centre_name: str
    centre_address: str
    patient_name: str
    appointment_date: str
    start_time: str
    end_time: str
    consultation_mode: str
    consultation_fee: Rupees
    payment_status: PaymentStatus
    created_at: Instant


class OwnList(Shown):
    """One's own appointments."""

    appointments: list[OwnRow]
    total: int


NO_REFUND = "NOT_APPLICABLE"


class CancellationShown(Shown):
    """What became of an appointment that was cancelled, and of its money."""

    appointment_id: Id
    status: Status
    refund_status: str


def status_now(one: Appointment) -> Status:
    """Its state; a hold that has run out is over, whether or not it has been tidied away (P6)."""
    over = one.status == Status.PENDING and one.held_until is not None and one.held_until <= clock.now()
    return Status.EXPIRED if over else Status(one.status)


def _appointment(one: Appointment) -> dict[str, object]:
    return {
        "id": one.id,
        "reference": one.reference,
        "appointment_type": one.mode if one.purpose == "CONSULTATION" else one.purpose,
        "scheduled_start_at": one.starts_at,
        "scheduled_end_at": one.ends_at,
        "duration_minutes": int((one.ends_at - one.starts_at).total_seconds()) // 60,
        "status": status_now(one),
        "held_until": one.held_until if one.status == Status.PENDING else None,
        "notes": one.patient_note,
    }


def _clinician(one: Appointment) -> WithClinician:
    """With the fee as it was frozen when the booking was made (R-BOOK-12)."""
    return WithClinician(
        id=one.clinician_id, name=one.clinician.full_name, specialization=one.clinician.specialisations,
        consultation_fee=one.payment.consultation_paise,
    )  # fmt: skip


def _centre(one: Appointment) -> WithCentre:
    where = one.centre
    return WithCentre(
        id=where.id, name=where.name, address=where.address, city=where.city.lower(), pincode=where.pincode,
        phone=phone.ten_digits(where.phone),
    )  # fmt: skip


def _patient(one: Patient) -> ForPatient:
    return ForPatient(id=one.id, name=one.full_name, phone=phone.digits(one.phone), email=one.email)


def booked(one: Appointment) -> Booked:
    """A booking that has just been made."""
    return Booked(
        appointment=AppointmentShown(**_appointment(one)),
        clinician=_clinician(one),
        centre=_centre(one),
        patient=_patient(one.patient),
    )


def booked_at_desk(one: Appointment) -> BookedAtDesk:
    """A booking that the desk has just made."""
    made, owed = booked(one), one.payment
    return BookedAtDesk(
        appointment=made.appointment, clinician=made.clinician, centre=made.centre, patient=made.patient,
        payment_required=True, amount=owed.consultation_paise, registration_fee=owed.registration_paise,
        total_amount=owed.amount_paise,
    )  # fmt: skip


def in_full(one: Appointment) -> AppointmentInFull:
    """One of one's own appointments."""
    return AppointmentInFull(**_appointment(one), clinician=_clinician(one), centre=_centre(one))


def own_row(one: Appointment) -> OwnRow:
    """One of one's own appointments in a list."""
    link = call_link(one)
    begins, ends = clock.local(one.starts_at), clock.local(one.ends_at)
    paid = status_of_payment(one.payment)
    return OwnRow(
        **_appointment(one), clinician=_clinician(one), centre=_centre(one),
        payment=PaidSoFar(status=paid, amount=one.payment.amount_paise), payment_status=paid,
        meet_link=link, meeting_link=link, clinician_id=one.clinician_id, clinician_name=one.clinician.full_name,
        centre_id=one.centre_id, centre_name=one.centre.name, centre_address=one.centre.address,
        patient_name=one.patient.full_name, appointment_date=f"{begins:%Y-%m-%d}", start_time=f"{begins:%H:%M}",
        end_time=f"{ends:%H:%M}", consultation_mode=one.mode, consultation_fee=one.payment.consultation_paise,
        created_at=one.created_at,
    )  # fmt: skip
