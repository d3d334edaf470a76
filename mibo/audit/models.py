"""One table that is only ever added to."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mibo import db


class AuditEntry(db.Entity):
    """One act. `details` holds ids, states and amounts, never names, phones or what somebody wrote.

    `place`, `previous_hash` and `hash` are filled in once, moments later, when the entry is chained (M19).
    """

    __tablename__ = "audit_entry"

    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by_account_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    place: Mapped[int | None]
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        UniqueConstraint("place"),
        Index("ix_audit_entry_subject", "subject_id", "at"),
        Index("ix_audit_entry_by", "by_account_id", "at"),
        Index("ix_audit_entry_at", "at", "id"),
        Index("ix_audit_entry_unchained", "id", postgresql_where=text("hash is null")),
    )
