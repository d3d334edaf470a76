"""The forms of the time off pages."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from wtforms import DateField, HiddenField, SelectField, StringField, TimeField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from mibo.clinics import Centre
from mibo.people import Clinician
from mibo.web.forms.base import InputForm
from mibo.web.forms.fields import WholeNumber
from mibo.web.inputs.blocks import EVERYBODY

QUIET: dict[str, Any] = {"autocomplete": "off"}
NUMBER: dict[str, Any] = {**QUIET, "inputmode": "numeric"}
ANY = SelectChoice("", "Any")
STATES = [
    SelectChoice("ahead", "Now and ahead"),
    SelectChoice("over", "Over"),
    SelectChoice("reopened", "Opened again"),
    SelectChoice("any", "All"),
]
MODES = [
    SelectChoice("BOTH", "In person and online"),
    SelectChoice("IN_PERSON", "In person"),
    SelectChoice("ONLINE", "Online"),
]


def offered(people: Iterable[tuple[int, str]]) -> list[SelectChoice]:
    """Choices of an id and a name each."""
    return [SelectChoice(str(one), name) for one, name in people]


class ClosingForm(InputForm):
    """Whose time is closed, where, when and why."""

    missing: ClassVar = {"day": "Choose the day.", "clinician": "Choose whose time is closed."}
    also: ClassVar = ("of", "back")  # an answer for each who is booked; the way back to the form

    clinician = SelectField("Whose time", validate_choice=False)
    centre = SelectField("Where", validate_choice=False)
    day = DateField("Day", [Optional()])
    until = DateField("Until", [Optional()], description="The last day, if it is more than one.")
    from_time = TimeField("From", [Optional()], description="Leave both times empty for the whole day.")
    to_time = TimeField("To", [Optional()], description="12:00 am is the end of the day.")
    weeks = WholeNumber(
        "Weeks", [Optional()], description="4 repeats it in the three weeks after. 1 is once.", render_kw=NUMBER
    )
    reason = StringField("Reason", description="Staff read it wherever the time is closed.", render_kw=QUIET)
    key = HiddenField()
    seen = HiddenField()
    choice = HiddenField()

    def offer(self, clinicians: Sequence[Clinician], centres: Sequence[Centre], *, whole: bool) -> "ClosingForm":
        """Whom and where they may choose; `whole`: also everybody at a centre."""
        everybody = [SelectChoice("", "Choose…"), SelectChoice(EVERYBODY, "Everybody at the centre")] if whole else []
        self.clinician.choices = [*everybody, *offered((one.id, one.full_name) for one in clinicians)]
        self.centre.choices = [SelectChoice("", "All their centres"), *offered((one.id, one.name) for one in centres)]
        if not self.key.data:
            self.key.data = secrets.token_urlsafe(16)
        if not self.weeks.raw_data and self.weeks.data is None:
            self.weeks.data = 1
        return self


class BlockFilterForm(InputForm):
    """Which closed time is looked at. It only chooses, so it travels in the address."""

    class Meta(InputForm.Meta):
        """No token stands in an address."""

        csrf = False

    clinician = SelectField("Clinician", choices=[ANY], validate_choice=False)
    centre = SelectField("Centre", choices=[ANY], validate_choice=False)
    since = DateField("From", [Optional()])
    until = DateField("To", [Optional()])
    author = SelectField("Closed by", choices=[ANY], validate_choice=False)
    state = SelectField("State", choices=STATES, validate_choice=False)
    far = SelectField("How far", choices=[ANY, SelectChoice("yes", "More than 60 days ahead")], validate_choice=False)


class ExtraForm(InputForm):
    """Hours on one day."""

    missing: ClassVar = {
        "day": "Choose the day.", "clinician": "Choose a clinician.", "centre": "Choose a centre.",
        "from_time": "Say from when.", "to_time": "Say until when.",
    }  # fmt: skip

    clinician = SelectField("Clinician", validate_choice=False)
    centre = SelectField("Centre", validate_choice=False)
    day = DateField("Day", [Optional()])
    from_time = TimeField("From", [Optional()])
    to_time = TimeField("To", [Optional()])
    minutes = WholeNumber("Minutes of a session", [Optional()], render_kw=NUMBER)
    mode = SelectField("How patients come", choices=MODES, validate_choice=False)

    def offer(self, clinicians: Sequence[Clinician], centres: Sequence[Centre]) -> "ExtraForm":
        """Whom and where they may choose."""
        self.clinician.choices = offered((one.id, one.full_name) for one in clinicians)
        self.centre.choices = offered((one.id, one.name) for one in centres)
        return self
