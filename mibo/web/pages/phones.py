"""Changing one's own phone: a code goes to the new number, and the old one is told (security.md line 23)."""

from flask import Blueprint, flash, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import db, identity, people
from mibo.errors import Conflict, Invalid
from mibo.identity import Account, TooMany
from mibo.identity.permissions import Permission
from mibo.web import access, sealed
from mibo.web.access import actor, may, staff_member
from mibo.web.forms.sign_in import CodeForm, NewPhoneForm
from mibo.web.htmx import go_to, show
from mibo.web.inputs.sign_in import CodeInput, PhoneInput
from mibo.web.keys import takes
from mibo.web.limits import address, limiter
from mibo.web.proving import ADDRESS_LIMIT, said_of, wait_words, with_phone

bp = Blueprint("phones", __name__)

NEW_PHONE = "new phone"


@bp.route("/my/phone", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@may(Permission.BOOK_OWN)
def patient() -> ResponseReturnValue:
    """A patient says which number is theirs from now on."""
    return _ask()


@bp.route("/staff/phone", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@may(Permission.MANAGE_OWN_SIGN_INS, fresh=True)
def staff() -> ResponseReturnValue:
    """Somebody of the staff does."""
    staff_member()
    return _ask()


@bp.route("/my/phone/code", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@may(Permission.BOOK_OWN, own_transactions=True)
def patient_code() -> ResponseReturnValue:
    """The code that came to a patient's new number."""
    return _prove()


@bp.route("/staff/phone/code", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@may(Permission.MANAGE_OWN_SIGN_INS, own_transactions=True)
def staff_code() -> ResponseReturnValue:
    """The code that came to the new number of somebody of the staff."""
    staff_member()
    return _prove()


@bp.post("/sign-ins/again")
@may(Permission.MANAGE_OWN_SIGN_INS)
@takes()
def again() -> ResponseReturnValue:
    """Sign in once more, and come back to change the number."""
    who, door = actor(), "sign_in.staff" if _is_staff() else "sign_in.patient"
    onward = url_for(_asking())
    identity.end_sign_in(who.sign_in_id, "signing_in_again")
    access.forget()
    return go_to(url_for(door, next=onward))


def _ask() -> ResponseReturnValue:
    known = _asked_for() if request.form.get("again") else None
    form = NewPhoneForm(formdata=with_phone(known)) if known else NewPhoneForm()
    if not actor().proved_just_now:
        return show("phones/again.html", staff=_is_staff(), status=403 if form.is_submitted() else 200)
    if not (told := form.read(PhoneInput)):
        return _form(form, 422 if form.errors else 200)
    try:
        outcome = identity.ask_to_move(told.phone, by=actor())
    except Invalid as error:
        form.refuse(error)
        return _form(form, 422)
    if isinstance(outcome, TooMany):
        form.say(
            "phone",
            gettext("Please wait %(time)s before you ask for another code.", time=wait_words(outcome.retry_after)),
        )
        return _form(form, 429)
    session[NEW_PHONE] = sealed.seal(NEW_PHONE, f"{actor().sign_in_id} {told.phone}")
    return go_to(url_for(_proving()))


def _form(form: NewPhoneForm, status: int) -> ResponseReturnValue:
    present = db.session().get_one(Account, actor().account_id).phone
    return show("phones/phone.html", form=form, present=present, staff=_is_staff(), here=_asking(), status=status)


def _prove() -> ResponseReturnValue:
    phone = _asked_for()
    if phone is None:
        return go_to(url_for(_asking()))
    form, status = CodeForm(), 200
    if typed := form.read(CodeInput):
        try:
            with db.transaction():
                outcome = people.change_own_phone(phone, typed.code, by=actor())
        except Conflict as error:
            form.form_errors.append(error.message)
            status = 409
        else:
            if outcome.right:
                return _changed()
            form.say("code", said_of(outcome))
    status = 422 if form.errors and status == 200 else status
    facts = {"phone": phone, "staff": _is_staff(), "here": _proving(), "asking": _asking()}
    with db.reading():
        return show("phones/code.html", form=form, status=status, **facts)


def _asked_for() -> str | None:
    """The number that this very stay asked for in the last half hour."""
    stay, _, phone = (sealed.unseal(NEW_PHONE, session.get(NEW_PHONE)) or "").partition(" ")
    return phone if stay == str(actor().sign_in_id) else None


def _changed() -> ResponseReturnValue:
    session.pop(NEW_PHONE, None)
    flash(gettext("Your number is changed. You are signed out everywhere else."), "success")
    return go_to(url_for("stays.staff" if _is_staff() else "stays.patient"))


def _is_staff() -> bool:
    return actor().audience == "STAFF"


def _asking() -> str:
    return "phones.staff" if _is_staff() else "phones.patient"


def _proving() -> str:
    return "phones.staff_code" if _is_staff() else "phones.patient_code"
