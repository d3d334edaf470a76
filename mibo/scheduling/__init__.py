"""The hours clinicians keep, and what is open in them."""

from mibo.scheduling.models import TimeBlock, WeeklyHours

__all__ = ["TimeBlock", "WeeklyHours"]
