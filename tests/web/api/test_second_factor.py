"""Apps give the second factor once the account has one (security.md line 14; issue: 401 SECOND_FACTOR_REQUIRED)."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from mibo import clock, db, identity
from mibo.identity import Account, Role, SignIn, second_factor
from tests import make
from tests.machine import Sandbox
from tests.web.api.conftest import App, Clinic

PASSWORD = "marmalade-sky-tulip"


@pytest.fixture
def manager(clinic: Clinic) -> tuple[Account, pyotp.TOTP]:
    with db.transaction():
        account = make.staff(Role.MANAGER, username="meera")
        identity.set_password(account, PASSWORD)
        second_factor.begin(account)
        totp = pyotp.TOTP(second_factor.secret_of(account) or "")
        account.second_factor_at = clock.now()
    return account, totp


def code(totp: pyotp.TOTP, steps: int = 0) -> str:
    return totp.at(clock.now() + timedelta(seconds=30 * steps))


def test_without_it_they_are_asked_and_with_it_the_stay_is_proved(
    stranger: App, manager: tuple[Account, pyotp.TOTP]
) -> None:
    account, totp = manager
    for path, name in (
        ("/auth/login/username-password", {"username": "meera"}),
        ("/auth/login/phone-password", {"phone": account.phone[-10:]}),
    ):
        asked = stranger.post(path, {**name, "password": PASSWORD})
        assert (asked.status_code, asked.get_json()["code"]) == (401, "SECOND_FACTOR_REQUIRED")
        assert asked.get_json()["message"]
    wrong = stranger.post(
        "/auth/login/username-password", {"username": "meera", "password": PASSWORD, "totp": "000000"}
    )
    assert (wrong.status_code, wrong.get_json()["code"]) == (401, "SECOND_FACTOR_WRONG")
    sent = {"username": "meera", "password": PASSWORD, "totp": code(totp)}
    told = stranger.post("/auth/login/username-password", sent)
    assert told.status_code == 200
    assert stranger.post("/auth/login/username-password", sent).status_code == 401
    with db.reading() as session:
        assert session.scalar(select(SignIn.proved_at)) is not None


def test_a_code_by_whatsapp_is_not_spent_by_being_asked_for_the_second(
    stranger: App, manager: tuple[Account, pyotp.TOTP], sandbox: Sandbox, work: Callable[[], None]
) -> None:
    account, totp = manager
    phone = account.phone[-10:]
    stranger.post("/auth/send-otp", {"phone": phone})
    work()
    sent = {"phone": phone, "otp": sandbox.otp("91" + phone)}
    assert stranger.post("/auth/login/phone-otp", sent).get_json()["code"] == "SECOND_FACTOR_REQUIRED"
    assert stranger.post("/auth/login/phone-otp", {**sent, "totp": code(totp)}).status_code == 200


def test_who_has_none_signs_in_as_before(stranger: App, clinic: Clinic) -> None:
    with db.transaction():
        identity.set_password(make.staff(Role.MANAGER, username="new"), PASSWORD)
    sent = {"username": "new", "password": PASSWORD, "totp": ""}
    assert stranger.post("/auth/login/username-password", sent).status_code == 200
