"""The functions that note what was done, and what was looked at."""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, exists, func, insert, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from mibo import db
from mibo.audit.models import AuditEntry

ONCE_WITHIN = timedelta(minutes=10)
# of these a watcher of the log hears too, by ids alone (security.md line 67)
ALSO_LOGGED = frozenset(
    {
        "staff.added",
        "staff.role_changed",
        "staff.closed",
        "staff.opened",
        "patient.opened",
        "note.read",
        "note.glass_broken",
        "list.exported",
        "export.asked",
        "refund.approved",
        "refund.declined",
        "refund.handed_over",
    }
)

log = structlog.get_logger(__name__)


def record(act: str, subject_id: int | None, *, by: int | None, **details: Any) -> None:
    """Note that `by` (an account; empty for the system) did `act` to a record."""
    db.session().add(AuditEntry(act=act, subject_id=subject_id, by_account_id=by, details=details))
    _log(act, subject_id, by)


def record_read(act: str, subject_id: int | None, *, by: int, each_time: bool = False, **details: Any) -> None:
    """Note that `by` looked at a record: once in ten minutes however often they do, or each time. One statement."""
    told = bindparam("details", details, type_=JSONB)
    row = select(literal(act), literal(subject_id), literal(by), told)
    if not each_time:
        before = exists().where(
            AuditEntry.subject_id == subject_id, AuditEntry.at > func.now() - ONCE_WITHIN,
            AuditEntry.act == act, AuditEntry.by_account_id == by, AuditEntry.details == told,
        )  # fmt: skip
        row = row.where(~before)
    columns = ["act", "subject_id", "by_account_id", "details"]
    db.session().execute(insert(AuditEntry).from_select(columns, row))
    _log(act, subject_id, by)


def _log(act: str, subject_id: int | None, by: int | None) -> None:
    if act in ALSO_LOGGED:
        log.info(act, subject_id=subject_id, account_id=by)
