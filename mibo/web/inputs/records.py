"""How apps of the clinic look for patients, add and change them (api-contract.md 3.7)."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from mibo.identity import EMAIL_LENGTH, NAME_LENGTH
from mibo.people import BIO_LENGTH, MRN_LENGTH, NOTES_LENGTH
from mibo.web.inputs.base import AnyCase, BlankIsNone, Day, Input, Names, Phone
from mibo.web.inputs.lists import LONGEST_FILTER, Paging
from mibo.web.inputs.proving import OLDEST, Email, Gender

Words = Annotated[str | None, BlankIsNone]
BloodGroup = Literal["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"]


def plain_gender(sent: object) -> object:
    """`non-binary` and `Prefer not to say` are the same words in another spelling."""
    if not isinstance(sent, str):
        return sent
    return sent.strip().upper().replace("-", "_").replace(" ", "_") or None


class PatientFilter(Paging):
    """Which patients are wanted: by name, phone, e-mail or MRN, or by part of the phone."""

    search: Words = Field(None, max_length=LONGEST_FILTER)
    phone: Words = Field(None, max_length=40)

    also: ClassVar[Names] = {"search": ("q", "name")}


class _Record(Input):
    first_name: Words = Field(None, max_length=NAME_LENGTH)
    last_name: Words = Field(None, max_length=NAME_LENGTH)
    email: Email = Field(None, max_length=EMAIL_LENGTH)
    date_of_birth: Annotated[Day | None, BlankIsNone] = None
    age: Annotated[int | None, BlankIsNone] = Field(None, ge=0, le=OLDEST)
    gender: Annotated[Gender | None, BeforeValidator(plain_gender)] = None
    blood_group: Annotated[BloodGroup | None, BlankIsNone, AnyCase] = None
    emergency_contact_name: Words = Field(None, max_length=2 * NAME_LENGTH)
    emergency_contact_phone: Words = Field(None, max_length=20)
    guardian_name: Words = Field(None, max_length=2 * NAME_LENGTH)
    guardian_relation: Words = Field(None, max_length=60)
    guardian_phone: Annotated[Phone | None, BlankIsNone] = None
    guardian_consent: bool | None = None
    notes: Words = Field(None, max_length=NOTES_LENGTH)
    mrn: Words = Field(None, max_length=MRN_LENGTH)

    also: ClassVar[Names] = {"full_name": ("name",), "date_of_birth": ("dob",)}


class PatientWish(_Record):
    """A new patient; `family` says that the phone may be somebody's already."""

    full_name: str = Field(min_length=2, max_length=2 * NAME_LENGTH)
    phone: Phone
    family: bool = False

    @property
    def told(self) -> dict[str, Any]:
        """The same as the record takes it: what is empty is not told."""
        return {key: value for key, value in self.model_dump(exclude={"family"}).items() if value is not None}


class PatientChange(_Record):
    """What changes of a patient; what is empty is cleared, but for the name and the phone."""

    full_name: Words = Field(None, min_length=2, max_length=2 * NAME_LENGTH)
    phone: Annotated[Phone | None, BlankIsNone] = None

    @property
    def told(self) -> dict[str, Any]:
        """The same as the record takes it: only what was sent."""
        sent = self.model_dump(include=self.model_fields_set)
        return {key: value for key, value in sent.items() if value is not None or key not in KEPT}


KEPT = ("full_name", "phone", "first_name", "guardian_consent")


class NoteWish(Input):
    """A note on a patient's record."""

    note: str = Field(min_length=1, max_length=BIO_LENGTH)

    also: ClassVar[Names] = {"note": ("note_text", "notes")}
