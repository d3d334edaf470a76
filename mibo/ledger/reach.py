"""Whose payments somebody may look at (R-ACL): all, their centres', or those that they took themselves."""

from sqlalchemy import ColumnElement, and_, false, true

from mibo.booking import within_reach
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import Payment


def payments_within_reach(by: Actor) -> ColumnElement[bool]:
    """The condition of a payment that this person may see; nobody's without a centre (R-ACL-2)."""
    if by.everywhere:
        return true()
    if by.may(Permission.SEE_REVENUE):
        return Payment.centre_id.in_(by.centre_ids)
    if by.may(Permission.SEE_PAYMENTS):
        return and_(within_reach(by, Payment), Payment.taken_by == by.account_id)
    return false()
