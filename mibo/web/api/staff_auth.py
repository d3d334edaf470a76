"""Staff sign in by code or by password (api-contract.md 3.1)."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import identity
from mibo.errors import Refused
from mibo.identity import Account, AccountClosed, Permission, Role, TooMany, Verdict, second_factor
from mibo.web import devices
from mibo.web.access import actor, may, public
from mibo.web.api import people_shapes
from mibo.web.api.answers import said
from mibo.web.api.document import documented
from mibo.web.api.people_shapes import StaffSelf, StaffSignedIn, TokenPair
from mibo.web.api.refusals import again_later, bad_refresh, second_step, wrong_code, wrong_password
from mibo.web.api.shown import Told
from mibo.web.api.staying import end_stay
from mibo.web.inputs.proving import (
    CodeWish,
    PasswordByPhone,
    PasswordByUsername,
    RefreshWish,
    SignOut,
    StaffCodeProof,
)
from mibo.web.limits import address, sparingly

bp = Blueprint("staff_auth", __name__, url_prefix="/auth")


@bp.post("/send-otp")
@sparingly
@documented(gives=Told, body=CodeWish, tag="Staff sign-in")
@public
def send_code(told: CodeWish) -> ResponseReturnValue:
    """Send a code by WhatsApp; the answer is the same whether or not the phone is staff's."""
    outcome = identity.ask_for_code("STAFF", told.phone)
    if isinstance(outcome, TooMany):
        return again_later(outcome)
    return said(Told(message="OTP sent successfully"))


@bp.post("/login/phone-otp")
@sparingly
@documented(gives=StaffSignedIn, body=StaffCodeProof, tag="Staff sign-in", refuses=(401, 403))
@public
def sign_in_by_code(told: StaffCodeProof) -> ResponseReturnValue:
    """Sign in with a code."""
    account = identity.account_by_phone("STAFF", told.phone)
    if account is None:
        raise Refused("Access denied")
    if not account.active:
        raise AccountClosed
    outcome = identity.check_code("STAFF", told.phone, told.otp)
    if outcome.verdict is not Verdict.RIGHT or outcome.challenge_id is None:
        return wrong_code(outcome.verdict)
    if refusal := second_step(account, told.totp):
        return refusal
    identity.use_code(outcome.challenge_id)
    return _signed_in(account, by_code=True)


@bp.post("/login/phone-password")
@sparingly
@documented(gives=StaffSignedIn, body=PasswordByPhone, tag="Staff sign-in", refuses=(401, 403))
@public
def sign_in_by_phone(told: PasswordByPhone) -> ResponseReturnValue:
    """Sign in with a phone and a password."""
    return _by_password(told.phone, told.password, told.totp)


@bp.post("/login/username-password")
@sparingly
@documented(gives=StaffSignedIn, body=PasswordByUsername, tag="Staff sign-in", refuses=(401, 403))
@public
def sign_in_by_username(told: PasswordByUsername) -> ResponseReturnValue:
    """Sign in with a username and a password."""
    return _by_password(told.username, told.password, told.totp)


def _by_password(name: str, password: str, totp: str | None) -> ResponseReturnValue:
    outcome = identity.check_password_sign_in(name, password, address=address())
    if isinstance(outcome, TooMany):
        return again_later(outcome)
    if outcome is None:
        return wrong_password()
    return second_step(outcome, totp) or _signed_in(outcome)


def _signed_in(account: Account, *, by_code: bool = False) -> ResponseReturnValue:
    proved = second_factor.enrolled(account)
    tokens = identity.start_api_sign_in(
        account, request.headers.get("User-Agent", ""), network=devices.network(), proved=proved, by_code=by_code
    )
    who = identity.actor_of(tokens.sign_in_id)
    if who is None or not who.roles or (who.roles == {Role.CLINICIAN} and who.clinician_id is None):
        raise Refused("Access denied")
    user = people_shapes.staff_user(identity.account_in_full(account.id), who)
    return said(StaffSignedIn(user=user, access_token=tokens.access, refresh_token=tokens.refresh), "Login successful")


@bp.post("/refresh")
@bp.post("/refresh-token")
@documented(gives=TokenPair, body=RefreshWish, tag="Staff sign-in", refuses=(401,))
@public
def refresh(told: RefreshWish) -> ResponseReturnValue:
    """A fresh pair of tokens. The one presented keeps working until its successor has been presented."""
    tokens = identity.refresh(told.refresh_token, "STAFF")
    return said(people_shapes.token_pair(tokens)) if tokens else bad_refresh()


@bp.post("/logout")
@documented(gives=Told, body=SignOut, tag="Staff sign-in")
@public
def sign_out(told: SignOut) -> ResponseReturnValue:
    """End the sign-in; well, whatever was presented."""
    end_stay(told.refresh_token, "STAFF")
    return said(Told(message="Logged out successfully"))


@bp.get("/me")
@documented(gives=StaffSelf, tag="Staff sign-in")
@may(Permission.SEE_SELF)
def show_self() -> ResponseReturnValue:
    """Who is signed in."""
    who = actor()
    return said(StaffSelf(user=people_shapes.staff_user(identity.account_in_full(who.account_id), who)))
