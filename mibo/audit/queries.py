"""The audit as it is read: newest first, by who, what, which record and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, tuple_

from mibo import db
from mibo.audit.models import AuditEntry

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class AuditWish:
    """Which entries are wanted; `acts` are how one begins, `staff.` or `staff.closed`: any of them."""

    by_account_ids: tuple[int, ...] | None = None
    acts: tuple[str, ...] = ()
    subject_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries(
    wish: AuditWish, *, before: tuple[datetime, int] | None = None, limit: int = PAGE
) -> tuple[Sequence[AuditEntry], bool]:
    """A page of them from behind `before` (an entry's instant and id), and whether there are older ones."""
    wanted = select(AuditEntry).where(*_conditions(wish)).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    if before is not None:
        wanted = wanted.where(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(*before))
    found = db.session().scalars(wanted.limit(limit + 1)).all()
    return found[:limit], len(found) > limit


def entry(entry_id: int) -> AuditEntry | None:
    """One of them."""
    return db.session().get(AuditEntry, entry_id)


def _conditions(wish: AuditWish) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wish.by_account_ids is not None:
        asked.append(AuditEntry.by_account_id.in_(wish.by_account_ids))
    if wish.acts:
        asked.append(or_(*(AuditEntry.act.startswith(act, autoescape=True) for act in wish.acts)))
    if wish.subject_id is not None:
        asked.append(AuditEntry.subject_id == wish.subject_id)
    if wish.since is not None:
        asked.append(AuditEntry.at >= wish.since)
    if wish.until is not None:
        asked.append(AuditEntry.at < wish.until)
    return asked
