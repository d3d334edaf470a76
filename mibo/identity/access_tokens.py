"""Access tokens of the JSON API: short-lived, saying only which sign-in they belong to (security.md 25-26)."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import jwt

from mibo import clock, ids
from mibo.config import settings
from mibo.identity.actor import Audience

LIFE = timedelta(minutes=15)
ALGORITHM = "HS256"
ISSUER = "mibo"
KIND = "access"
LONGEST = 1_000  # characters; ours have about 350
CLAIMS = ["sub", "sid", "aud", "iss", "iat", "exp", "jti", "typ"]
AUDIENCES: dict[Audience, str] = {"PATIENT": "patient", "STAFF": "staff"}


@dataclass(frozen=True)
class Claims:
    """What a good token says; whether the sign-in still stands, only the database knows."""

    account_id: int
    sign_in_id: int
    audience: Audience


def issue(account_id: int, sign_in_id: int, audience: Audience) -> str:
    """A token for the next 15 minutes."""
    now = clock.now()
    claims = {
        "sub": str(account_id),
        "sid": str(sign_in_id),
        "aud": AUDIENCES[audience],
        "iss": ISSUER,
        "iat": now,
        "exp": now + LIFE,
        "jti": secrets.token_urlsafe(12),
        "typ": KIND,
    }
    return jwt.encode(claims, _keys()[0], algorithm=ALGORITHM)


def read(token: str) -> Claims | None:
    """What a token says; None for whatever is wrong with it."""
    if len(token) > LONGEST:
        return None
    for key in _keys():
        try:
            said = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=list(AUDIENCES.values()),
                issuer=ISSUER,
                options={"require": CLAIMS, "strict_aud": False},
            )
        except (jwt.PyJWTError, ValueError, RecursionError):
            continue
        return _claims(said)
    return None


def _claims(said: dict[str, object]) -> Claims | None:
    account_id, sign_in_id = ids.read_id(str(said["sub"])), ids.read_id(str(said["sid"]))
    audience = next((ours for ours, theirs in AUDIENCES.items() if theirs == said["aud"]), None)
    if said["typ"] != KIND or account_id is None or sign_in_id is None or audience is None:
        return None
    return Claims(account_id, sign_in_id, audience)


def _keys() -> list[bytes]:
    return settings().keys_for("access tokens")
