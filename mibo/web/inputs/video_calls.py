"""What whoever joins an online appointment says beforehand."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from mibo.booking.gate_rules import CONTACT_LENGTH, PLACE_LENGTH, Answers
from mibo.web.inputs.booking import Text
from mibo.web.inputs.sign_in import Phone, Strict


class CallInput(Strict):
    """Who joins, whether they can speak freely, where they are, whom to call, and that they agree."""

    joins_as: Literal["PATIENT", "GUARDIAN"]
    private: Literal["YES", "NO"]
    adult_present: bool = False
    place: Annotated[Text, StringConstraints(min_length=1, max_length=PLACE_LENGTH)]
    contact_name: Annotated[Text, StringConstraints(min_length=2, max_length=CONTACT_LENGTH)]
    contact_phone: Phone
    agreed: bool = False

    @property
    def answers(self) -> Answers:
        """The same as the rules take it."""
        return Answers(**self.model_dump(exclude={"private"}), private=self.private == "YES")
