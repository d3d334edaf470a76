"""Sign-ins: each is a row, so ending it ends it everywhere at once, whatever a browser or an app still holds."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import structlog
from sqlalchemy import bindparam, func, update

from mibo import clock, db
from mibo.errors import Refused
from mibo.identity import access_tokens
from mibo.identity.actor import Actor, Audience
from mibo.identity.models import DEVICE_LENGTH, NETWORK_LENGTH, Account, RefreshToken, SignIn
from mibo.identity.queries import actor_by, live_sign_in

WEB_LIFE = {"STAFF": timedelta(hours=12), "PATIENT": timedelta(hours=24)}
API_LIFE = timedelta(days=7)
KEY_BYTES = 32
LONGEST_KEY = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Tokens:
    """What an app holds: a token for the next 15 minutes, and one to get the next with."""

    access: str
    refresh: str
    sign_in_id: int


class AccountClosed(Refused):
    """They proved who they are, but the account is switched off."""

    code = "ACCOUNT_INACTIVE"
    message = "Account inactive"


def start_web_sign_in(
    account: Account, device: str = "", *, network: str = "", proved: bool = False, by_code: bool = False
) -> str:
    """Begin a browser's stay, and return the key for its cookie. Raises AccountClosed.

    `proved`: by a second factor. `by_code`: the first one was a code by WhatsApp and no password.
    """
    key = new_key()
    life = WEB_LIFE[account.audience]
    made = _start(account, "WEB", life, device=device, network=network, proved=proved, key=key)
    made.by_code = by_code
    db.session().flush()
    return key


def start_api_sign_in(
    account: Account, device: str = "", *, network: str = "", proved: bool = False, by_code: bool = False
) -> Tokens:
    """Begin an app's stay of 7 days; `proved` and `by_code` as above. Raises AccountClosed."""
    made = _start(account, "API", API_LIFE, device=device, network=network, proved=proved)
    made.by_code = by_code
    return new_tokens(made, account)


def _start(
    account: Account, channel: str, life: timedelta, *, device: str, network: str, proved: bool, key: str | None = None
) -> SignIn:
    if not account.active:
        log.warning("auth.sign_in_refused", account=account.id, because="inactive")
        raise AccountClosed
    sign_in = SignIn(
        account_id=account.id,
        channel=channel,
        key_hash=hash_of(key) if key else None,
        device=device[:DEVICE_LENGTH],
        network=network[:NETWORK_LENGTH],
        last_seen_at=clock.now(),
        ends_at=clock.now() + life,
        proved_at=clock.now() if proved else None,
    )
    db.session().add(sign_in)
    db.session().flush()
    log.info("auth.signed_in", account=account.id, sign_in=sign_in.id, channel=channel)
    return sign_in


def new_tokens(sign_in: SignIn, account: Account, predecessor: RefreshToken | None = None) -> Tokens:
    """A fresh pair for a sign-in; the refresh token remembers the one it was got with."""
    refresh = new_key()
    db.session().add(
        RefreshToken(
            sign_in_id=sign_in.id,
            token_hash=hash_of(refresh),
            predecessor_id=predecessor.id if predecessor else None,
        )
    )
    db.session().flush()
    audience: Audience = "STAFF" if account.audience == "STAFF" else "PATIENT"
    return Tokens(access_tokens.issue(account.id, sign_in.id, audience), refresh, sign_in.id)


def new_key() -> str:
    """256 bits that nobody guesses."""
    return secrets.token_urlsafe(KEY_BYTES)


def hash_of(key: str) -> bytes:
    """What is kept of a key; with 256 random bits in it, a plain hash is enough."""
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def who_by_key(key: str) -> Actor | None:
    """Who is behind a browser's key; None once the stay has ended or run out, or the account is closed."""
    if not key or len(key) > LONGEST_KEY:
        return None
    return actor_by(_by_key(), key_hash=hash_of(key))


@cache
def _by_key() -> db.Prepared:
    return live_sign_in(SignIn.key_hash == bindparam("key_hash"), SignIn.channel == "WEB")


def who_by_access_token(token: str) -> Actor | None:
    """Who is behind an app's access token; None for whatever is wrong with it or its sign-in."""
    claims = access_tokens.read(token)
    if claims is None:
        return None
    return actor_by(
        _by_claims(), sign_in_id=claims.sign_in_id, account_id=claims.account_id, audience=claims.audience
    )  # fmt: skip


@cache
def _by_claims() -> db.Prepared:
    return live_sign_in(
        SignIn.id == bindparam("sign_in_id"),
        SignIn.channel == "API",
        Account.id == bindparam("account_id"),
        Account.audience == bindparam("audience"),
    )


def end_sign_in(sign_in_id: int, because: str) -> None:
    """End one stay, everywhere and now; one that has ended keeps its first reason."""
    _end(SignIn.id == sign_in_id, because=because)


def end_all(account_id: int, because: str, *, but: int | None = None) -> int:
    """End every stay of an account, but the one it asks from; how many there were."""
    return _end(SignIn.account_id == account_id, SignIn.id.is_distinct_from(but), because=because)


def _end(*conditions: object, because: str) -> int:
    ending = (
        update(SignIn)
        .where(*conditions, SignIn.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=func.now(), ended_because=because)
        .returning(SignIn.id)
    )
    ended = db.session().scalars(ending).all()
    for sign_in_id in ended:
        log.info("auth.sign_in_ended", sign_in=sign_in_id, because=because)
    return len(ended)
