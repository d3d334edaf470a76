"""Hearing from the provider what became of a message."""

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, case, func, select, true, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute

from mibo import db
from mibo.messaging import ladder, templates
from mibo.messaging.models import ARRIVED, ERROR_LENGTH, Message

NEWS_OF_AN_UNSURE_ONE = timedelta(minutes=15)
NEWS_THAT_OVERTAKES = timedelta(minutes=2)
# news may come late, twice and in any order: it only ever raises a message (integrations.md 2.6)
RANK = {"PENDING": 0, "SENDING": 0, "UNKNOWN": 0, "SENT": 1, "FAILED": 2, "DELIVERED": 3, "READ": 4}

log = structlog.get_logger(__name__)


def note_status(
    ids: Collection[str],
    status: str,
    error: str | None = None,
    *,
    phone: str | None = None,
    template: str | None = None,
) -> bool:
    """Note what the provider says became of a message: `sent`, `delivered`, `read` or `failed`.

    Any of `ids` may be the one given at send. A message whose answer has not come has no id yet: it is found by its
    phone and, if they say it, template. False when we know of no such message (yet): have the provider say it again.
    """
    message_id = _known(ids) or _unsure(phone, template)
    if message_id is None:
        return False
    _raise(message_id, status.upper(), error, next(iter(ids), None))
    return True


def _known(ids: Collection[str]) -> int | None:
    return db.session().scalar(select(Message.id).where(Message.provider_id.in_(ids)).limit(1))


def _unsure(phone: str | None, template: str | None) -> int | None:
    """The one message to a phone that may or may not have left: also one whose answer is overtaken by news of it."""
    if not phone:
        return None
    lately = NEWS_OF_AN_UNSURE_ONE if template else NEWS_THAT_OVERTAKES
    known_as = tuple_(Message.template, Message.language) == templates.of_approved(template) if template else true()
    unsure = select(Message.id).where(
        Message.phone == phone,
        Message.channel == "WHATSAPP",
        known_as,
        Message.provider_id.is_(None),
        Message.status.in_(("UNKNOWN", "SENDING")),
        Message.created_at > func.now() - lately,
    )
    found = db.session().scalars(unsure.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _once(noted: InstrumentedAttribute[datetime | None], now: bool) -> ColumnElement[datetime | None]:
    """The first time it was heard; a later one changes nothing."""
    return func.coalesce(noted, func.now()) if now else noted.expression


def _raise(message_id: int, status: str, error: str | None, provider_id: str | None) -> None:
    rank = case(RANK, value=Message.status, else_=RANK["READ"])
    climbed = db.session().scalar(
        update(Message)
        .where(Message.id == message_id)
        .values(
            status=case((rank < RANK[status], status), else_=Message.status),
            provider_id=func.coalesce(Message.provider_id, provider_id),
            sent_at=func.coalesce(Message.sent_at, func.now()),
            delivered_at=_once(Message.delivered_at, status in ("DELIVERED", "READ")),
            read_at=_once(Message.read_at, status == "READ"),
            last_error=(error or status)[:ERROR_LENGTH] if status == "FAILED" else Message.last_error,
            sealed=None,
        )
        .returning(case((Message.climbed_at.is_not(None), Message.dedupe_key)))
    )
    if climbed and status in ARRIVED:
        ladder.step_down(climbed)
    if status == "FAILED":
        log.warning("messages.not_delivered", message=message_id, error=error)
