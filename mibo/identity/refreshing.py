"""How an app stays signed in: refresh tokens that follow one another (api-contract.md "Refresh", security.md 27-29).

A token is retired when its *successor* is presented: only then is it sure that the successor arrived. So a client that
never keeps the successor goes on with the first token, and for one that does every older copy is unmasked when used.
"""

import structlog
from sqlalchemy import func, select, update

from mibo import clock, db, messaging
from mibo.identity.actor import Audience
from mibo.identity.models import Account, RefreshToken, SignIn
from mibo.identity.sign_ins import LONGEST_KEY, Tokens, end_sign_in, hash_of, new_tokens

REUSE = "refresh_reuse"

log = structlog.get_logger(__name__)


def refresh(token: str, audience: Audience) -> Tokens | None:
    """A fresh pair of tokens for the one presented; None when it is not, or no longer, good.

    A retired token ends its whole sign-in and tells the person, so the caller must commit a None as well.
    """
    if not token or len(token) > LONGEST_KEY:
        return None
    sign_in = _locked_sign_in(hash_of(token))
    if sign_in is None:
        return None
    presented = db.session().scalars(select(RefreshToken).where(RefreshToken.token_hash == hash_of(token))).one()
    account = db.session().get_one(Account, sign_in.account_id)
    if not account.active or account.audience != audience:
        return None
    if presented.retired_at:
        _somebody_else_has_it(sign_in, account)
        return None
    presented.presented_at = presented.presented_at or clock.now()
    _retire(presented.predecessor_id)
    return new_tokens(sign_in, account, presented)


def _locked_sign_in(token_hash: bytes) -> SignIn | None:
    """The live sign-in of a token. Locked first: what is read of its tokens afterwards cannot change meanwhile."""
    of_token = select(RefreshToken.sign_in_id).where(RefreshToken.token_hash == token_hash).scalar_subquery()
    return db.session().scalar(
        select(SignIn)
        .where(SignIn.id == of_token, SignIn.ended_at.is_(None), SignIn.ends_at > func.now())
        .with_for_update()
    )


def _retire(token_id: int | None) -> None:
    if token_id is not None:
        db.session().execute(
            update(RefreshToken)
            .where(RefreshToken.id == token_id, RefreshToken.retired_at.is_(None))
            .values(retired_at=func.now())
        )


def _somebody_else_has_it(sign_in: SignIn, account: Account) -> None:
    log.warning("auth.refresh_reuse", account=account.id, sign_in=sign_in.id)
    end_sign_in(sign_in.id, REUSE)
    messaging.tell(
        messaging.wording.sign_in_ended(account.full_name),
        phone=account.phone,
        name=account.full_name,
        dedupe_key=f"sign-in-ended:{sign_in.id}",
    )
