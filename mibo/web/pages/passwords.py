"""Passwords of staff: forgotten, set by a one-time link, changed. Nobody at the clinic sees one (security.md line 16)."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from mibo import audit, db, identity
from mibo.errors import Invalid
from mibo.identity import Account, TooMany
from mibo.identity.permissions import Permission
from mibo.web.access import may, public, staff_member
from mibo.web.forms.sign_in import ChangePasswordForm, ForgotForm, NewPasswordForm
from mibo.web.htmx import go, go_to, show
from mibo.web.inputs.sign_in import ChangePasswordInput, ForgotInput, NewPasswordInput
from mibo.web.limits import address, limiter
from mibo.web.proving import ADDRESS_LIMIT, wait_words

bp = Blueprint("passwords", __name__, url_prefix="/staff")


@bp.route("/forgot", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@public
def forgot() -> ResponseReturnValue:
    """Ask for a link to set a new password; the answer is the same whoever is named."""
    form = ForgotForm()
    if not (told := form.read(ForgotInput)):
        return show("passwords/forgot.html", form=form, status=422 if form.errors else 200)
    identity.ask_for_reset(told.name)
    flash("If this is somebody of the staff, a link is on its way to their phone. It works for an hour.", "info")
    return go_to(url_for("sign_in.staff"))


@bp.route("/password/<token>", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@public
def by_link(token: str) -> ResponseReturnValue:
    """Set a password with a one-time link, which is spent by it; every sign-in of the account ends."""
    form = NewPasswordForm()
    try:
        account = identity.account_of_link(token)
        if told := form.read(NewPasswordInput):
            identity.set_password_by_link(token, told.password)
            flash("Your password is set. Please sign in with it.", "success")
            return go_to(url_for("sign_in.staff"))
    except identity.LinkOver:
        return show("passwords/over.html", status=404)
    except Invalid as error:
        form.refuse(error)
    return show("passwords/set.html", form=form, token=token, account=account, status=422 if form.errors else 200)


@bp.route("/password", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@may(Permission.MANAGE_OWN_SIGN_INS)
def change() -> ResponseReturnValue:
    """Change one's own password, with the present one as proof; the other sign-ins end."""
    who = staff_member()
    form = ChangePasswordForm()
    if told := form.read(ChangePasswordInput):
        account = db.session().get_one(Account, who.account_id)
        present = identity.is_present(account, told.password_now, address=address())
        if isinstance(present, TooMany):
            form.say("password_now", f"Too many tries. Please wait {wait_words(present.retry_after)}.")
            return show("passwords/change.html", form=form, status=429)
        if not present:
            form.say("password_now", "This is not your present password.")
        else:
            try:
                identity.set_password(account, told.password, but=who.sign_in_id)
            except Invalid as error:
                form.refuse(error)
            else:
                audit.record("change password", account.id, by=who.account_id)
                flash("Your password is changed, and you are signed out everywhere else.", "success")
                return go("passwords.change")
    return show("passwords/change.html", form=form, status=422 if form.errors else 200)
