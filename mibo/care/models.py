"""What comes of a consultation."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mibo.booking import Appointment
from mibo.care.rules import SESSION_NOTE_LENGTH
from mibo.db import Entity
from mibo.identity import Account
from mibo.people import Patient

FOLLOW_UP_NOTE_LENGTH = 500
CLOSE_REASON_LENGTH = 500
FOLLOW_UP_STATES = ("OPEN", "BOOKED", "CANCELLED")


class FollowUp(Entity):
    """When a clinician would like to see a patient again: open until it is booked or called off (R-SES-10).

    Who sees whom is read from the appointment it came of.
    """

    __tablename__ = "follow_up"

    parent_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    wanted_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(String(FOLLOW_UP_NOTE_LENGTH))
    status: Mapped[str] = mapped_column(String(10), server_default="OPEN")
    booked_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), unique=True)
    fell_through: Mapped[bool] = mapped_column(server_default=text("false"))  # a trigger says so
    close_reason: Mapped[str | None] = mapped_column(String(CLOSE_REASON_LENGTH))
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime | None]

    parent: Mapped[Appointment] = relationship(foreign_keys=[parent_id], lazy="raise")
    booked: Mapped[Appointment | None] = relationship(foreign_keys=[booked_id], lazy="raise")

    __table_args__ = (
        Index("ix_follow_up_open_once", "parent_id", unique=True, postgresql_where=text("status = 'OPEN'")),
        Index(
            "ix_follow_up_booked",
            "closed_at",
            postgresql_include=["booked_id"],
            postgresql_where=text("status = 'BOOKED'"),
        ),
        Index("ix_follow_up_due", "wanted_on", "id", postgresql_where=text("status = 'OPEN'")),
        Index("ix_follow_up_fell_through", "wanted_on", "id", postgresql_where=text("fell_through")),
        CheckConstraint(f"status in {FOLLOW_UP_STATES}", name="status"),
        CheckConstraint("(status = 'BOOKED') = (booked_id is not null)", name="booked"),
    )


class GlassOpening(Entity):
    """Somebody read in an emergency what was written of a patient whom they do not treat: why, sealed, and until when."""

    __tablename__ = "glass_opening"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key_name: Mapped[str] = mapped_column(String(16))
    key: Mapped[bytes]
    reason: Mapped[bytes]
    opened_at: Mapped[datetime]
    until: Mapped[datetime]

    patient: Mapped[Patient] = relationship(lazy="raise")
    account: Mapped[Account] = relationship(lazy="raise")

    __table_args__ = (
        Index("ix_glass_opening_reads", "account_id", "patient_id", "until"),
        Index("ix_glass_opening_opened", "opened_at", "id"),
        Index("ix_glass_opening_patient", "patient_id", "opened_at"),
        Index("ix_glass_opening_key", "key_name", "id"),
        CheckConstraint("until > opened_at", name="span"),
    )

    @property
    def about(self) -> str:
        """What the seal is bound to: nowhere else does the reason open."""
        return f"glass/{self.id}"


class ConsultationNote(Entity):
    """A version of what the clinician wrote of a consultation, sealed. It stands for good, by trigger; only a draft that
    is being written grows in its place for some minutes. `page` says which open page wrote it.
    """

    __tablename__ = "consultation_note"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    version: Mapped[int] = mapped_column(Integer)
    draft: Mapped[bool] = mapped_column(server_default="false")
    page: Mapped[str | None] = mapped_column(String(40))
    key_name: Mapped[str] = mapped_column(String(16))
    key: Mapped[bytes]
    text: Mapped[bytes]
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("appointment_id", "version"),
        Index("ix_consultation_note_key", "key_name", "id"),
        CheckConstraint(f"octet_length(text) <= {4 * SESSION_NOTE_LENGTH + 100}", name="length"),
        CheckConstraint("version > 0", name="version"),
    )

    @property
    def about(self) -> str:
        """What the seal is bound to: nowhere else does the text open."""
        return f"{self.appointment_id}/{self.version}"
