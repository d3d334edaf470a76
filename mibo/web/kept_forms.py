"""What somebody was about to send when their stay had run out: kept, sealed, until they have signed in again (line 20).

It lies in Redis for half an hour under a name that only the address in their browser knows, and only the same account
sees it again. It is not sent by itself: the page shows that it is there, with one button. Where Redis is away nothing
is kept, and they type it again.
"""

import json
import secrets
from dataclasses import dataclass
from functools import cache

import structlog
from flask import g, request, session, url_for
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from mibo import db, identity, sealing
from mibo.config import settings
from mibo.web.access import SESSION_KEY, for_programs

LIFE_S = 30 * 60
MOST_LETTERS = 64 * 1024
SECRETS = ("password", "code", "otp", "totp")  # a form with a field of such a name is not kept

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Kept:
    """A form: where it goes, and every field with its value."""

    account_id: int
    path: str
    fields: list[tuple[str, str]]


def keep() -> str | None:
    """Keep the form of this request for whoever sent it; where to find it afterwards, or None."""
    if request.method != "POST" or not request.form or request.files or for_programs():
        return None
    if any(name.startswith(SECRETS) for name in request.form):
        return None
    who = g.get("visitor")
    account_id = who.account_id if who else db.read(_whose)
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    if account_id is None or sum(len(name) + len(value) for name, value in fields) > MOST_LETTERS:
        return None
    token = secrets.token_urlsafe(24)
    sealed = sealing.box("kept forms").encrypt(json.dumps([account_id, request.full_path.rstrip("?"), fields]).encode())
    try:
        _redis().set(_name(token), sealed, ex=LIFE_S)
    except (RedisError, OSError):
        log.warning("kept_forms.redis_away")
        return None
    return url_for("stays.kept", token=token)


def _whose() -> int | None:
    return identity.account_left_alone(session.get(SESSION_KEY) or "")


def find(token: str, account_id: int) -> Kept | None:
    """What was kept under this name, for the account that sent it."""
    try:
        sealed = _redis().get(_name(token[:100]))
        owner, path, fields = (
            json.loads(sealing.box("kept forms").decrypt(sealed, ttl=LIFE_S)) if sealed else (None, "", [])
        )
    except (RedisError, OSError, sealing.InvalidToken):
        return None
    return Kept(owner, path, [(name, value) for name, value in fields]) if owner == account_id else None


def _name(token: str) -> str:
    return f"mibo-kept:{token}"


@cache
def _redis() -> Redis:
    return Redis.from_url(
        settings().redis_url, socket_connect_timeout=0.3, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )
