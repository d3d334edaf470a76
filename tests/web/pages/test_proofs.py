"""Whose role asks for two factors gives both before what is sensitive, also without an authenticator app (line 14)."""

from datetime import timedelta

import pytest
import time_machine

from mibo import clock, db, identity
from mibo.identity import Account
from mibo.identity.permissions import Role
from tests import make
from tests.identity.people import code_sent
from tests.web.pages.visitor import Clinic, Visitor, clinic, problems, words

pytestmark = pytest.mark.usefixtures("database")
PASSWORD = "kettle-orbit-lantern-42"
SENSITIVE = "/staff/phone"
ASKED = f"/staff/prove?next={SENSITIVE}"


@pytest.fixture
def visitor(client) -> Visitor:
    return Visitor(client)


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


@pytest.fixture
def manager(world: Clinic) -> Account:
    with db.transaction():
        account = make.staff(Role.MANAGER, username="meera")
        identity.set_password(account, PASSWORD)
        return account


def by_password(visitor: Visitor) -> None:
    assert visitor.post("/staff/sign-in", {"name": "meera", "password": PASSWORD}).location == "/desk"


def by_code(visitor: Visitor, who: Account) -> None:
    visitor.post("/staff/sign-in/phone", {"phone": who.phone})
    assert visitor.post("/staff/sign-in/code", {"code": code_sent(who.phone)}).location == "/desk"


def test_after_a_password_a_code_by_whatsapp_is_asked_once_for_the_stay(
    visitor: Visitor, app, manager: Account
) -> None:
    by_password(visitor)
    assert visitor.get("/desk").status_code == 200
    assert visitor.get(SENSITIVE).location == ASKED
    assert "Send code" in words(visitor.get(ASKED))
    assert visitor.post("/staff/prove/code", {"next": SENSITIVE}).location == ASKED
    wrong = visitor.post("/staff/prove", {"code": "000000", "next": SENSITIVE})
    assert (wrong.status_code, len(problems(wrong))) == (422, 1)
    assert visitor.get(SENSITIVE).location == ASKED
    right = visitor.post("/staff/prove", {"code": code_sent(manager.phone), "next": SENSITIVE})
    assert right.location == SENSITIVE
    assert visitor.get(SENSITIVE).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=14)):
        assert visitor.get(SENSITIVE).status_code == 200
    assert visitor.get("/staff/prove").location == "/desk"
    elsewhere = Visitor(app.test_client())
    by_password(elsewhere)
    assert elsewhere.get(SENSITIVE).location == ASKED, "one stay's proof is another's"


def test_after_a_code_the_password_is_asked(visitor: Visitor, manager: Account) -> None:
    by_code(visitor, manager)
    assert visitor.get(SENSITIVE).location == ASKED
    assert visitor.post("/staff/prove/code").location == "/staff/prove?next=/desk", "the same factor twice is one"
    assert "Please give your password too" in words(visitor.get(ASKED))
    wrong = visitor.post("/staff/prove", {"password": "another-long-password", "next": SENSITIVE})
    assert problems(wrong) == ["This is not your password."]
    assert visitor.get(SENSITIVE).location == ASKED
    assert visitor.post("/staff/prove", {"password": PASSWORD, "next": SENSITIVE}).location == SENSITIVE
    assert visitor.get(SENSITIVE).status_code == 200


def test_who_has_no_password_is_told_to_set_one(visitor: Visitor, world: Clinic) -> None:
    with db.transaction():
        admin = make.staff(Role.ADMIN)
    visitor.sign_in(admin, proved=False, by_code=True)
    assert "Set a password first" in words(visitor.get(visitor.get(SENSITIVE).location), "body")
    assert visitor.post("/staff/prove", {"password": "anything at all"}).status_code == 200
    assert visitor.get(SENSITIVE).location == ASKED


def test_a_code_to_sign_in_with_is_none_to_prove_oneself_and_the_other_way_round(
    visitor: Visitor, app, manager: Account
) -> None:
    by_password(visitor)
    visitor.post("/staff/prove/code", {"next": SENSITIVE})
    to_prove = code_sent(manager.phone)
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        door = Visitor(app.test_client())
        door.post("/staff/sign-in/phone", {"phone": manager.phone})
        to_sign_in = code_sent(manager.phone)
        if to_sign_in != to_prove:
            assert visitor.post("/staff/prove", {"code": to_sign_in}).status_code == 422
            assert door.post("/staff/sign-in/code", {"code": to_prove}).status_code == 422
    assert visitor.get(SENSITIVE).location == ASKED


def test_codes_come_slowly_here_too(visitor: Visitor, manager: Account) -> None:
    by_password(visitor)
    assert visitor.post("/staff/prove/code").status_code == 303
    again = visitor.post("/staff/prove/code")
    assert again.status_code == 429
    assert problems(again)[0].startswith("Please wait")


def test_nobody_sets_up_an_authenticator_with_one_factor(visitor: Visitor, manager: Account) -> None:
    by_password(visitor)
    assert visitor.post("/staff/second-factor").location.startswith("/staff/prove?next=")
    assert visitor.get("/staff/second-factor/set-up").location.startswith("/staff/prove?next=")


def test_what_was_about_to_be_sent_waits_for_the_proof(visitor: Visitor, manager: Account) -> None:
    by_password(visitor)
    sent = visitor.post("/desk/staff/new", {"full_name": "Nila Nair", "phone": "9876540001", "role": "FRONT_DESK"})
    assert sent.location.startswith("/staff/prove?next=/kept/")
    visitor.post("/staff/prove/code")
    kept = visitor.post("/staff/prove", {"code": code_sent(manager.phone), "next": sent.location.partition("next=")[2]})
    assert "Nila Nair" in visitor.get(kept.location).text


def test_the_desk_is_not_asked_for_two(visitor: Visitor, world: Clinic) -> None:
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, world.kochi)
    visitor.sign_in(desk, proved=False)
    assert visitor.post("/exports/patients").status_code == 200
    assert visitor.get("/staff/prove").location == "/desk"
