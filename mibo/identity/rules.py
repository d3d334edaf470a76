"""Who may add, change and close whose account (R-ACL, holes H4 and H24 of the contract)."""

from mibo.errors import Conflict, Invalid, Refused
from mibo.identity import permissions
from mibo.identity.permissions import Permission, Role

WITH_CENTRE = (Role.CENTRE_MANAGER, Role.CARE_COORDINATOR, Role.FRONT_DESK)
WITHOUT_CENTRE = (Role.ADMIN, Role.MANAGER)


class NotYours(Refused):
    """An account of a rank that is not theirs to handle."""

    code = "FORBIDDEN"
    message = "Only an administrator may change this account."


class OwnRights(Refused):
    """Nobody raises, lowers or ends their own rights."""

    code = "OWN_RIGHTS"
    message = "You cannot change your own role, centres or access. Ask another administrator."


class LastAdmin(Conflict):
    """Without an administrator nobody could let anybody in again."""

    code = "LAST_ADMIN"
    message = "This is the last active administrator. Make somebody else an administrator first."


def roles_within_reach(own: frozenset[Role]) -> list[Role]:
    """The roles whose accounts somebody with these roles may add and change, the highest first."""
    if permissions.may(own, Permission.EDIT_STAFF):
        return [role for role in Role if role != Role.PATIENT]
    return [Role.FRONT_DESK] if permissions.may(own, Permission.ADD_FRONT_DESK) else []


def may_handle(own: frozenset[Role], theirs: frozenset[Role]) -> bool:
    """Whether an account with their roles is within reach; one without any role is an administrator's to look after."""
    reach = roles_within_reach(own)
    return theirs <= set(reach) and (bool(theirs) or Role.ADMIN in reach)


def check_may_handle(own: frozenset[Role], theirs: frozenset[Role]) -> None:
    """Raises NotYours."""
    if not may_handle(own, theirs):
        raise NotYours


def check_place(role: Role, centre_ids: frozenset[int], known: frozenset[int]) -> None:
    """Somebody who works at a centre needs one, and it must be open. Raises Invalid at `centres` or `role`."""
    if role not in (*WITH_CENTRE, *WITHOUT_CENTRE):
        raise Invalid.field("role", "Clinicians are added on the clinicians' page.")
    if role in WITH_CENTRE and not centre_ids:
        raise Invalid.field("centres", "Choose at least one centre: without one they see nothing.")
    if not centre_ids <= known:
        raise Invalid.field("centres", "Choose centres that are open.")
