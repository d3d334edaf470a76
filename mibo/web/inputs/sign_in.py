"""What somebody types to sign in."""

from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    field_validator,
    model_validator,
)

from mibo import phone
from mibo.errors import Invalid
from mibo.identity import USERNAME_LENGTH
from mibo.phrases import phrase
from mibo.web.inputs.base import YEARS
from mibo.web.inputs.text import cleaned

CODE_LENGTH = 6
PASSWORD_LENGTH = 256
LONGEST_NEW = 1_000  # longer than any that is taken, so that it is identity that says so


def _canonical(typed: str) -> str:
    try:
        return phone.canonical(typed)
    except Invalid as error:
        raise ValueError(error.message) from None


def _six_digits(typed: object) -> str:
    """Spaces and dashes inside a pasted code do no harm."""
    code = "".join(str(typed).split()).replace("-", "")
    if len(code) != CODE_LENGTH or not (code.isascii() and code.isdigit()):
        raise ValueError(phrase("Enter the %(count)s digits of the code.", count=CODE_LENGTH))
    return code


Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_canonical)]
Code = Annotated[str, BeforeValidator(_six_digits)]


class Strict(BaseModel):
    """An input of a page: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def without_what_is_hidden(cls, sent: Any) -> Any:
        """What is not seen, or turns the rest around, is nobody's intention."""
        return cleaned(sent) if isinstance(sent, dict) else sent

    @field_validator("*")
    @classmethod
    def _a_year_of_ours(cls, said: Any) -> Any:
        """Days at the ends of the calendar are nobody's either, and their arithmetic overflows."""
        if isinstance(said, date) and said.year not in YEARS:
            raise ValueError(phrase("Enter a real date, for example 27 3 1994."))
        return said


class PhoneInput(Strict):
    """A phone to send a code to."""

    phone: Phone


class CodeInput(Strict):
    """The code that came."""

    code: Code


class SecondFactorInput(Strict):
    """A code of an authenticator app, or a recovery code; spaces and dashes do no harm."""

    code: Annotated[str, StringConstraints(min_length=6, max_length=40)]


class PasswordAgainInput(Strict):
    """One's own password, taken as it is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    password: Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_LENGTH)]


class ForgotInput(Strict):
    """A username or phone as somebody typed it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=USERNAME_LENGTH)]


class NewPasswordInput(Strict):
    """A new password, taken as it is; whether it is strong is identity's rule."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    password: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NEW)]


class ChangePasswordInput(NewPasswordInput):
    """The same with the present one."""

    password_now: Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_LENGTH)]


class PasswordInput(Strict):
    """A staff member's name (username or phone) and password; the password is taken as it is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    name: Annotated[str, StringConstraints(min_length=1, max_length=USERNAME_LENGTH, strip_whitespace=True)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_LENGTH)]
