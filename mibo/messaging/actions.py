"""Promising to tell somebody something, in the transaction that made it true."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mibo import clinics, clock, db, jobs
from mibo.messaging import channels, sealing, templates
from mibo.messaging.delivery import deliver_due
from mibo.messaging.models import Message
from mibo.messaging.rules import NO_WISHES, QuietHours, Wishes, after_quiet
from mibo.messaging.wording import Wording

UNWANTED = "NO_MESSAGES_WANTED"

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
    wishes: Wishes = NO_WISHES,
    centre_id: int | None = None,
    concerns_at: datetime | None = None,
) -> int | None:
    """Promise a message, once for each `dedupe_key`; it leaves after the commit, and not at all after `not_after`.

    For `wait_s` seconds it can still be taken back: of what staff did by mistake nobody is told (M13). `secret` holds
    values that may not lie open; they are sealed. `wishes` are the patient's: their language, discretion, or that they
    want no messages, which is noted and not sent. What is not urgent keeps to the quiet hours, unless what it concerns
    (`concerns_at`) is near. Returns the message's id; None if promised before.
    """
    template, values = wording.put(wishes.language, discreet=wishes.discreet)
    wait = wait_for(template, wait_s, not_after, concerns_at)
    unwanted = wishes.silent and templates.kind_of(template) != "CODE"
    promised = {
        "dedupe_key": dedupe_key,
        "kind": templates.kind_of(template),
        **to_whom(wishes, phone),
        "template": template,
        "name": name,
        "body": values,
        "sealed": _sealed(wording, secret),
        "link": None if wording.link_is_secret else wording.link,
        "about_id": about_id,
        "centre_id": centre_id,
        "not_after": not_after,
        "climbs_until": climbs_until(template, wishes, concerns_at),
        "next_at": func.now() + wait,
        "status": "DROPPED" if unwanted else "PENDING",
        "last_error": UNWANTED if unwanted else None,
    }
    promise = insert(Message).values(promised).on_conflict_do_nothing()
    message_id = db.session().scalar(promise.returning(Message.id))
    if message_id is not None and not wait and not unwanted:
        jobs.defer(deliver_due)
    return message_id


def to_whom(wishes: Wishes, phone: str) -> dict[str, object]:
    """Whom it goes to and how, as the outbox keeps it; a mail address only where it goes by mail."""
    channel = channels.first_of(wishes)
    email = wishes.email if channel == "EMAIL" else None
    own = {"patient_id": wishes.patient_id, "language": wishes.language}
    return {**own, "phone": phone, "channel": channel, "email": email}


def climbs_until(template: str, wishes: Wishes, concerns_at: datetime | None) -> datetime | None:
    """Until when another way is tried for somebody whom this does not reach; None for what need not reach anybody."""
    return concerns_at if template in templates.CLIMBS and wishes.patient_id is not None else None


def _sealed(wording: Wording, secret: dict[str, str] | None) -> bytes | None:
    hidden = {**(secret or {}), **({sealing.LINK: wording.link} if wording.link and wording.link_is_secret else {})}
    return sealing.seal(hidden) if hidden else None


def wait_for(template: str, wait_s: int, not_after: datetime | None, concerns_at: datetime | None) -> timedelta:
    """How long it waits: for the moment in which it can be taken back, and for the end of the quiet hours."""
    now = clock.now()
    leaves_at = now + timedelta(seconds=wait_s)
    if template not in templates.URGENT:
        policy = clinics.policy_in_force()
        quiet = QuietHours(policy.quiet_from_hour, policy.quiet_until_hour)
        leaves_at = after_quiet(clock.local(leaves_at), quiet, not_after=not_after, concerns_at=concerns_at)
    return leaves_at - now


def silence(patient_id: int) -> None:
    """They want no more messages: what waits for them is not sent either (security.md line 76)."""
    _drop(Message.patient_id == patient_id, Message.kind != "CODE", last_error=UNWANTED)


def withdraw(*dedupe_keys: str) -> None:
    """Take back promises that are no longer true, as far as they have not left."""
    _drop(Message.dedupe_key.in_(dedupe_keys))


def withdraw_overtaken(about_id: int) -> None:
    """What something stood for is so no more: no reminder of it leaves, and nothing that waits to leave by another way."""
    _drop(Message.about_id == about_id, or_(Message.template.in_(templates.REMINDERS), Message.rung > 0))


def withdraw_kind(about_id: int, *templates: str) -> None:
    """Take back what was promised about something by these templates, as far as it has not left."""
    _drop(Message.about_id == about_id, Message.template.in_(templates))


def _drop(*which: ColumnElement[bool], **why: str) -> None:
    """Of these, what waits does not leave."""
    waiting = update(Message).where(Message.status == "PENDING", *which)
    db.session().execute(waiting.values(status="DROPPED", sealed=None, **why))


def promise_again(about_id: int, wording: Wording, *, wait_s: int = 0) -> None:
    """What was taken back is true again: the newest of these very words about something leaves after all."""
    alike = Message.about_id == about_id, Message.template.in_({wording.template, wording.put("en", discreet=True)[0]})
    told = db.session().scalars(select(Message).where(*alike).order_by(Message.id.desc()).with_for_update())
    newest = next((message for message in told if _says(message, wording)), None)
    if newest is not None and newest.status == "DROPPED":
        newest.status = "PENDING"
        newest.next_at = clock.now() + timedelta(seconds=wait_s)


def _says(message: Message, wording: Wording) -> bool:
    """Whether it is these very words, in whichever language it was promised, and still wanted."""
    said = wording.put(message.language, discreet=message.template != wording.template)
    return (message.template, message.body) == said and message.last_error != UNWANTED


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
