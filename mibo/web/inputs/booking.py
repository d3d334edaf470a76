"""What a patient says when they book."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from mibo import clock
from mibo.booking import NOTE_LENGTH
from mibo.identity import NAME_LENGTH
from mibo.ids import read_id
from mibo.people import GENDERS
from mibo.phrases import phrase
from mibo.web.inputs.sign_in import Phone, Strict

OLDEST = 150
KEY_LENGTH = 80
WHO = {"full_name", "phone", "date_of_birth", "age", "gender"}
GUARDIAN = {"guardian_name", "guardian_relation", "guardian_phone", "guardian_consent"}
AT = re.compile(r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")


def _time(typed: object) -> tuple[int, datetime]:
    """`12@2026-11-25T15:00`: a centre and a time on the clinic's clock."""
    centre, _, at = str(typed).partition("@")
    centre_id = read_id(centre)
    if centre_id is None or not AT.fullmatch(at):
        raise ValueError(phrase("Choose a time."))
    try:
        starts_at = clock.read_instant(at)
    except ValueError:
        raise ValueError(phrase("Choose a time.")) from None
    return centre_id, starts_at


def _id(typed: object) -> int:
    found = read_id(str(typed))
    if found is None:
        raise ValueError(phrase("Choose who it is for."))
    return found


def _plain(typed: object) -> object:
    return typed.replace("\x00", "") if isinstance(typed, str) else typed


Text = Annotated[str, BeforeValidator(_plain)]


AtCentre = Annotated[tuple[int, datetime], BeforeValidator(_time)]


class HoldInput(Strict):
    """Which time, for whom; the key makes a double click one booking."""

    time: AtCentre
    patient: Annotated[int, BeforeValidator(_id)]
    key: Annotated[str, StringConstraints(min_length=8, max_length=KEY_LENGTH)]


class NoteInput(Strict):
    """What the patient wants the clinician to know beforehand."""

    note: Annotated[Text, StringConstraints(max_length=NOTE_LENGTH)] = ""


class WishesInput(Strict):
    """How somebody wants to be told things; a box that is not ticked says no."""

    message_language: Literal["en", "hi", "ml", "kn"] = "en"
    message_channel: Literal["WHATSAPP", "SMS", "EMAIL"] = "WHATSAPP"
    discreet_messages: bool = False
    no_messages: bool = False


class GuardianInput(Strict):
    """Who answers for a patient under eighteen; whether it is needed is a rule."""

    guardian_name: Annotated[Text, StringConstraints(max_length=2 * NAME_LENGTH)] | None = None
    guardian_relation: Annotated[Text, StringConstraints(max_length=60)] | None = None
    guardian_phone: Phone | None = None
    guardian_consent: bool = False


class DetailsInput(GuardianInput):
    """Who a patient is. One of birth date and age is enough."""

    full_name: Annotated[Text, StringConstraints(min_length=2, max_length=NAME_LENGTH)]
    date_of_birth: date | None = None
    age: Annotated[int | None, Field(validate_default=True)] = None
    gender: str

    @field_validator("age")
    @classmethod
    def _one_of_the_two(cls, age: int | None, told: ValidationInfo) -> int | None:
        if age is None and told.data.get("date_of_birth") is None:
            raise ValueError(phrase("Enter the date of birth, or the age if you do not know it."))
        if age is not None and not 1 <= age <= OLDEST:
            raise ValueError(phrase("Age must be from 1 to %(oldest)s.", oldest=OLDEST))
        return age

    @field_validator("gender")
    @classmethod
    def _offered(cls, gender: str) -> str:
        if gender not in GENDERS:
            raise ValueError(phrase("Choose one of the options."))
        return gender

    @property
    def told(self) -> dict[str, Any]:
        """The same as the record takes it; of a guardian only what was said."""
        guardian = {key: value for key, value in self.model_dump(include=GUARDIAN).items() if value}
        return self.model_dump(include=WHO) | guardian


class AgreedInput(DetailsInput):
    """Who a patient is, and that their records may be kept: asked before there are any."""

    care_consent: Annotated[bool, Field(validate_default=True)] = False

    @field_validator("care_consent")
    @classmethod
    def _given(cls, given: bool) -> bool:
        if not given:
            raise ValueError(phrase("Tick this to go on. Without it we may not keep your records, and cannot book."))
        return given


class WelcomeInput(AgreedInput):
    """Somebody comes for the first time; a box that is not ticked says no."""

    messages_consent: bool = False
