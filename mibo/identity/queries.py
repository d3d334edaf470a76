"""Who has an account, and who is behind a sign-in."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, column, false, func, literal, null, select, table
from sqlalchemy.orm import selectinload

from mibo import clock, db
from mibo.errors import Invalid
from mibo.identity import permissions
from mibo.identity.actor import Actor, Audience
from mibo.identity.idling import idle_limit
from mibo.identity.models import Account, RoleGrant, SignIn
from mibo.identity.permissions import Permission, Role
from mibo.phone import canonical

# `people` stands above us and owns this table; naming three columns of it keeps the whole answer to one statement
clinician = table("clinician", column("id"), column("account_id"), column("active"))


def account_by_phone(audience: Audience, phone: str) -> Account | None:
    """The one account of this kind on a canonical phone, active or not."""
    return db.session().scalar(select(Account).where(Account.audience == audience, Account.phone == phone))


def staff_account(name: str) -> Account | None:
    """The staff account behind a username or a phone as somebody typed it.

    What looks like a phone is never a username, so nobody can name themselves after a colleague's phone.
    """
    try:
        return account_by_phone("STAFF", canonical(name))
    except Invalid:
        named = func.lower(Account.username) == name.strip().lower()
        return db.session().scalar(select(Account).where(named, Account.audience == "STAFF"))


def account_in_full(account_id: int) -> Account:
    """An account with the roles it holds and where."""
    return db.session().get_one(Account, account_id, options=[selectinload(Account.grants)], populate_existing=True)


def names_of(account_ids: Collection[int]) -> dict[int, str]:
    """What the people behind some accounts are called."""
    rows = db.session().execute(select(Account.id, Account.full_name).where(Account.id.in_(account_ids)))
    return dict(iter(rows))


def names_of_those_who_may(permission: Permission) -> dict[int, str]:
    """The staff whose roles let them do something somewhere, by name."""
    wanted = (
        select(Account.id, Account.full_name)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.active, RoleGrant.role.in_(permissions.GRANTED[permission]))
        .order_by(Account.full_name, Account.id)
        .distinct()
    )
    return dict(iter(db.session().execute(wanted)))


def actor_of(sign_in_id: int) -> Actor | None:
    """Who is behind a sign-in; None when it has ended, run out, or its account is closed."""
    return actor_by(_by_sign_in(), sign_in_id=sign_in_id)


def actor_for(account_id: int) -> Actor | None:
    """One of the staff as their account stands now, for what is made on their behalf; None when it is closed."""
    return actor_by(_by_account(), account_id=account_id)


@cache
def _by_account() -> db.Prepared:
    nobody = [null().label(name) for name in ("created_at", "proved_at", "last_seen_at", "ends_at")]
    wanted = (
        select(literal(0).label("id"), literal("JOB").label("channel"), *nobody, false().label("by_code"), *_person())
        .outerjoin(clinician, (clinician.c.account_id == Account.id) & clinician.c.active)
        .where(Account.id == bindparam("account_id"), Account.audience == "STAFF", Account.active)
    )
    return db.Prepared(wanted)


@cache
def _by_sign_in() -> db.Prepared:
    return live_sign_in(SignIn.id == bindparam("sign_in_id"))


def live_sign_in(*conditions: ColumnElement[bool]) -> db.Prepared:
    """Asks who is behind the live sign-in of which all this is true: one statement, made once."""
    wanted = (
        select(
            SignIn.id,
            SignIn.channel,
            SignIn.created_at,
            SignIn.proved_at,
            SignIn.by_code,
            SignIn.last_seen_at,
            SignIn.ends_at,
            *_person(),
        )
        .join(Account, Account.id == SignIn.account_id)
        .outerjoin(clinician, (clinician.c.account_id == Account.id) & clinician.c.active)
        .where(*conditions, SignIn.ended_at.is_(None), SignIn.ends_at > func.now(), Account.active)
    )
    return db.Prepared(wanted)


def _person() -> list[Any]:
    return [
        Account.second_factor_at, Account.id.label("account_id"), Account.audience, Account.full_name, Account.language,
        clinician.c.id.label("clinician_id"), _grants().label("grants"),
    ]  # fmt: skip


def actor_by(asked: db.Prepared, **values: object) -> Actor | None:
    """Who that is; None when it has ended, run out, or its account is closed."""
    found = next(iter(asked.rows(**values)), None)
    who = _actor(found) if found else None
    return None if who and _left_alone(who) else who


def _left_alone(who: Actor) -> bool:
    """A browser that nobody has used for too long; the clock is ours, whatever the browser thinks (line 20)."""
    if who.channel != "WEB" or who.last_seen_at is None:
        return False
    return clock.now() - who.last_seen_at > idle_limit(who.roles)


def _grants() -> ColumnElement[list[str]]:
    """Each grant as `FRONT_DESK:12`, or `ADMIN` where there is no centre."""
    each = func.array_agg(func.concat_ws(":", RoleGrant.role, RoleGrant.centre_id))
    return select(each).where(RoleGrant.account_id == Account.id).correlate(Account).scalar_subquery()


def _actor(found: Row[*tuple[Any, ...]]) -> Actor:
    staff = found.audience == "STAFF"
    grants = [each.split(":") for each in found.grants or ()] if staff else []
    roles = frozenset(Role(role) for role, *_ in grants) if staff else frozenset({Role.PATIENT})
    post = roles - {Role.CLINICIAN}
    practice = frozenset(int(at) for role, *places in grants if role == Role.CLINICIAN for at in places)
    posted = frozenset(int(at) for role, *places in grants if role != Role.CLINICIAN for at in places)
    return Actor(
        account_id=found.account_id,
        audience=found.audience,
        language=found.language,
        roles=roles,
        centre_ids=posted if post else practice,
        practice_ids=practice,
        everywhere=permissions.everywhere(roles),
        clinician_id=found.clinician_id if staff else None,
        sign_in_id=found.id,
        full_name=found.full_name,
        channel=found.channel,
        enrolled=found.second_factor_at is not None,
        proved_at=found.proved_at,
        by_code=found.by_code,
        began_at=found.created_at,
        last_seen_at=found.last_seen_at,
        ends_at=found.ends_at,
    )
