"""Signing in with a code or a password, staying, and leaving nothing behind."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mibo import clock, db, identity
from mibo.identity import Account
from mibo.identity.models import SignIn
from mibo.identity.permissions import Role
from mibo.people import Patient
from tests import make
from tests.identity.people import a_wrong, code_sent, earlier
from tests.web.pages.visitor import PHONE, Clinic, Visitor, clinic, problems, same_but_for_the_request, title, words

pytestmark = pytest.mark.usefixtures("database")
E164 = f"+91{PHONE}"
PASSWORD = "kettle-orbit-lantern-42"


@pytest.fixture
def visitor(client) -> Visitor:
    return Visitor(client)


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


def ask(visitor: Visitor, phone: str = PHONE, **fields: str):
    return visitor.post("/sign-in", {"phone": phone, **fields})


def type_code(visitor: Visitor, code: str, **fields: str):
    return visitor.post("/sign-in/code", {"code": code, **fields})


def how_many(kind: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(kind))


def cookie_of(client: FlaskClient) -> str:
    kept = client.get_cookie("mibo")
    assert kept
    return kept.value


# the phone


@pytest.mark.parametrize("phone", ["", "12345", "5876500001", "98765000", "+1 202 555 0100", "x" * 500])
def test_a_wrong_phone_is_said_beside_the_field_and_no_code_is_made(visitor: Visitor, phone: str) -> None:
    answer = ask(visitor, phone)
    assert answer.status_code == 422
    assert problems(answer)[0] in (
        "Enter your mobile number.",
        "Enter a 10-digit Indian mobile number, for example 98765 43210.",
        "That is too long. It may have up to 40 letters.",
    )
    assert title(answer) == "Error: Sign in – Mibo"
    assert 'aria-invalid="true"' in answer.text
    assert how_many(identity.models.Challenge) == 0


@pytest.mark.parametrize(
    "phone", ["9876500001", "98765 00001", "098765-00001", "+91 98765 00001", " 919876500001 ", "९८७६५०००० १"]
)
def test_a_phone_may_be_typed_in_any_way(visitor: Visitor, phone: str) -> None:
    answer = ask(visitor, phone)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code?next=/my")
    assert code_sent(E164).isdigit()


def test_known_unknown_closed_and_staff_numbers_get_the_same_answer(visitor: Visitor, world: Clinic) -> None:
    with db.transaction() as session:
        closed = make.patient("Gone Away", phone="+919876500003")
        session.get_one(Account, closed.account_id).active = False
        make.staff(Role.FRONT_DESK, world.kochi).phone = "+919876500004"
    answers = [ask(visitor, f"987650000{n}") for n in (1, 2, 3, 4)]
    assert {(each.status_code, each.location, each.text) for each in answers} == {
        (303, "/sign-in/code?next=/my", answers[0].text)
    }


def test_the_phone_is_not_readable_in_the_cookie_or_the_address(visitor: Visitor, client: FlaskClient) -> None:
    answer = ask(visitor)
    assert PHONE not in str(answer.location)
    with client.session_transaction() as session:
        assert PHONE not in str(dict(session))
    page = visitor.get("/sign-in/code")
    assert PHONE not in page.text
    assert "••••0001" in words(page)


def test_a_second_code_at_once_has_to_wait(visitor: Visitor) -> None:
    ask(visitor)
    answer = ask(visitor)
    assert answer.status_code == 429
    assert re.fullmatch(r"Please wait (\d+ seconds|1 minute) before you ask for another code\.", problems(answer)[0])


def test_a_new_code_is_sent_to_the_phone_that_was_typed_and_voids_the_old(visitor: Visitor) -> None:
    ask(visitor)
    first = code_sent(E164)
    earlier(61)
    assert ask(visitor, "", again="yes").status_code == 303
    second = code_sent(E164)
    if first != second:
        assert type_code(visitor, first).status_code == 422
    assert type_code(visitor, second).status_code == 303


def test_the_code_page_without_a_phone_leads_back(visitor: Visitor) -> None:
    assert visitor.get("/sign-in/code").location == "/sign-in?next=/my"
    assert type_code(visitor, "123456").location == "/sign-in?next=/my"


def test_a_phone_typed_half_an_hour_ago_is_asked_for_again(visitor: Visitor) -> None:
    ask(visitor)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert visitor.get("/sign-in/code").location == "/sign-in?next=/my"


# the code


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "१२३४५६"])
def test_what_is_no_code_is_refused_without_counting(visitor: Visitor, code: str) -> None:
    ask(visitor)
    for _ in range(6):
        assert type_code(visitor, code).status_code == 422
    assert type_code(visitor, code_sent(E164)).status_code == 303


def test_a_wrong_code_says_how_many_tries_are_left(visitor: Visitor) -> None:
    ask(visitor)
    answer = type_code(visitor, a_wrong(code_sent(E164)))
    assert answer.status_code == 422
    assert problems(answer) == ["This is not the code we sent. Please check it. You can try 4 more times."]
    assert title(answer) == "Error: Enter the code – Mibo"


def test_the_sixth_guess_is_refused_though_it_is_right(visitor: Visitor) -> None:
    ask(visitor)
    right = code_sent(E164)
    said = [problems(type_code(visitor, a_wrong(right)))[0] for _ in range(5)]
    assert "You can try 1 more time." in said[3]
    assert said[4].startswith("That was wrong five times")
    answer = type_code(visitor, right)
    assert (answer.status_code, problems(answer)[0]) == (422, said[4])
    assert "Send a new code" in answer.text
    assert how_many(SignIn) == 0


def test_a_code_of_ten_minutes_ago_has_expired(visitor: Visitor) -> None:
    ask(visitor)
    code = code_sent(E164)
    earlier(601)
    answer = type_code(visitor, code)
    assert (answer.status_code, problems(answer)) == (422, ["This code has expired. Ask for a new one below."])


def test_a_code_works_once(visitor: Visitor, app) -> None:
    ask(visitor)
    code = code_sent(E164)
    other = Visitor(app.test_client())
    earlier(61)
    with visitor.client.session_transaction() as mine, other.client.session_transaction() as theirs:
        theirs["sign-in phone"] = mine["sign-in phone"]
    assert type_code(visitor, f" {code[:3]} {code[3:]} ").status_code == 303
    assert type_code(other, code).status_code == 422


def test_a_code_of_another_phone_does_not_fit(visitor: Visitor, app) -> None:
    ask(visitor)
    other = Visitor(app.test_client())
    ask(other, "9876500002")
    if code_sent(E164) != code_sent("+919876500002"):
        assert type_code(other, code_sent(E164)).status_code == 422


def test_a_new_patient_says_who_they_are_and_comes_back_to_where_they_were(visitor: Visitor) -> None:
    ask(visitor, next="/book/7?time=x")
    answer = type_code(visitor, code_sent(E164), next="/book/7?time=x")
    assert answer.location == "/my/details?next=/book/7?time%3Dx"
    wrong = visitor.post("/my/details", {"next": "/book/7?time=x"})
    assert wrong.status_code == 422
    assert problems(wrong) == [
        "Enter the full name.",
        "Enter the date of birth, or the age if you do not know it.",
        "Choose a gender, or that you would rather not say.",
        "Tick this to go on. Without it we may not keep your records, and cannot book.",
    ]
    told = {"full_name": "Ravi Kumar", "age": "34", "gender": "MALE", "next": "/book/7?time=x"}
    told |= {"care_consent": "y", "messages_consent": "y"}
    assert visitor.post("/my/details", told).location == "/book/7?time=x"
    assert "Hello Ravi" in words(visitor.get("/my"))


def test_a_known_patient_goes_straight_on(visitor: Visitor, world: Clinic) -> None:
    ask(visitor)
    assert type_code(visitor, code_sent(E164)).location == "/my"
    assert "Hello Asha" in words(visitor.get("/my"))
    assert visitor.get("/sign-in").location == "/my"
    assert how_many(Patient) == 1


def test_an_account_closed_after_the_code_was_sent_does_not_get_in(visitor: Visitor, world: Clinic) -> None:
    ask(visitor)
    with db.transaction() as session:
        session.get_one(Account, world.asha.id).active = False
    answer = type_code(visitor, code_sent(E164))
    assert answer.status_code == 403
    assert "Traceback" not in answer.text
    assert visitor.get("/my").location == "/sign-in?next=/my"


# next=


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https://evil.example",
     "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "%2f%2fevil.example", " //evil.example",
     "/ok\r\nSet-Cookie: a=b", "evil.example"],
)  # fmt: skip
def test_only_our_own_paths_are_gone_to(visitor: Visitor, world: Clinic, wanted: str) -> None:
    visitor.sign_in(world.asha)
    for path, otherwise in (("/sign-in", "/my"), ("/my/details", "/my"), ("/theme", "/"), ("/language", "/")):
        if path in ("/theme", "/language"):
            answer = visitor.post(path, {path[1:]: "dark" if path == "/theme" else "en", "next": wanted})
        elif path == "/sign-in":
            answer = visitor.get(f"{path}?next={quote(wanted, safe='')}")
        else:
            told = {"full_name": "Asha Menon", "age": "31", "gender": "FEMALE", "next": wanted}
            answer = visitor.post(path, told)
        assert (answer.status_code, answer.location) == (303, otherwise)
        assert answer.headers.getlist("Set-Cookie") == [
            each for each in answer.headers.getlist("Set-Cookie") if each.startswith(("mibo=", "language="))
        ]


# the stay


def test_signing_in_makes_a_new_cookie_and_token_and_the_ones_before_stop_working(
    visitor: Visitor, app, world: Clinic
) -> None:
    ask(visitor)
    before, old_token = cookie_of(visitor.client), visitor.token()
    type_code(visitor, code_sent(E164))
    assert cookie_of(visitor.client) != before
    refused = visitor.client.post("/my/details", data={"csrf_token": old_token})
    assert refused.status_code == 400
    planted = app.test_client()
    planted.set_cookie("mibo", before)
    assert planted.get("/my").location == "/sign-in?next=/my"


def test_a_token_of_one_browser_does_not_work_in_another(visitor: Visitor, app, world: Clinic) -> None:
    token = Visitor(app.test_client()).token()
    visitor.sign_in(world.asha).get("/my")
    assert visitor.client.post("/sign-out", data={"csrf_token": token}).status_code == 400


def test_signing_out_ends_the_stay_wherever_its_cookie_was_copied_to(visitor: Visitor, app, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    copied = app.test_client()
    copied.set_cookie("mibo", cookie_of(visitor.client))
    assert copied.get("/my").status_code == 200
    answer = visitor.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "You are signed out." in words(visitor.get("/"))
    for browser in (visitor.client, copied):
        assert browser.get("/my").location == "/sign-in?next=/my"


def test_signing_out_twice_is_no_trouble(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    assert [visitor.post("/sign-out").status_code for _ in range(2)] == [303, 303]


def test_an_account_that_is_closed_is_out_at_its_next_request(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    assert visitor.get("/my").status_code == 200
    with db.transaction() as session:
        session.get_one(Account, world.asha.id).active = False
    assert visitor.get("/my").location == "/sign-in?next=/my"


def test_a_form_left_open_for_hours_still_posts(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    token = visitor.token()
    with time_machine.travel(clock.now() + timedelta(hours=8)):
        answer = visitor.client.post("/theme", data={"csrf_token": token, "theme": "dark", "next": "/clinicians"})
    assert answer.location == "/clinicians"


def test_the_cookie_is_for_us_alone(visitor: Visitor) -> None:
    (cookie,) = visitor.get("/").headers.getlist("Set-Cookie")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= {each.strip() for each in cookie.split(";")}
    assert "Domain" not in cookie
    assert len(cookie) < 4096


def test_pages_with_personal_data_are_kept_nowhere(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    for path in ("/my", "/my/details", "/my/family", world.choose, "/sign-in/code", "/"):
        assert visitor.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-in/code", "/sign-out", "/theme", "/language", "/staff/sign-in", "/my/details"]
)
@pytest.mark.parametrize("token", [None, "", "x", "IjEi.x.y"])
def test_nothing_is_posted_without_the_forms_token(visitor: Visitor, world: Clinic, path: str, token: str) -> None:
    visitor.sign_in(world.asha)
    sent = {"phone": PHONE, **({} if token is None else {"csrf_token": token})}
    assert visitor.client.post(path, data=sent).status_code == 400
    assert visitor.get("/my").status_code == 200


def test_the_token_may_come_in_the_header_as_htmx_sends_it(visitor: Visitor) -> None:
    answer = visitor.client.post("/theme", data={"theme": "dark"}, headers={"X-CSRFToken": visitor.token()})
    assert answer.status_code == 303


# theme


def test_the_chosen_look_stays_and_outlives_signing_in(visitor: Visitor, world: Clinic) -> None:
    assert "data-theme" not in visitor.get("/").text
    assert visitor.post("/theme", {"theme": "dark", "next": "/clinicians"}).location == "/clinicians"
    assert '<html lang="en" data-theme="dark">' in visitor.get("/").text
    ask(visitor)
    type_code(visitor, code_sent(E164))
    assert 'data-theme="dark"' in visitor.get("/my").text
    visitor.post("/theme", {"theme": '"><script>'})
    assert "data-theme" not in visitor.get("/").text


# staff


@pytest.fixture
def desk(world: Clinic) -> Account:
    with db.transaction():
        account = make.staff(Role.FRONT_DESK, world.kochi, username="deepa")
        identity.set_password(account, PASSWORD)
        return account


@pytest.mark.parametrize("name", ["deepa", "DEEPA", " deepa "])
def test_staff_sign_in_with_name_and_password(visitor: Visitor, desk: Account, name: str) -> None:
    answer = visitor.post("/staff/sign-in", {"name": name, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/desk")
    assert visitor.get("/staff/sign-in").location == "/desk"


def test_who_only_sees_patients_begins_at_their_own_day_unless_they_wanted_something_else(
    visitor: Visitor, world: Clinic
) -> None:
    with db.transaction():
        account = make.staff(Role.CLINICIAN, world.kochi, username="anita")
        identity.set_password(account, PASSWORD)
    told = {"name": "anita", "password": PASSWORD}
    assert visitor.post("/staff/sign-in", {**told, "next": "/desk"}).location == "/my-day"
    assert visitor.get("/staff/sign-in").location == "/my-day"
    assert visitor.post("/staff/sign-in", {**told, "next": "/appointments"}).location == "/appointments"


def test_staff_sign_in_with_their_phone(visitor: Visitor, desk: Account) -> None:
    assert visitor.post("/staff/sign-in", {"name": desk.phone, "password": PASSWORD}).status_code == 303


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(visitor: Visitor, desk: Account) -> None:
    wrong = visitor.post("/staff/sign-in", {"name": "deepa", "password": PASSWORD + "x"})
    unknown = visitor.post("/staff/sign-in", {"name": "nobody", "password": PASSWORD})
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert problems(wrong) == ["This name and password do not belong together. Please check both."]
    assert same_but_for_the_request(wrong).replace("deepa", "nobody") == same_but_for_the_request(unknown)
    assert PASSWORD not in wrong.text


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(visitor: Visitor, desk: Account) -> None:
    for _ in range(5):
        visitor.post("/staff/sign-in", {"name": "deepa", "password": "wrong-wrong-wrong"})
    answer = visitor.post("/staff/sign-in", {"name": "deepa", "password": PASSWORD})
    assert answer.status_code == 429
    assert problems(answer)[0].startswith("Too many tries. Please wait")


def test_a_patient_does_not_get_in_at_the_staff_door_nor_staff_at_the_patients(
    visitor: Visitor, world: Clinic, desk: Account
) -> None:
    assert visitor.post("/staff/sign-in", {"name": E164, "password": "x"}).status_code == 422
    visitor.sign_in(desk)
    assert visitor.get("/my").status_code == 403
    assert visitor.get("/sign-in").status_code == 200


def test_staff_who_sign_out_come_back_to_their_own_door(visitor: Visitor, desk: Account) -> None:
    assert visitor.sign_in(desk).post("/sign-out").location == "/staff/sign-in"
