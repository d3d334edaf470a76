"""What an administrator types about the staff."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from mibo.identity import EMAIL_LENGTH, NAME_LENGTH, USERNAME_LENGTH, Post, Role, StaffDetails, StaffWish
from mibo.ids import read_id
from mibo.web.inputs.sign_in import Phone, Strict

SEARCH_LENGTH = 100
DESIGNATION_LENGTH = 100
USERNAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9._-]{3,50}")
EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")


def plain(typed: object) -> object:
    """PostgreSQL cannot keep a NUL in a text."""
    return typed.replace("\x00", "") if isinstance(typed, str) else typed


def chosen_id(typed: object) -> int:
    """An id that a list offered. Raises ValueError."""
    found = read_id(str(typed))
    if found is None:
        raise ValueError("Choose again, please.")
    return found


def a_username(typed: str) -> str:
    """The one rule, of staff and of clinicians (R-AUTH-6): with a letter, so that none looks like a phone; and with dots
    and dashes, because the names that people bring along have them. Raises ValueError."""
    if not USERNAME.fullmatch(typed):
        raise ValueError(
            "A username has 3 to 50 letters, digits, dots, dashes or underscores, and at least one letter."
        )
    return typed


def an_email(typed: str) -> str:
    """Something that could be reached. Raises ValueError."""
    if not EMAIL.fullmatch(typed):
        raise ValueError("Enter an email address like name@example.org.")
    return typed


def a_staff_role(typed: object) -> object:
    """What is no role of staff was not among the choices. Raises ValueError."""
    if typed == Role.PATIENT:
        raise ValueError("Choose a role.")
    return typed


Chosen = Annotated[int, BeforeValidator(chosen_id)]
Name = Annotated[str, StringConstraints(min_length=2, max_length=2 * NAME_LENGTH), BeforeValidator(plain)]
Username = Annotated[str, StringConstraints(max_length=USERNAME_LENGTH), AfterValidator(a_username)]
Email = Annotated[str, StringConstraints(max_length=EMAIL_LENGTH), AfterValidator(an_email), BeforeValidator(plain)]
Designation = Annotated[str, StringConstraints(max_length=DESIGNATION_LENGTH), BeforeValidator(plain)]


class StaffFilter(Strict):
    """Which staff are looked at."""

    q: Annotated[str, StringConstraints(max_length=SEARCH_LENGTH), BeforeValidator(plain)] = ""
    role: Role | None = None
    centre: Chosen | None = None
    state: Literal["active", "closed", ""] = ""
    sort: Literal["name", "newest", "seen"] = "name"
    page: Annotated[int, Field(ge=1, le=100_000)] = 1

    @property
    def wish(self) -> StaffWish:
        """The same as the query takes it."""
        active = {"active": True, "closed": False}.get(self.state)
        return StaffWish(q=self.q, role=self.role, centre_id=self.centre, active=active, sort=self.sort)


class StaffInput(Strict):
    """A member of staff; the first centre is their own."""

    full_name: Name
    phone: Phone
    username: Username | None = None
    email: Email | None = None
    designation: Designation | None = None
    role: Annotated[Role | None, AfterValidator(a_staff_role)] = None
    primary: Chosen | None = None
    centres: tuple[Chosen, ...] = ()

    @property
    def details(self) -> StaffDetails:
        """Who they are."""
        return StaffDetails(
            full_name=self.full_name, phone=self.phone, username=self.username, email=self.email,
            designation=self.designation,
        )  # fmt: skip

    @property
    def post(self) -> Post | None:
        """What they are and where."""
        if self.role is None:
            return None
        places = [self.primary] if self.primary else []
        return Post(role=self.role, centre_ids=tuple(dict.fromkeys([*places, *self.centres])))
