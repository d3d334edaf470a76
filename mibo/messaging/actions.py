"""Promising to tell somebody something, in the transaction that made it true; and hearing what became of it."""

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from sqlalchemy import case, func, select, true, update
from sqlalchemy.dialects.postgresql import insert

from mibo import clock, db, jobs
from mibo.messaging import sealing
from mibo.messaging.delivery import deliver
from mibo.messaging.models import ERROR_LENGTH, Message
from mibo.messaging.wording import Wording

RUNG_AT_COMMIT = timedelta(seconds=10)  # how long the timetable leaves a new message to the bell rung at commit
NEWS_OF_AN_UNSURE_ONE = timedelta(minutes=15)
NEWS_THAT_OVERTAKES = timedelta(minutes=2)
# news may come late, twice and in any order: it only ever raises a message (integrations.md 2.6)
RANK = {"PENDING": 0, "SENDING": 0, "UNKNOWN": 0, "SENT": 1, "FAILED": 2, "DELIVERED": 3, "READ": 4}

log = structlog.get_logger(__name__)


def tell(
    wording: Wording,
    *,
    phone: str,
    name: str,
    dedupe_key: str,
    about_id: int | None = None,
    not_after: datetime | None = None,
    secret: dict[str, str] | None = None,
    wait_s: int = 0,
) -> int | None:
    """Promise a message, once for each `dedupe_key`; it leaves after the commit, and not at all after `not_after`.

    For `wait_s` seconds it can still be taken back: of what staff did by mistake nobody is told (M13). `secret` holds
    values that may not lie open; they are sealed. Returns the message's id; None if promised before.
    """
    hidden = {**(secret or {}), **({sealing.LINK: wording.link} if wording.link and wording.link_is_secret else {})}
    promised = (
        insert(Message)
        .values(
            dedupe_key=dedupe_key,
            template=wording.template,
            phone=phone,
            name=name,
            body=wording.values,
            sealed=sealing.seal(hidden) if hidden else None,
            link=None if wording.link_is_secret else wording.link,
            about_id=about_id,
            not_after=not_after,
            next_at=func.now() + timedelta(seconds=wait_s),
            queued_until=None if wait_s else func.now() + RUNG_AT_COMMIT,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(Message.id)
    )
    message_id = db.session().scalar(promised)
    if message_id is not None and not wait_s:
        jobs.defer(deliver, message_id)
    return message_id


def withdraw(*dedupe_keys: str) -> None:
    """Take back promises that are no longer true, as far as they have not left."""
    db.session().execute(
        update(Message)
        .where(Message.dedupe_key.in_(dedupe_keys), Message.status == "PENDING")
        .values(status="DROPPED", sealed=None)
    )


def withdraw_kind(about_id: int, *templates: str) -> None:
    """Take back what was promised about something by these templates, as far as it has not left."""
    db.session().execute(
        update(Message)
        .where(Message.about_id == about_id, Message.template.in_(templates), Message.status == "PENDING")
        .values(status="DROPPED", sealed=None)
    )


def promise_again(about_id: int, wording: Wording, *, wait_s: int = 0) -> None:
    """What was taken back is true again: the newest of these very words about something leaves after all."""
    session = db.session()
    same = Message.about_id == about_id, Message.template == wording.template, Message.body == wording.values
    newest = session.scalar(
        select(Message).where(*same).order_by(Message.id.desc()).limit(1).with_for_update()
    )  # fmt: skip
    if newest is not None and newest.status == "DROPPED":
        newest.status, newest.queued_until = "PENDING", None
        newest.next_at = clock.now() + timedelta(seconds=wait_s)


def withdraw_about(about_id: int, *, since: datetime) -> bool:
    """Take back all that was promised about something since then; False, and nothing is, when some of it has left."""
    session = db.session()
    promised = session.scalars(
        select(Message).where(Message.about_id == about_id, Message.created_at >= since).with_for_update()
    ).all()
    if any(message.status not in ("PENDING", "DROPPED") for message in promised):
        return False
    for message in promised:
        message.status, message.sealed = "DROPPED", None
    return True


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
    unsure = select(Message.id).where(
        Message.phone == phone,
        Message.template == template if template else true(),
        Message.provider_id.is_(None),
        Message.status.in_(("UNKNOWN", "SENDING")),
        Message.created_at > func.now() - lately,
    )
    found = db.session().scalars(unsure.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _raise(message_id: int, status: str, error: str | None, provider_id: str | None) -> None:
    rank = case(RANK, value=Message.status, else_=RANK["READ"])
    db.session().execute(
        update(Message)
        .where(Message.id == message_id)
        .values(
            status=case((rank < RANK[status], status), else_=Message.status),
            provider_id=func.coalesce(Message.provider_id, provider_id),
            sent_at=func.coalesce(Message.sent_at, func.now()),
            last_error=(error or status)[:ERROR_LENGTH] if status == "FAILED" else Message.last_error,
            sealed=None,
        )
    )
    if status == "FAILED":
        log.warning("messages.not_delivered", message=message_id, error=error)
