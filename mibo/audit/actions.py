"""The one function that notes what was done."""

from typing import Any

from mibo import db
from mibo.audit.models import AuditEntry


def record(act: str, subject_id: int | None, *, by: int | None, **details: Any) -> None:
    """Note that `by` (an account; empty for the system) did `act` to a record."""
    db.session().add(AuditEntry(act=act, subject_id=subject_id, by_account_id=by, details=details))
