"""Somebody signs in and out: patients with a code, staff with a code or a password."""

from typing import Any

import pytest

from mibo import db, identity
from mibo.identity import Account, Role
from mibo.people import Patient
from tests.identity.people import a_wrong, code_sent
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Step, Verb, World

PASSWORD = "kettle-orbit-lantern-42"
DESK, NEW = "+919700000005", "+919876500009"
LANGUAGE = "a page is in a language, which the account takes on; an app tells none"
STAY = {
    "sign_in.channel": "by what one is signed in is what the column says",
    "sign_in.ends_at": "an app's stay has another length (api-contract.md, Refresh)",
    "sign_in.key_hash": "an app has tokens, a browser a key",
}  # fmt: skip


def has_password(world: World) -> None:
    with db.transaction() as session:
        identity.set_password(session.get_one(Account, world.staff[Role.FRONT_DESK].id), PASSWORD)


def asked(door: str, phone: str) -> Step:
    return lambda world: world.stranger().post(door, {"phone": phone})


def asked_by_app(call: str, phone: str) -> Step:
    return lambda world: world.app(None, call, {"phone": phone})


def by_code(door: str, phone: str) -> Step:
    """The code comes by WhatsApp, and is typed."""

    def page(world: World) -> list[Any]:
        browser = world.stranger()
        first = browser.post(door, {"phone": phone})
        where = "/staff/sign-in/code" if door.startswith("/staff") else "/sign-in/code"
        return [first, browser.post(where, {"code": code_sent(phone)})]

    return page


def by_code_in_app(ask: str, prove: str, phone: str) -> Step:
    def app(world: World) -> list[Any]:
        first = world.app(None, ask, {"phone": phone})
        return [first, world.app(None, prove, {"phone": phone, "otp": code_sent(phone)})]

    return app


def by_password(name: str, password: str = PASSWORD) -> Step:
    return lambda world: world.stranger().post("/staff/sign-in", {"name": name, "password": password})


def signed_out(who: Any) -> Step:
    def page(world: World) -> Any:
        return world.page(_who(world, who), "/sign-out")

    return page


def signed_out_of_app(who: Any, call: str) -> Step:
    return lambda world: world.app(_who(world, who), call, {})


def _who(world: World, who: Any) -> Role | Patient:
    return world.asha if who is Patient else Role.FRONT_DESK


PATIENTS, STAFF = "POST /patient-auth", "POST /auth"
VERBS = {
    "a patient's code": Verb(
        f"{PATIENTS}/send-otp", asked("/sign-in", "+919876500001"), asked_by_app(f"{PATIENTS}/send-otp", "9876500001"),
    ),
    "a stranger's code": Verb(f"{PATIENTS}/send-otp", asked("/sign-in", NEW), asked_by_app(f"{PATIENTS}/send-otp", NEW)),
    "a code of staff": Verb(f"{STAFF}/send-otp", asked("/staff/sign-in/phone", DESK), asked_by_app(f"{STAFF}/send-otp", DESK)),
    "a code at the staff door for a stranger": Verb(
        f"{STAFF}/send-otp", asked("/staff/sign-in/phone", NEW), asked_by_app(f"{STAFF}/send-otp", NEW),
    ),
    "a patient": Verb(
        f"{PATIENTS}/verify-otp", by_code("/sign-in", "+919876500001"),
        by_code_in_app(f"{PATIENTS}/send-otp", f"{PATIENTS}/verify-otp", "+919876500001"), but=STAY | {"account": LANGUAGE},
    ),
    "somebody new": Verb(
        f"{PATIENTS}/verify-otp", by_code("/sign-in", NEW),
        by_code_in_app(f"{PATIENTS}/send-otp", f"{PATIENTS}/verify-otp", NEW), but=STAY | {"account.language": LANGUAGE},
    ),
    "staff by a code": Verb(
        f"{STAFF}/login/phone-otp", by_code("/staff/sign-in/phone", DESK),
        by_code_in_app(f"{STAFF}/send-otp", f"{STAFF}/login/phone-otp", DESK), but=STAY,
    ),
    "staff by phone and password": Verb(
        f"{STAFF}/login/phone-password", by_password("97000 00005"),
        lambda world: world.app(None, f"{STAFF}/login/phone-password", {"phone": DESK, "password": PASSWORD}),
        has_password, STAY,
    ),
    "staff by username and password": Verb(
        f"{STAFF}/login/username-password", by_password("front_desk_1"),
        lambda world: world.app(
            None, f"{STAFF}/login/username-password", {"username": "front_desk_1", "password": PASSWORD}
        ), has_password, STAY,
    ),
    "a patient signs out": Verb(
        f"{PATIENTS}/logout", signed_out(Patient), signed_out_of_app(Patient, f"{PATIENTS}/logout"), but=STAY,
    ),
    "staff sign out": Verb(
        f"{STAFF}/logout", signed_out(Role), signed_out_of_app(Role, f"{STAFF}/logout"), but=STAY,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_somebody_comes_in_and_goes_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])


def wrong_code(door: str, phone: str) -> Step:
    def page(world: World) -> list[Any]:
        browser = world.stranger()
        first = browser.post(door, {"phone": phone})
        return [first, browser.post(f"{door.removesuffix('/phone')}/code", {"code": a_wrong(code_sent(phone))})]

    return page


def wrong_code_in_app(ask: str, prove: str, phone: str) -> Step:
    def app(world: World) -> list[Any]:
        first = world.app(None, ask, {"phone": phone})
        return [first, world.app(None, prove, {"phone": phone, "otp": a_wrong(code_sent(phone))})]

    return app


ASHA = "+919876500001"
WRONG: dict[str, tuple[Step, Step, Step]] = {
    "a patient's code": (
        has_password, wrong_code("/sign-in", ASHA),
        wrong_code_in_app(f"{PATIENTS}/send-otp", f"{PATIENTS}/verify-otp", ASHA),
    ),
    "a code of staff": (
        has_password, wrong_code("/staff/sign-in/phone", DESK),
        wrong_code_in_app(f"{STAFF}/send-otp", f"{STAFF}/login/phone-otp", DESK),
    ),
    "a password": (
        has_password, by_password("front_desk_1", "kettle-orbit-lantern-43"), lambda world: world.app(
            None, f"{STAFF}/login/username-password", {"username": "front_desk_1", "password": "kettle-orbit-lantern-43"}
        ),
    ),
    "a name that is nobody's": (
        has_password, by_password("nobody_1"), lambda world: world.app(
            None, f"{STAFF}/login/username-password", {"username": "nobody_1", "password": PASSWORD}
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_counted_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same_refusal(*WRONG[name])
