"""The staff: added in each role, changed, switched off and on."""

from typing import Any

import pytest

from mibo import db
from mibo.identity import Account, Role
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Step, Verb, World

ONE, TOGGLE = "/users/{user_id}", "PATCH /users/{user_id}/toggle-active"
PASSWORD = "kettle-orbit-lantern-42"
TOLD = {
    "full_name": "Nila Nair", "phone": "98765 40001", "username": "nila_n", "email": "nila@example.org",
    "designation": "Reception",
}  # fmt: skip
BUT = {
    "account.password_hash": "an app gives a password (api-contract.md 3.5), on a page nobody ever does (R-AUTH-6)",
    "one_time_link": "on a page they get a link to set one themselves",
    "message": "which goes to their phone",
    "rung for": "and leaves at once",
    "audit_entry.act=staff.password_set": "who gave it stands in the audit",
    "audit_entry.act=open password link": "as who sent the link does",
}  # fmt: skip


def added(role: Role, who: Role = Role.ADMIN) -> Step:
    def page(world: World) -> Any:
        place = {"primary": world.kochi.id} if role not in (Role.ADMIN, Role.MANAGER) else {}
        return world.page(who, "/desk/staff/new", **TOLD, role=role.value, **place)

    return page


def sent(path: str, who: Role = Role.ADMIN, place: bool = True, **more: Any) -> Step:
    def app(world: World) -> Any:
        where = {"centreId": world.kochi.id} if place else {}
        return world.app(who, f"POST /users{path}", {**TOLD, "password": PASSWORD, **where, **more})

    return app


def changed_by_page(world: World) -> Any:
    place = {"role": "FRONT_DESK", "primary": world.mumbai.id}
    return world.page(Role.ADMIN, f"/desk/staff/{_desk(world)}", **TOLD, **place)


def changed_by_app(world: World) -> Any:
    return world.app(Role.ADMIN, f"PUT /users/{_desk(world)}", {**TOLD, "centre_ids": [world.mumbai.id]})


def _desk(world: World) -> int:
    return world.staff[Role.FRONT_DESK].id


def closed(world: World) -> None:
    with db.transaction() as session:
        session.get_one(Account, _desk(world)).active = False


def signed_in(world: World) -> None:
    """They are signed in at a browser; that ends with their account."""
    world.pages(Role.FRONT_DESK)


def switched(who: Role, on: bool) -> Step:
    return lambda world: world.page(who, f"/desk/staff/{_desk(world)}/access", active="yes" if on else "no")


def toggled(who: Role, on: bool) -> Step:
    return lambda world: world.app(who, f"PATCH /users/{_desk(world)}/toggle-active", {"isActive": on})


VERBS = {
    "a member of any role": Verb("POST /users", added(Role.FRONT_DESK), sent("", role_ids=[6]), but=BUT),
    "a manager": Verb("POST /users/managers", added(Role.MANAGER), sent("/managers", place=False), but=BUT),
    "a manager of a centre": Verb(
        "POST /users/centre-managers", added(Role.CENTRE_MANAGER), sent("/centre-managers"), but=BUT,
    ),
    "a coordinator": Verb(
        "POST /users/care-coordinators", added(Role.CARE_COORDINATOR), sent("/care-coordinators"), but=BUT,
    ),
    "a front desk": Verb(
        "POST /users/front-desk", added(Role.FRONT_DESK, Role.MANAGER), sent("/front-desk", Role.MANAGER), but=BUT,
    ),
    "change": Verb(f"PUT {ONE}", changed_by_page, changed_by_app),
    "delete": Verb(
        f"DELETE {ONE}", switched(Role.ADMIN, on=False),
        lambda world: world.app(Role.ADMIN, f"DELETE /users/{_desk(world)}"), signed_in,
    ),
    "switch off": Verb(TOGGLE, switched(Role.MANAGER, on=False), toggled(Role.MANAGER, on=False), signed_in),
    "switch on": Verb(TOGGLE, switched(Role.MANAGER, on=True), toggled(Role.MANAGER, on=True), closed),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_staff_are_kept_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])
