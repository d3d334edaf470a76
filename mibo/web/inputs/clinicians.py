"""What staff type about a clinician, and how they look for one."""

import re
from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator

from mibo.identity import EMAIL_LENGTH, NAME_LENGTH
from mibo.ids import read_id
from mibo.people import BIO_LENGTH, MODES, ClinicianWish, Contact, Places, Profile
from mibo.web.inputs.sign_in import Phone, Strict
from mibo.web.inputs.staff import Username

TITLE_LENGTH = 100
NUMBER_LENGTH = 60
URL_LENGTH = 500
WORD_LENGTH = 80
MOST_WORDS = 80
MOST_YEARS = 70
HIGHEST_FEE = 1_00_000
SEARCH_LENGTH = 80
E_MAIL = r"^[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+$"


def _plain(typed: object) -> object:
    """PostgreSQL cannot keep a NUL in a text."""
    return typed.replace("\x00", "") if isinstance(typed, str) else typed


def https_address(typed: str) -> str:
    """An address that browsers open without being run by it. Raises ValueError."""
    parts = urlsplit(typed)
    if parts.scheme != "https" or not parts.hostname or not typed.isprintable() or " " in typed or "@" in parts.netloc:
        raise ValueError("Enter an address that begins with https://, for example https://video.example/anita.")
    return typed


def fee_in_paise(typed: object) -> int:
    """Paise of rupees that somebody typed, `1,600` or `1600.50`. Raises ValueError."""
    try:
        rupees = Decimal(str(typed).replace(",", "").replace("₹", "").strip())
        paise = rupees * 100
        if rupees.is_finite() and 0 < rupees <= HIGHEST_FEE and paise == int(paise):
            return int(paise)
    except (ArithmeticError, ValueError):
        pass
    raise ValueError("Enter the fee in rupees, more than 0 and up to 1,00,000, for example 1600.")


def _email(typed: str) -> str:
    if not re.fullmatch(E_MAIL, typed):
        raise ValueError("Enter an e-mail address, for example anita@clinic.example.")
    return typed


Address = Annotated[str, StringConstraints(max_length=URL_LENGTH), AfterValidator(https_address)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=WORD_LENGTH), BeforeValidator(_plain)]
Words = Annotated[list[Word], Field(max_length=MOST_WORDS)]
SomeWords = Annotated[list[Word], Field(min_length=1, max_length=MOST_WORDS)]
Email = Annotated[str, StringConstraints(max_length=EMAIL_LENGTH), AfterValidator(_email)]
FullName = Annotated[str, StringConstraints(min_length=2, max_length=2 * NAME_LENGTH), BeforeValidator(_plain)]
Title = Annotated[str, StringConstraints(max_length=TITLE_LENGTH), BeforeValidator(_plain)]
Number = Annotated[str, StringConstraints(max_length=NUMBER_LENGTH), BeforeValidator(_plain)]
Bio = Annotated[str, StringConstraints(max_length=BIO_LENGTH), BeforeValidator(_plain)]


class ClinicianInput(Strict):
    """All of a clinician: how they sign in, what patients read of them, and where they work."""

    phone: Phone | None = None
    email: Email | None = None
    username: Username | None = None
    full_name: FullName
    title: Title | None = None
    registration_number: Number | None = None
    specialisations: SomeWords
    qualifications: SomeWords
    languages: SomeWords
    expertise: Words = Field([])
    years_of_experience: Annotated[int, Field(ge=0, le=MOST_YEARS)] | None = None
    fee: Annotated[int, BeforeValidator(fee_in_paise)]
    modes: Annotated[list[Literal["IN_PERSON", "ONLINE"]], Field(min_length=1, max_length=2)]
    session_minutes: Annotated[int, Field(ge=15, le=240)]
    buffer_minutes: Annotated[int, Field(ge=0, le=120)] = 0
    bio: Bio | None = None
    video_url: Address | None = None
    picture_url: Address | None = None
    centres: Annotated[list[int], Field(max_length=100)] = Field([])
    primary: int | None = None

    @property
    def contact(self) -> Contact:
        """How they are reached."""
        return Contact(phone=self.phone, email=self.email, username=self.username)

    @property
    def profile(self) -> Profile:
        """What patients read."""
        kept = {"fee", "phone", "email", "username", "centres", "primary"}
        return Profile(**self.model_dump(exclude=kept), fee_paise=self.fee)

    def places(self, others: frozenset[int]) -> Places:
        """Where they work, with the centres of theirs that whoever typed this does not see; an only one is primary."""
        centre_ids = frozenset(self.centres) | others
        only = next(iter(centre_ids)) if len(centre_ids) == 1 else 0
        return Places(centre_ids=centre_ids, primary_id=only or self.primary or 0)


class ClinicianSearch(Strict):
    """The list's filters; whatever makes no sense is as good as nothing asked."""

    q: str = ""
    centre: int | None = None
    mode: str | None = None
    state: str = "active"
    sort: str = "name"
    page: int = 1

    @field_validator("q", mode="before")
    @classmethod
    def _short(cls, typed: object) -> str:
        return str(typed).replace("\x00", "")[:SEARCH_LENGTH]

    @field_validator("centre", mode="before")
    @classmethod
    def _an_id(cls, typed: object) -> int | None:
        return read_id(str(typed))

    @field_validator("mode")
    @classmethod
    def _a_mode(cls, typed: str | None) -> str | None:
        return typed if typed in MODES else None

    @field_validator("page", mode="before")
    @classmethod
    def _a_page(cls, typed: object) -> int:
        return min(read_id(str(typed)) or 1, 10_000)

    @property
    def wish(self) -> ClinicianWish:
        """The same as the query takes it."""
        active = {"inactive": False, "all": None}.get(self.state, True)
        return ClinicianWish(q=self.q, centre_id=self.centre, mode=self.mode, active=active, sort=self.sort)
