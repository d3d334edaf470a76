"""Staff accounts: added, changed, closed and opened again. A role and its centres are granted here and nowhere else."""

from dataclasses import dataclass, field

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from mibo import audit, db
from mibo.clinics import Centre
from mibo.errors import Invalid, Missing
from mibo.identity import phones, rules
from mibo.identity.accounts import PhoneTaken, UsernameTaken, open_account
from mibo.identity.actor import Actor
from mibo.identity.models import Account, RoleGrant
from mibo.identity.permissions import Role
from mibo.identity.queries import account_in_full
from mibo.identity.rules import LastAdmin, OwnRights
from mibo.identity.sign_ins import end_all

TAKEN: dict[str | None, type[PhoneTaken] | type[UsernameTaken]] = {
    "uq_account_audience_phone": PhoneTaken,
    "uq_account_username": UsernameTaken,
}
PLAIN = ("full_name", "phone", "username", "email", "designation")


@dataclass(frozen=True, kw_only=True)
class Post:
    """What somebody is at the clinic, and where; the first centre is their own."""

    role: Role
    centre_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StaffDetails:
    """Who a member of staff is. `phone` is canonical."""

    full_name: str
    phone: str
    username: str | None = None
    email: str | None = None
    designation: str | None = field(default=None)


def add_staff(told: StaffDetails, post: Post, *, by: Actor) -> Account:
    """A new member of staff, without a password. Raises NotYours, PhoneTaken, UsernameTaken, or Invalid at `centres`."""
    rules.check_may_handle(by.roles, frozenset({post.role}))
    _check_place(post)
    account = open_account("STAFF", told.phone, full_name=told.full_name, email=told.email, username=told.username)
    account.designation = told.designation
    _grant(account.id, post)
    audit.record("staff.added", account.id, by=by.account_id, **_of(post))
    return account


def change_staff(account_id: int, told: StaffDetails, post: Post | None, *, by: Actor) -> Account:
    """Change who they are and, with a post, what they may do where: at their very next request (R-AUTH-8).

    One's own phone is changed with a code only (`people.change_own_phone`). Raises Missing, NotYours, OwnRights,
    LastAdmin, PhoneTaken, UsernameTaken, or Invalid at `phone` or `centres`.
    """
    account = staff_to_handle(account_id, by=by)
    former = account.phone
    if account.id == by.account_id and told.phone != former:
        raise Invalid.field("phone", "Change your own number under “Your phone”: a code has to reach the new one.")
    if post is not None and post != post_of(account):
        _move(account, post, by=by)
    changed = [name for name in PLAIN if getattr(account, name) != getattr(told, name)]
    if changed:
        _put(account, {name: getattr(told, name) for name in changed})
        if "phone" in changed:
            phones.leave_phone(account, former)
        audit.record("staff.changed", account.id, by=by.account_id, fields=changed)
    return account_in_full(account_id)


def close_account(account_id: int, *, by: Actor) -> Account:
    """Nobody gets in with it any more, and every open sign-in ends. Raises Missing, NotYours, OwnRights, LastAdmin."""
    account = staff_to_handle(account_id, by=by)
    _check_not_last_admin(account)
    if account.id == by.account_id:
        raise OwnRights
    if account.active:
        account.active = False
        end_all(account.id, "account closed")
        audit.record("staff.closed", account.id, by=by.account_id, active=[True, False])
    return account


def reopen_account(account_id: int, *, by: Actor) -> Account:
    """They may sign in again, with what they had. Raises Missing or NotYours."""
    account = staff_to_handle(account_id, by=by)
    if not account.active:
        account.active = True
        audit.record("staff.opened", account.id, by=by.account_id, active=[False, True])
    return account


def staff_to_handle(account_id: int, *, by: Actor) -> Account:
    """A staff account that is this person's to change. Raises Missing or NotYours."""
    account = staff_member(account_id)
    rules.check_may_handle(by.roles, roles_of(account))
    return account


def staff_member(account_id: int) -> Account:
    """A staff account with its grants. Raises Missing; a patient's account is none."""
    account = db.session().get(Account, account_id)
    if account is None or account.audience != "STAFF":
        raise Missing("We could not find that member of staff.")
    return account_in_full(account_id)


def roles_of(account: Account) -> frozenset[Role]:
    """What the account holds anywhere."""
    return frozenset(Role(grant.role) for grant in account.grants)


def post_of(account: Account) -> Post | None:
    """Their highest role but a clinician's, with its centres, the primary first."""
    held = [role for role in Role if role in roles_of(account) and role != Role.CLINICIAN]
    if not held:
        return None
    grants = sorted(
        (grant for grant in account.grants if grant.role == held[0]), key=lambda grant: (not grant.is_primary, grant.id)
    )
    return Post(role=held[0], centre_ids=tuple(grant.centre_id for grant in grants if grant.centre_id))


def _move(account: Account, post: Post, *, by: Actor) -> None:
    if account.id == by.account_id:
        raise OwnRights
    rules.check_may_handle(by.roles, frozenset({post.role}))
    _check_place(post)
    if post.role != Role.ADMIN:
        _check_not_last_admin(account)
    before = post_of(account)
    db.session().execute(delete(RoleGrant).where(RoleGrant.account_id == account.id, RoleGrant.role != Role.CLINICIAN))
    _grant(account.id, post)
    audit.record(
        "staff.role_changed", account.id, by=by.account_id, before=_of(before) if before else None, after=_of(post)
    )


def _grant(account_id: int, post: Post) -> None:
    places: tuple[int | None, ...] = post.centre_ids if post.role in rules.WITH_CENTRE else (None,)
    for place in dict.fromkeys(places):
        primary = place is not None and place == places[0]
        db.session().add(RoleGrant(account_id=account_id, role=post.role, centre_id=place, is_primary=primary))
    db.session().flush()


def _check_place(post: Post) -> None:
    open_ids = frozenset(db.session().scalars(select(Centre.id).where(Centre.active)))
    rules.check_place(post.role, frozenset(post.centre_ids), open_ids)


def _check_not_last_admin(account: Account) -> None:
    """Two administrators who close each other at the same moment wait here for one another."""
    if Role.ADMIN not in roles_of(account) or not account.active:
        return
    admins = db.session().scalars(
        select(Account.id)
        .where(Account.active, Account.id.in_(select(RoleGrant.account_id).where(RoleGrant.role == Role.ADMIN)))
        .order_by(Account.id)
        .with_for_update()
    )
    if set(admins) <= {account.id}:
        raise LastAdmin


def _put(account: Account, values: dict[str, str | None]) -> None:
    try:
        with db.session().begin_nested():
            db.session().execute(
                update(Account).where(Account.id == account.id).values(**values, updated_at=func.now())
            )
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if name in TAKEN:
            raise TAKEN[name] from None
        raise


def _of(post: Post) -> dict[str, object]:
    return {"role": post.role.value, "centres": list(post.centre_ids)}
