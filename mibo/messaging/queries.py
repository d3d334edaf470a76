"""What was promised, and what became of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from mibo import db
from mibo.messaging.models import Message


def messages_about(about_id: int) -> Sequence[Message]:
    """All that was promised about one thing, an appointment say, oldest first."""
    return db.session().scalars(select(Message).where(Message.about_id == about_id).order_by(Message.id)).all()


def undelivered(since: datetime, *, limit: int = 100) -> Sequence[Message]:
    """What did not arrive or may not have, newest first: somebody at the clinic should call instead (R-MSG-3)."""
    return (
        db.session()
        .scalars(
            select(Message)
            .where(Message.status.in_(("FAILED", "UNKNOWN")), Message.created_at >= since)
            .order_by(Message.id.desc())
            .limit(limit)
        )
        .all()
    )
