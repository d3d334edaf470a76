"""What is sensitive asks for the second factor again: exports, user admin, who may sign in, money back (line 14)."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import update

from mibo import clock, db
from mibo.identity import Account, Role, SignIn, second_factor
from mibo.people import Patient
from tests import make
from tests.web.api.conftest import App, Clinic, clinic, signed_in
from tests.web.pages.visitor import Visitor

pytestmark = pytest.mark.usefixtures("database")
__all__ = ["clinic", "signed_in"]

EXPORTS = {
    "exports.ask", "exports.retry", "exports.download", "patients.history", "patients.history_pdf",
    "ledgers.export", "ledgers.export_pdf", "appointments.paper", "payments.paper",
}  # fmt: skip
USERS = {
    "staff.end_sign_ins", "patients.end_sign_ins",
    "staff.add", "staff.change", "staff.set_access", "staff.send_link", "second_factor.new_codes", "second_factor.off",
    "second_factor.forget", "phones.staff", "clinicians.add", "clinicians.change", "clinicians.set_picture",
    "clinicians.remove_picture", "clinicians.close", "clinicians.reopen", "clinicians.send_password_link",
    "users.add_staff", "users.add_manager", "users.add_centre_manager", "users.add_care_coordinator",
    "users.add_front_desk", "users.change_staff", "users.close_staff", "users.set_active",
    "clinician_records.add_clinician", "clinician_records.change_clinician", "clinician_records.remove_clinician",
    "clinician_records.toggle_clinician", "clinician_records.set_credentials",
}  # fmt: skip
THE_CLINIC = {
    "policy.decide", "centres.set_state", "centres.close_centre", "centres.set_active", "merging.merge", "merging.undo",
    "refunds.approve", "refunds.retry", "refunds.hand_over", "refunds.open_by_hand",
}  # fmt: skip


def test_everything_sensitive_is_marked_so(app: Flask) -> None:
    marked = {
        endpoint.removeprefix("api.").removeprefix("api_v1.")
        for endpoint, view in app.view_functions.items()
        if view.access.fresh  # type: ignore[attr-defined]
    }
    assert marked >= EXPORTS | USERS | THE_CLINIC


@pytest.fixture
def admin(clinic: Clinic) -> tuple[Account, pyotp.TOTP]:
    with db.transaction():
        account = make.staff(Role.ADMIN)
        second_factor.begin(account)
        totp = pyotp.TOTP(second_factor.secret_of(account) or "")
        account.second_factor_at = clock.now()
    return account, totp


def wrong(totp: pyotp.TOTP) -> str:
    return f"{(int(totp.now()) + 1) % 1_000_000:06d}"


def proved_minutes_ago(minutes: int) -> None:
    with db.transaction() as session:
        session.execute(update(SignIn).values(proved_at=clock.now() - timedelta(minutes=minutes)))


def test_an_app_gives_its_code_with_what_is_sensitive_and_it_counts_for_five_minutes(
    signed_in: Callable[[Account | Patient], App], admin: tuple[Account, pyotp.TOTP]
) -> None:
    account, totp = admin
    app = signed_in(account)
    proved_minutes_ago(6)

    def ask(**headers: str) -> tuple[int, str]:
        answer = app.post("/users", {}, **headers)
        return answer.status_code, answer.get_json()["code"]

    assert ask() == (403, "SECOND_FACTOR_REQUIRED")
    assert ask(**{"X-TOTP": wrong(totp)}) == (403, "SECOND_FACTOR_WRONG")
    code = totp.now()
    assert ask(**{"X-TOTP": code}) == (400, "VALIDATION_ERROR")
    assert ask() == (400, "VALIDATION_ERROR")
    proved_minutes_ago(6)
    assert ask(**{"X-TOTP": code}) == (403, "SECOND_FACTOR_WRONG")


def test_guessing_it_with_requests_has_to_wait(
    signed_in: Callable[[Account | Patient], App], admin: tuple[Account, pyotp.TOTP]
) -> None:
    account, totp = admin
    app = signed_in(account)
    proved_minutes_ago(6)
    for _ in range(5):
        assert app.post("/users", {}, **{"X-TOTP": wrong(totp)}).status_code == 403
    waits = app.post("/users", {}, **{"X-TOTP": totp.now()})
    assert waits.status_code == 429
    assert int(waits.headers["Retry-After"]) > 60


def test_an_app_of_an_account_without_one_goes_on_as_before(
    signed_in: Callable[[Account | Patient], App], clinic: Clinic
) -> None:
    with db.transaction():
        admin = make.staff(Role.ADMIN)
    assert signed_in(admin).post("/users", {}).status_code == 400


def test_a_header_does_not_stand_in_for_the_page_where_people_give_it(
    app: Flask, admin: tuple[Account, pyotp.TOTP]
) -> None:
    account, totp = admin
    visitor = Visitor(app.test_client()).sign_in(account, proved=False)
    assert visitor.get("/staff/phone", X_TOTP=totp.now()).location.startswith("/staff/prove?next=")
    assert visitor.post("/staff/prove", {"code": totp.now(), "next": "/staff/phone"}).location == "/staff/phone"
    assert visitor.get("/staff/phone").status_code == 200
