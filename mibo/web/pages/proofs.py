"""Before something sensitive: is it really them? The authenticator's code, or else the factor they have not given (line 14)."""

from flask import Blueprint, session, url_for
from flask.typing import ResponseReturnValue

from mibo import db, identity
from mibo.identity import Account, TooMany, second_factor
from mibo.identity.permissions import Permission
from mibo.web.access import may, staff_member
from mibo.web.forms.sign_in import CodeForm, PasswordAgainForm, SecondFactorForm
from mibo.web.htmx import go_to, show
from mibo.web.inputs.sign_in import CodeInput, PasswordAgainInput, SecondFactorInput
from mibo.web.keys import takes
from mibo.web.limits import address, limiter
from mibo.web.proving import ADDRESS_LIMIT, DOES_NOT_FIT, HOME, onward, said_of, wait_words

bp = Blueprint("proofs", __name__, url_prefix="/staff/prove")

SENT = "code to prove oneself"


@bp.route("", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@may(Permission.MANAGE_OWN_SIGN_INS)
def ask() -> ResponseReturnValue:
    """What they are asked for depends on what they have, and on how they came in."""
    who = staff_member()
    if who.enrolled:
        return _by_app()
    if who.fresh:
        return go_to(onward(HOME))
    if not who.by_code:
        return _by_code()
    return _by_password() if _own().password_hash else show("proofs/no_password.html")


@bp.post("/code")
@limiter.limit(ADDRESS_LIMIT, key_func=address)
@may(Permission.MANAGE_OWN_SIGN_INS)
@takes()
def send_code() -> ResponseReturnValue:
    """Send a code to their own phone, where one is asked for."""
    who, where = staff_member(), url_for("proofs.ask", next=onward(HOME))
    if who.fresh or who.enrolled or who.by_code:
        return go_to(where)
    outcome = identity.ask_for_other(by=who)
    if isinstance(outcome, TooMany):
        form = CodeForm(formdata=None)
        form.form_errors.append(f"Please wait {wait_words(outcome.retry_after)} before you ask for another code.")
        return _code_page(form, 429)
    session[SENT] = who.sign_in_id
    return go_to(where)


def _by_app() -> ResponseReturnValue:
    """It counts for five minutes."""
    form, answer = SecondFactorForm(), 200
    if typed := form.read(SecondFactorInput):
        outcome = identity.prove(_own(), typed.code)
        if isinstance(outcome, TooMany):
            form.say("code", f"Too many tries. Please wait {wait_words(outcome.retry_after)}.")
            answer = 429
        elif outcome.good:
            return _proved()
        else:
            form.say("code", DOES_NOT_FIT)
    return show("proofs/app.html", form=form, next=onward(HOME), status=_status(form, answer))


def _by_code() -> ResponseReturnValue:
    """Who gave a password gives a code by WhatsApp; it counts until they sign out."""
    form = CodeForm()
    if typed := form.read(CodeInput):
        outcome = identity.check_other(typed.code, by=staff_member())
        if outcome.right:
            session.pop(SENT, None)
            return _proved(noted=True)
        form.say("code", said_of(outcome))
    return _code_page(form, _status(form, 200))


def _code_page(form: CodeForm, status: int) -> ResponseReturnValue:
    sent = session.get(SENT) == staff_member().sign_in_id
    return show("proofs/code.html", form=form, phone=_own().phone, sent=sent, next=onward(HOME), status=status)


def _by_password() -> ResponseReturnValue:
    """Who came in by a code gives the password; it counts until they sign out."""
    form, answer = PasswordAgainForm(), 200
    if typed := form.read(PasswordAgainInput):
        present = identity.is_present(_own(), typed.password, address=address())
        if isinstance(present, TooMany):
            form.say("password", f"Too many tries. Please wait {wait_words(present.retry_after)}.")
            answer = 429
        elif present:
            return _proved()
        else:
            form.say("password", "This is not your password.")
    return show("proofs/password.html", form=form, next=onward(HOME), status=_status(form, answer))


def _proved(*, noted: bool = False) -> ResponseReturnValue:
    if not noted:
        second_factor.note_proved(staff_member().sign_in_id)
    return go_to(onward(HOME))


def _status(form: SecondFactorForm | CodeForm | PasswordAgainForm, answer: int) -> int:
    return 422 if form.errors and answer == 200 else answer


def _own() -> Account:
    return db.session().get_one(Account, staff_member().account_id)
