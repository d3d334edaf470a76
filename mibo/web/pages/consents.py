"""What patients agree to, as it is noted at the desk."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, people
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web.access import actor, may
from mibo.web.htmx import go
from mibo.web.keys import takes

bp = Blueprint("consents", __name__)

ONE = f"/desk/patients/<int(max={GREATEST_ID}):patient_id>"


@bp.post(f"{ONE}/grown-up")
@may(Permission.EDIT_PATIENTS)
@takes("given")
def grown_up(patient_id: int) -> ResponseReturnValue:
    """Who turned eighteen on somebody's phone says at the desk whether its holder goes on acting for them."""
    booking.patients.patient_within_reach(patient_id, by=actor())
    given = request.form.get("given") == "yes"
    one = people.agree_grown_up(patient_id, given=given, by=actor())
    flash(f"Noted: {one.first_name or one.full_name} {'agrees' if given else 'no longer agrees'}.", "success")
    return go("patients.show_patient", patient_id=patient_id)
