"""The forms of the centre pages."""

from typing import Any, ClassVar

from wtforms import DateField, HiddenField, StringField, TelField, URLField
from wtforms.validators import Optional

from mibo.clinics import Centre
from mibo.web.forms.base import InputForm
from mibo.web.inputs.centres import doors_shown

WEEK = [
    (1, "Monday"),
    (2, "Tuesday"),
    (3, "Wednesday"),
    (4, "Thursday"),
    (5, "Friday"),
    (6, "Saturday"),
    (0, "Sunday"),
]
QUIET: dict[str, Any] = {"autocomplete": "off"}


class CentreForm(InputForm):
    """A centre."""

    missing: ClassVar = {"name": "Enter a name of at least 3 letters."}

    name = StringField("Name", description="As it stands over the door.", render_kw=QUIET)
    short_name = StringField("Short name", description="Where there is little room.", render_kw=QUIET)
    city = StringField("City", render_kw=QUIET)
    address_line_1 = StringField("Address, first line", render_kw=QUIET)
    address_line_2 = StringField("Address, second line", render_kw=QUIET)
    pincode = StringField("PIN code", render_kw={**QUIET, "inputmode": "numeric"})
    phone = TelField("Phone", description="Mobile or landline with its area code.", render_kw=QUIET)
    map_url = URLField("Map link", description="Begins with https://", render_kw=QUIET)

    def show(self, one: Centre) -> "CentreForm":
        """What is known of a centre."""
        for name in ("name", "short_name", "address_line_1", "address_line_2", "pincode", "map_url"):
            self[name].data = getattr(one, name)
        self.city.data = one.city.title()
        self.phone.data = one.phone.removeprefix("+91")
        return self


def _hours(words: str) -> StringField:
    return StringField(words, render_kw={**QUIET, "placeholder": "Closed"})


class DoorHoursForm(InputForm):
    """When the door is open."""

    day_1, day_2, day_3 = _hours("Monday"), _hours("Tuesday"), _hours("Wednesday")
    day_4, day_5, day_6 = _hours("Thursday"), _hours("Friday"), _hours("Saturday")
    day_0 = _hours("Sunday")

    def show(self, doors: dict[int, list[tuple[int, int]]]) -> "DoorHoursForm":
        """What is known."""
        for weekday, _ in WEEK:
            self[f"day_{weekday}"].data = doors_shown(doors[weekday])
        return self


class HolidayForm(InputForm):
    """A day on which the centre is closed."""

    missing: ClassVar = {"day": "Choose the day.", "reason": "Say why, for example Onam."}
    also: ClassVar = ("of",)  # an answer for each who is booked

    day = DateField("Day", [Optional()])
    reason = StringField("Reason", render_kw=QUIET)
    seen = HiddenField()
    seen_day = HiddenField()
    choice = HiddenField()
