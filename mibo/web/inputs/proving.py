"""How apps prove who somebody is: codes, passwords, refresh tokens."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from mibo.identity import EMAIL_LENGTH, NAME_LENGTH
from mibo.people import Details
from mibo.web.inputs.base import AnyCase, BlankIsNone, Input, Names, Phone

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
LONGEST_PASSWORD = 1000
LONGEST_TOKEN = 2000
OLDEST = 150

Gender = Literal["MALE", "FEMALE", "NON_BINARY", "OTHER", "PREFER_NOT_TO_SAY"]
Name = Annotated[str | None, BlankIsNone]


def _email(sent: str | None) -> str | None:
    if sent is not None and not EMAIL.fullmatch(sent):
        raise PydanticCustomError("choice", "Enter an e-mail address such as name@example.com.")
    return sent


Email = Annotated[str | None, BlankIsNone, AfterValidator(_email)]


class CodeWish(Input):
    """Whose phone a code should go to."""

    phone: Phone


class CodeProof(CodeWish):
    """A code that came by WhatsApp."""

    otp: str = Field(pattern="^[0-9]{6}$")

    also: ClassVar[Names] = {"otp": ("code",)}


class PatientCodeProof(CodeProof):
    """The same of a patient, with what a new one tells about themselves."""

    first_name: Name = Field(None, max_length=NAME_LENGTH)
    last_name: Name = Field(None, max_length=NAME_LENGTH)
    full_name: Name = Field(None, max_length=NAME_LENGTH)
    email: Email = Field(None, max_length=EMAIL_LENGTH)
    age: Annotated[int | None, BlankIsNone] = Field(None, ge=1, le=OLDEST)
    gender: Annotated[Gender | None, BlankIsNone, AnyCase] = None

    also: ClassVar[Names] = {**CodeProof.also, "full_name": ("name",)}

    @property
    def details(self) -> Details:
        """The same as the record takes it."""
        return Details(
            first_name=self.first_name,
            last_name=self.last_name,
            full_name=self.full_name,
            email=self.email,
            age=self.age,
            gender=self.gender,
        )


class SecondFactor(Input):
    """The code of an authenticator app, from accounts that have one."""

    totp: Annotated[str | None, BlankIsNone] = Field(None, max_length=40)


class ProvedAlong(BaseModel):
    """What may be sent with something sensitive (see `access.TOTP_HEADER`)."""

    totp: str | None = Field(
        None,
        alias="X-TOTP",
        description="A code of the authenticator app, where the account has one and gave none in the last five minutes: "
        "without it the answer is 403 SECOND_FACTOR_REQUIRED. It counts for five minutes.",
    )


class StaffCodeProof(CodeProof, SecondFactor):
    """A code that came by WhatsApp to somebody of the staff."""


class PasswordByPhone(CodeWish, SecondFactor):
    """A phone and its password."""

    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD)

    model_config = ConfigDict(str_strip_whitespace=False)


class PasswordByUsername(SecondFactor):
    """A username and its password."""

    username: str = Field(min_length=3, max_length=50, pattern="^[A-Za-z0-9_.-]+$")
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD)

    model_config = ConfigDict(str_strip_whitespace=False)


class PatientPassword(Input):
    """A username and a password, which older apps offer to patients."""

    username: str = Field(min_length=1, max_length=LONGEST_PASSWORD)
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD)

    model_config = ConfigDict(str_strip_whitespace=False)


class RefreshWish(Input):
    """The refresh token that was got last."""

    refresh_token: str = Field(min_length=1, max_length=LONGEST_TOKEN)


class SignOut(Input):
    """Which sign-in ends: the one of the access token, or of this."""

    refresh_token: Annotated[str | None, BlankIsNone] = Field(None, max_length=LONGEST_TOKEN)
