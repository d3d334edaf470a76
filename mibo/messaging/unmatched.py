"""Delivery reports that are of no message we know, or that nobody can read: shown until somebody has seen them.

What is shown is when, which event, the names in the body and the type of each value, and why. What the values are, phone
numbers among them, is never shown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update

from mibo import audit, db
from mibo.integrations import gallabox
from mibo.messaging.models import DeliveryReport
from mibo.messaging.reports import TRIED_FOR
from mibo.turns import in_turn

USUAL_WAIT = timedelta(minutes=5)  # news may overtake the answer that names its message


@dataclass(frozen=True, slots=True)
class Unmatched:
    """One report. `said` is what it tells became of a message, empty where nobody can read it."""

    id: int
    at: datetime
    event: str
    said: tuple[str, ...]
    errors: tuple[str, ...]
    shape: tuple[str, ...]
    tried_until: datetime
    seen_at: datetime | None
    seen_by: int | None


def unmatched(*, seen: bool, limit: int, offset: int = 0, made_after: int | None = None) -> Sequence[Unmatched]:
    """Those that wait to be seen, or were, the latest first; or as they came (`turns`)."""
    wanted = select(DeliveryReport).where(_is_open(), DeliveryReport.seen_at.is_not(None) if seen else _waits())
    latest = (DeliveryReport.received_at.desc(), DeliveryReport.id.desc())
    ordered = in_turn(wanted, DeliveryReport.id, made_after, *latest)
    return [_read(one) for one in db.session().scalars(ordered.limit(limit).offset(offset))]


def _read(report: DeliveryReport) -> Unmatched:
    raw = report.body.encode()
    news = gallabox.read_status(report.event or None, raw)
    return Unmatched(
        id=report.id,
        at=report.received_at,
        event=report.event,
        said=tuple(dict.fromkeys(each.status for each in news)),
        errors=tuple(dict.fromkeys(each.error_code for each in news if each.error_code)),
        shape=tuple(gallabox.key_paths(raw)),
        tried_until=report.received_at + TRIED_FOR,
        seen_at=report.seen_at,
        seen_by=report.seen_by,
    )


def waiting_ids() -> Select[Any]:
    """Those that nobody has seen."""
    return select(DeliveryReport.id).where(_is_open(), _waits())


def mark_seen(ids: Collection[int], *, by: int) -> int:
    """Somebody has looked at these; how many nobody had seen before. Told twice it changes nothing."""
    news = update(DeliveryReport).where(DeliveryReport.id.in_(ids), _is_open(), DeliveryReport.seen_at.is_(None))
    seen = db.session().scalars(news.values(seen_at=func.now(), seen_by=by).returning(DeliveryReport.id)).all()
    for report_id in seen:
        audit.record("report.seen", report_id, by=by)
    return len(seen)


def _is_open() -> ColumnElement[bool]:
    return DeliveryReport.settled_at.is_(None)


def _waits() -> ColumnElement[bool]:
    return DeliveryReport.seen_at.is_(None) & (DeliveryReport.received_at < func.now() - USUAL_WAIT)
