"""Where somebody is signed in, staying a little longer, and what was typed when a stay ran out."""

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import identity
from mibo.identity.permissions import Permission
from mibo.web import devices, kept_forms
from mibo.web.access import actor, may, staff_member
from mibo.web.htmx import go, go_to, local_path, show
from mibo.web.keys import takes

bp = Blueprint("stays", __name__)


@bp.get("/my/sign-ins")
@may(Permission.SEE_OWN)
def patient() -> ResponseReturnValue:
    """The browsers and apps in which a patient is signed in."""
    return show("stays/patient.html", stays=_stays())


@bp.get("/staff/sign-ins")
@may(Permission.MANAGE_OWN_SIGN_INS)
def staff() -> ResponseReturnValue:
    """The same of somebody at the clinic."""
    staff_member()
    return show("stays/staff.html", stays=_stays())


def _stays() -> list[dict[str, object]]:
    who = actor()
    return [
        {
            "id": one.id,
            "device": devices.in_words(one.device, one.channel),
            "network": devices.network_words(one.network),
            "since": one.created_at,
            "seen": one.last_seen_at,
            "here": one.id == who.sign_in_id,
        }
        for one in identity.open_stays(who)
    ]


@bp.post("/sign-ins/<int:sign_in_id>/end")
@may(Permission.MANAGE_OWN_SIGN_INS)
@takes()
def end(sign_in_id: int) -> ResponseReturnValue:
    """End one of them, at once."""
    identity.end_stay(sign_in_id, by=actor())
    flash(gettext("That device is signed out."), "success")
    return _back()


@bp.post("/sign-ins/end-others")
@may(Permission.MANAGE_OWN_SIGN_INS)
@takes()
def end_others() -> ResponseReturnValue:
    """End all of them but this one, at once."""
    identity.end_other_stays(by=actor())
    flash(gettext("You are signed out everywhere else."), "success")
    return _back()


def _back() -> ResponseReturnValue:
    return go("stays.staff" if actor().audience == "STAFF" else "stays.patient")


@bp.get("/stay")
@may(Permission.MANAGE_OWN_SIGN_INS)
def until() -> ResponseReturnValue:
    """When this stay ends, in a header: asked by the page before it warns, and no sign of use."""
    return "", 204


@bp.post("/stay")
@may(Permission.MANAGE_OWN_SIGN_INS)
@takes()
def longer() -> ResponseReturnValue:
    """Stay signed in: being asked is enough."""
    if "HX-Request" in request.headers:
        return "", 204
    home = url_for("desk.board" if actor().audience == "STAFF" else "my.home")
    return go_to(local_path(request.form.get("next"), home))


@bp.get("/kept/<token>")
@may(Permission.MANAGE_OWN_SIGN_INS)
def kept(token: str) -> ResponseReturnValue:
    """What they were about to send, with a button that sends it now."""
    found = kept_forms.find(token, actor().account_id)
    if found is None:
        abort(404)
    return show("stays/kept.html", kept=found, staff=actor().audience == "STAFF")
