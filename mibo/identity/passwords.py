"""Passwords of staff: kept as argon2id, tried a few times, and never weak (security.md line 13)."""

import re
import unicodedata
from functools import cache
from itertools import pairwise

import bcrypt
import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mibo import db
from mibo.errors import Invalid
from mibo.identity import tries
from mibo.identity.limits import TooMany, key_of
from mibo.identity.models import Account
from mibo.identity.queries import staff_account
from mibo.identity.sign_ins import end_all
from mibo.phone import ten_digits

SHORTEST = 12
LONGEST = 256
LEAST_OF_ITS_OWN = 5  # different characters beside common words, repetitions and rows like 456
OF_AN_OLDER_SYSTEM = ("$2a$", "$2b$", "$2y$")
BCRYPT_READS = 72  # bytes of a password; it never saw the rest

log = structlog.get_logger(__name__)
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# what people reach for first: the words most leaked passwords are made of, and the clinic's own
COMMON = """
    1q2w3e 1q2w3e4r 1qaz2wsx abc123 abcd1234 abcdef abcdefgh abcdefghijkl admin administrator asdfgh asdfghjkl
    bangalore batman bengaluru bharat change changeme chennai clinic computer cricket default demo doctor
    dragon football frontdesk ganesh guest health hello hospital ilove iloveyou india internet jaimatadi jordan
    kerala kochi krishna letmein login master mental mibo michael mind monkey monsoon mumbai p@ssw0rd p@ssword
    pass passw0rd password passwort patient princess q1w2e3r4 qazwsx qwerty qwertyuiop qwertz reception root
    sairam samsung secret shadow staff starwars summer sunshine superman temp test therapy trustno user welcome
    whatever winter zxcvbn zxcvbnm
"""
_COMMON = re.compile("|".join(sorted(map(re.escape, COMMON.split()), key=len, reverse=True)))
_REPEATED = re.compile(r"(.)\1+")


def check_password_sign_in(name: str, password: str, *, address: str = "") -> Account | TooMany | None:
    """The staff account of a username or phone, when this is its password.

    Five tries in fifteen minutes for each name from each address, so nobody locks a colleague out from elsewhere. The
    caller must commit whatever the outcome, so that it stays counted. Only starting a sign-in refuses a closed account.
    """
    tried_by = key_of("password tries", name.strip().lower(), address)
    if wait := tries.too_many(tried_by):
        log.warning("auth.password_refused", retry_after=wait.retry_after)
        return wait
    account = staff_account(name)
    if not _fits(account, password):
        tries.count(tried_by)
        log.warning("auth.password_wrong", account=account.id if account else None)
        return None
    tries.forget(tried_by)
    return account


def is_present(account: Account, password: str, *, address: str = "") -> bool | TooMany:
    """Whether this is the account's password now, as somebody who is signed in is asked again. Commit the outcome."""
    tried_by = key_of("present password tries", str(account.id), address)
    if wait := tries.too_many(tried_by):
        return wait
    if _fits(account, password):
        tries.forget(tried_by)
        return True
    tries.count(tried_by)
    return False


def _fits(account: Account | None, password: str) -> bool:
    """Somebody unknown costs the same time as somebody known."""
    kept = account.password_hash if account else None
    if account and kept and kept.startswith(OF_AN_OLDER_SYSTEM):
        return _fits_once(account, kept, password)
    try:
        right = hasher.verify(kept or _nobodys(), _as_typed(password))
    except (VerificationError, InvalidHashError):
        return False
    if account is None or kept is None or not right:
        return False
    if hasher.check_needs_rehash(kept):
        account.password_hash = hasher.hash(_as_typed(password))
    return True


def _fits_once(account: Account, kept: str, password: str) -> bool:
    """A hash that came from an older system: good for one sign-in, which replaces it with ours."""
    try:
        right = bcrypt.checkpw(password.encode("utf-8", "replace")[:BCRYPT_READS], kept.encode())
    except ValueError:
        return False
    if right:
        account.password_hash = hasher.hash(_as_typed(password))
        log.info("auth.password_hash_renewed", account=account.id)
    return right


@cache
def _nobodys() -> str:
    return hasher.hash("the password of nobody at all")


def _as_typed(password: str) -> bytes:
    """One form for a letter that keyboards compose differently; else as typed, cut where nobody would type on."""
    return unicodedata.normalize("NFC", password[: 4 * LONGEST]).encode("utf-8", "replace")


def set_password(account: Account, password: str, *, but: int | None = None) -> None:
    """Give an account a password and end its other sign-ins, except `but`. Raises Invalid when the password is weak."""
    require_strong(password, phone=account.phone, username=account.username)
    account.password_hash = hasher.hash(_as_typed(password))
    db.session().flush()
    end_all(account.id, "password_changed", but=but)
    log.info("auth.password_set", account=account.id)


def require_strong(password: str, *, phone: str, username: str | None) -> None:
    """Long, and more than a word everybody tries, the clinic's name or one's own. No rule about kinds of characters."""
    if len(password) < SHORTEST:
        raise Invalid.field("password", f"Use at least {SHORTEST} characters. A few words in a row work well.")
    if len(password) > LONGEST:
        raise Invalid.field("password", f"Use at most {LONGEST} characters.")
    lowered = password.lower()
    if ten_digits(phone) in lowered or (username and username.lower() in lowered):
        raise Invalid.field("password", "Your own phone number or username is too easy to guess.")
    if len(set(_left_over(lowered))) < LEAST_OF_ITS_OWN:
        raise Invalid.field("password", "This is too easy to guess. A few words of your own work well.")


def _left_over(lowered: str) -> str:
    """What is left once common words, repetitions and rows like `456` or `cba` are taken out."""
    rest = _REPEATED.sub(r"\1", "".join(_COMMON.sub("", lowered).split()))
    steps = [ord(after) - ord(before) for before, after in pairwise(rest)]
    in_row = {i + k for i, (one, two) in enumerate(pairwise(steps)) if one == two and abs(one) == 1 for k in range(3)}
    return "".join(ch for i, ch in enumerate(rest) if i not in in_row)
