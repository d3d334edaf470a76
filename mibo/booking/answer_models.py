"""What the buttons of a reminder are good for."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Entity


class AnswerToken(Entity):
    """The hash of a token that lets one phone answer for one appointment at one time; each button works once.

    `move_at` is when they asked for another time, `moved_at` when they took one: from then on it is good for nothing.
    """

    __tablename__ = "answer_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    phone: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    move_at: Mapped[datetime | None]
    cancel_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_answer_token_appointment", "appointment_id"),
        Index("ix_answer_token_starts", "starts_at"),
    )
