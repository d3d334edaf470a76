"""One video meeting per online appointment."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Entity
from mibo.video.rules import LINK_LENGTH


class Meeting(Entity):
    """The room an online appointment is held in: WANTED until the provider has made it (R-VID-1, 2)."""

    __tablename__ = "meeting"

    status: Mapped[str] = mapped_column(String(10), server_default="WANTED")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(server_default="1")
    event_id: Mapped[str | None] = mapped_column(String(200))
    join_url: Mapped[str | None] = mapped_column(String(LINK_LENGTH))
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_error: Mapped[str | None] = mapped_column(String(200))
    pasted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # staff gave it another link
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_meeting_wanted", "next_at", postgresql_where=text("status = 'WANTED'")),
        Index(
            "ix_meeting_called_off",
            "next_at",
            postgresql_where=text("status = 'CANCELLED' and event_id is not null"),
        ),
        CheckConstraint("status in ('WANTED', 'READY', 'FAILED', 'CANCELLED')", name="status"),
        CheckConstraint("status <> 'READY' or join_url is not null", name="ready"),
        CheckConstraint("pasted_by is null or join_url is not null", name="pasted"),
        CheckConstraint("ends_at > starts_at", name="span"),
    )
