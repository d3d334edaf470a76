"""What the desk types about a patient: a search, a record, a merge, a note."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from mibo.booking import Sought
from mibo.identity import EMAIL_LENGTH, NAME_LENGTH
from mibo.people import BIO_LENGTH, BLOOD_GROUPS, GENDERS, MRN_LENGTH, NOTES_LENGTH
from mibo.web.inputs.booking import GuardianInput, WishesInput
from mibo.web.inputs.desk import Chosen, Search
from mibo.web.inputs.proving import EMAIL
from mibo.web.inputs.sign_in import Phone, Strict

OLDEST = 150
PAGES_AT_MOST = 100_000
ANY_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,18}")
WHICH = {"active": True, "inactive": False, "all": None}


def _plain(typed: object) -> object:
    """PostgreSQL cannot keep a NUL in a text."""
    return typed.replace("\x00", "") if isinstance(typed, str) else typed


def _email(typed: str) -> str:
    if not EMAIL.fullmatch(typed):
        raise ValueError("Enter an e-mail address such as name@example.com.")
    return typed


def any_phone(typed: str) -> str:
    if not ANY_PHONE.fullmatch(typed):
        raise ValueError("Enter a phone number, for example 0484 400 0000.")
    return typed


def _offered(choices: tuple[str, ...]) -> AfterValidator:
    def check(chosen: str) -> str:
        if chosen not in choices:
            raise ValueError("Choose one of the options.")
        return chosen

    return AfterValidator(check)


Plain = BeforeValidator(_plain)
Name = Annotated[str, StringConstraints(max_length=NAME_LENGTH), Plain]
LongName = Annotated[str, StringConstraints(max_length=2 * NAME_LENGTH), Plain]


Mail = Annotated[str, StringConstraints(max_length=EMAIL_LENGTH), Plain, AfterValidator(_email)]


class PatientsInput(Strict):
    """Which patients are looked for. It travels in the body, never in an address."""

    q: Search = ""
    which: Literal["active", "inactive", "all"] = "active"
    centre: Chosen | None = None
    sort: Literal["near", "name", "registered"] = "near"
    page: Annotated[int, Field(ge=1, le=PAGES_AT_MOST)] = 1

    @property
    def sought(self) -> Sought:
        """The same as the query takes it."""
        return Sought(typed=self.q, active=WHICH[self.which], centre_id=self.centre, sort=self.sort)


class RecordInput(GuardianInput, WishesInput):
    """Everything the desk keeps about a patient."""

    first_name: Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH), Plain]
    last_name: Name | None = None
    full_name: LongName | None = None
    phone: Phone
    email: Annotated[Mail | None, Field(validate_default=True)] = None
    date_of_birth: date | None = None
    age: Annotated[int | None, Field(validate_default=True, ge=0, le=OLDEST)] = None
    gender: Annotated[str, _offered(GENDERS)]
    blood_group: Annotated[str, _offered(BLOOD_GROUPS)] | None = None
    emergency_contact_name: LongName | None = None
    emergency_contact_phone: Annotated[str, AfterValidator(any_phone)] | None = None
    notes: Annotated[str, StringConstraints(max_length=NOTES_LENGTH), Plain] | None = None
    mrn: Annotated[str, StringConstraints(max_length=MRN_LENGTH), Plain] | None = None
    family: Literal["yes", ""] = ""

    @field_validator("email")
    @classmethod
    def _mail_needs_an_address(cls, email: str | None, told: ValidationInfo) -> str | None:
        if email is None and told.data.get("message_channel") == "EMAIL":
            raise ValueError("Enter the e-mail address that messages go to.")
        return email

    @field_validator("age")
    @classmethod
    def _one_of_the_two(cls, age: int | None, told: ValidationInfo) -> int | None:
        if age is None and told.data.get("date_of_birth") is None:
            raise ValueError("Enter the date of birth, or the age if it is not known.")
        return age

    def told(self, *, with_mrn: bool) -> dict[str, Any]:
        """The same as the record takes it; who may not set an MRN has no field for it, and is refused if they send one."""
        return self.model_dump(exclude={"family"} if with_mrn or self.mrn else {"family", "mrn"})


class MergeInput(Strict):
    """The other record, and the last four digits of its phone as they were typed."""

    other: Chosen
    last_four: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class MedicalNoteInput(Strict):
    """A note on a patient's record."""

    note: Annotated[str, StringConstraints(min_length=1, max_length=BIO_LENGTH), Plain]
