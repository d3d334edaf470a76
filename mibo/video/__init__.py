"""One meeting per online appointment."""

from mibo.video.actions import make, wanted_now
from mibo.video.models import Meeting

__all__ = ["Meeting", "make", "wanted_now"]
