"""What patients ask about their data, and what managers answer. How long it may be is the rule's."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from mibo.web.inputs.desk import Chosen
from mibo.web.inputs.patients import Plain
from mibo.web.inputs.sign_in import Strict

LONGEST_TYPED = 20_000

Words = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TYPED), Plain]


class AskInput(Strict):
    """What is asked for, of whom, and in which words."""

    patient: Chosen
    kind: Literal["RECORDS", "CORRECTION", "ERASURE", "NOMINEE", "GRIEVANCE"]
    words: Words


class AnswerInput(Strict):
    """What becomes of a request as it was seen, why, and what the patient is told."""

    version: Chosen
    outcome: Literal["DONE", "PARTLY", "REFUSED"]
    ground: Literal["LAW", "HARM", "IDENTITY", "UNFOUNDED"] | None = None
    words: Words


class TakeInput(Strict):
    """Which version was on the page."""

    version: Chosen
