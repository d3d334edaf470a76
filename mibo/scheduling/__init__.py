"""The hours clinicians keep, and what is open in them."""

from mibo.scheduling.models import TimeBlock, WeeklyHours
from mibo.scheduling.queries import hours_of

__all__ = ["TimeBlock", "WeeklyHours", "hours_of"]
