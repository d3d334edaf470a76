"""How the API shows staff to those who look after them; never a hash (hole H7)."""

from mibo import clinics, identity, phone
from mibo.identity import Account, Role, StaffRow
from mibo.web.api.shown import Id, Instant, Shown
from mibo.web.inputs.users import ROLE_IDS

_NUMBERS = {role: number for number, role in ROLE_IDS.items()}


class StaffShown(Shown):
    """A member of staff in a list."""

    id: Id
    full_name: str
    phone: str
    email: str | None
    username: str | None
    designation: str | None
    profile_picture_url: None = None
    is_active: bool
    role: str | None
    roles: list[str]
    centre_id: Id | None
    centre_name: str | None
    created_at: Instant


class RoleShown(Shown):
    """A role and where it is held."""

    id: Id
    name: str
    centre_id: Id | None


class PlaceShown(Shown):
    """A centre somebody works at."""

    id: Id
    name: str
    city: str


class StaffInFull(Shown):
    """A member of staff."""

    id: Id
    full_name: str
    phone: str
    email: str | None
    username: str | None
    designation: str | None
    profile_picture_url: None = None
    is_active: bool
    user_type: str = "STAFF"
    role: str | None
    roles: list[RoleShown]
    centres: list[PlaceShown]
    centre_id: Id | None
    centre_name: str | None
    created_at: Instant
    updated_at: Instant


class NewStaff(Shown):
    """Somebody who was just added."""

    user: StaffInFull
    profile: None = None


def row(one: StaffRow) -> StaffShown:
    """A line of the list."""
    own = one.centres[0] if one.centres else (None, None)
    return StaffShown(
        id=one.id, full_name=one.full_name, phone=phone.ten_digits(one.phone), email=one.email, username=one.username,
        designation=one.designation, is_active=one.active, role=one.roles[0] if one.roles else None,
        roles=list(one.roles), centre_id=own[0], centre_name=own[1], created_at=one.created_at,
    )  # fmt: skip


def in_full(account: Account) -> StaffInFull:
    """One of them, with what they may do where; their own centre first."""
    grants = sorted(account.grants, key=lambda grant: (not grant.is_primary, grant.id))
    held = identity.roles_of(account)
    known = {one.id: one for one in clinics.centres()}
    places = [known[each] for each in dict.fromkeys(grant.centre_id for grant in grants if grant.centre_id)]
    return StaffInFull(
        id=account.id, full_name=account.full_name, phone=phone.ten_digits(account.phone), email=account.email,
        username=account.username, designation=account.designation, is_active=account.active,
        role=next((role for role in Role if role in held), None),
        roles=[RoleShown(id=_NUMBERS[Role(one.role)], name=one.role, centre_id=one.centre_id) for one in grants],
        centres=[PlaceShown(id=one.id, name=one.name, city=one.city.lower()) for one in places],
        centre_id=places[0].id if places else None, centre_name=places[0].name if places else None,
        created_at=account.created_at, updated_at=account.updated_at,
    )  # fmt: skip
