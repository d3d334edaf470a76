"""What came of a call to somebody whom no message reached."""

from typing import Annotated, Literal

from pydantic import Field

from mibo.web.inputs.desk import Chosen
from mibo.web.inputs.sign_in import Strict

PAGES_AT_MOST = 1000


class CallOutcome(Strict):
    """Which call, with how many tries it was seen, and what came of this one; or that the last was noted by mistake."""

    call: Chosen
    seen: Annotated[int, Field(ge=0, le=1000)]
    outcome: Literal["REACHED", "NO_ANSWER", "WRONG_NUMBER", "TAKE_BACK"]


class CallPage(Strict):
    """Which page of the list."""

    page: Annotated[int, Field(ge=1, le=PAGES_AT_MOST)] = 1
