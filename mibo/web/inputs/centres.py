"""What is typed about a centre: what it is called and where, its hours and its holidays."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from mibo import phone
from mibo.clinics import ADDRESS_LENGTH, NAME_LENGTH, CentreDetails
from mibo.errors import Invalid
from mibo.web.inputs.blocks import AnswersInput
from mibo.web.inputs.sign_in import Strict
from mibo.web.inputs.staff import plain

SHORT_NAME_LENGTH = 40
CITY_LENGTH = 60
HOLIDAY_LENGTH = 100
PINCODE = re.compile(r"[1-9][0-9]{5}")
LANDLINE = re.compile(r"(?:0|91|0091)?([1-9][0-9]{9})")
DOORS = re.compile(r"([0-2]?[0-9])[:.]([0-5][0-9])\s*(?:-|–|to)\s*([0-2]?[0-9])[:.]([0-5][0-9])")


def a_pincode(typed: str) -> str:
    """Six digits. Raises ValueError."""
    squeezed = typed.replace(" ", "")
    if not PINCODE.fullmatch(squeezed):
        raise ValueError("A PIN code has 6 digits, for example 682001.")
    return squeezed


def a_contact(typed: str) -> str:
    """A centre's number, mobile or landline, in its one canonical form. Raises ValueError."""
    try:
        return phone.canonical(typed, foreign=True)
    except Invalid:
        digits = "".join(ch for ch in typed if ch.isascii() and ch.isdigit())
    if not (found := LANDLINE.fullmatch(digits)):
        raise ValueError("Enter a phone number of 10 digits, with its area code.")
    return f"+91{found[1]}"


def a_map_link(typed: str) -> str:
    """A link people may follow. Raises ValueError."""
    if not typed.startswith("https://") or any(ch.isspace() or ch in "<>\"'" for ch in typed):
        raise ValueError("Enter a link that begins with https://.")
    return typed


def doors_of(typed: str) -> list[tuple[int, int]]:
    """`09:00-13:00, 14:00-18:00` in minutes; nothing is a closed day. Raises ValueError."""
    doors = []
    for part in filter(None, (each.strip() for each in typed.split(","))):
        found = DOORS.fullmatch(part)
        if not found:
            raise ValueError("Write the hours like 09:00-13:00, 14:00-18:00.")
        opens, closes = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
        if max(opens, closes) > 24 * 60:
            raise ValueError("A day ends at 24:00.")
        doors.append((opens, closes))
    return doors


def doors_shown(doors: list[tuple[int, int]]) -> str:
    """The same as it is typed."""
    return ", ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in doors)


CentreName = Annotated[str, StringConstraints(min_length=3, max_length=NAME_LENGTH), BeforeValidator(plain)]
Line = Annotated[str, StringConstraints(max_length=ADDRESS_LENGTH), BeforeValidator(plain)]
Pincode = Annotated[str, StringConstraints(max_length=12), AfterValidator(a_pincode)]
Contact = Annotated[str, StringConstraints(max_length=40), AfterValidator(a_contact)]
MapLink = Annotated[str, StringConstraints(max_length=500), AfterValidator(a_map_link), BeforeValidator(plain)]
City = Annotated[str, StringConstraints(min_length=2, max_length=CITY_LENGTH), BeforeValidator(plain)]
ShortName = Annotated[str, StringConstraints(min_length=2, max_length=SHORT_NAME_LENGTH), BeforeValidator(plain)]
Doors = Annotated[str, StringConstraints(max_length=120), BeforeValidator(plain)]


class CentreInput(Strict):
    """A centre."""

    name: CentreName
    short_name: ShortName
    city: City
    address_line_1: Line
    address_line_2: Line | None = None
    pincode: Pincode
    phone: Contact
    map_url: MapLink | None = None

    @property
    def details(self) -> CentreDetails:
        """The same as the action takes it; a city is one word in one spelling, whoever typed it."""
        told = self.model_dump() | {"city": " ".join(self.city.lower().split())}
        return CentreDetails(**told)


class DoorHoursInput(Strict):
    """The hours of each weekday as they are typed; 0 is Sunday."""

    day_0: Doors = ""
    day_1: Doors = ""
    day_2: Doors = ""
    day_3: Doors = ""
    day_4: Doors = ""
    day_5: Doors = ""
    day_6: Doors = ""


class HolidayInput(AnswersInput):
    """A day on which the centre is closed. `seen_day` is the day whose bookings were shown before."""

    day: date
    reason: Annotated[str, StringConstraints(min_length=2, max_length=HOLIDAY_LENGTH), BeforeValidator(plain)]
    seen_day: date | None = None
