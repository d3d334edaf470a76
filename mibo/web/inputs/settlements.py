"""Which settlements, and which lines of one, are asked for."""

from typing import Annotated

from pydantic import Field

from mibo.web.inputs.mismatches import MOST_PAGES
from mibo.web.inputs.sign_in import Strict


class SettlementsInput(Strict):
    """A page of them; of one's lines all, or those that wait for somebody."""

    waiting: bool = False
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1
