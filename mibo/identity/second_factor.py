"""The second factor: a code of an authenticator app that changes every half minute, or a recovery code (line 14).

The secret is sealed; a code works once, as does a recovery code. Wrong ones are returned, not raised: they are counted.
"""

import hmac
import secrets
from enum import StrEnum

import pyotp
import structlog
from sqlalchemy import delete, func, or_, select, update

from mibo import audit, clock, db, sealing
from mibo.config import settings
from mibo.errors import Conflict
from mibo.identity import tries
from mibo.identity.limits import TooMany, key_of
from mibo.identity.models import Account, RecoveryCode, SignIn
from mibo.identity.sign_ins import end_all

STEP_S = 30
STEPS_AROUND = (0, -1, 1)  # a phone's clock may be half a minute off
RECOVERY_CODES = 10
RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
RECOVERY_LENGTH = 10
NAME = "Mibo"
SEALED_AS = "second factors"

log = structlog.get_logger(__name__)


class Proof(StrEnum):
    """What a second factor that was typed turned out to be."""

    RIGHT = "right"
    RECOVERY = "recovery"
    WRONG = "wrong"

    @property
    def good(self) -> bool:
        return self is not Proof.WRONG


class AlreadyEnrolled(Conflict):
    """Somebody who has a second factor turns it off before setting up another."""

    code = "ALREADY_ENROLLED"
    message = "Your authenticator app is set up already."


def enrolled(account: Account) -> bool:
    """Whether this account is asked for its second factor."""
    return account.second_factor_at is not None


def begin(account: Account) -> None:
    """Choose the secret that an authenticator app is about to be given. Raises AlreadyEnrolled."""
    if enrolled(account):
        raise AlreadyEnrolled
    account.second_factor = sealing.box(SEALED_AS).encrypt(pyotp.random_base32().encode())
    account.second_factor_step = None
    db.session().flush()


def secret_of(account: Account) -> str | None:
    """The secret while it is being set up; afterwards nobody sees it again."""
    return None if enrolled(account) else _secret(account)


def address_of(account: Account) -> str:
    """What the square picture says to an authenticator app."""
    return pyotp.TOTP(_secret(account) or "").provisioning_uri(
        name=account.username or account.full_name, issuer_name=NAME
    )


def confirm(account: Account, code: str, *, stay: int) -> list[str] | TooMany | None:
    """Set it up, when the code is right, and give the recovery codes, which are shown this once.

    The account's other sign-ins end; `stay` goes on, proved. None when the code is wrong.
    """
    if enrolled(account):
        raise AlreadyEnrolled
    outcome = prove(account, code)
    if isinstance(outcome, TooMany) or not outcome.good:
        return outcome if isinstance(outcome, TooMany) else None
    account.second_factor_at = clock.now()
    db.session().flush()
    end_all(account.id, "second_factor_changed", but=stay)
    note_proved(stay)
    audit.record("set up second factor", account.id, by=account.id)
    log.info("auth.second_factor_on", account=account.id)
    return new_recovery_codes(account)


def new_recovery_codes(account: Account) -> list[str]:
    """Ten codes for a phone that is lost; the older ones no longer work."""
    codes = ["".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    db.session().execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    db.session().add_all(RecoveryCode(account_id=account.id, code_hash=_hashes(account.id, code)[0]) for code in codes)
    db.session().flush()
    audit.record("new recovery codes", account.id, by=account.id)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def recovery_codes_left(account_id: int) -> int:
    """How many recovery codes can still be used."""
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return db.session().scalar(left) or 0


def prove(account: Account, code: str) -> Proof | TooMany:
    """Judge a code, spend it when it is right, and count it when it is not: commit whatever the outcome."""
    tried_by = key_of("second factor tries", str(account.id))
    if wait := tries.too_many(tried_by):
        log.warning("auth.second_factor_refused", account=account.id)
        return wait
    typed = "".join(code.split()).replace("-", "").lower()
    outcome = _judge(account, typed)
    if outcome.good:
        tries.forget(tried_by)
    else:
        tries.count(tried_by)
    log.info("auth.second_factor", account=account.id, outcome=outcome.value)
    return outcome


def _judge(account: Account, typed: str) -> Proof:
    if len(typed) == RECOVERY_LENGTH:
        return Proof.RECOVERY if _spend_recovery(account.id, typed) else Proof.WRONG
    step = _step_of(account, typed)
    return Proof.RIGHT if step is not None and _spend_step(account.id, step) else Proof.WRONG


def _step_of(account: Account, typed: str) -> int | None:
    """The time step whose code this is, if it is one of those around now."""
    secret = _secret(account)
    if secret is None or not (typed.isascii() and typed.isdigit()):
        return None
    now, totp = int(clock.now().timestamp()) // STEP_S, pyotp.TOTP(secret)
    steps = [now + around for around in STEPS_AROUND]
    return next((step for step in steps if hmac.compare_digest(totp.at(step * STEP_S), typed)), None)


def _spend_step(account_id: int, step: int) -> bool:
    """A time step is used once, and none before it any more; of several at once, one."""
    unused = or_(Account.second_factor_step.is_(None), Account.second_factor_step < step)
    spent = update(Account).where(Account.id == account_id, unused).values(second_factor_step=step)
    return db.session().scalar(spent.returning(Account.id)) is not None


def _spend_recovery(account_id: int, typed: str) -> bool:
    spent = (
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash.in_(_hashes(account_id, typed)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=func.now())
        .returning(RecoveryCode.id)
    )
    return db.session().scalar(spent) is not None


def note_proved(sign_in_id: int) -> None:
    """This stay has given its second factor now."""
    db.session().execute(update(SignIn).where(SignIn.id == sign_in_id).values(proved_at=clock.now()))


def turn_off(account: Account, *, by: int, but: int | None = None) -> None:
    """Forget somebody's second factor, as its owner or an administrator asks; their sign-ins end, except `but`."""
    account.second_factor = account.second_factor_at = account.second_factor_step = None
    db.session().execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    db.session().flush()
    end_all(account.id, "second_factor_changed", but=but)
    audit.record("turn off second factor", account.id, by=by)
    log.info("auth.second_factor_off", account=account.id)


def _secret(account: Account) -> str | None:
    if account.second_factor is None:
        return None
    try:
        return sealing.box(SEALED_AS).decrypt(account.second_factor).decode()
    except sealing.InvalidToken:
        log.error("auth.second_factor_unreadable", account=account.id)
        return None


def _hashes(account_id: int, code: str) -> list[bytes]:
    signed = account_id.to_bytes(8, "big") + code.encode("utf-8", "replace")
    return [hmac.digest(key, signed, "sha256") for key in settings().keys_for("recovery codes")]
