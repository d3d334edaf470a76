"""One-time links with which staff set a password: sent by message, read by nobody at the clinic (R-AUTH-6, line 16).

A token has 256 random bits, and only its SHA-256 is kept. It works once and for a while, and a new one voids the older.
"""

from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import func, select, update

from mibo import audit, clock, db, messaging
from mibo.errors import Missing
from mibo.identity import passwords
from mibo.identity.actor import Actor
from mibo.identity.limits import key_of, one_at_a_time
from mibo.identity.models import Account, OneTimeLink
from mibo.identity.queries import staff_account
from mibo.identity.sign_ins import LONGEST_KEY, hash_of, new_key

Purpose = Literal["SET_PASSWORD", "RESET_PASSWORD"]

LIFE: dict[Purpose, timedelta] = {"SET_PASSWORD": timedelta(hours=72), "RESET_PASSWORD": timedelta(hours=1)}
PATH = "staff/password/"
MOST_ASKED, ASKED_IN = 3, timedelta(minutes=15)  # of resets that somebody asks for without being signed in

log = structlog.get_logger(__name__)


class LinkOver(Missing):
    """It was used, replaced by a newer one, or has run out; or there never was one."""

    code = "LINK_OVER"
    message = "This link no longer works. Ask for a new one."


def open_link(account: Account, purpose: Purpose, *, by: int | None) -> str:
    """A new link of an account of staff, which voids the older ones; its token is returned and kept nowhere."""
    return _opened(account, purpose, by)[0]


def _opened(account: Account, purpose: Purpose, by: int | None) -> tuple[str, int, datetime]:
    void(account.id)
    token, expires_at = new_key(), clock.now() + LIFE[purpose]
    link = OneTimeLink(
        account_id=account.id, purpose=purpose, token_hash=hash_of(token), created_by=by, expires_at=expires_at
    )
    db.session().add(link)
    db.session().flush()
    audit.record("open password link", account.id, by=by, purpose=purpose)
    return token, link.id, expires_at


def void(account_id: int) -> None:
    """The links that have not been used yet no longer open anything."""
    voided = db.session().scalars(
        update(OneTimeLink)
        .where(OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > func.now())
        .values(expires_at=func.now())
        .returning(OneTimeLink.id)
    )
    messaging.withdraw(*(_dedupe_key(link_id) for link_id in voided))


def send_password_link(account: Account, *, by: Actor) -> None:
    """Send somebody of the staff a link by WhatsApp: 72 hours for a first password, an hour for another one.

    Who starts it never sees it (line 16). One whose account is closed gets none.
    """
    _send(account, "RESET_PASSWORD" if account.password_hash else "SET_PASSWORD", by.account_id)


def _send(account: Account, purpose: Purpose, by: int | None) -> None:
    if not account.active or account.audience != "STAFF":
        return
    token, link_id, expires_at = _opened(account, purpose, by)
    messaging.tell(
        messaging.wording.password_link(account.full_name, link=PATH + token),
        phone=account.phone,
        name=account.full_name,
        dedupe_key=_dedupe_key(link_id),
        not_after=expires_at,
    )


def _dedupe_key(link_id: int) -> str:
    return f"password-link:{link_id}"


def ask_for_reset(name: str) -> None:
    """Send a link to the person behind a username or phone, if there is one; whoever asks learns nothing of it."""
    one_at_a_time(key_of("asking for links", name.strip().lower()))
    account = staff_account(name)
    if account is None or _asked_lately(account.id) >= MOST_ASKED:
        log.info("auth.reset_not_sent", account=account.id if account else None)
        return
    _send(account, "RESET_PASSWORD", None)


def _asked_lately(account_id: int) -> int:
    lately = select(func.count()).where(
        OneTimeLink.account_id == account_id,
        OneTimeLink.created_by.is_(None),
        OneTimeLink.created_at > func.now() - ASKED_IN,
    )
    return db.session().scalar(lately) or 0


def account_of_link(token: str) -> Account:
    """Whose password a link sets. Raises LinkOver."""
    account = db.session().scalar(
        select(Account)
        .join(OneTimeLink, OneTimeLink.account_id == Account.id)
        .where(
            OneTimeLink.token_hash == hash_of(token[:LONGEST_KEY]),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > func.now(),
            Account.active,
        )
    )
    if account is None:
        raise LinkOver
    return account


def set_password_by_link(token: str, password: str) -> Account:
    """Set the password a link is for, spend the link and end every sign-in. Raises LinkOver, or Invalid when weak."""
    account = account_of_link(token)
    passwords.require_strong(password, phone=account.phone, username=account.username)
    spent = (
        update(OneTimeLink)
        .where(OneTimeLink.token_hash == hash_of(token[:LONGEST_KEY]), OneTimeLink.used_at.is_(None))
        .where(OneTimeLink.expires_at > func.now())
        .values(used_at=func.now())
        .returning(OneTimeLink.id)
    )
    if db.session().scalar(spent) is None:
        raise LinkOver
    passwords.set_password(account, password)
    audit.record("set password by link", account.id, by=account.id)
    return account
