"""Appointments and the history of their states."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mibo.booking.rules import HOLDS_TIME, Status
from mibo.clinics import Centre
from mibo.db import Entity
from mibo.payments import Payment
from mibo.people import Clinician, Patient
from mibo.video import Meeting

NOTE_LENGTH = 500
REASON_LENGTH = 500
SOURCES = ("WEB_PATIENT", "APP_PATIENT", "FRONT_DESK", "CARE_COORDINATOR", "MANAGER")
PURPOSES = ("CONSULTATION", "FOLLOW_UP", "INPATIENT_ASSESSMENT")

_holds_time = "status in ({})".format(", ".join(f"'{status}'" for status in HOLDS_TIME))
_statuses = "status in ({})".format(", ".join(f"'{status}'" for status in Status))


class Appointment(Entity):
    """A patient and a clinician at a time; a hold is one awaiting payment, with an end.

    While its state holds time, nothing else can overlap it, for either of them, at any centre (P5).
    """

    __tablename__ = "appointment"

    reference: Mapped[str] = mapped_column(String(10))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    mode: Mapped[str] = mapped_column(String(10))
    purpose: Mapped[str] = mapped_column(String(20), server_default="CONSULTATION")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(25))
    held_until: Mapped[datetime | None]
    hold_extended: Mapped[bool] = mapped_column(server_default="false")
    arrived_at: Mapped[datetime | None]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    patient_note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    cancel_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    source: Mapped[str] = mapped_column(String(20))
    walk_in: Mapped[bool] = mapped_column(server_default="false")
    booked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    request_key: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    patient: Mapped[Patient] = relationship(lazy="raise")
    clinician: Mapped[Clinician] = relationship(lazy="raise")
    centre: Mapped[Centre] = relationship(lazy="raise")
    payment: Mapped[Payment] = relationship(lazy="raise")
    meeting: Mapped[Meeting | None] = relationship(lazy="raise")
    history: Mapped[list["StatusChange"]] = relationship(order_by="StatusChange.id", lazy="raise")

    __table_args__ = (
        UniqueConstraint("reference"),
        UniqueConstraint("payment_id"),
        UniqueConstraint("meeting_id"),
        UniqueConstraint("booked_by", "request_key"),
        Index(
            "ix_appointment_clinician_live",
            "clinician_id",
            "starts_at",
            postgresql_include=["ends_at", "status", "held_until"],
            postgresql_where=text(_holds_time),
        ),
        Index("ix_appointment_centre_day", "centre_id", "starts_at"),
        Index("ix_appointment_patient", "patient_id", "starts_at"),
        Index("ix_appointment_held", "held_until", postgresql_where=text("status = 'PENDING'")),
        CheckConstraint("ends_at > starts_at", name="span"),
        CheckConstraint("mode in ('IN_PERSON', 'ONLINE')", name="mode"),
        CheckConstraint(_statuses, name="status"),
        CheckConstraint(f"source in {SOURCES}", name="source"),
        CheckConstraint(f"purpose in {PURPOSES}", name="purpose"),
        CheckConstraint("status <> 'PENDING' or held_until is not null", name="hold_ends"),
        ExcludeConstraint(
            ("clinician_id", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text(_holds_time),
            using="gist",
            name="appointment_clinician_free",
        ),
        ExcludeConstraint(
            ("patient_id", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text(_holds_time),
            using="gist",
            name="appointment_patient_free",
        ),
    )


class StatusChange(Entity):
    """One step in an appointment's life, written in its transaction; a trigger refuses a step without one."""

    __tablename__ = "status_change"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    previous: Mapped[str | None] = mapped_column(String(25))
    next: Mapped[str] = mapped_column(String(25))
    by_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    transaction_id: Mapped[str] = mapped_column(String(20), server_default=text("pg_current_xact_id()::text"))

    __table_args__ = (CheckConstraint(_statuses.replace("status in", "next in"), name="next"),)
