"""An export and the sealed parts of its file."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Base, Entity
from mibo.exports.rules import State

STATES = tuple(state.value for state in State)
OPEN_ONLY = text("state in ('QUEUED', 'RUNNING')")


class Export(Entity):
    """A list that somebody asked for as a file. What they typed stands in `filters`, sealed; `told` is what the audit may
    know of it. `place` is where the next step begins, sealed too, since lists are sorted by names.
    """

    __tablename__ = "export"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    listing: Mapped[str] = mapped_column(String(40))
    file: Mapped[str] = mapped_column(String(3))
    told: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    reach: Mapped[str] = mapped_column(String(64))
    same: Mapped[bytes] = mapped_column(LargeBinary)
    key: Mapped[bytes] = mapped_column(LargeBinary)
    filters: Mapped[bytes | None] = mapped_column(LargeBinary)
    place: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10), server_default="QUEUED")
    failure: Mapped[str | None] = mapped_column(String(12))
    total: Mapped[int | None] = mapped_column(Integer)
    rows: Mapped[int] = mapped_column(Integer, server_default="0")
    size: Mapped[int] = mapped_column(server_default="0")
    parts: Mapped[int] = mapped_column(Integer, server_default="0")
    run: Mapped[int] = mapped_column(Integer, server_default="0")
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    claimed_until: Mapped[datetime | None]
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(f"state in {STATES}", name="state"),
        CheckConstraint("file in ('csv', 'pdf')", name="file"),
        CheckConstraint("(state = 'FAILED') = (failure is not null)", name="failure"),
        CheckConstraint("(state in ('QUEUED', 'RUNNING')) = (ended_at is null)", name="ended"),
        CheckConstraint("rows >= 0 and size >= 0 and parts >= 0", name="progress"),
        Index("ix_export_own", "account_id", "id"),
        Index("uq_export_open", "account_id", "same", unique=True, postgresql_where=OPEN_ONLY),
        Index("ix_export_waiting", "claimed_until", postgresql_where=OPEN_ONLY),
        Index("ix_export_expires", "expires_at", postgresql_where=text("expires_at is not null")),
    )

    @property
    def about(self) -> str:
        """What its seals are about."""
        return f"export/{self.id}"


class ExportPart(Base):
    """One piece of an export's file, sealed in the store; the pieces in their order are the file."""

    __tablename__ = "export_part"

    export_id: Mapped[int] = mapped_column(ForeignKey("export.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    store_key: Mapped[str] = mapped_column(String(80))

    __table_args__ = (Index("uq_export_part_store_key", "store_key", unique=True),)
