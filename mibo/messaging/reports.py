"""Delivery reports: kept as they came, and matched with the message they are about, now or a little later."""

import hashlib
from datetime import timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from mibo import clock, db, jobs
from mibo.integrations import gallabox
from mibo.messaging.hearing import note_status
from mibo.messaging.models import DeliveryReport

EVENT_LENGTH = 60
TRIED_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=90)
AT_ONCE = 200

log = structlog.get_logger(__name__)


def hear(event: str | None, raw: bytes) -> None:
    """Keep a proved report and note what it says. Told twice it is kept once; a message only ever gets further."""
    name = (event or "").replace("\x00", "")[:EVENT_LENGTH]
    kept = {
        "known_by": hashlib.sha256(name.encode() + b"\n" + raw).hexdigest(),
        "event": name,
        "body": raw.decode("utf-8", "replace").replace("\x00", ""),
    }
    promise = insert(DeliveryReport).values(kept).on_conflict_do_nothing().returning(DeliveryReport.id)
    report_id = db.session().scalar(promise)
    if _settle(event, raw):
        report = select(DeliveryReport).where(DeliveryReport.known_by == kept["known_by"])
        db.session().scalars(report).one().settled_at = clock.now()
    elif report_id is not None:
        log.warning("messages.report_open", report=report_id, shape=gallabox.key_paths(raw))


def _settle(event: str | None, raw: bytes) -> bool:
    """Note what it says. True when nothing is left to look for: all of it found its message, or it tells of no message
    of ours, such as somebody's reply.
    """
    news = gallabox.read_status(event, raw)
    if not news:
        return not gallabox.tells_of_delivery(event, raw)
    heard = [
        note_status(each.ids, each.status, each.error_code, phone=each.phone, template=each.template) for each in news
    ]
    return all(heard)


@jobs.job
def match_reports() -> None:
    """Try again the reports of the last day whose message was not known when they came."""
    with db.transaction() as session:
        waiting = session.scalars(
            select(DeliveryReport)
            .where(DeliveryReport.settled_at.is_(None), DeliveryReport.received_at > func.now() - TRIED_FOR)
            .order_by(DeliveryReport.id.desc())
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for report in waiting:
            if _settle(report.event or None, report.body.encode()):
                report.settled_at = clock.now()


@jobs.job
def forget_reports() -> None:
    """What is older than ninety days is of no more use."""
    with db.transaction() as session:
        session.execute(delete(DeliveryReport).where(DeliveryReport.received_at < func.now() - KEPT_FOR))
