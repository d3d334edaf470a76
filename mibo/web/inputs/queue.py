"""What is typed at the queue of those who walk in."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from mibo.web.inputs.desk import Chosen, Note
from mibo.web.inputs.sign_in import Strict


class JoinInput(Strict):
    """Somebody who walked in. The last four digits of the phone are those the desk saw."""

    patient: Chosen
    centre: Chosen
    last_four: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    clinician: Chosen | None = None
    note: Note | None = None


class StepInput(Strict):
    """What becomes of an entry, and which version of it was on the page."""

    step: Literal["CALLED", "SKIPPED", "DONE", "LEFT", "WAITING"]
    version: Chosen
