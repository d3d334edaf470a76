"""The hours clinicians keep, and what is open in them."""

from mibo.scheduling.actions import (
    FARTHEST,
    Standing,
    check_pattern,
    check_version,
    end_hours,
    lock_hours,
    set_pace,
    set_pattern,
    standing,
)
from mibo.scheduling.models import TimeBlock, WeeklyHours
from mibo.scheduling.queries import as_hours, clinician_with_hours, kept_hours, settable, version_of, weekly_hours

__all__ = [
    "FARTHEST",
    "Standing",
    "TimeBlock",
    "WeeklyHours",
    "as_hours",
    "check_pattern",
    "check_version",
    "clinician_with_hours",
    "end_hours",
    "kept_hours",
    "lock_hours",
    "set_pace",
    "set_pattern",
    "settable",
    "standing",
    "version_of",
    "weekly_hours",
]
