"""The living style guide: every component in every state, and two whole pages built of them. Invented people only."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, render_template
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FileField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length

from mibo import clock
from mibo.identity.permissions import Permission
from mibo.web.access import may
from mibo.web.filters import clock_time
from mibo.web.forms.fields import DateParts

bp = Blueprint("styleguide", __name__)
SCENES = {"index", "patient", "times", "refused", "board", "desk"}
STATUSES = [
    "PENDING", "HELD", "CONFIRMED", "ARRIVED", "IN_PROGRESS", "COMPLETED", "CANCELLATION_REQUESTED", "CANCELLED",
    "NO_SHOW", "EXPIRED", "UNPAID", "PAID", "PROCESSING", "REFUNDED", "FAILED", "LINK_SENT", "LINK_NOT_SENT", "ONLINE",
    "IN_PERSON",
]  # fmt: skip


CENTRES = [SelectChoice("", "Choose a centre"), SelectChoice("1", "Kochi"), SelectChoice("2", "Bengaluru")]
MODES = [SelectChoice("IN_PERSON", "At the centre"), SelectChoice("ONLINE", "Online")]


class SampleForm(Form):
    """One field of each kind."""

    name = StringField(
        "Full name", [DataRequired("Enter the full name.")], description="As it should stand on the receipt"
    )
    phone = StringField(
        "Phone number", [DataRequired("Enter your phone number.")], description="We send a code on WhatsApp"
    )
    code = StringField(
        "Code", [DataRequired("Enter the code from the message.")], description="We sent it to ••••3210 on WhatsApp"
    )
    born_on = DateParts("Date of birth", [DataRequired("Enter the date of birth.")])
    centre = SelectField("Centre", [DataRequired("Choose a centre.")], choices=CENTRES)
    mode = RadioField(
        "How would you like to meet?", [DataRequired("Choose how you would like to meet.")], choices=MODES
    )
    speciality = StringField("What is it about?")
    reason = TextAreaField("What should the clinician know?", [Length(max=500)])
    letter = FileField("Referral letter", description="A PDF or a photo, up to 5 MB")
    agrees = BooleanField("I agree to the clinic's terms", [DataRequired("Please read and accept the terms.")])


TYPED = {
    "name": "Asha Menon", "phone": "98765 43210", "code": "482 913", "born_on": ["27", "3", "1994"], "centre": "1",
    "mode": "ONLINE", "reason": "I would like to speak in Malayalam.", "agrees": "y",
}  # fmt: skip


def filled() -> SampleForm:
    """The sample as somebody would leave it."""
    return SampleForm(MultiDict(TYPED))


def refused(prefix: str = "") -> SampleForm:
    """The sample sent back with every complaint."""
    form = SampleForm(MultiDict([(prefix + "born_on", typed) for typed in ("31", "2", "1994")]), prefix=prefix)
    form.validate()
    return form


def scene_context() -> dict[str, Any]:
    """What the scenes show."""
    until = clock.now() + timedelta(minutes=12)
    return {
        "statuses": STATUSES,
        "good": filled(),
        "bad": refused(),
        "wrong": refused("wrong-"),
        "held_until": until,
        "shown": clock_time(until),
    }


@bp.get("/_styleguide")
@bp.get("/_styleguide/<scene>")
@may(Permission.SEE_STYLEGUIDE)
def show(scene: str = "index") -> str:
    """Every component, or one whole page made of them."""
    if scene not in SCENES:
        abort(404)
    return render_template(f"styleguide/{scene}.html", **scene_context())
