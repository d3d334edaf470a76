"""How the API shows what a patient was told. Its ids are numbers (api-contract.md 1.5)."""

from typing import Any

from mibo import booking, clock, messaging, people
from mibo.people import Notice
from mibo.web import notice_rows
from mibo.web.api.shown import Instant, Shown

CANCELLED = frozenset({"mibo_booking_cancelled", "mibo_booking_off", "mibo_series_off", "mibo_hold_ended"})
REFUNDS = frozenset({"mibo_refund_opened", "mibo_refund_sent", "mibo_refund_done", "mibo_late_payment_refund"})
BLOCKED = "APPOINTMENT_BLOCKED"
ASKED = {
    BLOCKED: people.inbox.Asked(blocked=True),
    "APPOINTMENT_CANCELLED": people.inbox.Asked(of=CANCELLED, blocked=False),
    "REFUND_INITIATED": people.inbox.Asked(of=REFUNDS, blocked=False),
    "GENERAL": people.inbox.Asked(not_of=CANCELLED | REFUNDS, blocked=False),
}


class PatientNotification(Shown):
    """Something a patient was told, in their language."""

    id: int
    patient_id: int
    notification_type: str
    title: str
    message: str
    appointment_id: int | None
    blocked_slot_id: int | None
    metadata: dict[str, Any]
    is_read: bool
    read_at: Instant | None
    created_at: Instant
    updated_at: Instant


class Notifications(Shown):
    """Some of them, how many there are of those that were asked for, and how many are unread in all."""

    notifications: list[PatientNotification]
    total: int
    unread_count: int


class UnreadCount(Shown):
    """How many are unread."""

    unread_count: int


def notification(one: Notice, about: booking.noticed.Noticed | None) -> PatientNotification:
    """One of them; `about` is the appointment, where it is about one."""
    message = one.message
    blocked = one.block_id is not None
    return PatientNotification(
        id=one.id, patient_id=one.patient_id, notification_type=BLOCKED if blocked else kind(message.template),
        title=messaging.titles.title(message.template, message.language), message=notice_rows.words(one),
        appointment_id=message.about_id if about else None, blocked_slot_id=one.block_id,
        metadata=_more(about) if blocked and about else {}, is_read=one.read_at is not None, read_at=one.read_at,
        created_at=one.shows_at, updated_at=one.read_at or one.shows_at,
    )  # fmt: skip


def kind(template: str) -> str:
    """What a program calls it."""
    return (
        "APPOINTMENT_CANCELLED" if template in CANCELLED else "REFUND_INITIATED" if template in REFUNDS else "GENERAL"
    )


def _more(about: booking.noticed.Noticed) -> dict[str, Any]:
    local = clock.local(about.starts_at)
    return {
        "clinician_name": about.clinician, "appointment_date": f"{local:%Y-%m-%d}",
        "appointment_time": f"{local:%H:%M}", "reason": about.reason, "refund_eligible": about.comes_back,
    }  # fmt: skip
