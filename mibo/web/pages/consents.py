"""What patients agree to: read by anybody, given and taken back by themselves, and noted at the desk."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import booking, clinics, db, people
from mibo.errors import Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.people import consent_rules, consents
from mibo.web import consent_rows
from mibo.web.access import actor, may, public
from mibo.web.htmx import go, go_to, local_path, show
from mibo.web.keys import takes

bp = Blueprint("consents", __name__)

ONE = f"/<int(max={GREATEST_ID}):patient_id>"


@bp.get("/privacy")
@public
def notice() -> ResponseReturnValue:
    """What is kept of whom, what for, who sees it, and what one may do about it."""
    return show(
        "consents/notice.html", centres=clinics.centres(active=True), version=consent_rules.NOTICE_VERSION,
        days=clinics.policy_in_force().enquiries_kept_days,
    )  # fmt: skip


@bp.get("/my/consents")
@may(Permission.SEE_OWN)
def own() -> ResponseReturnValue:
    """Each purpose by itself, for oneself and those one acts for, with all that was said before."""
    return _own()


@bp.post(f"/my/consents{ONE}")
@may(Permission.BOOK_OWN)
@takes("purpose", "given")
def say(patient_id: int) -> ResponseReturnValue:
    """One press gives it, and one takes it back."""
    one = people.own_patient(patient_id, by=actor())
    purpose, given = request.form.get("purpose", ""), request.form.get("given") == "yes"
    if purpose not in consent_rules.PURPOSES:
        raise Invalid(gettext("Choose what it is about."))
    try:
        consents.say(one, purpose, given=given, by=actor())
    except Invalid as error:
        db.session().expunge_all()
        return _own(problem=error.problems[0].message, status=422)
    flash(gettext("Saved."), "success")
    return go_to(_next() if given else url_for("consents.own"))


def _own(*, problem: str = "", status: int = 200) -> ResponseReturnValue:
    family = people.family_of(actor().account_id)
    names = {one.id: one.full_name for one in family}
    asking = bool(request.values.get("next")) and _next() != url_for("my.home")
    return show(
        "consents/own.html", people=[consent_rows.person(one) for one in family], problem=problem, next=_next(),
        onward=url_for("profile.details"), asking=asking,
        history=consent_rows.history(consents.history(list(names)), names),
        emergencies=[] if asking else consent_rows.emergencies(names), status=status,
    )  # fmt: skip


def _next() -> str:
    return local_path(request.values.get("next"), url_for("my.home"))


@bp.post(f"/desk/patients{ONE}/consents")
@may(Permission.EDIT_PATIENTS)
@takes("purpose", "given")
def note(patient_id: int) -> ResponseReturnValue:
    """What was said or signed at the desk."""
    one = booking.patients.patient_within_reach(patient_id, by=actor())
    purpose, given = request.form.get("purpose", ""), request.form.get("given") == "yes"
    if purpose not in consent_rules.PURPOSES:
        raise Invalid("Choose what it is about.")
    consents.say(one, purpose, given=given, by=actor())
    flash("Noted.", "success")
    return go("patients.show_patient", patient_id=patient_id)


@bp.post(f"/desk/patients{ONE}/grown-up")
@may(Permission.EDIT_PATIENTS)
@takes("given")
def grown_up(patient_id: int) -> ResponseReturnValue:
    """Who turned eighteen on somebody's phone says at the desk whether its holder goes on acting for them."""
    booking.patients.patient_within_reach(patient_id, by=actor())
    given = request.form.get("given") == "yes"
    one = people.agree_grown_up(patient_id, given=given, by=actor())
    flash(f"Noted: {one.first_name or one.full_name} {'agrees' if given else 'no longer agrees'}.", "success")
    return go("patients.show_patient", patient_id=patient_id)
