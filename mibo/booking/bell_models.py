"""What the bell of staff rings for: one row for each thing that waits, and who has seen it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Base, Entity

RINGS_FOR = ("WISH", "REFUND", "REFUND_DESK", "MESSAGE", "MEETING", "REPLY", "GLASS", "EXPORT")
TOLD = ("GLASS", "EXPORT")  # to one person, by name


class Ring(Entity):
    """Something that waits for staff of a centre, or something that one of them is told; `settled_at` once it waits no
    more, be it that nobody had seen it.
    """

    __tablename__ = "ring"

    kind: Mapped[str] = mapped_column(String(12))
    known_by: Mapped[str] = mapped_column(String(60))
    about_id: Mapped[int]
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    rung_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("known_by"),
        Index("ix_ring_waiting", "kind", "rung_at", postgresql_where=text("settled_at is null")),
        Index("ix_ring_rung", "rung_at", "id"),
        Index("ix_ring_account_id", "account_id", "rung_at", postgresql_where=text("account_id is not null")),
        CheckConstraint(f"kind in {RINGS_FOR}", name="kind"),
        CheckConstraint(f"(kind in {TOLD}) = (account_id is not null)", name="for_whom"),
    )


class RingSeen(Base):
    """Who has seen which."""

    __tablename__ = "ring_seen"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    ring_id: Mapped[int] = mapped_column(ForeignKey("ring.id", ondelete="CASCADE"), primary_key=True, index=True)
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
