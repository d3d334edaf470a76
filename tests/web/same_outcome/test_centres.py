"""The centres: added, changed, closed, opened again."""

from typing import Any

import pytest

from mibo import db
from mibo.clinics import Centre
from mibo.identity import Role
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Step, Verb, World

ADD, CHANGE, TOGGLE = "POST /centres", "PUT /centres/{centre_id}", "PATCH /centres/{centre_id}/toggle-active"
TOLD = {
    "name": "Mibo Thrissur", "short_name": "Thrissur", "city": "Thrissur", "address_line_1": "4 Round West",
    "address_line_2": "Swaraj Ground", "pincode": "680 001", "phone": "0487 2441234", "map_url": "https://maps.example/t",
}  # fmt: skip
SENT = {
    "name": "Mibo Thrissur", "shortName": "Thrissur", "city": "Thrissur", "addressLine1": "4 Round West",
    "addressLine2": "Swaraj Ground", "pincode": "680 001", "contactPhone": "0487 2441234", "mapUrl": "https://maps.example/t",
}  # fmt: skip
PLAIN = {name: value for name, value in TOLD.items() if name not in ("address_line_2", "map_url")}


def switched(on: bool) -> Step:
    return lambda world: world.page(Role.ADMIN, f"/desk/centres/{world.mumbai.id}/state", active="yes" if on else "no")


def toggled(on: bool) -> Step:
    return lambda world: world.app(Role.ADMIN, f"PATCH /centres/{world.mumbai.id}/toggle-active", {"isActive": on})


def closed(world: World) -> None:
    with db.transaction() as session:
        session.get_one(Centre, world.mumbai.id).active = False


def change(sent: dict[str, Any], who: Role = Role.CENTRE_MANAGER) -> Step:
    return lambda world: world.app(who, f"PUT /centres/{world.kochi.id}", sent)


VERBS = {
    "add": Verb(ADD, lambda world: world.page(Role.MANAGER, "/desk/centres/new", **TOLD),
                lambda world: world.app(Role.MANAGER, ADD, SENT)),
    "change": Verb(
        CHANGE, lambda world: world.page(Role.CENTRE_MANAGER, f"/desk/centres/{world.kochi.id}", **TOLD), change(SENT),
    ),
    "empty what may be empty": Verb(
        CHANGE, lambda world: world.page(Role.CENTRE_MANAGER, f"/desk/centres/{world.kochi.id}", **PLAIN),
        change({**SENT, "addressLine2": "", "mapUrl": ""}),
    ),
    "delete": Verb(
        "DELETE /centres/{centre_id}", switched(on=False),
        lambda world: world.app(Role.ADMIN, f"DELETE /centres/{world.mumbai.id}"),
    ),
    "close": Verb(TOGGLE, switched(on=False), toggled(on=False)),
    "open again": Verb(TOGGLE, switched(on=True), toggled(on=True), closed),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_a_centre_is_kept_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])
