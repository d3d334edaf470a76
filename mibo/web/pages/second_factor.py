"""The authenticator app of somebody of the staff: set up, replaced, forgotten."""

import segno
from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from mibo import db, identity
from mibo.identity import Account, Proof, TooMany, second_factor
from mibo.identity.permissions import Permission
from mibo.web.access import may, staff_member
from mibo.web.forms.sign_in import SecondFactorForm
from mibo.web.htmx import go, show
from mibo.web.inputs.sign_in import SecondFactorInput
from mibo.web.keys import takes
from mibo.web.limits import address, limiter
from mibo.web.proving import ADDRESS_LIMIT, DOES_NOT_FIT, wait_words

bp = Blueprint("second_factor", __name__, url_prefix="/staff")


@bp.get("/second-factor")
@may(Permission.MANAGE_OWN_SIGN_INS)
def status() -> ResponseReturnValue:
    """Whether it is set up, and how many recovery codes are left."""
    account = _own()
    left = second_factor.recovery_codes_left(account.id)
    return show("second_factor/status.html", since=account.second_factor_at, left=left)


@bp.post("/second-factor")
@may(Permission.MANAGE_OWN_SIGN_INS, fresh=True)
@takes()
def begin() -> ResponseReturnValue:
    """Choose a secret, which the next page shows as a picture."""
    account = _own()
    if second_factor.secret_of(account) is None:
        second_factor.begin(account)
    return go("second_factor.set_up")


@bp.route("/second-factor/set-up", methods=["GET", "POST"])
@limiter.limit(ADDRESS_LIMIT, key_func=address, methods=["POST"])
@may(Permission.MANAGE_OWN_SIGN_INS, fresh=True)
def set_up() -> ResponseReturnValue:
    """The picture for the app, and a first code as proof; then the recovery codes, shown this once."""
    account = _own()
    secret = second_factor.secret_of(account)
    if secret is None:
        return go("second_factor.status")
    form, answer = SecondFactorForm(), 200
    if typed := form.read(SecondFactorInput):
        codes = second_factor.confirm(account, typed.code, stay=staff_member().sign_in_id)
        if isinstance(codes, list):
            return show("second_factor/codes.html", codes=codes)
        answer = _refuse(form, codes)
    answer = 422 if form.errors and answer == 200 else answer
    return show("second_factor/set_up.html", form=form, secret=secret, picture=_picture(account), status=answer)


def _refuse(form: SecondFactorForm, outcome: Proof | TooMany | None) -> int:
    if isinstance(outcome, TooMany):
        form.say("code", f"Too many tries. Please wait {wait_words(outcome.retry_after)}.")
        return 429
    form.say("code", DOES_NOT_FIT)
    return 422


def _picture(account: Account) -> Markup:
    """The square as a drawing in the page: it is fetched from nowhere and kept nowhere."""
    drawn = segno.make(second_factor.address_of(account), error="m", micro=False)
    inline = drawn.svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return Markup(inline)  # noqa: S704  (drawn from the account's own address by segno: squares only)


@bp.post("/second-factor/codes")
@may(Permission.MANAGE_OWN_SIGN_INS, fresh=True)
@takes()
def new_codes() -> ResponseReturnValue:
    """Ten new recovery codes in place of the older ones."""
    account = _own()
    if not second_factor.enrolled(account):
        return go("second_factor.status")
    return show("second_factor/codes.html", codes=second_factor.new_recovery_codes(account))


@bp.post("/second-factor/off")
@may(Permission.MANAGE_OWN_SIGN_INS, fresh=True)
@takes()
def off() -> ResponseReturnValue:
    """Forget it, to set up another phone."""
    account, who = _own(), staff_member()
    if second_factor.enrolled(account):
        second_factor.turn_off(account, by=who.account_id, but=who.sign_in_id)
        flash("Your authenticator app no longer counts. Set up the new one now.", "info")
    return go("second_factor.status")


@bp.post("/<int:account_id>/second-factor/off")
@may(Permission.ADD_FRONT_DESK, fresh=True)
@takes()
def forget(account_id: int) -> ResponseReturnValue:
    """Somebody lost their phone: forget their second factor and sign them out, so that they set up another."""
    account = identity.staff_to_handle(account_id, by=staff_member())
    if account.id == staff_member().account_id:
        return go("second_factor.status")
    if second_factor.enrolled(account):
        second_factor.turn_off(account, by=staff_member().account_id)
        flash("They are signed out, and can set up another phone when they sign in again.", "success")
    return go("staff.member", account_id=account_id)


def _own() -> Account:
    return db.session().get_one(Account, staff_member().account_id)
