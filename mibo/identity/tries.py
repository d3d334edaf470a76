"""Wrong tries, counted in PostgreSQL: five in a quarter of an hour, then a wait (security.md lines 09, 12)."""

from datetime import timedelta

from sqlalchemy import delete, func, select

from mibo import clock, db
from mibo.identity.limits import Limit, TooMany, one_at_a_time, seconds_until_allowed
from mibo.identity.models import PasswordTry

LIMITS: tuple[Limit, ...] = ((5, timedelta(minutes=15)),)
SPAN = LIMITS[-1][1]


def too_many(tried_by: bytes) -> TooMany | None:
    """Whether one more try has to wait. Until the transaction ends, nobody else tries the same."""
    if busy := one_at_a_time(tried_by):
        return busy
    recent = select(PasswordTry.tried_at).where(
        PasswordTry.tried_by == tried_by, PasswordTry.tried_at > func.now() - SPAN
    )
    tries = db.session().scalars(recent.order_by(PasswordTry.tried_at.desc()).limit(LIMITS[-1][0])).all()
    wait = seconds_until_allowed(tries, LIMITS, clock.now())
    return TooMany(wait) if wait else None


def count(tried_by: bytes) -> None:
    """A try that was wrong; the caller must commit."""
    db.session().add(PasswordTry(tried_by=tried_by))
    db.session().flush()


def forget(tried_by: bytes) -> None:
    """The next one was right."""
    db.session().execute(delete(PasswordTry).where(PasswordTry.tried_by == tried_by))
