"""The other ways in at the staff door: a code by WhatsApp, and the second factor after either."""

from flask import Blueprint, request, session, url_for
from flask.typing import ResponseReturnValue

from mibo import db, identity
from mibo.identity import Account, Proof, TooMany
from mibo.web import access, devices, sealed
from mibo.web.access import public
from mibo.web.forms.sign_in import CodeForm, PhoneForm, SecondFactorForm
from mibo.web.htmx import go_to, show
from mibo.web.inputs.sign_in import CodeInput, PhoneInput, SecondFactorInput
from mibo.web.limits import address, limiter
from mibo.web.proving import (
    ADDRESS_LIMIT,
    DOES_NOT_FIT,
    HOME,
    WAITING,
    device,
    enter,
    onward,
    onward_of,
    roles_held_by,
    said_of,
    wait_words,
    who_waits,
    with_phone,
)

bp = Blueprint("staff_sign_in", __name__, url_prefix="/staff/sign-in")

PHONE = "staff sign-in phone"
DOOR = "sign_in.staff"


@bp.route("/phone", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@public
def phone() -> ResponseReturnValue:
    """Ask for the phone, and send a code to it if it is staff's; the answer does not tell."""
    known = sealed.unseal(PHONE, session.get(PHONE)) if request.form.get("again") else None
    form = PhoneForm(formdata=with_phone(known)) if known else PhoneForm()
    if not (asked := form.read(PhoneInput)):
        return show("staff_sign_in/phone.html", form=form, next=onward(HOME), status=422 if form.errors else 200)
    outcome = identity.ask_for_code("STAFF", asked.phone)
    if isinstance(outcome, TooMany):
        form.say("phone", f"Please wait {wait_words(outcome.retry_after)} before you ask for another code.")
        return show("staff_sign_in/phone.html", form=form, next=onward(HOME), status=429)
    session[PHONE] = sealed.seal(PHONE, asked.phone)
    return go_to(url_for("staff_sign_in.code", next=onward(HOME)))


@bp.route("/code", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@public
def code() -> ResponseReturnValue:
    """Check the code; nobody learns here whose phone is staff's, for who is not staff was sent none."""
    known = sealed.unseal(PHONE, session.get(PHONE))
    if known is None:
        return go_to(url_for("staff_sign_in.phone", next=onward(HOME)))
    form = CodeForm()
    facts = {"form": form, "phone": known, "next": onward(HOME)}
    if not (typed := form.read(CodeInput)):
        return show("staff_sign_in/code.html", status=422 if form.errors else 200, **facts)
    outcome = identity.check_code("STAFF", known, typed.code)
    account = identity.account_by_phone("STAFF", known)
    if not outcome.right or outcome.challenge_id is None or account is None:
        form.say("code", said_of(outcome))
        return show("staff_sign_in/code.html", status=422, **facts)
    identity.use_code(outcome.challenge_id)
    return enter(account, by_code=True)


@bp.route("/second", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@public
def second() -> ResponseReturnValue:
    """The authenticator's code, or a recovery code; with it the stay begins."""
    account_id = who_waits()
    if account_id is None:
        return go_to(url_for(DOOR, next=onward(HOME)))
    form = SecondFactorForm()
    if not (typed := form.read(SecondFactorInput)):
        return show("staff_sign_in/second.html", form=form, next=onward(HOME), status=422 if form.errors else 200)
    account = db.session().get_one(Account, account_id)
    outcome = identity.prove(account, typed.code)
    if isinstance(outcome, TooMany):
        form.say("code", f"Too many tries. Please wait {wait_words(outcome.retry_after)}.")
        return show("staff_sign_in/second.html", form=form, next=onward(HOME), status=429)
    if outcome is Proof.WRONG:
        form.say("code", DOES_NOT_FIT)
        return show("staff_sign_in/second.html", form=form, next=onward(HOME), status=422)
    where = onward_of(roles_held_by(account)) if outcome is Proof.RIGHT else url_for("second_factor.status")
    session.pop(WAITING, None)
    access.remember(identity.start_web_sign_in(account, device(), network=devices.network(), proved=True))
    return go_to(where)
