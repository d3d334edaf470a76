"""Opening accounts, and forgetting what is spent."""

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from mibo import db
from mibo.errors import Conflict
from mibo.identity import tries
from mibo.identity.actor import Audience
from mibo.identity.models import Account, Challenge, PasswordTry, RefreshToken, SignIn
from mibo.identity.queries import account_by_phone
from mibo.jobs import job

CODES_ARE_KEPT = timedelta(hours=25)  # an hour more than the longest limit looks back
TOKENS_ARE_KEPT = timedelta(days=1)  # after the end of their sign-in, when none of them can do anything


class PhoneTaken(Conflict):
    """One phone has at most one account of each kind."""

    code = "PHONE_TAKEN"
    message = "An account with this phone number already exists."


class UsernameTaken(Conflict):
    """Usernames are told apart without regard to case."""

    code = "USERNAME_TAKEN"
    message = "This username is taken."


def open_account(
    audience: Audience, phone: str, *, full_name: str = "", email: str | None = None, username: str | None = None
) -> Account:
    """An account on a canonical phone. Raises PhoneTaken or UsernameTaken, also when somebody is a moment quicker."""
    opened: Account | None = db.session().scalar(
        insert(Account)
        .values(audience=audience, phone=phone, full_name=full_name, email=email, username=username)
        .on_conflict_do_nothing()
        .returning(Account)
    )
    if opened is not None:
        return opened
    raise PhoneTaken if account_by_phone(audience, phone) else UsernameTaken


@job
def forget_spent() -> None:
    """Delete codes after a day, tries after their span, and refresh tokens whose sign-in is over (security.md A2)."""
    over = select(SignIn.id).where(func.coalesce(SignIn.ended_at, SignIn.ends_at) < func.now() - TOKENS_ARE_KEPT)
    with db.transaction() as session:
        session.execute(delete(Challenge).where(Challenge.created_at < func.now() - CODES_ARE_KEPT))
        session.execute(delete(PasswordTry).where(PasswordTry.tried_at < func.now() - tries.SPAN))
        session.execute(delete(RefreshToken).where(RefreshToken.sign_in_id.in_(over)))
