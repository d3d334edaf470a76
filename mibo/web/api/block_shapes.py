"""How the API shows closed time, and who is booked in it. Ids of blocks are numbers here (api-contract.md 1.5)."""

from datetime import datetime, time, timedelta
from typing import Any

from mibo import phone
from mibo.booking import Affected, blocks
from mibo.web.api.shown import Id, Instant, PaymentStatus, Shown

A_MOMENT = timedelta(microseconds=1)
EVERY_MODE = "HYBRID"


class BlockedSlot(Shown):
    """Closed time. Without a clinician it is everybody's at the centre, without a centre it is that of all centres."""

    id: int
    clinician_id: int | None
    centre_id: int | None
    blocked_date: str
    end_date: str
    start_time: str
    end_time: str
    reason: str
    blocked_by_admin_id: int | None
    blocked_at: Instant
    unblocked_by_admin_id: int | None
    unblocked_at: Instant | None
    is_blocked: bool
    created_at: Instant
    updated_at: Instant
    clinician_name: str | None
    centre_name: str | None
    blocked_by_admin_name: str | None


class AffectedPatient(Shown):
    """Somebody who is booked in time that closes; their phone is told to those who may find patients."""

    patient_id: Id
    patient_name: str
    patient_phone: str | None
    patient_email: str | None
    appointment_id: Id
    appointment_time: Instant
    clinician_name: str
    payment_status: PaymentStatus | None
    refund_eligible: bool


class Blocked(Shown):
    """Time that has just been closed, and who was booked in it."""

    blocked_slot: BlockedSlot
    affected_patients: list[AffectedPatient]


class FailedSlot(Shown):
    """What was not closed, as it was sent, and why."""

    slot: dict[str, Any]
    error: str
    message: str


class BlockResult(Shown):
    """What came of closing several at once."""

    success: bool
    blocked_count: int
    failed_count: int
    blocked_slot_ids: list[int]
    failed_slots: list[FailedSlot]
    affected_patients: list[AffectedPatient]


class BlockedList(Shown):
    """Closed time, newest first; `total` is how much there is in all."""

    blocked_slots: list[BlockedSlot]
    total: int


class AffectedList(Shown):
    """Who is booked in some time."""

    affected_patients: list[AffectedPatient]
    total_count: int


class SlotException(Shown):
    """Closed time as the older dialog for clinicians knows it; it closes for every mode, so that is what it says."""

    id: int
    clinician_id: int
    centre_id: int | None
    exception_date: str
    start_time: str
    end_time: str
    mode: str
    reason: str
    created_by_user_id: int | None
    created_at: Instant
    updated_at: Instant


def blocked(one: blocks.BlockRow) -> BlockedSlot:
    """A block."""
    return BlockedSlot(
        id=one.id, clinician_id=one.clinician_id, centre_id=one.centre_id, blocked_date=f"{one.starts:%Y-%m-%d}",
        end_date=f"{one.ends - A_MOMENT:%Y-%m-%d}", start_time=f"{one.starts:%H:%M:%S}", end_time=_end(one.ends),
        reason=one.reason, blocked_by_admin_id=one.created_by, blocked_at=one.created_at,
        unblocked_by_admin_id=one.lifted_by, unblocked_at=one.lifted_at, is_blocked=one.is_live,
        created_at=one.created_at, updated_at=one.lifted_at or one.created_at, clinician_name=one.clinician,
        centre_name=one.centre, blocked_by_admin_name=one.author,
    )  # fmt: skip


def _end(at: datetime) -> str:
    """Midnight is the end of the day before."""
    return "24:00:00" if at.time() == time.min else f"{at:%H:%M:%S}"


def affected(one: Affected, *, with_phone: bool) -> AffectedPatient:
    """Somebody who is booked there."""
    return AffectedPatient(
        patient_id=one.patient_id, patient_name=one.patient,
        patient_phone=phone.digits(one.phone) if with_phone else None,
        patient_email=one.email if with_phone else None, appointment_id=one.id, appointment_time=one.starts_at,
        clinician_name=one.clinician, payment_status=PaymentStatus(one.payment), refund_eligible=one.is_paid,
    )  # fmt: skip


def exception(one: blocks.BlockRow, clinician_id: int) -> SlotException:
    """A block of this clinician."""
    return SlotException(
        id=one.id, clinician_id=clinician_id, centre_id=one.centre_id, exception_date=f"{one.starts:%Y-%m-%d}",
        start_time=f"{one.starts:%H:%M:%S}", end_time=_end(one.ends), mode=EVERY_MODE, reason=one.reason,
        created_by_user_id=one.created_by, created_at=one.created_at, updated_at=one.lifted_at or one.created_at,
    )  # fmt: skip
