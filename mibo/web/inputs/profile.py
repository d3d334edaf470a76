"""What a patient says of themselves beyond what is asked before the first booking."""

from typing import Annotated, Any

from pydantic import AfterValidator

from mibo.web.inputs.booking import DetailsInput
from mibo.web.inputs.patients import LongName, Mail, any_phone

MORE = {"email", "emergency_contact_name", "emergency_contact_phone"}


class ProfileInput(DetailsInput):
    """Who they are, how else they can be reached, and whom to call for them. What is empty is cleared."""

    email: Mail | None = None
    emergency_contact_name: LongName | None = None
    emergency_contact_phone: Annotated[str, AfterValidator(any_phone)] | None = None

    @property
    def told(self) -> dict[str, Any]:
        """The same as the record takes it."""
        return super().told | self.model_dump(include=MORE)
