"""The family on one phone: who is on it, and somebody else to book for (M12)."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import db, people
from mibo.errors import Invalid
from mibo.identity.permissions import Permission
from mibo.people import SamePerson
from mibo.people.consent_rules import CARE
from mibo.web.access import actor, may
from mibo.web.forms.booking import FamilyForm
from mibo.web.htmx import go_to, local_path, show
from mibo.web.inputs.booking import AgreedInput

bp = Blueprint("family", __name__, url_prefix="/my")


@bp.route("/family", methods=["GET", "POST"])
@may(Permission.BOOK_OWN)
def listing() -> ResponseReturnValue:
    """Somebody else to book for on the same phone."""
    form = FamilyForm()
    onward = local_path(request.values.get("next"), url_for("my.home"))
    if said := form.read(AgreedInput):
        try:
            added = people.add_family_member(said.told, by=actor())
            people.consents.say(added, CARE, given=True, by=actor())
        except Invalid as error:
            db.session().expunge_all()
            form.refuse(error)
        except SamePerson as error:
            db.session().expunge_all()
            form.say("full_name", error.message)
        else:
            flash(gettext("%(name)s is added. You can book for them now.", name=added.first_name), "success")
            return go_to(_chosen(onward, added.id))
    house = people.household(by=actor())
    return show(
        "family/listing.html", form=form, next=onward, house=house, ages={one.id: people.age_of(one) for one in house.members},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _chosen(onward: str, patient_id: int) -> str:
    """Back to where they came from, with the new person chosen."""
    if not onward.startswith("/book/"):
        return onward
    return f"{onward}{'&' if '?' in onward else '?'}patient={patient_id}"
