"""Patients sign in with a code (api-contract.md 3.2)."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import identity, people, phone
from mibo.identity import Permission, TooMany, Verdict
from mibo.people import Patient
from mibo.web import devices
from mibo.web.access import actor, may, public
from mibo.web.api import people_shapes
from mibo.web.api.answers import said
from mibo.web.api.document import documented
from mibo.web.api.people_shapes import PatientSelf, PatientSignedIn, TokenPair
from mibo.web.api.refusals import again_later, bad_refresh, no_password, wrong_code
from mibo.web.api.shown import Done, Shown
from mibo.web.api.staying import end_stay
from mibo.web.inputs.proving import CodeWish, PatientCodeProof, PatientPassword, RefreshWish, SignOut
from mibo.web.limits import sparingly

bp = Blueprint("patient_auth", __name__, url_prefix="/patient-auth")


class CodeSent(Shown):
    """A code is on its way; a client needs to know whether to ask for a name as well."""

    phone: str
    expires_in: str = "10 minutes"
    is_new_user: bool


@bp.post("/send-otp")
@sparingly
@documented(gives=CodeSent, body=CodeWish, tag="Patient sign-in")
@public
def send_code(told: CodeWish) -> ResponseReturnValue:
    """Send a patient a code by WhatsApp."""
    outcome = identity.ask_for_code("PATIENT", told.phone)
    if isinstance(outcome, TooMany):
        return again_later(outcome)
    is_new = identity.account_by_phone("PATIENT", told.phone) is None
    return said(CodeSent(phone=phone.digits(told.phone), is_new_user=is_new), "OTP sent successfully")


@bp.post("/verify-otp")
@sparingly
@documented(gives=PatientSignedIn, body=PatientCodeProof, tag="Patient sign-in", refuses=(403,))
@public
def verify_code(told: PatientCodeProof) -> ResponseReturnValue:
    """Sign a patient in with their code; a new phone gets an account with what is told along."""
    outcome = identity.check_code("PATIENT", told.phone, told.otp)
    if outcome.verdict is not Verdict.RIGHT or outcome.challenge_id is None:
        return wrong_code(outcome.verdict)
    identity.use_code(outcome.challenge_id)
    account, own, is_new = people.welcome_patient(told.phone, told.details)
    tokens = identity.start_api_sign_in(account, request.headers.get("User-Agent", ""), network=devices.network())
    incomplete = _is_incomplete(own, told, is_new=is_new)
    signed_in = PatientSignedIn(
        user=people_shapes.patient_user(account, own),
        patient=people_shapes.patient_record(own),
        access_token=tokens.access,
        refresh_token=tokens.refresh,
        is_new_user=is_new,
        requires_profile_completion=incomplete,
    )
    if incomplete:
        return said(signed_in, "Please complete your profile")
    return said(signed_in, "Account created successfully" if is_new else "Welcome back")


@bp.post("/login-with-password")
@sparingly
@documented(gives=PatientSignedIn, body=PatientPassword, tag="Patient sign-in", refuses=(401,))
@public
def sign_in_by_password(told: PatientPassword) -> ResponseReturnValue:
    """Older apps offer a password to patients. Nobody has one here: the refusal says how to sign in instead."""
    return no_password()


def _is_incomplete(own: Patient, told: PatientCodeProof, *, is_new: bool) -> bool:
    """Whether the app should ask who they are before anything else (the decision table of api-contract.md 3.2)."""
    if own.first_name and own.last_name:
        return False
    said_something = bool(told.first_name or told.last_name or told.full_name or told.email)
    if is_new or not said_something:
        return True
    return "age" in people.missing_of(own) or "gender" in people.missing_of(own)


@bp.post("/refresh-token")
@bp.post("/refresh")
@documented(gives=TokenPair, body=RefreshWish, tag="Patient sign-in", refuses=(401,))
@public
def refresh(told: RefreshWish) -> ResponseReturnValue:
    """A fresh pair of tokens. The one presented keeps working until its successor has been presented."""
    tokens = identity.refresh(told.refresh_token, "PATIENT")
    return said(people_shapes.token_pair(tokens)) if tokens else bad_refresh()


@bp.post("/logout")
@documented(gives=Done, body=SignOut, tag="Patient sign-in")
@public
def sign_out(told: SignOut) -> ResponseReturnValue:
    """End the sign-in; well, whatever was presented."""
    end_stay(told.refresh_token, "PATIENT")
    return said(message="Logged out successfully")


@bp.get("/me")
@documented(gives=PatientSelf, tag="Patient sign-in", refuses=(404,))
@may(Permission.SEE_OWN)
def show_self() -> ResponseReturnValue:
    """The patient who is signed in."""
    who = actor()
    own = people.own_patient(who.account_id, by=who)
    return said(people_shapes.patient_self(identity.account_in_full(who.account_id), own))
