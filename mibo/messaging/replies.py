"""What people write back by WhatsApp: read from what the provider tells, its words sealed, kept once."""

import base64
import hashlib
import hmac
import re
from datetime import timedelta

from cryptography.fernet import MultiFernet
from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert

from mibo import clinics, db, jobs, sealing
from mibo.config import settings
from mibo.integrations import gallabox
from mibo.messaging.reply_models import VERBS, Reply

PAYLOAD = re.compile(rf"({'|'.join(VERBS)})-([A-Za-z0-9_-]{{43}})")
TEXT_LENGTH = 2000


def token_of(dedupe_key: str) -> str:
    """The token behind the buttons of a message: made from its key and ours, so that it need not be kept until it leaves."""
    key = settings().keys_for("reply tokens")[0]
    return base64.urlsafe_b64encode(hmac.digest(key, dedupe_key.encode(), "sha256")).decode().rstrip("=")


def hash_of(token: str) -> bytes:
    """As it is kept."""
    return hashlib.sha256(token.encode()).digest()


def payloads(dedupe_key: str) -> tuple[str, ...]:
    """What each button sends back when it is pressed."""
    token = token_of(dedupe_key)
    return tuple(f"{verb}-{token}" for verb in VERBS)


def keep_reply(event: str | None, raw: bytes) -> int | None:
    """Keep a proved reply; its id when it is new, None for one that we have, or for news that is none."""
    said = gallabox.read_reply(event, raw)
    if said is None:
        return None
    pressed = PAYLOAD.fullmatch(said.payload or "")
    words = "" if pressed else (said.text or said.payload or "").replace("\x00", "")[:TEXT_LENGTH]
    kept = {
        "known_by": hashlib.sha256((said.id or "").encode() or raw).hexdigest(),
        "phone": said.phone,
        "verb": pressed[1] if pressed else None,
        "token_hash": hash_of(pressed[2]) if pressed else None,
        "sealed": _box().encrypt(words.encode()) if words else None,
    }
    return db.session().scalar(insert(Reply).values(kept).on_conflict_do_nothing().returning(Reply.id))


def words_of(reply: Reply) -> str:
    """What they wrote; empty where it was no text, or its key is gone."""
    try:
        return _box().decrypt(reply.sealed).decode() if reply.sealed else ""
    except sealing.InvalidToken:
        return ""


def _box() -> MultiFernet:
    return sealing.box("replies")


@jobs.job
def forget_replies() -> None:
    """What people wrote is kept as many days as the policy says."""
    with db.transaction() as session:
        kept_for = timedelta(days=clinics.policy_in_force().replies_kept_days)
        session.execute(delete(Reply).where(Reply.received_at < func.now() - kept_for))
