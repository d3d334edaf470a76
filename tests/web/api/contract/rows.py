"""How a row of the contract is written down, and what it is about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.web.api.contract.world import World

Sent = Callable[[Any], Any] | None
SAME: Any = object()


@dataclass(frozen=True)
class No:
    """A refusal that the row names: by whom, of what, with which status, and a code or the very text."""

    status: int
    says: str = ""
    sent: Any = SAME
    path: str = ""
    who: str = ""


@dataclass(frozen=True)
class Row:
    """One row: who asks what, and what comes. `keys` are those of the contract, in camelCase, below `data`.

    `*` before them says that `data` is an array, `-` that there is no `data`, `0` that it is null.
    """

    number: str
    asks: str
    who: str
    sent: Sent = None
    keys: str = ""
    status: int = 200
    no: tuple[No, ...] = ()
    before: Callable[[World], Any] | None = None
    message: str = ""
    numbers: bool = False  # ids of these rows are numbers (1.5)

    @property
    def verb(self) -> str:
        return self.asks.split(" ", 1)[0]

    @property
    def path(self) -> str:
        return self.asks.split(" ", 1)[1]


APPOINTMENT = (
    "id patientId clinicianId centreId appointmentType scheduledStartAt scheduledEndAt durationMinutes status "
    "parentAppointmentId bookedByUserId bookedByUserName source notes patientNotes sessionStartedAt sessionEndedAt "
    "googleMeetLink refundEligible refundStatus blockedSlotId cancellationReason isActive createdAt updatedAt patientName "
    "patientPhone patientEmail patientMrn clinicianName centreName centreCity centreAddress paymentStatus paymentMethod "
    "paymentNotes appointmentDate appointmentTime sessionType consultationFee meetLink"
)
VISIT = (
    "id clinicianName specialization centreName addressLine1 city meetLink googleMeetLink videoStatus paymentStatus "
    "paymentAmount appointmentType scheduledStartAt scheduledEndAt durationMinutes status consultationFee"
)
CLINICIAN = (
    "id userId fullName name phone email primaryCentreId primaryCentreName centreCity specialization qualification expertise "
    "languages registrationNumber yearsOfExperience consultationFee bio consultationModes defaultDurationMinutes "
    "defaultConsultationDurationMinutes profilePictureUrl designation isActive"
)
CLINICIAN_IN_FULL = CLINICIAN + " username createdAt updatedAt availabilityRules"
RULE = "id clinicianId centreId dayOfWeek startTime endTime slotDurationMinutes mode consultationMode isActive createdAt updatedAt"
CENTRE = "id name city address pincode phone isActive createdAt updatedAt addressLine1 addressLine2 contactPhone timezone email"
STAFF_SELF = (
    "user.id user.name user.fullName user.email user.phone user.username user.role user.avatar user.centreIds "
    "user.assignedCentreId user.isActive user.createdAt user.updatedAt user.clinicianId"
)
PATIENT_SELF = (
    "user.id user.phone user.email user.fullName user.firstName user.lastName user.userType patient.id patient.dateOfBirth "
    "patient.age patient.gender patient.bloodGroup accessToken refreshToken isNewUser requiresProfileCompletion"
)
STAFF_ROW = (
    "id fullName phone email username designation profilePictureUrl isActive createdAt centreId centreName role roles"
)
STAFF_IN_FULL = (
    "id fullName phone email username designation profilePictureUrl isActive createdAt updatedAt userType roles centres "
    "centreId centreName"
)
PATIENT = (
    "userId id fullName phone email username createdAt dateOfBirth age gender bloodGroup emergencyContactName "
    "emergencyContactPhone notes mrn isActive upcomingAppointmentsCount pastAppointmentsCount upcomingAppointments"
)
BOOKED = (
    "appointment.id appointment.appointmentType appointment.scheduledStartAt appointment.scheduledEndAt "
    "appointment.durationMinutes appointment.status appointment.notes clinician.id clinician.name clinician.specialization "
    "clinician.consultationFee centre.id centre.name centre.address centre.city patient.id patient.name patient.phone "
    "patient.email"
)
PAYMENT = "id orderId paymentId amount currency status paidAt createdAt"
VIDEO = (
    "id appointmentId provider meetingId joinUrl hostUrl status scheduledStartAt scheduledEndAt createdAt updatedAt meetLink "
    "videoLinkId googleMeetLink"
)
LOG = (
    "id userId phone channel templateId payloadData status errorMessage createdAt updatedAt userName userPhone appointmentId "
    "recipientPhone recipientName notificationType messageContent gallaboxMessageId deliveredAt readAt"
)
BLOCK = (
    "id clinicianId centreId blockedDate startTime endTime reason blockedByAdminId blockedAt unblockedByAdminId unblockedAt "
    "isBlocked createdAt updatedAt"
)
NOTE = "id appointmentId clinicianId patientId sessionNotes createdByUserId createdAt updatedAt scheduledStartAt appointmentType status"
