"""What somebody says who has to read in an emergency."""

from typing import Annotated

from pydantic import StringConstraints

from mibo.people import MRN_LENGTH
from mibo.web.inputs.patients import Plain
from mibo.web.inputs.sign_in import Strict

LONGEST_TYPED = 2_000  # the rule says how long it may be, with what is wrong


class ReasonInput(Strict):
    """Why it has to be."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TYPED), Plain]


class EmergencyInput(ReasonInput):
    """Whose notes, and why."""

    who: Annotated[str, StringConstraints(min_length=1, max_length=MRN_LENGTH), Plain]
