"""Centres as anybody may see them, and as those who look after them change them (api-contract.md 3.8)."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, clinics
from mibo.clinics import CentreDetails
from mibo.errors import Invalid, Missing
from mibo.identity import Permission
from mibo.web.access import actor, may, public
from mibo.web.api import clinic_shapes
from mibo.web.api.answers import listed, said, the_id
from mibo.web.api.clinic_shapes import CentreShown
from mibo.web.api.document import documented
from mibo.web.api.shown import Listed, Told
from mibo.web.inputs.lists import ActiveFilter, CentreFilter
from mibo.web.inputs.users import ActiveWish, CentreChange, NewCentre

bp = Blueprint("centres", __name__)


@bp.get("/centres")
@documented(gives=Listed[CentreShown], query=CentreFilter, tag="Centres")
@public
def list_centres(asked: CentreFilter) -> ResponseReturnValue:
    """Centres by name, also those that are closed for good unless `isActive` says otherwise."""
    found = clinics.centres(active=asked.is_active)
    if asked.city:
        city = asked.city.lower()
        if city not in {one.city.lower() for one in clinics.centres()}:
            raise Invalid.field("city", "We have no centre in that city.")
        found = [one for one in found if one.city.lower() == city]
    return listed(found, clinic_shapes.centre, asked)


@bp.get("/centres/<centre_id>")
@documented(gives=CentreShown, query=ActiveFilter, tag="Centres", refuses=(404,))
@public
def show_centre(centre_id: str, asked: ActiveFilter) -> ResponseReturnValue:
    """One centre."""
    one = clinics.centre(the_id(centre_id))
    if one is None or asked.is_active not in (None, one.active):
        raise Missing("We could not find that centre.")
    return said(clinic_shapes.centre(one))


@bp.post("/centres")
@documented(gives=CentreShown, body=NewCentre, tag="Centres", status=201, refuses=(400, 409))
@may(Permission.ADD_CENTRES)
def add_centre(told: NewCentre) -> ResponseReturnValue:
    """A new centre, open at once."""
    added = clinics.add_centre(CentreDetails(**told.details), by=actor().account_id)
    return said(clinic_shapes.centre(added), status=201)


@bp.put("/centres/<centre_id>")
@documented(gives=CentreShown, body=CentreChange, tag="Centres", refuses=(400, 404, 409))
@may(Permission.EDIT_CENTRES)
def change_centre(centre_id: str, told: CentreChange) -> ResponseReturnValue:
    """Change a centre; its own manager may, too."""
    if not told.told:
        raise Invalid("Tell at least one thing to change.")
    changed = clinics.change_centre(_reached(centre_id), told.told, by=actor().account_id)
    return said(clinic_shapes.centre(changed))


@bp.delete("/centres/<centre_id>")
@documented(gives=Told, tag="Centres", refuses=(404, 409))
@may(Permission.CLOSE_CENTRES, fresh=True)
def close_centre(centre_id: str) -> ResponseReturnValue:
    """Close a centre; its past stays. Refused while there are appointments to come."""
    booking.close_centre(_reached(centre_id), by=actor())
    return said(Told(message="Centre deleted successfully"))


@bp.patch("/centres/<centre_id>/toggle-active")
@documented(gives=CentreShown, body=ActiveWish, tag="Centres", refuses=(400, 404, 409))
@may(Permission.ADD_CENTRES, fresh=True)
def set_active(centre_id: str, told: ActiveWish) -> ResponseReturnValue:
    """Close a centre, or open it again."""
    if told.is_active:
        one = clinics.locked_centre(_reached(centre_id))
        clinics.set_open(one, True, by=actor().account_id)
    else:
        one = booking.close_centre(_reached(centre_id), by=actor())
    return said(clinic_shapes.centre(one), f"Centre {'activated' if told.is_active else 'deactivated'} successfully")


def _reached(centre_id: str) -> int:
    """Raises Missing for a centre that is not theirs, as for one that never was."""
    found = the_id(centre_id)
    if not actor().reaches(found):
        raise Missing("We could not find that centre.")
    return found
