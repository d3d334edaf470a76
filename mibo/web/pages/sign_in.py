"""Signing in and out: patients with a WhatsApp code, staff with a password."""

from typing import Any

from flask import Blueprint, flash, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from mibo import identity, people
from mibo.identity import TooMany
from mibo.web import access, devices, languages, proving, sealed
from mibo.web.access import public
from mibo.web.forms.sign_in import CodeForm, PasswordForm, PhoneForm
from mibo.web.htmx import go_to, local_path, show
from mibo.web.inputs.sign_in import CodeInput, PasswordInput, PhoneInput
from mibo.web.keys import takes
from mibo.web.limits import address, limiter
from mibo.web.proving import ADDRESS_LIMIT, NEXT, device, said_of, wait_words, with_phone

bp = Blueprint("sign_in", __name__)

PHONE = "sign-in phone"


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@public
def patient() -> ResponseReturnValue:
    """Ask for the phone, and send a code to it."""
    if request.method == "GET" and (already := access.visitor()) and already.audience == "PATIENT":
        return go_to(_next())
    known = sealed.unseal(PHONE, session.get(PHONE)) if request.form.get("again") else None
    form = PhoneForm(formdata=with_phone(known)) if known else PhoneForm()
    if not (asked := form.read(PhoneInput)):
        return show("sign_in/phone.html", form=form, next=_next(), status=422 if form.errors else 200)
    outcome = identity.ask_for_code("PATIENT", asked.phone, language=languages.language())
    if isinstance(outcome, TooMany):
        form.say(
            "phone",
            gettext("Please wait %(time)s before you ask for another code.", time=wait_words(outcome.retry_after)),
        )
        return show("sign_in/phone.html", form=form, next=_next(), status=429)
    session[PHONE] = sealed.seal(PHONE, asked.phone)
    return go_to(url_for("sign_in.code", next=_next()))


@bp.route("/sign-in/code", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@public
def code() -> ResponseReturnValue:
    """Check the code; the right one begins a stay, and a new patient goes on to say who they are."""
    phone = sealed.unseal(PHONE, session.get(PHONE))
    if phone is None:
        return go_to(url_for("sign_in.patient", next=_next()))
    form = CodeForm()
    facts: dict[str, Any] = {"form": form, "phone": phone, "next": _next()}
    if not (typed := form.read(CodeInput)):
        return show("sign_in/code.html", status=422 if form.errors else 200, **facts)
    outcome = identity.check_code("PATIENT", phone, typed.code)
    if not outcome.right or outcome.challenge_id is None:
        form.say("code", said_of(outcome))
        return show("sign_in/code.html", status=422, **facts)
    return _welcome(phone, outcome.challenge_id)


def _welcome(phone: str, challenge_id: int) -> Response:
    account, own, _ = people.welcome_patient(phone, people.Details())
    people.begin_in(languages.language(), account, own)
    key = identity.start_web_sign_in(account, device(), network=devices.network())
    identity.use_code(challenge_id)
    onward = _next()
    access.remember(key)
    if people.missing_of(own):
        return go_to(url_for("profile.details", next=onward))
    return go_to(onward)


@bp.route("/staff/sign-in", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@public
def staff() -> ResponseReturnValue:
    """A staff member's name and password."""
    if request.method == "GET" and (already := access.visitor()) and already.audience == "STAFF":
        return go_to(proving.onward_of(already.roles))
    form = PasswordForm()
    if not (typed := form.read(PasswordInput)):
        return show("sign_in/staff.html", form=form, next=_next("desk.board"), status=422 if form.errors else 200)
    account = identity.check_password_sign_in(typed.name, typed.password, address=address())
    if isinstance(account, TooMany):
        form.form_errors.append(f"Too many tries. Please wait {wait_words(account.retry_after)}.")
        return show("sign_in/staff.html", form=form, next=_next("desk.board"), status=429)
    if account is None or not account.active:
        form.form_errors.append("This name and password do not belong together. Please check both.")
        return show("sign_in/staff.html", form=form, next=_next("desk.board"), status=422)
    return proving.enter(account)


@bp.post("/sign-out")
@public
@takes()
def out() -> ResponseReturnValue:
    """End this stay, everywhere it is open, and leave nothing behind in the browser."""
    who = access.visitor()
    if who is not None:
        identity.end_sign_in(who.sign_in_id, "signed_out")
    access.forget()
    flash(gettext("You are signed out."), "success")
    staff_again = who is not None and who.audience == "STAFF"
    response = go_to(url_for("sign_in.staff" if staff_again else "home.start"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.post("/theme")
@public
@takes("theme")
def theme() -> ResponseReturnValue:
    """Light, dark, or as the device has it."""
    chosen = request.form.get("theme", "")
    session["theme"] = chosen if chosen in ("light", "dark") else ""
    return go_to(local_path(request.form.get(NEXT), "/"))


def _next(otherwise: str = "my.home") -> str:
    return local_path(request.values.get(NEXT), url_for(otherwise))
