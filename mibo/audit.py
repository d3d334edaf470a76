"""Who did what to whose record: one table that is only ever added to, and the one function that does."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mibo import db


class AuditEntry(db.Entity):
    """One act. `details` holds ids, states and amounts, never names, phones or what somebody wrote."""

    __tablename__ = "audit_entry"

    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by_account_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (Index("ix_audit_entry_subject", "subject_id", "at"),)


def record(act: str, subject_id: int | None, *, by: int | None, **details: Any) -> None:
    """Note that `by` (an account; empty for the system) did `act` to a record."""
    db.session().add(AuditEntry(act=act, subject_id=subject_id, by_account_id=by, details=details))
