"""What people write back: kept once, its words sealed, until somebody of the staff has seen to it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Entity

OUTCOMES = ("WAITS", "STOPPED", "CONFIRMED", "MOVES", "CANCELLED", "ASKED", "OVER", "STRANGER")
VERBS = ("confirm", "move", "cancel")


class Reply(Entity):
    """A button that was pressed, or words that were written. Words WAIT for staff; the rest is acted on by itself.

    `about_id`, `patient_id` and `centre_id` are found when it is settled; who writes from a number that nobody has here
    belongs to no centre.
    """

    __tablename__ = "reply"

    known_by: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(16))
    verb: Mapped[str | None] = mapped_column(String(8))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(10))
    about_id: Mapped[int | None]
    patient_id: Mapped[int | None]
    centre_id: Mapped[int | None]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[int | None]
    answered_with: Mapped[str | None] = mapped_column(String(60))

    __table_args__ = (
        UniqueConstraint("known_by"),
        Index("ix_reply_unsettled", "received_at", postgresql_where=text("settled_at is null")),
        Index(
            "ix_reply_waiting",
            "received_at",
            postgresql_where=text("outcome in ('WAITS', 'STOPPED') and handled_at is null"),
        ),
        Index("ix_reply_received", "received_at", "id"),
        Index("ix_reply_patient", "patient_id", postgresql_where=text("patient_id is not null")),
        CheckConstraint(f"outcome in {OUTCOMES}", name="outcome"),
        CheckConstraint(f"verb in {VERBS}", name="verb"),
        CheckConstraint("(verb is null) = (token_hash is null)", name="pressed"),
        CheckConstraint("(settled_at is null) = (outcome is null)", name="settled"),
    )
