"""One meeting per online appointment."""

from mibo.video.actions import call_off, make, make_again, move, paste, take_away, take_away_unwanted, wanted_now
from mibo.video.models import Meeting
from mibo.video.rules import LINK_LENGTH

__all__ = [
    "LINK_LENGTH",
    "Meeting",
    "call_off",
    "make",
    "make_again",
    "move",
    "paste",
    "take_away",
    "take_away_unwanted",
    "wanted_now",
]
