"""How a patient wants to be told things: language, discretion, or no messages at all."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import people, phone
from mibo.errors import Invalid
from mibo.identity.permissions import Permission
from mibo.web.access import actor, may
from mibo.web.forms.booking import WITHOUT_MAIL, WishesForm
from mibo.web.htmx import go, show
from mibo.web.inputs.booking import WishesInput

bp = Blueprint("my_messages", __name__, url_prefix="/my/messages")


@bp.route("", methods=["GET", "POST"])
@may(Permission.BOOK_OWN)
def wishes() -> ResponseReturnValue:
    """What they have chosen, and what they choose now; it holds for everybody they book for."""
    own = people.own_patient(actor().account_id, by=actor())
    form = WishesForm(data={name: getattr(own, name) for name in WishesInput.model_fields})
    if not own.email:
        form.message_channel.choices = WITHOUT_MAIL
    if said := form.read(WishesInput):
        try:
            people.wish_for_family(said.model_dump(), by=actor())
        except Invalid as error:
            form.refuse(error)
        else:
            none = gettext("Saved. You get no more messages about appointments.")
            flash(none if said.no_messages else gettext("Saved."), "success")
            return go("my.home")
    return show(
        "my_messages/wishes.html", form=form, number=phone.shown(own.phone), email=own.email, status=422 if form.errors else 200,
        family=[one.full_name for one in people.family_of(actor().account_id) if one.id != own.id],
    )  # fmt: skip
