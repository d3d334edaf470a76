"""One meeting per online appointment."""

from mibo.video.actions import call_off, make, move, take_away, take_away_unwanted, wanted_now
from mibo.video.models import Meeting

__all__ = ["Meeting", "call_off", "make", "move", "take_away", "take_away_unwanted", "wanted_now"]
