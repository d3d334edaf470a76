"""Appointments, the history of their states and times, series of them, and the queue of those who walked in."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mibo.booking.rules import HOLDS_TIME, Status
from mibo.clinics import Centre
from mibo.db import Entity
from mibo.payments import Payment
from mibo.people import Clinician, Patient
from mibo.scheduling import TimeBlock
from mibo.video import Meeting

NOTE_LENGTH = 500
REASON_LENGTH = 500
SOURCES = ("WEB_PATIENT", "APP_PATIENT", "FRONT_DESK", "CARE_COORDINATOR", "MANAGER")
PURPOSES = ("CONSULTATION", "FOLLOW_UP", "INPATIENT_ASSESSMENT")
QUEUE_STATES = ("WAITING", "CALLED", "SKIPPED", "DONE", "LEFT")

_holds_time = "status in ({})".format(", ".join(f"'{status}'" for status in HOLDS_TIME))
_statuses = "status in ({})".format(", ".join(f"'{status}'" for status in Status))


class Appointment(Entity):
    """A patient and a clinician at a time; a hold is one awaiting payment, with an end.

    While its state holds time, nothing else can overlap it, for either of them, at any centre (P5). The one exception
    is overbooked on purpose: with a reason, by somebody who may, and seen on the board; never for the patient.
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
    overbooked: Mapped[bool] = mapped_column(server_default="false")
    overbook_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    coming_at: Mapped[datetime | None]  # since when we know that the patient means to come
    expected_at: Mapped[datetime | None]  # the patient said that they come later than they should
    started_at: Mapped[datetime | None]  # of the consultation
    ended_at: Mapped[datetime | None]
    moves: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    moves_by_patient: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    displaced_by: Mapped[int | None] = mapped_column(ForeignKey("time_block.id"))  # the block that cancelled it
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))  # what it follows up
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    series_number: Mapped[int | None] = mapped_column(SmallInteger)
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
    moved: Mapped[list["Move"]] = relationship(order_by="Move.id", lazy="raise")
    displacement: Mapped[TimeBlock | None] = relationship(lazy="raise")
    series: Mapped["Series | None"] = relationship(lazy="raise")

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
        Index(  # what lists ask of the many visits of a name that thousands share
            "ix_appointment_patient",
            "patient_id",
            "starts_at",
            postgresql_include=["clinician_id", "centre_id", "payment_id", "id"],
        ),
        Index("ix_appointment_start", "starts_at", "id"),
        Index(  # whom the clinic saw, counted however many they are
            "ix_appointment_completed",
            "starts_at",
            postgresql_include=["patient_id", "centre_id", "clinician_id"],
            postgresql_where=text("status = 'COMPLETED'"),
        ),
        Index("ix_appointment_clinician_start", "clinician_id", "starts_at", "id"),
        Index("ix_appointment_clinician_state", "clinician_id", "status", "starts_at", "id"),
        Index(
            "uq_appointment_in_consultation",
            "clinician_id",
            unique=True,
            postgresql_where=text("status = 'IN_PROGRESS'"),
        ),
        Index("ix_appointment_created", "created_at", "id"),
        Index("ix_appointment_series", "series_id", postgresql_where=text("series_id is not null")),
        Index("ix_appointment_displaced", "displaced_by", postgresql_where=text("displaced_by is not null")),
        Index("ix_appointment_asked", "centre_id", postgresql_where=text("status = 'CANCELLATION_REQUESTED'")),
        Index("ix_appointment_held", "held_until", postgresql_where=text("status = 'PENDING'")),
        Index("ix_appointment_to_close", "ends_at", postgresql_where=text("status in ('CONFIRMED', 'IN_PROGRESS')")),
        CheckConstraint("ends_at > starts_at", name="span"),
        CheckConstraint("mode in ('IN_PERSON', 'ONLINE')", name="mode"),
        CheckConstraint(_statuses, name="status"),
        CheckConstraint(f"source in {SOURCES}", name="source"),
        CheckConstraint(f"purpose in {PURPOSES}", name="purpose"),
        CheckConstraint("status <> 'PENDING' or held_until is not null", name="hold_ends"),
        CheckConstraint("overbooked = (overbook_reason is not null)", name="overbooked_why"),
        CheckConstraint("(series_id is null) = (series_number is null)", name="series_number"),
        CheckConstraint("ended_at is null or started_at <= ended_at", name="consultation"),
        ExcludeConstraint(
            ("clinician_id", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text(f"{_holds_time} and not overbooked"),
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


class Move(Entity):
    """One change of an appointment's time or place: what it was and what it became (R-CHG-1)."""

    __tablename__ = "move"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    from_starts_at: Mapped[datetime]
    to_starts_at: Mapped[datetime]
    from_clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"))
    to_clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"))
    from_centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    to_centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    by_patient: Mapped[bool] = mapped_column(server_default="false")
    by_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Series(Entity):
    """A run of appointments of one patient with one clinician, every so many weeks; each is an appointment of its own."""

    __tablename__ = "series"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    mode: Mapped[str] = mapped_column(String(10))
    first_starts_at: Mapped[datetime]
    every_weeks: Mapped[int] = mapped_column(SmallInteger)
    planned: Mapped[int] = mapped_column(SmallInteger)
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    request_key: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("created_by", "request_key"),
        CheckConstraint("every_weeks between 1 and 12", name="every_weeks"),
        CheckConstraint("planned between 2 and 52", name="planned"),
        CheckConstraint("mode in ('IN_PERSON', 'ONLINE')", name="mode"),
    )


class QueueEntry(Entity):
    """Somebody who walked in and waits at a centre on a day, with a number to be called by (R-CHG-8)."""

    __tablename__ = "queue_entry"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    day: Mapped[date]
    token: Mapped[int] = mapped_column(SmallInteger)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    clinician_id: Mapped[int | None] = mapped_column(ForeignKey("clinician.id"))  # whom they would like to see
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), unique=True)
    status: Mapped[str] = mapped_column(String(10), server_default="WAITING")
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())
    called_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    patient: Mapped[Patient] = relationship(lazy="raise")
    clinician: Mapped[Clinician | None] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("centre_id", "day", "token"),
        Index(
            "ix_queue_entry_once",
            "centre_id",
            "day",
            "patient_id",
            unique=True,
            postgresql_where=text("status in ('WAITING', 'CALLED', 'SKIPPED')"),
        ),
        CheckConstraint(f"status in {QUEUE_STATES}", name="status"),
        CheckConstraint("token > 0", name="token"),
    )


class VideoCheck(Entity):
    """What whoever joins an online appointment said before it; where they are, and whom to call, is sealed (M20)."""

    __tablename__ = "video_check"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    joins_as: Mapped[str] = mapped_column(String(10))
    private: Mapped[bool]
    adult_present: Mapped[bool]
    consent_version: Mapped[str] = mapped_column(String(20))
    said_at: Mapped[datetime]
    whereabouts: Mapped[bytes | None]  # emptied after the policy's days

    __table_args__ = (
        Index("ix_video_check_kept", "said_at", postgresql_where=text("whereabouts is not null")),
        CheckConstraint("joins_as in ('PATIENT', 'GUARDIAN')", name="joins_as"),
    )


class CallWish(Entity):
    """A patient who cannot join by video asks to be called by phone; done once somebody has called."""

    __tablename__ = "call_wish"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (CheckConstraint("(done_at is null) = (done_by is null)", name="done"),)


class CalendarFeed(Entity):
    """The calendar address of an account: one at a time, its ending kept as a hash."""

    __tablename__ = "calendar_feed"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[datetime]
