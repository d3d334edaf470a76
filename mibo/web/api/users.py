"""Staff, for those who look after them (api-contract.md 3.5)."""

from dataclasses import replace

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import audit, identity
from mibo.errors import Invalid
from mibo.identity import Account, Permission, Post, Role, StaffDetails, StaffWish
from mibo.web.access import actor, may
from mibo.web.api import staff_shapes
from mibo.web.api.answers import listed, said, the_id
from mibo.web.api.document import documented
from mibo.web.api.shown import Listed, Told
from mibo.web.api.staff_shapes import NewStaff, StaffInFull, StaffShown
from mibo.web.inputs.users import ActiveWish, StaffChange, StaffListFilter, StaffOfARole, StaffWithRoles

bp = Blueprint("users", __name__, url_prefix="/users")


@bp.get("")
@documented(gives=Listed[StaffShown], query=StaffListFilter, tag="Staff")
@may(Permission.SEE_STAFF)
def list_staff(asked: StaffListFilter) -> ResponseReturnValue:
    """The staff by name, also those whose account is closed unless `isActive` says otherwise."""
    wish = StaffWish(role=asked.role_id, centre_id=asked.centre_id, active=asked.is_active)
    return listed(identity.all_staff(wish), staff_shapes.row, asked)


@bp.post("")
@documented(gives=NewStaff, body=StaffWithRoles, tag="Staff", status=201, refuses=(400, 409))
@may(Permission.EDIT_STAFF, fresh=True)
def add_staff(told: StaffWithRoles) -> ResponseReturnValue:
    """A new member of staff of any role but a clinician's."""
    return _added(told, told.role_ids[0])


@bp.post("/managers")
@documented(gives=NewStaff, body=StaffOfARole, tag="Staff", status=201, refuses=(400, 409))
@may(Permission.EDIT_STAFF, fresh=True)
def add_manager(told: StaffOfARole) -> ResponseReturnValue:
    """A new manager."""
    return _added(told, Role.MANAGER)


@bp.post("/centre-managers")
@documented(gives=NewStaff, body=StaffOfARole, tag="Staff", status=201, refuses=(400, 409))
@may(Permission.EDIT_STAFF, fresh=True)
def add_centre_manager(told: StaffOfARole) -> ResponseReturnValue:
    """A new manager of a centre."""
    return _added(told, Role.CENTRE_MANAGER)


@bp.post("/care-coordinators")
@documented(gives=NewStaff, body=StaffOfARole, tag="Staff", status=201, refuses=(400, 409))
@may(Permission.EDIT_STAFF, fresh=True)
def add_care_coordinator(told: StaffOfARole) -> ResponseReturnValue:
    """A new care coordinator of a centre."""
    return _added(told, Role.CARE_COORDINATOR)


@bp.post("/front-desk")
@documented(gives=NewStaff, body=StaffOfARole, tag="Staff", status=201, refuses=(400, 409))
@may(Permission.ADD_FRONT_DESK, fresh=True)
def add_front_desk(told: StaffOfARole) -> ResponseReturnValue:
    """A new member of a centre's front desk."""
    return _added(told, Role.FRONT_DESK)


@bp.get("/<user_id>")
@documented(gives=StaffInFull, tag="Staff", refuses=(404,))
@may(Permission.SEE_STAFF)
def show_staff(user_id: str) -> ResponseReturnValue:
    """One member of staff."""
    return said(staff_shapes.in_full(identity.staff_member(the_id(user_id))))


@bp.put("/<user_id>")
@documented(gives=StaffInFull, body=StaffChange, tag="Staff", refuses=(400, 404, 409))
@may(Permission.EDIT_STAFF, fresh=True)
def change_staff(user_id: str, told: StaffChange) -> ResponseReturnValue:
    """Change who they are, their password, or the centres they work at; the role stays."""
    if not told.model_fields_set:
        raise Invalid("Tell at least one thing to change.")
    account = identity.staff_to_handle(the_id(user_id), by=actor())
    changed = identity.change_staff(account.id, _merged(account, told), _moved(account, told), by=actor())
    if told.password:
        _set_password(changed, told.password)
    return said(staff_shapes.in_full(changed))


@bp.delete("/<user_id>")
@documented(gives=Told, tag="Staff", refuses=(404, 409))
@may(Permission.EDIT_STAFF, fresh=True)
def close_staff(user_id: str) -> ResponseReturnValue:
    """Close an account; its past stays, its sign-ins end."""
    identity.close_account(the_id(user_id), by=actor())
    return said(Told(message="User deleted successfully"))


@bp.patch("/<user_id>/toggle-active")
@documented(gives=StaffInFull, body=ActiveWish, tag="Staff", refuses=(400, 404, 409))
@may(Permission.ADD_FRONT_DESK, fresh=True)
def set_active(user_id: str, told: ActiveWish) -> ResponseReturnValue:
    """Close an account, or open it again."""
    act = identity.reopen_account if told.is_active else identity.close_account
    account = act(the_id(user_id), by=actor())
    return said(staff_shapes.in_full(account), f"User {'activated' if told.is_active else 'deactivated'} successfully")


def _added(told: StaffWithRoles | StaffOfARole, role: Role) -> ResponseReturnValue:
    details = StaffDetails(
        full_name=told.full_name, phone=told.phone, username=told.username, email=told.email,
        designation=told.designation,
    )  # fmt: skip
    account = identity.add_staff(details, Post(role=role, centre_ids=tuple(told.centre_ids)), by=actor())
    _set_password(account, told.password)
    user = staff_shapes.in_full(identity.staff_member(account.id))
    return said(NewStaff(user=user), status=201)


def _set_password(account: Account, password: str) -> None:
    """That somebody else set it stands in the audit, as a link with which they set it themselves does."""
    identity.set_password(account, password)
    audit.record("staff.password_set", account.id, by=actor().account_id)


def _merged(account: Account, told: StaffChange) -> StaffDetails:
    """What is known, with what was told; a name and a phone cannot be taken away."""
    known = StaffDetails(
        full_name=account.full_name, phone=account.phone, username=account.username, email=account.email,
        designation=account.designation,
    )  # fmt: skip
    wanted = told.model_dump(include=told.model_fields_set & set(vars(known)))
    return replace(
        known, **{name: value for name, value in wanted.items() if value or name in ("email", "designation")}
    )


def _moved(account: Account, told: StaffChange) -> Post | None:
    post = identity.post_of(account)
    if post is None or "centre_ids" not in told.model_fields_set:
        return None
    return replace(post, centre_ids=tuple(told.centre_ids)) if post.role in identity.WITH_CENTRE else None
