"""Passwords by one-time link, forgotten and changed (security.md lines 13, 15, 16; R-AUTH-6)."""

from datetime import timedelta

import bcrypt
import pytest
from sqlalchemy import select, text, update

from mibo import db, identity
from mibo.identity import Account, OneTimeLink
from mibo.identity.permissions import Role
from mibo.messaging import Message, sealing
from tests import make
from tests.identity.people import at_once
from tests.web.pages.visitor import Clinic, Visitor, clinic, problems, same_but_for_the_request, words

pytestmark = pytest.mark.usefixtures("database")
PASSWORD = "kettle-orbit-lantern-42"
ANOTHER = "nine loud mountains"


@pytest.fixture
def visitor(client) -> Visitor:
    return Visitor(client)


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


@pytest.fixture
def desk(world: Clinic) -> Account:
    with db.transaction():
        account = make.staff(Role.FRONT_DESK, world.kochi, username="deepa")
        identity.set_password(account, PASSWORD)
        return account


def link_sent() -> str:
    with db.reading() as session:
        newest = session.scalar(select(Message).order_by(Message.id.desc()).limit(1))
    assert newest.template == "mibo_password_link"
    return "/" + sealing.unseal(newest.sealed)[sealing.LINK]


def sign_in(visitor: Visitor, password: str, name: str = "deepa"):
    return visitor.post("/staff/sign-in", {"name": name, "password": password})


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(visitor: Visitor, app, desk: Account) -> None:
    elsewhere = Visitor(app.test_client()).sign_in(desk)
    assert visitor.post("/staff/forgot", {"name": " Deepa "}).location == "/staff/sign-in"
    link = link_sent()
    assert "who signs in as deepa" in words(visitor.get(link))
    weak = visitor.post(link, {"password": "short"})
    assert (weak.status_code, problems(weak)) == (422, ["Use at least 12 characters. A few words in a row work well."])
    assert visitor.post(link, {"password": ANOTHER}).location == "/staff/sign-in"
    assert elsewhere.get("/staff/sign-ins").location.startswith("/staff/sign-in?")
    assert [visitor.get(link).status_code, visitor.post(link, {"password": PASSWORD}).status_code] == [404, 404]
    assert sign_in(visitor, PASSWORD).status_code == 422
    assert sign_in(visitor, ANOTHER).status_code == 303


def test_whoever_is_named_the_answer_is_the_same(visitor: Visitor, app, desk: Account, world: Clinic) -> None:
    answers = []
    for name in ("deepa", "nobody", world.asha.phone, "x' or 1=1"):
        browser = Visitor(app.test_client())
        sent = browser.post("/staff/forgot", {"name": name})
        answers.append(
            (sent.status_code, sent.location, sent.text, same_but_for_the_request(browser.get("/staff/sign-in")))
        )
    assert len(set(answers)) == 1
    with db.reading() as session:
        assert session.scalars(select(Message.phone)).all() == [desk.phone]


def test_the_token_lies_nowhere_in_clear(visitor: Visitor, desk: Account) -> None:
    visitor.post("/staff/forgot", {"name": "deepa"})
    token = link_sent().rpartition("/")[2]
    assert len(token) >= 43
    with db.reading() as session:
        rows = "".join(
            session.scalars(text("select m::text from message m union all select l::text from one_time_link l"))
        )
    assert token not in rows
    assert token.encode().hex() not in rows


def test_the_link_arrives_with_its_button(visitor: Visitor, desk: Account, sandbox, work) -> None:
    visitor.post("/staff/forgot", {"name": "deepa"})
    link = link_sent()
    work()
    assert visitor.get(link).status_code == 200
    with db.reading() as session:
        sent = session.scalar(select(Message))
    assert (sent.status, sent.sealed, sent.link) == ("SENT", None, None)


def test_a_new_link_voids_the_older_and_both_run_out(visitor: Visitor, desk: Account) -> None:
    visitor.post("/staff/forgot", {"name": "deepa"})
    old = link_sent()
    visitor.post("/staff/forgot", {"name": "deepa"})
    new = link_sent()
    assert (visitor.get(old).status_code, visitor.get(new).status_code) == (404, 200)
    with db.transaction() as session:
        session.execute(update(OneTimeLink).values(expires_at=OneTimeLink.expires_at - timedelta(minutes=60)))
    assert visitor.get(new).status_code == 404


def test_a_reset_lives_an_hour_and_a_first_link_three_days(desk: Account) -> None:
    with db.transaction() as session:
        admin = make.actor(make.staff(Role.ADMIN), Role.ADMIN)
        identity.send_password_link(session.get_one(Account, desk.id), by=admin)
        identity.send_password_link(make.staff(Role.FRONT_DESK, username="new"), by=admin)
    with db.reading() as session:
        lives = [
            round((each.expires_at - each.created_at).total_seconds() / 3600)
            for each in session.scalars(select(OneTimeLink).order_by(OneTimeLink.id))
        ]
    assert lives == [1, 72]


def test_of_two_who_use_a_link_at_once_one_succeeds(app, visitor: Visitor, desk: Account) -> None:
    visitor.post("/staff/forgot", {"name": "deepa"})
    link = link_sent()
    tokens = iter([Visitor(app.test_client()) for _ in range(4)])
    answers = at_once(4, lambda: next(tokens).post(link, {"password": ANOTHER}).status_code)
    assert sorted(answers) == [303, 404, 404, 404]


def test_a_closed_account_gets_no_link_and_its_link_no_longer_works(visitor: Visitor, desk: Account) -> None:
    visitor.post("/staff/forgot", {"name": "deepa"})
    link = link_sent()
    with db.transaction() as session:
        session.get_one(Account, desk.id).active = False
    assert visitor.get(link).status_code == 404
    visitor.post("/staff/forgot", {"name": "deepa"})
    with db.reading() as session:
        assert len(session.scalars(select(OneTimeLink)).all()) == 1


def test_a_fourth_reset_in_a_quarter_of_an_hour_is_not_sent(visitor: Visitor, desk: Account) -> None:
    for _ in range(4):
        assert visitor.post("/staff/forgot", {"name": "deepa"}).status_code == 303
    with db.reading() as session:
        assert len(session.scalars(select(OneTimeLink)).all()) == 3


def test_the_present_password_is_needed_to_change_it_and_the_others_are_signed_out(
    visitor: Visitor, app, desk: Account
) -> None:
    elsewhere = Visitor(app.test_client()).sign_in(desk)
    visitor.sign_in(desk)
    wrong = visitor.post("/staff/password", {"password_now": "not this one", "password": ANOTHER})
    assert (wrong.status_code, problems(wrong)) == (422, ["This is not your present password."])
    weak = visitor.post("/staff/password", {"password_now": PASSWORD, "password": "mibomibomibo"})
    assert weak.status_code == 422
    assert (
        visitor.post("/staff/password", {"password_now": PASSWORD, "password": ANOTHER}).location == "/staff/password"
    )
    assert visitor.get("/staff/password").status_code == 200
    assert elsewhere.get("/staff/password").location.startswith("/staff/sign-in?")
    assert sign_in(Visitor(app.test_client()), ANOTHER).status_code == 303


@pytest.mark.parametrize("kind", [b"2a", b"2b"])
def test_a_hash_of_an_older_system_is_believed_once_and_then_replaced(visitor: Visitor, desk: Account, kind) -> None:
    with db.transaction() as session:
        old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, prefix=kind)).decode()
        session.get_one(Account, desk.id).password_hash = old
    assert sign_in(visitor, "not this one at all").status_code == 422
    assert sign_in(visitor, PASSWORD).status_code == 303
    with db.reading() as session:
        assert session.get_one(Account, desk.id).password_hash.startswith("$argon2id$")


def test_blanks_around_a_password_are_part_of_it(visitor: Visitor, desk: Account) -> None:
    visitor.sign_in(desk).post("/staff/password", {"password_now": PASSWORD, "password": f"  {ANOTHER}  "})
    assert sign_in(visitor, ANOTHER).status_code == 422
    assert sign_in(visitor, f"  {ANOTHER}  ").status_code == 303


def test_create_admin_prints_a_link_and_asks_for_no_password(app, visitor: Visitor) -> None:
    told = app.test_cli_runner().invoke(
        args=["create-admin", "--name", "Nandita Rao", "--phone", "9876543210", "--username", "nandita"]
    )
    assert told.exit_code == 0, told.output
    link = told.output.split()[-1].partition("/staff/")[2]
    assert visitor.post(f"/staff/{link}", {"password": ANOTHER}).status_code == 303
    assert sign_in(visitor, ANOTHER, "nandita").status_code == 303


# signing in by phone


def test_staff_sign_in_with_a_code(visitor: Visitor, desk: Account) -> None:
    from tests.identity.people import code_sent

    assert visitor.post("/staff/sign-in/phone", {"phone": desk.phone}).location == "/staff/sign-in/code?next=/desk"
    page = visitor.get("/staff/sign-in/code")
    assert desk.phone[-10:] not in page.text
    assert visitor.post("/staff/sign-in/code", {"code": code_sent(desk.phone)}).location == "/desk"
    assert visitor.get("/staff/sign-ins").status_code == 200


def test_the_staff_door_tells_nobody_whose_phone_is_staffs(visitor: Visitor, app, desk: Account, world: Clinic) -> None:
    seen = []
    for phone in (desk.phone, world.asha.phone, "9000000009"):
        browser = Visitor(app.test_client())
        sent = browser.post("/staff/sign-in/phone", {"phone": phone})
        wrong = browser.post("/staff/sign-in/code", {"code": "000000"})
        page = same_but_for_the_request(wrong).replace(phone[-4:], "")
        seen.append((sent.status_code, sent.location, wrong.status_code, page))
    assert len(set(seen)) == 1
