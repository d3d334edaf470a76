"""Changing one's own phone: proved at the new number, told to the old one (security.md lines 22, 23)."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from mibo import clock, db, identity, people
from mibo.audit import AuditEntry
from mibo.identity import Account, OneTimeLink, SignIn, second_factor
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Patient
from tests import make
from tests.identity.people import a_wrong, at_once, code_sent, earlier
from tests.web.pages.visitor import Clinic, Visitor, clinic, words

pytestmark = pytest.mark.usefixtures("database")

NEW = "+919876500077"


@pytest.fixture
def visitor(client) -> Visitor:
    return Visitor(client)


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


@pytest.fixture
def desk(world: Clinic) -> Account:
    with db.transaction():
        return make.staff(Role.FRONT_DESK, world.kochi)


def phone_of(account_id: int) -> str:
    with db.reading() as session:
        return session.get_one(Account, account_id).phone


def told_to(phone: str) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Message.template).where(Message.phone == phone)))


def signed_in_for(**span: float) -> None:
    with db.transaction() as session:
        session.execute(update(SignIn).values(created_at=clock.now() - timedelta(**span)))


def test_a_patient_and_their_family_move_to_the_number_that_proved_itself(visitor: Visitor, app, world: Clinic) -> None:
    with db.transaction():
        child = make.patient("Ravi Menon", family_of=world.asha)
    elsewhere, former = Visitor(app.test_client()).sign_in(world.asha), world.asha.phone
    visitor.sign_in(world.asha)
    assert former[-10:] not in visitor.get("/my/phone").text
    assert visitor.post("/my/phone", {"phone": "98765 00077"}).location == "/my/phone/code"
    assert NEW[-10:] not in visitor.get("/my/phone/code").text
    assert phone_of(world.asha.id) == former
    assert visitor.post("/my/phone/code", {"code": code_sent(NEW)}).location == "/my/sign-ins"
    with db.reading() as session:
        assert {session.get_one(Patient, each.id).phone for each in (world.asha, child)} == {NEW}
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject_id == world.asha.id)).all()
    assert phone_of(world.asha.id) == NEW
    assert "account.phone" in acts
    assert told_to(former) == ["mibo_phone_left"]
    assert visitor.get("/my").status_code == 200
    assert elsewhere.get("/my").status_code == 303


def test_staff_change_theirs_and_a_link_sent_to_the_old_number_opens_nothing(visitor: Visitor, desk: Account) -> None:
    with db.transaction() as session:
        identity.ask_for_reset(session.get_one(Account, desk.id).phone)
    visitor.sign_in(desk)
    assert visitor.post("/staff/phone", {"phone": NEW}).location == "/staff/phone/code"
    assert visitor.post("/staff/phone/code", {"code": code_sent(NEW)}).location == "/staff/sign-ins"
    assert phone_of(desk.id) == NEW
    assert "mibo_phone_left" in told_to(desk.phone)
    with db.reading() as session:
        assert session.scalar(select(OneTimeLink.id).where(OneTimeLink.expires_at > clock.now())) is None


def test_whoever_signed_in_long_ago_signs_in_again_first(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    signed_in_for(minutes=11)
    assert "Sign in again" in words(visitor.get("/my/phone"))
    assert visitor.post("/my/phone", {"phone": NEW}).status_code == 403
    assert told_to(NEW) == []
    assert visitor.post("/sign-ins/again").location == "/sign-in?next=/my/phone"
    assert visitor.get("/my").status_code == 303


def test_whoever_has_a_second_factor_gives_it_first(visitor: Visitor, desk: Account) -> None:
    with db.transaction() as session:
        account = session.get_one(Account, desk.id)
        second_factor.begin(account)
        secret = second_factor.secret_of(account)
        account.second_factor_at = clock.now()
    visitor.sign_in(desk, proved=False)
    assert visitor.get("/staff/phone").location == "/staff/prove?next=/staff/phone"
    assert visitor.post("/staff/phone", {"phone": NEW}).location.startswith("/staff/prove?next=/kept/")
    visitor.post("/staff/prove", {"code": pyotp.TOTP(secret).now()})
    signed_in_for(hours=3)
    assert visitor.post("/staff/phone", {"phone": NEW}).location == "/staff/phone/code"


def test_asking_is_answered_the_same_whoever_has_the_number_and_only_its_holder_learns_that_it_is_taken(
    visitor: Visitor, world: Clinic
) -> None:
    with db.transaction():
        make.patient("Somebody Else", phone=NEW)
    visitor.sign_in(world.asha)
    assert visitor.post("/my/phone", {"phone": NEW}).location == "/my/phone/code"
    refused = visitor.post("/my/phone/code", {"code": code_sent(NEW)})
    assert refused.status_code == 409
    assert "Please ask at the clinic" in words(refused)
    assert "Somebody" not in refused.text
    assert phone_of(world.asha.id) == world.asha.phone
    assert told_to(world.asha.phone) == []


def test_a_code_is_good_for_one_account_and_one_purpose(visitor: Visitor, app, world: Clinic) -> None:
    with db.transaction():
        ravi = make.patient("Ravi Kumar")
    visitor.sign_in(world.asha).post("/my/phone", {"phone": NEW})
    code = code_sent(NEW)
    with db.transaction():
        assert not identity.check_code("PATIENT", NEW, code).right
        assert not identity.check_move(NEW, code, by=make.actor(ravi)).right
    other = Visitor(app.test_client()).sign_in(ravi)
    assert other.post("/my/phone/code", {"code": code}).location == "/my/phone"
    assert visitor.post("/my/phone/code", {"code": code}).status_code == 303


def test_five_wrong_codes_burn_it_also_at_once(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha).post("/my/phone", {"phone": NEW})
    code = code_sent(NEW)

    def guess() -> bool:
        with db.transaction():
            return identity.check_move(NEW, a_wrong(code), by=make.actor(world.asha)).right

    assert not any(at_once(5, guess))
    burned = visitor.post("/my/phone/code", {"code": code})
    assert burned.status_code == 422
    assert "no longer works" in words(burned)
    assert phone_of(world.asha.id) == world.asha.phone


def test_codes_to_new_numbers_are_limited_for_each_number_and_each_account(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha).post("/my/phone", {"phone": NEW})
    assert visitor.post("/my/phone", {"again": "yes"}).status_code == 429
    earlier(61)
    assert visitor.post("/my/phone", {"again": "yes"}).status_code == 303
    for n in range(2):
        visitor.post("/my/phone", {"phone": f"987650010{n}"})
    assert visitor.post("/my/phone", {"phone": "9876500199"}).status_code == 429
    assert told_to("+919876500199") == []


def test_ones_present_number_is_no_new_one(visitor: Visitor, world: Clinic) -> None:
    refused = visitor.sign_in(world.asha).post("/my/phone", {"phone": world.asha.phone})
    assert refused.status_code == 422
    assert "This is the number you use now." in refused.text


def test_an_administrator_changes_anothers_number_but_not_their_own_so(visitor: Visitor, desk: Account, app) -> None:
    with db.transaction():
        admin = make.staff(Role.ADMIN, name="Amala Admin")
    theirs = Visitor(app.test_client()).sign_in(desk)
    visitor.sign_in(admin)
    assert visitor.post(f"/desk/staff/{desk.id}", {"full_name": "Deepa Desk", "phone": NEW}).status_code == 303
    assert told_to(desk.phone) == ["mibo_phone_left"]
    assert theirs.get("/desk").status_code == 303
    own = visitor.post(f"/desk/staff/{admin.id}", {"full_name": "Amala Admin", "phone": "9876500088"})
    assert own.status_code == 422
    assert "a code has to reach the new one" in own.text


def test_the_desk_moves_a_patient_and_the_old_number_is_told(visitor: Visitor, desk: Account, world: Clinic) -> None:
    with db.transaction():
        people.change_patient(world.asha.id, {"phone": NEW}, by=make.actor(desk, Role.FRONT_DESK))
    assert told_to(world.asha.phone) == ["mibo_phone_left"]
    assert phone_of(world.asha.id) == NEW
