"""What those who treat a patient say of their history. How long it may be is the rule's."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from mibo.web.inputs.desk import Chosen
from mibo.web.inputs.patients import Plain
from mibo.web.inputs.sign_in import Strict

LONGEST_TYPED = 20_000  # the rule says what is too long, and by how much

Words = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TYPED), Plain]


class LineInput(Strict):
    """One more line."""

    kind: Literal["RISK", "CONDITION", "MEDICATION", "ALLERGY", "PAST_CARE"]
    words: Words


class ChangeLineInput(Strict):
    """What a line says from now on, and which version of it was on the page."""

    words: Words
    version: Chosen


class StrikeLineInput(Strict):
    """Why a line holds no more, and which version of it was on the page."""

    reason: Words
    version: Chosen
