"""Whose payments somebody may look at (R-ACL): all, their centres', or those that they took themselves."""

from sqlalchemy import ColumnElement, and_, false, select, true

from mibo.booking import Appointment, within_reach
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import Attempt


def payments_within_reach(by: Actor) -> ColumnElement[bool]:
    """The condition of a booking whose payment this person may see; nobody's without a centre (R-ACL-2)."""
    if by.everywhere:
        return true()
    if by.may(Permission.SEE_REVENUE):
        return Appointment.centre_id.in_(by.centre_ids)
    if by.may(Permission.SEE_PAYMENTS):
        own = select(Attempt.payment_id).where(Attempt.taken_by == by.account_id, Attempt.status == "PAID")
        return and_(within_reach(by), Appointment.payment_id.in_(own))
    return false()
