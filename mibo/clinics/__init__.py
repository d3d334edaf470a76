"""Centres, their holidays, and the policy numbers."""

from mibo.clinics.models import NAME_LENGTH, REASON_LENGTH, Centre, Holiday

__all__ = ["NAME_LENGTH", "REASON_LENGTH", "Centre", "Holiday"]
