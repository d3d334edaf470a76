"""Who a patient is, as they say it themselves: asked once, before the first booking, and changed here."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import db, people, phone
from mibo.errors import Invalid
from mibo.identity.permissions import Permission
from mibo.people import Patient
from mibo.people.consent_rules import CARE, MESSAGES
from mibo.web.access import actor, may
from mibo.web.forms.booking import WelcomeForm
from mibo.web.forms.profile import ProfileForm
from mibo.web.htmx import go_to, local_path, show
from mibo.web.inputs.booking import WelcomeInput
from mibo.web.inputs.profile import ProfileInput

bp = Blueprint("profile", __name__, url_prefix="/my")


@bp.route("/details", methods=["GET", "POST"])
@may(Permission.BOOK_OWN)
def details() -> ResponseReturnValue:
    """Who somebody is: asked once, before the first booking, and changed here."""
    own = people.own_patient(actor().account_id, by=actor())
    first = bool(people.missing_of(own))
    form = (WelcomeForm if first else ProfileForm)(data=_known(own))
    onward = local_path(request.values.get("next"), url_for("my.home"))
    if said := form.read(WelcomeInput if first else ProfileInput):
        try:
            own = people.complete_own(said.told, by=actor())
            if isinstance(said, WelcomeInput):
                people.consents.say(own, CARE, given=True, by=actor())
                people.consents.say(own, MESSAGES, given=said.messages_consent, by=actor())
        except Invalid as error:
            db.session().expunge_all()
            form.refuse(error)
        else:
            flash(gettext("Saved."), "success")
            return go_to(onward)
    return show(
        "profile/details.html",
        form=form,
        next=onward,
        first_time=first,
        status=422 if form.errors else 200,
    )


def _known(own: Patient) -> dict[str, object]:
    return {
        "full_name": own.full_name,
        "date_of_birth": own.date_of_birth,
        "age": people.age_of(own) if own.date_of_birth is None else None,
        "gender": own.gender,
        "email": own.email,
        "emergency_contact_name": own.emergency_contact_name,
        "emergency_contact_phone": own.emergency_contact_phone,
        "guardian_name": own.guardian_name,
        "guardian_relation": own.guardian_relation,
        "guardian_phone": phone.shown(own.guardian_phone) if own.guardian_phone else "",
        "guardian_consent": own.guardian_consent_at is not None,
    }
