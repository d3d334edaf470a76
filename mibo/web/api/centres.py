"""Centres as anybody may see them (api-contract.md 3.8)."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import clinics
from mibo.errors import Invalid, Missing
from mibo.web.access import public
from mibo.web.api import clinic_shapes
from mibo.web.api.answers import listed, said, the_id
from mibo.web.api.clinic_shapes import CentreShown
from mibo.web.api.document import documented
from mibo.web.api.shown import Listed
from mibo.web.inputs.lists import ActiveFilter, CentreFilter

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
