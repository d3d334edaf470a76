"""What staff say of video links: which of them they want to see, and the link that they paste."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from mibo.booking import video_list
from mibo.video import LINK_LENGTH
from mibo.web.inputs.booking import Text
from mibo.web.inputs.desk import Chosen
from mibo.web.inputs.sign_in import Strict


class LinksInput(Strict):
    """Which days, which state, which centre; today and the next six days, all of them, unless it says otherwise."""

    days: Literal["today", "week"] = "week"
    state: video_list.LinkState | None = None
    centre: Chosen | None = None


class PasteInput(Strict):
    """The link of a meeting that was made elsewhere; whether it may be used is a rule."""

    version: Chosen
    link: Annotated[Text, StringConstraints(min_length=1, max_length=LINK_LENGTH)]
