"""Centres, their holidays, and the policy numbers."""

from mibo.clinics.models import NAME_LENGTH, REASON_LENGTH, Centre, Holiday
from mibo.clinics.queries import centre, centres, policy_in_force

__all__ = ["NAME_LENGTH", "REASON_LENGTH", "Centre", "Holiday", "centre", "centres", "policy_in_force"]
