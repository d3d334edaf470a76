"""A patient's own side for their app: what is next, all that was, and who they are (api-contract.md 3.13)."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, clock, identity, people
from mibo.identity import Permission
from mibo.web.access import may
from mibo.web.api import patient_shapes, portal_shapes
from mibo.web.api.answers import said
from mibo.web.api.document import documented
from mibo.web.api.notices import patient_only
from mibo.web.api.portal_shapes import Dashboard, OwnAppointments, OwnPayments, ProfileShown
from mibo.web.inputs.portal import OwnChange

bp = Blueprint("portal", __name__, url_prefix="/patient")

TAG = "Patient's own side"


@bp.get("/dashboard")
@documented(gives=Dashboard, tag=TAG, refuses=(404,))
@may(Permission.SEE_SELF)
def dashboard() -> ResponseReturnValue:
    """The next appointments, soonest first, the latest ones and payments, and counts."""
    by = patient_only()
    own = people.own_patient(by.account_id, by=by)
    return said(portal_shapes.dashboard(own, booking.own_appointments(by), clock.now()))


@bp.get("/appointments")
@documented(gives=OwnAppointments, tag=TAG, refuses=(404,))
@may(Permission.SEE_SELF)
def appointments() -> ResponseReturnValue:
    """One's own and one's family's appointments, newest first."""
    found = booking.own_appointments(patient_only())
    return said(OwnAppointments(appointments=[patient_shapes.visit(one) for one in found]))


@bp.get("/payments")
@documented(gives=OwnPayments, tag=TAG, refuses=(404,))
@may(Permission.SEE_SELF)
def payments() -> ResponseReturnValue:
    """One's own and one's family's payments, newest first, without the desk's notes."""
    return said(OwnPayments(payments=portal_shapes.payments(booking.own_appointments(patient_only()))))


@bp.get("/profile")
@documented(gives=ProfileShown, tag=TAG, refuses=(404,))
@may(Permission.SEE_SELF)
def profile() -> ResponseReturnValue:
    """Who somebody is."""
    by = patient_only()
    own = people.own_patient(by.account_id, by=by)
    return said(portal_shapes.profile(identity.account_in_full(by.account_id), own))


@bp.put("/profile")
@documented(gives=ProfileShown, body=OwnChange, tag=TAG, refuses=(404,))
@may(Permission.SEE_SELF)
def change_profile(told: OwnChange) -> ResponseReturnValue:
    """Say who one is: what is sent changes, whatever else is known stays."""
    by = patient_only()
    people.own_patient(by.account_id, by=by)
    own = people.complete_own(told.told, by=by)
    return said(portal_shapes.profile(identity.account_in_full(by.account_id), own), "Profile updated successfully")
