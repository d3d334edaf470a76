"""Where somebody is signed in: since when, last seen, and how to end a stay elsewhere (security.md lines 20, 22)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from mibo import audit, clock, db
from mibo.errors import Missing
from mibo.identity.actor import Actor
from mibo.identity.idling import idle_limit
from mibo.identity.models import SignIn
from mibo.identity.sign_ins import LONGEST_KEY, end_all, end_sign_in, hash_of

NOTED_EVERY = timedelta(minutes=1)


def ends_unless_used(who: Actor, *, used_now: bool) -> datetime | None:
    """When this browser's stay ends if nothing is done from now on; None for apps, which have no such limit."""
    if who.channel != "WEB" or who.ends_at is None or who.last_seen_at is None:
        return None
    return min(who.ends_at, (clock.now() if used_now else who.last_seen_at) + idle_limit(who.roles))


def is_to_note(who: Actor) -> bool:
    """Whether a stay was last noted as used so long ago that it should be noted again."""
    return who.last_seen_at is not None and clock.now() - who.last_seen_at >= NOTED_EVERY


def note_seen(sign_in_id: int) -> None:
    """This stay is in use; if somebody else is at its row right now, they know that too."""
    free = select(SignIn.id).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).with_for_update(skip_locked=True)
    db.session().execute(update(SignIn).where(SignIn.id == free.scalar_subquery()).values(last_seen_at=clock.now()))


def open_stays(by: Actor) -> Sequence[SignIn]:
    """Every place where this person is signed in now: this one, then the last used first."""
    found = db.session().scalars(
        select(SignIn)
        .where(SignIn.account_id == by.account_id, SignIn.ended_at.is_(None), SignIn.ends_at > func.now())
        .order_by((SignIn.id == by.sign_in_id).desc(), SignIn.last_seen_at.desc(), SignIn.id.desc())
    )
    alone = clock.now() - idle_limit(by.roles)
    return [one for one in found if one.channel == "API" or one.last_seen_at > alone or one.id == by.sign_in_id]


def end_stay(sign_in_id: int, *, by: Actor) -> None:
    """End one of one's own stays. Raises Missing for anybody else's."""
    own = select(SignIn.id).where(SignIn.id == sign_in_id, SignIn.account_id == by.account_id)
    if db.session().scalar(own) is None:
        raise Missing
    end_sign_in(sign_in_id, "ended_elsewhere")
    audit.record("end sign-in", sign_in_id, by=by.account_id)


def end_other_stays(*, by: Actor) -> None:
    """End all of one's own stays but this one."""
    end_all(by.account_id, "ended_elsewhere", but=by.sign_in_id)
    audit.record("end other sign-ins", by.account_id, by=by.account_id)


def end_stays_of(account_id: int, because: str = "ended_by_staff", *, by: Actor | None) -> int:
    """Sign somebody else out of every browser and app, now: a lost phone, a doubt. How many stays that ended (P23)."""
    ended = end_all(account_id, because)
    audit.record("end all sign-ins", account_id, by=by.account_id if by else None)
    return ended


def account_left_alone(key: str) -> int | None:
    """Whose stay a browser's key was, when nobody ended it and it ran out by itself."""
    if not key or len(key) > LONGEST_KEY:
        return None
    return db.session().scalar(
        select(SignIn.account_id).where(
            SignIn.key_hash == hash_of(key), SignIn.channel == "WEB", SignIn.ended_at.is_(None)
        )
    )
