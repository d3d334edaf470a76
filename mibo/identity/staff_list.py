"""The staff as a list: found by name, phone or username, by role, centre and state; in two statements, however many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from mibo import db
from mibo.clinics import Centre
from mibo.identity import permissions
from mibo.identity.models import Account, RoleGrant, SignIn
from mibo.identity.permissions import Role

PAGE = 50
SORTS = ("name", "newest", "seen")


@dataclass(frozen=True, kw_only=True)
class StaffWish:
    """Which staff are wanted, and in which order."""

    q: str = ""
    role: Role | None = None
    centre_id: int | None = None
    active: bool | None = None
    sort: str = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """A member of staff in a list; their own centre first."""

    id: int
    full_name: str
    phone: str
    username: str | None
    email: str | None
    designation: str | None
    active: bool
    has_password: bool
    created_at: datetime
    seen_at: datetime | None
    roles: tuple[Role, ...]
    centres: tuple[tuple[int, str], ...]

    @property
    def everywhere(self) -> bool:
        """Whether they reach every centre; somebody else without a centre reaches none (R-ACL-2)."""
        return permissions.everywhere(frozenset(self.roles))


def staff_page(wish: StaffWish, page: int = 1, *, size: int = PAGE) -> tuple[list[StaffRow], int]:
    """One page of them, and how many there are in all."""
    total = func.count().over().label("total")
    wanted = _wanted(wish).add_columns(total).limit(size).offset((page - 1) * size)
    found = db.session().execute(wanted).all()
    return _with_grants(found), found[0].total if found else 0


def all_staff(wish: StaffWish) -> list[StaffRow]:
    """Every one of them, for programs and for paper."""
    return _with_grants(db.session().execute(_wanted(wish)).all())


def _wanted(wish: StaffWish) -> Select[*tuple[Any, ...]]:
    seen = select(func.max(SignIn.last_seen_at)).where(SignIn.account_id == Account.id).scalar_subquery()
    orders: dict[str, ColumnElement[Any]] = {
        "newest": Account.id.desc(),
        "seen": seen.desc().nulls_last(),
    }
    by = orders.get(wish.sort, func.lower(Account.full_name))
    columns = (
        Account.id, Account.full_name, Account.phone, Account.username, Account.email, Account.designation,
        Account.active, Account.password_hash.is_not(None).label("has_password"), Account.created_at,
        seen.label("seen_at"),
    )  # fmt: skip
    return select(*columns).where(Account.audience == "STAFF", *_conditions(wish)).order_by(by, Account.id)


def _conditions(wish: StaffWish) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wish.active is not None:
        asked.append(Account.active.is_(wish.active))
    if wish.role is not None:
        asked.append(Account.id.in_(select(RoleGrant.account_id).where(RoleGrant.role == wish.role)))
    if wish.centre_id is not None:
        asked.append(Account.id.in_(select(RoleGrant.account_id).where(RoleGrant.centre_id == wish.centre_id)))
    if typed := " ".join(wish.q.lower().split()):
        asked.append(_named(typed))
    return asked


def _named(typed: str) -> ColumnElement[bool]:
    ways = [
        func.lower(Account.full_name).contains(typed, autoescape=True),
        func.lower(Account.username).contains(typed, autoescape=True),
    ]
    digits = "".join(ch for ch in typed if ch.isascii() and ch.isdigit())
    if digits and not any(ch.isalpha() for ch in typed):
        ways.append(Account.phone.contains(digits, autoescape=True))
    return or_(*ways)


def _with_grants(found: Sequence[Row[*tuple[Any, ...]]]) -> list[StaffRow]:
    grants: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for grant in db.session().execute(
        select(RoleGrant.account_id, RoleGrant.role, RoleGrant.centre_id, Centre.short_name)
        .outerjoin(Centre, Centre.id == RoleGrant.centre_id)
        .where(RoleGrant.account_id.in_([row.id for row in found]))
        .order_by(RoleGrant.is_primary.desc(), RoleGrant.id)
    ):
        grants.setdefault(grant.account_id, []).append(grant)
    return [_row(row, grants.get(row.id, [])) for row in found]


def _row(row: Row[*tuple[Any, ...]], grants: Sequence[Row[*tuple[Any, ...]]]) -> StaffRow:
    held = {grant.role for grant in grants}
    places = {grant.centre_id: grant.short_name for grant in grants if grant.centre_id}
    return StaffRow(
        id=row.id, full_name=row.full_name, phone=row.phone, username=row.username, email=row.email,
        designation=row.designation, active=row.active, has_password=row.has_password, created_at=row.created_at,
        seen_at=row.seen_at, roles=tuple(role for role in Role if role in held), centres=tuple(places.items()),
    )  # fmt: skip


def open_sign_ins(account_id: int) -> int:
    """How many browsers and apps somebody is signed in with at this moment."""
    live = (SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.ends_at > func.now())
    return db.session().scalar(select(func.count()).select_from(SignIn).where(*live)) or 0
