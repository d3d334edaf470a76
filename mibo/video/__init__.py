"""One meeting per online appointment."""

from mibo.video.models import Meeting

__all__ = ["Meeting"]
