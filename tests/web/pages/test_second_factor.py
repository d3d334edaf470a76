"""The authenticator app: set up, asked for at the door, and again before what is sensitive (security.md line 14)."""

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import select, text, update

from mibo import clock, db, identity
from mibo.identity import Account, RecoveryCode, SignIn, second_factor
from mibo.identity.permissions import Role
from tests import make
from tests.identity.people import at_once, code_sent
from tests.web.pages.visitor import Clinic, Visitor, clinic, problems, words

pytestmark = pytest.mark.usefixtures("database")
PASSWORD = "kettle-orbit-lantern-42"
SECRET = re.compile(r'class="key">([A-Z2-7 ]+)<')


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


class Phone:
    """An authenticator app. Each code is of the next half minute, so that none is used twice."""

    def __init__(self, secret: str) -> None:
        self.totp, self.ahead = pyotp.TOTP(secret), 0

    def code(self) -> str:
        shown = self.totp.at(clock.now() + timedelta(seconds=30 * self.ahead))
        self.ahead += 1
        return shown


def enrol(visitor: Visitor) -> tuple[Phone, list[str]]:
    assert visitor.post("/staff/second-factor").location == "/staff/second-factor/set-up"
    found = SECRET.search(visitor.get("/staff/second-factor/set-up").text)
    assert found
    phone = Phone(found[1].replace(" ", ""))
    phone.ahead = -1
    answer = visitor.post("/staff/second-factor/set-up", {"code": phone.code()})
    assert answer.status_code == 200
    return phone, re.findall(r"<code>([a-z0-9-]+)</code>", answer.text)


def give_password(visitor: Visitor, **more: str):
    return visitor.post("/staff/sign-in", {"name": "meera", "password": PASSWORD, **more})


def proved() -> list[bool]:
    with db.reading() as session:
        return [at is not None for at in session.scalars(select(SignIn.proved_at).order_by(SignIn.id))]


def test_a_manager_is_told_to_set_it_up_and_may_do_the_days_work_without(visitor: Visitor, manager: Account) -> None:
    assert give_password(visitor).location == "/desk"
    assert "Your role asks for a second step" in words(visitor.get("/staff/sign-ins"))


def test_the_desk_is_not_asked(visitor: Visitor, world: Clinic) -> None:
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, world.kochi)
    assert "second step when you sign in" not in visitor.sign_in(desk).get("/staff/sign-ins").text


def test_setting_it_up_shows_a_square_and_gives_ten_codes_once(visitor: Visitor, app, manager: Account) -> None:
    elsewhere = Visitor(app.test_client()).sign_in(manager)
    visitor.sign_in(manager)
    _, codes = enrol(visitor)
    assert len(set(codes)) == 10
    assert "Recovery codes left 10" in words(visitor.get("/staff/second-factor"))
    assert visitor.get("/staff/second-factor/set-up").location == "/staff/second-factor"
    assert elsewhere.get("/staff/sign-ins").location.startswith("/staff/sign-in")
    assert "Your role asks" not in visitor.get("/staff/sign-ins").text
    with db.reading() as session:
        kept = session.scalar(text("select a::text from account a where username = 'meera'"))
        hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    assert not any(code.replace("-", "").encode() in kept_hash for code in codes for kept_hash in hashes)
    assert "otpauth" not in kept


def test_the_square_is_drawn_in_the_page_and_nothing_is_fetched(visitor: Visitor, manager: Account) -> None:
    visitor.sign_in(manager).post("/staff/second-factor")
    page = visitor.get("/staff/second-factor/set-up").text
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page or "<svg width" in page
    assert " style=" not in page


def test_a_wrong_first_code_leaves_it_off(visitor: Visitor, manager: Account) -> None:
    visitor.sign_in(manager).post("/staff/second-factor")
    answer = visitor.post("/staff/second-factor/set-up", {"code": "000000"})
    assert (answer.status_code, len(problems(answer))) == (422, 1)
    with db.reading() as session:
        assert not second_factor.enrolled(session.get_one(Account, manager.id))


def test_after_the_password_nothing_opens_before_the_code(visitor: Visitor, app, manager: Account) -> None:
    phone, _ = enrol(visitor.sign_in(manager))
    door = Visitor(app.test_client())
    assert give_password(door, next="/staff/password").location == "/staff/sign-in/second?next=/staff/password"
    assert door.get("/staff/password").location.startswith("/staff/sign-in?")
    wrong = door.post("/staff/sign-in/second", {"code": "000000", "next": "/staff/password"})
    assert wrong.status_code == 422
    right = door.post("/staff/sign-in/second", {"code": phone.code(), "next": "/staff/password"})
    assert right.location == "/staff/password"
    assert door.get("/staff/password").status_code == 200
    assert proved() == [True, True]
    assert door.get("/staff/sign-in/second").location.startswith("/staff/sign-in?")


def test_a_code_by_whatsapp_does_not_stand_in_for_it(visitor: Visitor, app, manager: Account) -> None:
    enrol(visitor.sign_in(manager))
    door = Visitor(app.test_client())
    door.post("/staff/sign-in/phone", {"phone": manager.phone})
    answer = door.post("/staff/sign-in/code", {"code": code_sent(manager.phone)})
    assert answer.location == "/staff/sign-in/second?next=/desk"


def test_a_recovery_code_opens_once_and_says_how_many_are_left(visitor: Visitor, app, manager: Account) -> None:
    _, codes = enrol(visitor.sign_in(manager))
    for expected in (303, 422):
        door = Visitor(app.test_client())
        give_password(door)
        assert door.post("/staff/sign-in/second", {"code": codes[3].upper()}).status_code == expected
    assert "Recovery codes left 9" in words(visitor.get("/staff/second-factor"))


def test_five_wrong_codes_have_to_wait(visitor: Visitor, app, manager: Account) -> None:
    phone, _ = enrol(visitor.sign_in(manager))
    door = Visitor(app.test_client())
    give_password(door)
    assert [door.post("/staff/sign-in/second", {"code": "000000"}).status_code for _ in range(5)] == [422] * 5
    assert door.post("/staff/sign-in/second", {"code": phone.code()}).status_code == 429


def test_a_code_works_once_also_at_once(visitor: Visitor, manager: Account) -> None:
    phone, _ = enrol(visitor.sign_in(manager))
    code = phone.code()

    def prove():
        with db.transaction() as session:
            outcome = identity.prove(session.get_one(Account, manager.id), code)
            return getattr(outcome, "good", False)

    assert sum(at_once(6, prove)) == 1


def test_the_second_step_is_asked_again_before_what_is_sensitive(visitor: Visitor, manager: Account) -> None:
    phone, _ = enrol(visitor.sign_in(manager))
    with db.transaction() as session:
        session.execute(update(SignIn).values(proved_at=clock.now() - timedelta(minutes=5, seconds=1)))
    asked = visitor.post("/staff/second-factor/codes", Referer="http://localhost/staff/second-factor")
    assert asked.location.startswith("/staff/prove?next=")
    assert visitor.post("/staff/prove", {"code": "000000"}).status_code == 422
    assert visitor.post("/staff/prove", {"code": phone.code(), "next": "//evil"}).location == "/desk"
    assert visitor.post("/staff/second-factor/codes").status_code == 200


def test_another_phone_may_be_set_up_after_turning_it_off(visitor: Visitor, app, manager: Account) -> None:
    enrol(visitor.sign_in(manager))
    assert visitor.post("/staff/second-factor/off").location == "/staff/second-factor"
    assert give_password(Visitor(app.test_client())).location == "/desk"
    assert len(enrol(visitor)[1]) == 10


def test_what_was_proved_half_an_hour_ago_is_asked_again(visitor: Visitor, app, manager: Account) -> None:
    enrol(visitor.sign_in(manager))
    door = Visitor(app.test_client())
    give_password(door)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert door.get("/staff/sign-in/second").location.startswith("/staff/sign-in?")


def test_a_patient_has_no_such_page(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    paths = (
        "/staff/second-factor",
        "/staff/second-factor/set-up",
        "/staff/prove",
        "/staff/password",
        "/staff/sign-ins",
    )
    assert {visitor.get(path).status_code for path in paths} == {403}


def test_an_administrator_may_let_somebody_who_lost_a_phone_set_up_another(
    visitor: Visitor, app, manager: Account, world: Clinic
) -> None:
    enrol(visitor.sign_in(manager))
    with db.transaction():
        admin, desk = make.staff(Role.ADMIN), make.staff(Role.FRONT_DESK, world.kochi)
    boss = Visitor(app.test_client())
    address = f"/staff/{manager.id}/second-factor/off"
    assert boss.sign_in(desk).post(address).status_code == 403
    assert "Let them set up another phone" in boss.sign_in(admin).get(f"/desk/staff/{manager.id}").text
    assert boss.post(address).location == f"/desk/staff/{manager.id}"
    assert visitor.get("/staff/sign-ins").status_code == 303
    assert give_password(Visitor(app.test_client())).location == "/desk"
