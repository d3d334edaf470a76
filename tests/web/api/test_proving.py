"""Apps prove who somebody is."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from mibo import db, identity
from mibo.identity import Account, Role
from mibo.people import Patient
from tests import make
from tests.machine import Sandbox
from tests.web.api.conftest import App, Clinic

PHONE = "919876533333"
PASSWORD = "marmalade-sky-tulip"


@pytest.fixture
def code_for(stranger: App, sandbox: Sandbox, work: Callable[[], None]) -> Callable[[str], str]:
    """Ask for a code and read it on the phone."""

    def ask(phone: str, path: str = "/patient-auth/send-otp") -> str:
        assert stranger.post(path, {"phone": phone}).status_code == 200
        work()
        return sandbox.otp("91" + phone[-10:])

    return ask


def test_a_new_phone_without_a_name_gets_an_account_and_is_asked_to_complete_it(
    stranger: App, code_for: Callable[[str], str]
) -> None:
    told = stranger.post("/patient-auth/verify-otp", {"phone": PHONE, "otp": code_for(PHONE)}).get_json()
    assert (told["data"]["isNewUser"], told["data"]["requiresProfileCompletion"]) == (True, True)
    assert told["message"] == "Please complete your profile"
    assert told["data"]["user"]["fullName"] == ""


def test_a_new_phone_with_names_is_complete(stranger: App, code_for: Callable[[str], str]) -> None:
    sent = {
        "phone": "+91 98765 33333", "otp": code_for(PHONE), "first_name": "Test", "lastName": "Patient",
        "email": "test@example.com", "age": 30, "gender": "non_binary",
    }  # fmt: skip
    told = stranger.post("/patient-auth/verify-otp", sent).get_json()
    assert told["message"] == "Account created successfully"
    assert (told["data"]["isNewUser"], told["data"]["requiresProfileCompletion"]) == (True, False)
    user, patient = told["data"]["user"], told["data"]["patient"]
    assert (user["fullName"], user["phone"], user["email"]) == ("Test Patient", PHONE, "test@example.com")
    assert (user["id"], patient["age"], patient["gender"]) == (patient["id"], 30, "NON_BINARY")


def test_known_people_are_welcomed_back_and_their_name_is_not_overwritten(
    stranger: App, clinic: Clinic, code_for: Callable[[str], str]
) -> None:
    sent = {"phone": clinic.patient.phone, "otp": code_for(clinic.patient.phone), "first_name": "Other"}
    told = stranger.post("/patient-auth/verify-otp", sent).get_json()
    assert (told["message"], told["data"]["user"]["fullName"]) == ("Welcome back", "Asha Menon")
    me = App(stranger.client, told["data"]["accessToken"]).get("/patient-auth/me").get_json()["data"]
    assert me["user"]["fullName"] == me["fullName"] == "Asha Menon"
    assert me["patient"]["id"] == me["id"] == str(clinic.patient.id)


def test_a_sign_up_that_makes_no_sense_leaves_the_code_unspent(stranger: App, code_for: Callable[[str], str]) -> None:
    code = code_for(PHONE)
    wrong = stranger.post("/patient-auth/verify-otp", {"phone": PHONE, "otp": code, "age": 151, "email": "no"})
    assert (wrong.status_code, wrong.get_json()["error"]["details"]) == (
        400,
        [
            {"field": "email", "message": "Enter an e-mail address such as name@example.com."},
            {"field": "age", "message": "Age must be at most 150."},
        ],
    )
    right = {"phone": PHONE, "otp": code, "firstName": "Test", "lastName": "Patient"}
    assert stranger.post("/patient-auth/verify-otp", right).status_code == 200
    assert stranger.post("/patient-auth/verify-otp", right).status_code == 400


def test_h17_the_sixth_guess_is_refused_even_when_it_is_right(stranger: App, code_for: Callable[[str], str]) -> None:
    code = code_for(PHONE)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    guesses = [stranger.post("/patient-auth/verify-otp", {"phone": PHONE, "otp": wrong}) for _ in range(5)]
    assert [one.status_code for one in guesses] == [400] * 5
    assert guesses[0].get_json()["message"] == "Invalid OTP"
    late = stranger.post("/patient-auth/verify-otp", {"phone": PHONE, "otp": code})
    assert (late.status_code, late.get_json()["message"]) == (400, "Invalid or expired OTP")
    with db.reading() as session:
        assert session.scalars(select(Patient)).unique().all()[1:] == []


def test_h17_codes_come_slowly_per_phone_however_it_is_spelt(stranger: App) -> None:
    assert stranger.post("/patient-auth/send-otp", {"phone": PHONE}).status_code == 200
    again = stranger.post("/patient-auth/send-otp", {"phone": "+91 98765 33333"}, **{"X-Forwarded-For": "192.0.2.9"})
    assert (again.status_code, again.get_json()["code"]) == (429, "AUTH_RATE_LIMIT_EXCEEDED")
    assert 0 < int(again.headers["Retry-After"]) <= 60
    assert stranger.post("/patient-auth/send-otp", {"phone": "9876533334"}).status_code == 200


def test_h22_asking_about_many_phones_from_one_address_is_stopped(stranger: App) -> None:
    answers = [stranger.post("/patient-auth/send-otp", {"phone": f"98765{n:05d}"}).status_code for n in range(31)]
    assert answers == [200] * 30 + [429]
    refused = stranger.post("/auth/login/phone-otp", {"phone": "9000000009", "otp": "000000"})
    assert (refused.status_code, refused.get_json()["code"]) == (429, "AUTH_RATE_LIMIT_EXCEEDED")


def test_staff_sign_in_by_code_by_phone_and_by_username(
    stranger: App, clinic: Clinic, code_for: Callable[..., str]
) -> None:
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre, username="deepa.d")
        identity.set_password(desk, PASSWORD)
    ten = desk.phone[-10:]
    ways = [
        ("/auth/login/phone-otp", {"phone": ten, "otp": code_for(ten, "/auth/send-otp")}),
        ("/auth/login/phone-password", {"phone": ten, "password": PASSWORD}),
        ("/auth/login/username-password", {"username": "Deepa.D", "password": PASSWORD}),
    ]
    for path, sent in ways:
        told = stranger.post(path, sent).get_json()
        assert told["message"] == "Login successful", path
        assert set(told["data"]) == {"user", "accessToken", "refreshToken"}
        assert (
            App(stranger.client, told["data"]["accessToken"]).get("/auth/me").get_json()["data"]["user"]
            == (told["data"]["user"])
        )


def test_asking_for_a_staff_code_tells_nobody_who_is_staff(stranger: App, clinic: Clinic) -> None:
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre)
    known = stranger.post("/auth/send-otp", {"phone": desk.phone[-10:]})
    unknown = stranger.post("/auth/send-otp", {"phone": "9000000009"})
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)


def test_wrong_passwords_are_counted(stranger: App, clinic: Clinic) -> None:
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre, username="deepa")
        identity.set_password(desk, PASSWORD)
    sent = {"username": "deepa", "password": "not-this-one-at-all"}
    answers = [stranger.post("/auth/login/username-password", sent).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


def test_a_clinician_without_a_profile_and_staff_without_a_role_may_not_sign_in(stranger: App, clinic: Clinic) -> None:
    with db.transaction() as session:
        lost = make.staff(Role.CLINICIAN, clinic.centre, username="lost")
        identity.set_password(lost, PASSWORD)
        bare = Account(audience="STAFF", phone="+919711111111", full_name="Nobody", username="bare")
        session.add(bare)
        session.flush()
        identity.set_password(bare, PASSWORD)
    for name in ("lost", "bare"):
        answer = stranger.post("/auth/login/username-password", {"username": name, "password": PASSWORD})
        assert (answer.status_code, answer.get_json()["message"]) == (403, "Access denied")


def test_h13_refresh_tokens_are_their_own_and_a_used_up_one_ends_the_sign_in(stranger: App, clinic: Clinic) -> None:
    with db.transaction() as session:
        account = session.get_one(Account, clinic.patient.account_id)
        phone, tablet = identity.start_api_sign_in(account), identity.start_api_sign_in(account)

    def refresh(token: str) -> tuple[int, str]:
        answer = stranger.post("/patient-auth/refresh-token", {"refreshToken": token})
        return answer.status_code, answer.get_json().get("data", {}).get("refreshToken", "")

    _, second = refresh(phone.refresh)
    assert refresh(second)[0] == 200
    assert refresh(phone.refresh)[0] == 401
    assert refresh(second)[0] == 401
    assert App(stranger.client, phone.access).get("/patient-auth/me").status_code == 401
    assert refresh(tablet.refresh)[0] == 200


def test_signing_out_by_the_refresh_token_ends_it(stranger: App, clinic: Clinic) -> None:
    with db.transaction() as session:
        tokens = identity.start_api_sign_in(session.get_one(Account, clinic.patient.account_id))
    sent = {"refreshToken": tokens.refresh}
    assert stranger.post("/patient-auth/logout", sent).status_code == 200
    assert stranger.post("/patient-auth/refresh", sent).status_code == 401
    assert App(stranger.client, tokens.access).get("/patient-auth/me").status_code == 401


def test_tokens_open_only_their_own_side(
    patients_app: App, stranger: App, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    with db.transaction() as session:
        desk = signed_in(make.staff(Role.FRONT_DESK, clinic.centre))
        staff = identity.start_api_sign_in(session.get_one(Account, clinic.clinician.account_id))
    assert desk.get("/patient-auth/me").status_code == 403
    assert stranger.post("/patient-auth/refresh-token", {"refreshToken": staff.refresh}).status_code == 401
    assert App(stranger.client, staff.refresh).get("/auth/me").status_code == 401
    assert stranger.get("/auth/me", access_token=staff.access).status_code == 401
