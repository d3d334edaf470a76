"""A patient's inbox: what they were told, as their own side shows it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mibo.db import Entity
from mibo.messaging import Message
from mibo.people.models import Patient


class Notice(Entity):
    """That a patient was told something, from the moment it can no longer be taken back; its words are the message's."""

    __tablename__ = "notice"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    block_id: Mapped[int | None]  # the closed time that cancelled their appointment
    shows_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    message: Mapped[Message] = relationship(lazy="raise")
    patient: Mapped[Patient] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("message_id"),
        Index("ix_notice_patient", "patient_id", "shows_at"),
        Index("ix_notice_unread", "patient_id", postgresql_where=text("read_at is null")),
        Index("ix_notice_created", "created_at"),
    )
