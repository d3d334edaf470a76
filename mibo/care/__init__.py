"""The consultation itself: started and ended, and when the patient is due to come again."""

from mibo.care.models import FollowUp

__all__ = ["FollowUp"]
