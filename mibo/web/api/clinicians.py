"""Clinicians as anybody may see them (api-contract.md 3.6)."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import people, scheduling
from mibo.people import Wish
from mibo.web.access import public, visitor
from mibo.web.api import clinic_shapes
from mibo.web.api.answers import listed, said, the_id
from mibo.web.api.clinic_shapes import ClinicianInFull, ClinicianShown, HoursShown
from mibo.web.api.document import documented
from mibo.web.api.shown import Listed
from mibo.web.inputs.lists import ActiveFilter, CentreChoice, ClinicianFilter

bp = Blueprint("clinicians", __name__)


@bp.get("/clinicians")
@bp.get("/users/clinicians")
@documented(gives=Listed[ClinicianShown], query=ClinicianFilter, tag="Clinicians")
@public
def list_clinicians(asked: ClinicianFilter) -> ResponseReturnValue:
    """Clinicians by name; staff also see those who no longer practise, and how to reach them."""
    to_staff = asked_by_staff()
    wish = Wish(centre_id=asked.centre_id, specialisation=asked.specialization)
    found = people.directory(wish, active=asked.is_active if to_staff else True)
    if not to_staff and asked.is_active is False:
        found = []
    response = listed(found, lambda one: clinic_shapes.clinician(one, to_staff=to_staff), asked)
    # always asked again, so that nobody sees a clinician as they were before an edit (api-contract.md 1.14)
    response.headers["Cache-Control"] = "private, no-cache" if to_staff else "no-cache"
    return response


@bp.get("/clinicians/<clinician_id>")
@bp.get("/users/clinicians/<clinician_id>")
@documented(gives=ClinicianInFull, query=ActiveFilter, tag="Clinicians", refuses=(404,))
@public
def show_clinician(clinician_id: str, asked: ActiveFilter) -> ResponseReturnValue:
    """One clinician with the hours they keep."""
    to_staff = asked_by_staff()
    one = people.clinician(the_id(clinician_id), active=asked.is_active if to_staff else True)
    rules = [clinic_shapes.hours(each) for each in scheduling.weekly_hours(one.id)]
    return said(clinic_shapes.clinician_in_full(one, rules, to_staff=to_staff))


@bp.get("/clinicians/<clinician_id>/availability")
@bp.get("/users/clinicians/<clinician_id>/availability")
@documented(gives=list[HoursShown], query=CentreChoice, tag="Clinicians", refuses=(404,))
@public
def show_availability(clinician_id: str, asked: CentreChoice) -> ResponseReturnValue:
    """The hours a clinician keeps, by weekday and time."""
    one = people.clinician(the_id(clinician_id), active=None if asked_by_staff() else True)
    return said([clinic_shapes.hours(each) for each in scheduling.weekly_hours(one.id, centre_id=asked.centre_id)])


def asked_by_staff() -> bool:
    """Whether staff ask. A stale token makes nobody staff, and is no reason to refuse what is public either."""
    who = visitor() if request.headers.get("Authorization") else None
    return who is not None and who.audience == "STAFF"
