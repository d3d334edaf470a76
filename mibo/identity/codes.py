"""Sign-in codes: six digits that leave by WhatsApp, work once, and only for a while (security.md lines 02-09).

What must leave a trace, such as a wrong try, is a returned outcome: an exception would roll the trace back. Using a
code is a step of its own in the caller's transaction, so a sign-up that fails later leaves it unspent (R-AUTH-3).
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

import structlog
from sqlalchemy import func, select, update

from mibo import clock, db, messaging
from mibo.config import settings
from mibo.errors import Conflict
from mibo.identity import flood
from mibo.identity.actor import Audience
from mibo.identity.limits import Limit, TooMany, key_of, one_at_a_time, seconds_until_allowed
from mibo.identity.models import Challenge
from mibo.identity.queries import account_by_phone
from mibo.phrases import phrase

CODE_LENGTH = 6
LIFE = timedelta(minutes=10)
MOST_TRIES = 5
LIMITS: tuple[Limit, ...] = (
    (1, timedelta(seconds=60)),
    (3, timedelta(minutes=15)),
    (10, timedelta(days=1)),
)
Kind = Audience | Literal["NEW_PHONE", "OTHER"]  # what a code is for; one for another thing never fits
GUEST = "Guest"  # a name for the address book of WhatsApp, until we know theirs

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewCode:
    """A code that has just been made; nothing but a keyed hash of it is kept."""

    challenge_id: int
    code: str
    expires_at: datetime


@dataclass(frozen=True)
class Asked:
    """A code is on its way, if this phone may have one; the answer is the same whether it may or not."""

    expires_at: datetime


class Verdict(StrEnum):
    """What a code that was typed turned out to be."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    BURNED = "burned"
    NONE = "none"


@dataclass(frozen=True)
class CodeOutcome:
    """The verdict; `challenge_id` goes to `use_code` when it is right."""

    verdict: Verdict
    challenge_id: int | None = None
    tries_left: int = 0

    @property
    def right(self) -> bool:
        return self.verdict is Verdict.RIGHT


class CodeUsed(Conflict):
    """The same code was used a moment ago."""

    code = "CODE_USED"
    message = phrase("This code has been used. Please ask for a new one.")


def ask_for_code(audience: Audience, phone: str, *, language: str = "en") -> Asked | TooMany:
    """Send a new code to a canonical phone and void the older ones, in the account's language or else in this one.

    A closed account, and a phone that is not staff's, gets the same answer and no message.
    """
    made = make_code(audience, phone)
    if isinstance(made, TooMany):
        return made
    account = account_by_phone(audience, phone)
    if account.active if account else audience == "PATIENT":
        spoken = (account.language if account else None) or language
        name = account.full_name if account else ""
        send_code(made, messaging.wording.sign_in_code(), phone, name, language=spoken)
    return Asked(made.expires_at)


def make_code(kind: Kind, phone: str, *, whose: int = 0) -> NewCode | TooMany:
    """A new code for a canonical phone, which voids the older ones; with `whose`, good for that account alone."""
    if busy := one_at_a_time(key_of("asking for codes", phone)):
        return busy
    if wait := seconds_until_allowed(_earlier(phone), LIMITS, clock.now()):
        log.warning("auth.code_refused", retry_after=wait)
        return TooMany(wait)
    _void_older(kind, phone)
    made = _challenge(kind, phone, whose)
    log.info("auth.code_issued", challenge=made.challenge_id, audience=kind)
    flood.look()
    return made


def send_code(
    made: NewCode, wording: messaging.Wording, phone: str, name: str, *, language: str = "en"
) -> None:  # fmt: skip
    """Let a code leave, sealed until it has."""
    messaging.tell(
        wording,
        wishes=messaging.Wishes(language=language),
        phone=phone,
        name=name or GUEST,
        dedupe_key=_dedupe_key(made.challenge_id),
        not_after=made.expires_at,
        secret={"otp": made.code},
    )


def _earlier(phone: str) -> Sequence[datetime]:
    most, span = LIMITS[-1]
    return (
        db.session()
        .scalars(
            select(Challenge.created_at)
            .where(Challenge.phone == phone, Challenge.created_at > func.now() - span)
            .order_by(Challenge.created_at.desc())
            .limit(most)
        )
        .all()
    )


def _void_older(kind: Kind, phone: str) -> None:
    voided = db.session().scalars(
        update(Challenge)
        .where(
            Challenge.phone == phone,
            Challenge.audience == kind,
            Challenge.voided_at.is_(None),
            Challenge.used_at.is_(None),
        )
        .values(voided_at=func.now())
        .returning(Challenge.id)
    )
    messaging.withdraw(*(_dedupe_key(challenge_id) for challenge_id in voided))


def _challenge(kind: Kind, phone: str, whose: int = 0) -> NewCode:
    code, salt, expires_at = new_code(), secrets.token_bytes(16), clock.now() + LIFE
    challenge_id = db.session().scalars(select(db.entity_id.next_value())).one()
    db.session().add(
        Challenge(
            id=challenge_id,
            audience=kind,
            phone=phone,
            salt=salt,
            code_hash=_hashes(salt, challenge_id, code, whose)[0],
            expires_at=expires_at,
        )
    )
    db.session().flush()
    return NewCode(challenge_id, code, expires_at)


def new_code() -> str:
    """Six digits, any six, leading zeros too."""
    return f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}d}"


def _dedupe_key(challenge_id: int) -> str:
    return f"code:{challenge_id}"


def _hashes(salt: bytes, challenge_id: int, code: str, whose: int = 0) -> list[bytes]:
    """Under the secret key and each one before it; bound to the challenge, so no other one's code can fit."""
    owner = whose.to_bytes(8, "big") if whose else b""
    signed = salt + challenge_id.to_bytes(8, "big") + owner + code.encode("utf-8", "replace")
    return [hmac.digest(pepper, signed, "sha256") for pepper in settings().keys_for("sign-in codes")]


def check_code(kind: Kind, phone: str, code: str, *, whose: int = 0) -> CodeOutcome:
    """Judge a code and count a wrong one: commit whatever the outcome. A right one is spent with `use_code`."""
    challenge = _count_try(kind, phone)
    if challenge is None:
        return CodeOutcome(_why_not(_newest(kind, phone)))
    hashes = _hashes(challenge.salt, challenge.id, code, whose)
    if not any(hmac.compare_digest(challenge.code_hash, each) for each in hashes):
        return _wrong(challenge)
    challenge.tries -= 1  # somebody who has the code is not guessing
    db.session().flush()
    return CodeOutcome(Verdict.RIGHT, challenge.id, MOST_TRIES - challenge.tries)


def _count_try(kind: Kind, phone: str) -> Challenge | None:
    """Count before looking: the row stays locked until the commit, so guesses made at once are counted one by one."""
    newest = _newest(kind, phone)
    if newest is None:
        return None
    return db.session().scalar(
        update(Challenge)
        .where(
            Challenge.id == newest.id,
            Challenge.tries < MOST_TRIES,
            Challenge.used_at.is_(None),
            Challenge.voided_at.is_(None),
            Challenge.expires_at > func.now(),
        )
        .values(tries=Challenge.tries + 1)
        .returning(Challenge)
        .execution_options(populate_existing=True)
    )


def _newest(kind: Kind, phone: str) -> Challenge | None:
    return db.session().scalar(
        select(Challenge)
        .where(Challenge.phone == phone, Challenge.audience == kind, Challenge.voided_at.is_(None))
        .order_by(Challenge.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _why_not(challenge: Challenge | None) -> Verdict:
    if challenge is None or challenge.used_at:
        return Verdict.NONE
    if challenge.tries >= MOST_TRIES:
        return Verdict.BURNED
    return Verdict.EXPIRED


def _wrong(challenge: Challenge) -> CodeOutcome:
    left = MOST_TRIES - challenge.tries
    log.warning("auth.code_wrong" if left else "auth.code_burned", challenge=challenge.id, tries_left=left)
    return CodeOutcome(Verdict.WRONG if left else Verdict.BURNED, tries_left=left)


def use_code(challenge_id: int) -> None:
    """Spend a right code, in the transaction that does what it was for. Raises CodeUsed."""
    used = (
        update(Challenge)
        .where(Challenge.id == challenge_id, Challenge.used_at.is_(None), Challenge.voided_at.is_(None))
        .values(used_at=func.now())
        .returning(Challenge.id)
    )
    if db.session().scalar(used) is None:
        raise CodeUsed
