"""Where somebody is signed in, how long a stay lasts alone, and what was typed when it ran out (security.md 18-22, 31)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from mibo import clock, db, identity
from mibo.identity import Account, RoleGrant, SignIn
from mibo.identity.permissions import Role
from mibo.web import devices
from tests import make
from tests.counting import statements
from tests.identity.people import code_sent
from tests.web.pages.visitor import Clinic, Visitor, clinic, words

pytestmark = pytest.mark.usefixtures("database")
PHONE_UA = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"


@pytest.fixture
def visitor(client) -> Visitor:
    return Visitor(client)


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


def staff(role: Role, world: Clinic) -> Account:
    with db.transaction():
        return make.staff(role, world.kochi)


def unused_for(**span: float) -> None:
    with db.transaction() as session:
        session.execute(update(SignIn).values(last_seen_at=clock.now() - timedelta(**span)))


def last_seen():
    with db.reading() as session:
        return session.scalar(select(SignIn.last_seen_at).order_by(SignIn.id.desc()).limit(1))


def home(who) -> str:
    return "/staff/sign-ins" if isinstance(who, Account) else "/my/sign-ins"


@pytest.mark.parametrize(
    ("role", "minutes"),
    [(None, 30), (Role.FRONT_DESK, 20), (Role.CARE_COORDINATOR, 20), (Role.CLINICIAN, 15), (Role.CENTRE_MANAGER, 15),
     (Role.MANAGER, 15), (Role.ADMIN, 15)],
)  # fmt: skip
def test_a_browser_left_alone_is_signed_out(visitor: Visitor, world: Clinic, role: Role | None, minutes: int) -> None:
    who = staff(role, world) if role else world.asha
    visitor.sign_in(who)
    unused_for(minutes=minutes, seconds=-10)
    assert visitor.get(home(who)).status_code == 200
    unused_for(minutes=minutes, seconds=5)
    assert visitor.get(home(who)).status_code == 303


def test_whoever_has_two_roles_has_the_shorter_limit(visitor: Visitor, world: Clinic) -> None:
    who = staff(Role.FRONT_DESK, world)
    with db.transaction() as session:
        session.add(RoleGrant(account_id=who.id, role=Role.ADMIN))
    visitor.sign_in(who)
    unused_for(minutes=16)
    assert visitor.get("/staff/sign-ins").status_code == 303


def test_an_app_is_not_signed_out_for_being_left_alone(world: Clinic) -> None:
    with db.transaction() as session:
        tokens = identity.start_api_sign_in(session.get_one(Account, world.asha.account_id))
    unused_for(hours=20)
    with db.reading():
        assert identity.who_by_access_token(tokens.access)


def test_use_is_noted_at_most_once_a_minute_and_never_by_a_page_that_asks_for_news(
    visitor: Visitor, world: Clinic
) -> None:
    visitor.sign_in(world.asha)
    unused_for(seconds=50)
    before = last_seen()
    visitor.get("/my")
    assert last_seen() == before
    unused_for(minutes=5)
    before = last_seen()
    visitor.get("/my", X_Poll="1")
    visitor.get("/stay")
    assert last_seen() == before
    with statements() as sent:
        visitor.get("/my/sign-ins")
        visitor.get("/my/sign-ins")
    assert sum("UPDATE sign_in" in each for each in sent) == 1
    assert last_seen() > before


def test_a_page_knows_when_it_ends_and_staying_moves_that(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    unused_for(minutes=28, seconds=30)
    told = visitor.get("/stay")
    assert told.status_code == 204
    left = clock.read_instant(told.headers["X-Signed-In-Until"]) - clock.now()
    assert timedelta(seconds=60) < left < timedelta(seconds=100)
    assert visitor.post("/stay", HX_Request="true").status_code == 204
    later = clock.read_instant(visitor.get("/stay").headers["X-Signed-In-Until"]) - clock.now()
    assert later > timedelta(minutes=29)
    assert visitor.post("/stay", {"next": "/my/family"}).location == "/my/family"
    assert "Are you still there?" in visitor.get("/my").text
    assert "Are you still there?" not in Visitor(visitor.client.application.test_client()).get("/").text


def test_the_absolute_end_stays_whatever_is_used(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    with db.transaction() as session:
        session.execute(update(SignIn).values(ends_at=clock.now() + timedelta(minutes=3)))
    left = clock.read_instant(visitor.get("/my").headers["X-Signed-In-Until"]) - clock.now()
    assert left < timedelta(minutes=3)


# where somebody is signed in


def test_devices_stand_in_plain_words_and_one_or_all_others_can_be_ended(visitor: Visitor, app, world: Clinic) -> None:
    with db.transaction() as session:
        account = session.get_one(Account, world.asha.account_id)
        key, _ = identity.start_web_sign_in(account, PHONE_UA), identity.start_api_sign_in(account, "okhttp/4.12")
    phone = Visitor(app.test_client())
    with phone.client.session_transaction() as cookie:
        cookie["key"] = key
    visitor.sign_in(world.asha)
    page = visitor.get("/my/sign-ins")
    said = words(page)
    assert all(each in said for each in ("Chrome on an Android phone", "An app", "This device"))
    ends = re.findall(r'action="(/sign-ins/\d+/end)"', page.text)
    assert len(ends) == 2
    assert phone.get("/my").status_code == 200
    assert visitor.post(ends[1] if "Chrome" in page.text.split(ends[1])[0].split(ends[0])[-1] else ends[0]).location
    assert visitor.post("/sign-ins/end-others").location == "/my/sign-ins"
    assert phone.get("/my").status_code == 303
    assert "You are signed in nowhere else." in words(visitor.get("/my/sign-ins"))


def test_nobody_ends_anothers_stay(visitor: Visitor, app, world: Clinic) -> None:
    desk = staff(Role.FRONT_DESK, world)
    Visitor(app.test_client()).sign_in(desk)
    with db.reading() as session:
        theirs = session.scalar(select(SignIn.id).where(SignIn.account_id == desk.id))
    visitor.sign_in(world.asha)
    assert visitor.post(f"/sign-ins/{theirs}/end").status_code == 404
    with db.reading() as session:
        assert session.get_one(SignIn, theirs).ended_at is None


def test_staff_and_patients_have_their_own_pages(visitor: Visitor, world: Clinic) -> None:
    desk = staff(Role.FRONT_DESK, world)
    assert visitor.sign_in(desk).get("/my/sign-ins").status_code == 403
    assert visitor.get("/staff/sign-ins").status_code == 200
    assert visitor.sign_in(world.asha).get("/staff/sign-ins").status_code == 403


def test_a_role_taken_away_closes_its_pages_at_the_next_request(visitor: Visitor, world: Clinic) -> None:
    desk = staff(Role.FRONT_DESK, world)
    visitor.sign_in(desk)
    assert visitor.get("/desk/new").status_code == 200
    with db.transaction() as session:
        session.execute(delete(RoleGrant).where(RoleGrant.account_id == desk.id))
    assert visitor.get("/desk/new").status_code == 403


# what was typed


def test_a_form_sent_after_the_stay_ran_out_is_kept_until_they_are_back(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    told = {"full_name": "Asha <b>Menon</b>", "age": "32", "gender": "FEMALE", "next": "/my"}
    unused_for(minutes=31)
    door = visitor.post("/my/details", told)
    kept = re.search(r"next=(/kept/[\w-]+)", door.location)
    assert door.location.startswith("/sign-in?")
    assert kept
    visitor.sign_in(world.asha)
    page = visitor.get(kept[1])
    assert 'action="/my/details"' in page.text
    assert 'name="full_name" value="Asha &lt;b&gt;Menon&lt;/b&gt;"' in page.text
    assert page.text.count('name="csrf_token"') == page.text.count('name="csrf_token" value=')
    assert visitor.post("/my/details", told).location == "/my"


def test_what_was_kept_is_nobody_elses_and_holds_no_secrets(visitor: Visitor, app, world: Clinic) -> None:
    desk = staff(Role.FRONT_DESK, world)
    visitor.sign_in(desk)
    unused_for(minutes=21)
    sent = {"password_now": "kettle-orbit-lantern-42", "password": "nine loud mountains"}
    assert "/kept/" not in visitor.post("/staff/password", sent).location
    kept = visitor.post("/desk/find", {"q": "Asha"}).location.partition("next=")[2]
    assert kept.startswith("/kept/")
    assert 'value="Asha"' in visitor.sign_in(desk).get(kept).text
    assert Visitor(app.test_client()).sign_in(world.asha).get(kept).status_code == 404
    assert Visitor(app.test_client()).get(kept).status_code == 303


def test_nothing_is_kept_of_a_stay_that_was_ended(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    with db.transaction():
        identity.end_all(world.asha.account_id, "ended_elsewhere")
    assert "kept" not in visitor.post("/my/details", {"full_name": "x"}).location


def test_without_redis_they_are_only_asked_to_sign_in(visitor: Visitor, world: Clinic, redis_down) -> None:
    visitor.sign_in(world.asha)
    unused_for(minutes=31)
    with redis_down():
        assert visitor.post("/my/details", {"full_name": "x"}).location.startswith("/sign-in")


def test_an_operator_signs_somebody_out_everywhere(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    run = visitor.client.application.test_cli_runner().invoke
    assert run(args=["end-sign-ins"]).exit_code == 2
    assert run(args=["end-sign-ins", "--staff", "nobody"]).exit_code == 1
    assert run(args=["end-sign-ins", "--patient", world.asha.phone]).exit_code == 0
    assert visitor.get("/my").status_code == 303


@pytest.mark.parametrize(
    ("whole", "kept", "said"),
    [
        ("103.21.244.77", "103.21.244.0/24", "Network 103.21.244.…"),
        ("2401:4900:1c3a:5e01::9", "2401:4900:1c3a::/48", "Network 2401:4900:1c3a:…"),
        ("::ffff:103.21.244.77", "103.21.244.0/24", "Network 103.21.244.…"),
        ("192.168.1.7", "", "Not known"),
        ("127.0.0.1", "", "Not known"),
        ("unknown", "", "Not known"),
    ],
)
def test_only_the_first_half_of_an_address_is_kept(whole: str, kept: str, said: str) -> None:
    assert devices.network_of(whole) == kept
    assert devices.network_words(kept) == said


def test_the_list_says_from_which_network_each_stay_came(app, world: Clinic) -> None:
    phone = app.test_client()
    phone.environ_base["REMOTE_ADDR"] = "103.21.244.77"
    visitor = Visitor(phone)
    visitor.post("/sign-in", {"phone": world.asha.phone})
    visitor.post("/sign-in/code", {"code": code_sent(world.asha.phone)})
    page = visitor.get("/my/sign-ins")
    assert "Network 103.21.244.…" in words(page)
    assert "244.77" not in page.text
    with db.reading() as session:
        assert session.scalar(select(SignIn.network)) == "103.21.244.0/24"
