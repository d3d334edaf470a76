"""Centres, their holidays, and the policy numbers."""

from mibo.clinics.actions import (
    CentreDetails,
    NameTaken,
    add_centre,
    add_holiday,
    change_centre,
    locked_centre,
    remove_holiday,
    set_door_hours,
    set_open,
)
from mibo.clinics.deciding import decide_policy, forget_policy, newest_policy, policy_in_force, policy_versions
from mibo.clinics.models import ADDRESS_LENGTH, NAME_LENGTH, REASON_LENGTH, Centre, Holiday, OpeningHours, PolicyVersion
from mibo.clinics.queries import centre, centres, door_hours, holidays_from

__all__ = [
    "ADDRESS_LENGTH",
    "NAME_LENGTH",
    "REASON_LENGTH",
    "Centre",
    "CentreDetails",
    "Holiday",
    "NameTaken",
    "OpeningHours",
    "PolicyVersion",
    "add_centre",
    "add_holiday",
    "centre",
    "centres",
    "change_centre",
    "decide_policy",
    "door_hours",
    "forget_policy",
    "holidays_from",
    "locked_centre",
    "newest_policy",
    "policy_in_force",
    "policy_versions",
    "remove_holiday",
    "set_door_hours",
    "set_open",
]
