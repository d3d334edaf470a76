"""What an app tells about a clinician and about pictures (api-contract.md 3.6, 5.3, 5.5)."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from mibo.identity import NAME_LENGTH
from mibo.people import BIO_LENGTH
from mibo.scheduling.rules import MOST_ROWS
from mibo.web.inputs.base import AnyCase, BlankIsNone, Id, Input, Names, Phone
from mibo.web.inputs.clinicians import (
    MOST_YEARS,
    NUMBER_LENGTH,
    TITLE_LENGTH,
    URL_LENGTH,
    Address,
    SomeWords,
    Words,
    fee_in_paise,
)
from mibo.web.inputs.hours import RuleWish
from mibo.web.inputs.proving import Email
from mibo.web.inputs.staff import Username
from mibo.web.inputs.users import Ids, Password

NO_TITLE = "clinician"


def _fee(sent: object) -> int:
    if isinstance(sent, int | float | str) and not isinstance(sent, bool):
        try:
            return fee_in_paise(sent)
        except ValueError:
            pass
    raise PydanticCustomError("choice", "{field} must be an amount in rupees, more than 0.")


def _title(told: str | None) -> str | None:
    """What everybody is says nothing, and would hide them from who looks by title (contract, rule 20)."""
    return None if told and told.lower() == NO_TITLE else told


Fee = Annotated[int, BeforeValidator(_fee), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})]
Title = Annotated[Annotated[str, Field(max_length=TITLE_LENGTH)] | None, BlankIsNone, AfterValidator(_title)]
Number = Annotated[Annotated[str, Field(max_length=NUMBER_LENGTH)] | None, BlankIsNone]
Bio = Annotated[Annotated[str, Field(max_length=BIO_LENGTH)] | None, BlankIsNone]
Years = Annotated[Annotated[int, Field(ge=0, le=MOST_YEARS)] | None, BlankIsNone]
Modes = Annotated[list[Annotated[Literal["IN_PERSON", "ONLINE"], AnyCase]], Field(min_length=1, max_length=2)]
Minutes = Annotated[int, Field(ge=15, le=240)]
Pause = Annotated[int, Field(ge=0, le=120)]
Picture = Annotated[Annotated[str, Field(max_length=URL_LENGTH)] | None, BlankIsNone]
Video = Annotated[Address | None, BlankIsNone]
Name = Annotated[str, Field(min_length=2, max_length=2 * NAME_LENGTH)]
MaybeUsername = Annotated[Username | None, BlankIsNone]

_NAMES: Names = {
    "full_name": ("name",),
    "specialization": ("specialisation", "specializations", "specialisations"),
    "qualification": ("qualifications",),
    "default_duration_minutes": ("default_consultation_duration_minutes", "session_minutes"),
    "profile_picture_url": ("picture_url",),
    "video_introduction_url": ("video_url",),
    "registration_number": ("registration_no",),
}


class ClinicianAdded(Input):
    """A new clinician: `user_id` of a member of staff, or who they are. Roles that are sent are not read (hole H4)."""

    user_id: Annotated[Id | None, BlankIsNone] = None
    full_name: Annotated[Name | None, BlankIsNone] = None
    phone: Annotated[Phone | None, BlankIsNone] = None
    password: Annotated[Password | None, BlankIsNone] = None
    email: Email = None
    username: MaybeUsername = None
    designation: Title = None
    primary_centre_id: Id
    centre_ids: Ids = Field(default_factory=list)
    specialization: SomeWords
    qualification: SomeWords
    languages: SomeWords
    expertise: Words = Field(default_factory=list)
    consultation_fee: Fee
    registration_number: Number = None
    years_of_experience: Years = None
    bio: Bio = None
    consultation_modes: Modes = Field(["IN_PERSON", "ONLINE"])
    default_duration_minutes: Minutes = 50
    buffer_minutes: Pause = 0
    profile_picture_url: Picture = None
    video_introduction_url: Video = None
    availability_rules: list[RuleWish] = Field(default_factory=list, max_length=MOST_ROWS)

    also: ClassVar[Names] = {**_NAMES, "availability_rules": ("availability_slots",)}


class ClinicianChange(Input):
    """What is to be changed of a clinician; what is not told stays. An empty e-mail or picture is taken away."""

    full_name: Name = ""
    phone: Phone = ""
    email: Email = None
    designation: Title = None
    primary_centre_id: Id = 0
    centre_ids: Ids = Field(default_factory=list)
    specialization: SomeWords = Field(default_factory=list)
    qualification: SomeWords = Field(default_factory=list)
    languages: SomeWords = Field(default_factory=list)
    expertise: Words = Field(default_factory=list)
    consultation_fee: Fee = 0
    registration_number: Number = None
    years_of_experience: Years = None
    bio: Bio = None
    consultation_modes: Modes = Field(default_factory=list)
    default_duration_minutes: Minutes = 0
    buffer_minutes: Pause = 0
    profile_picture_url: Picture = None
    video_introduction_url: Video = None

    also: ClassVar[Names] = _NAMES

    @property
    def told(self) -> dict[str, Any]:
        """Only what was sent."""
        return self.model_dump(include=self.model_fields_set)


class Credentials(Input):
    """A username, a password, or both."""

    username: MaybeUsername = None
    password: Annotated[Password | None, BlankIsNone] = None


class PictureGone(Input):
    """Which picture is not shown any more."""

    image_url: Annotated[str, Field(min_length=1, max_length=URL_LENGTH)]
