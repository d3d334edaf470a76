"""The security events: each has its name in the log, with ids and nothing personal (security.md line 67)."""

import re
from pathlib import Path

import pytest
from flask import Flask

from mibo import db, identity
from mibo.identity.permissions import Role
from tests import make
from tests.web.pages.desk import Desk
from tests.web.pages.test_patients import World

SOURCE = Path(__file__).parents[2]
EVENTS = {
    "sign-in": ("auth.signed_in", "auth.sign_in_refused", "auth.password_wrong"),
    "code": ("auth.code_issued", "auth.code_wrong", "auth.code_burned"),
    "refresh used again": ("auth.refresh_reuse",),
    "denied": ("authz.deny",),
    "forged form": ("csrf.cross_site", "csrf.refused"),
    "role": ("staff.added", "staff.role_changed", "staff.closed", "staff.opened"),
    "record read": ("patient.opened", "note.read", "note.glass_broken"),
    "export": ("list.exported",),
    "webhook": ("hooks.bad_signature",),
    "too often": ("limits.refused",),
}


@pytest.mark.parametrize("event", [each for names in EVENTS.values() for each in names])
def test_each_event_of_the_list_has_a_place_that_tells_it(event: str) -> None:
    told = [path for path in (SOURCE / "mibo").rglob("*.py") if re.search(rf'"{re.escape(event)}"', path.read_text())]
    assert told
    assert f"`{event}`" in (SOURCE / "docs" / "security.md").read_text()


@pytest.fixture
def world(database: object) -> World:
    return World()


def test_what_somebody_does_is_told_by_its_name(app: Flask, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with db.transaction():
        admin, other = make.staff(Role.ADMIN), make.staff(Role.FRONT_DESK, world.kochi)
    desk = Desk(app.test_client(), admin)
    capsys.readouterr()
    assert desk.get(f"/desk/patients/{world.asha.id}").status_code == 200
    assert desk.post("/exports/patients", q="").status_code == 200
    assert app.test_client().post("/sign-in", data={"phone": "9876543210"}).status_code == 400
    assert Desk(app.test_client(), other).get("/desk/staff").status_code == 403
    with db.transaction():
        identity.close_account(other.id, by=make.actor(admin, Role.ADMIN))
    said = "".join(capsys.readouterr())
    for event in ("patient.opened", "list.exported", "csrf.refused", "authz.deny", "staff.closed"):
        assert event in said, event
    assert "Asha" not in said
    assert "9876543210" not in said
