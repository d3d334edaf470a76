"""What a patient's app changes of their own details (api-contract.md 3.13)."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from mibo.identity import EMAIL_LENGTH, NAME_LENGTH
from mibo.web.inputs.base import AnyCase, BlankIsNone, Day, Input, Names
from mibo.web.inputs.proving import OLDEST, Email, Gender
from mibo.web.inputs.records import BloodGroup, Words, plain_gender

KEPT = ("full_name", "first_name")  # nobody is without a name


class OwnChange(Input):
    """Only what is sent changes; what is sent empty is cleared, but for the name."""

    full_name: Words = Field(None, min_length=2, max_length=NAME_LENGTH)
    first_name: Words = Field(None, max_length=NAME_LENGTH)
    last_name: Words = Field(None, max_length=NAME_LENGTH)
    email: Email = Field(None, max_length=EMAIL_LENGTH)
    date_of_birth: Annotated[Day | None, BlankIsNone] = None
    age: Annotated[int | None, BlankIsNone] = Field(None, ge=1, le=OLDEST)
    gender: Annotated[Gender | None, BeforeValidator(plain_gender)] = None
    blood_group: Annotated[BloodGroup | None, BlankIsNone, AnyCase] = None
    emergency_contact_name: Words = Field(None, max_length=2 * NAME_LENGTH)
    emergency_contact_phone: Words = Field(None, max_length=20)

    also: ClassVar[Names] = {"full_name": ("name",), "date_of_birth": ("dob",)}

    @property
    def told(self) -> dict[str, Any]:
        """The same as the record takes it."""
        sent = self.model_dump(include=self.model_fields_set)
        return {key: value for key, value in sent.items() if value is not None or key not in KEPT}
