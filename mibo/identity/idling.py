"""How long a browser may be left alone before its stay ends (security.md line 20)."""

from datetime import timedelta

from mibo.config import settings
from mibo.identity.permissions import Role

AT_THE_DESK = {Role.FRONT_DESK, Role.CARE_COORDINATOR}


def idle_limit(roles: frozenset[Role]) -> timedelta:
    """How long a browser's stay may be left alone; whoever holds several roles has the shortest limit."""
    if roles == {Role.PATIENT}:
        return timedelta(minutes=settings().idle_minutes_patient)
    at_desk = bool(roles) and roles <= AT_THE_DESK
    return timedelta(minutes=settings().idle_minutes_desk if at_desk else settings().idle_minutes_staff)
