"""The forms of a series."""

from collections.abc import Collection
from typing import Any, ClassVar

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional

from mibo.booking import series_rules
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.web.forms.base import InputForm
from mibo.web.forms.desk import HOW_PAID, METHODS
from mibo.web.forms.fields import WholeNumber

QUIET: dict[str, Any] = {"autocomplete": "off"}
NUMBER: dict[str, Any] = {**QUIET, "inputmode": "numeric"}
DATE, TIME = {"type": "date"}, {"type": "time"}
LATER = SelectChoice("LATER", "At each visit, at the centre")
ALL_NOW = [SelectChoice(each.value, f"All now: {each.label.lower() if each.value != 'UPI' else 'UPI'}") for each in METHODS]  # fmt: skip
WISHES = [
    SelectChoice("CLINIC", "The clinic’s: all that was paid goes back"),
    SelectChoice("PATIENT", "The patient’s: what goes back depends on how long before they cancel"),
]


class SeriesForm(InputForm):
    """The rhythm; the page draws the patient, the clinician and the place itself."""

    missing: ClassVar = {
        "at": "Enter the time.",
        "day": "Choose the first day.",
        "every_weeks": "Say every how many weeks.",
    }
    also: ClassVar[Collection[str]] = (
        "step", "back", "choice", "last_four", "pay_by", "desk_note", "request_key", "open_drawer",
    )  # fmt: skip

    patient = HiddenField()
    centre = HiddenField()
    clinician = HiddenField()
    mode = HiddenField()
    day = StringField("First day", render_kw=DATE)
    at = StringField("Time", render_kw=TIME)
    every_weeks = WholeNumber(
        "Every how many weeks",
        [Optional()],
        description=f"1 to {series_rules.MOST_WEEKS}; 2 is every other week.",
        render_kw=NUMBER,
    )
    times = WholeNumber(
        "How many appointments",
        [Optional()],
        description=f"{series_rules.FEWEST} to {series_rules.MOST}.",
        render_kw=NUMBER,
    )
    until = StringField("Or until", description="The last day, instead of how many.", render_kw=DATE)


class BookSeriesForm(SeriesForm):
    """The same, looked at."""

    also: ClassVar[Collection[str]] = ("step", "back", "choice")

    last_four = HiddenField()
    pay_by = RadioField("When is it paid?", [InputRequired(HOW_PAID)], choices=[LATER, *ALL_NOW])
    desk_note = StringField("Payment note", description="A slip or reference number, if any.", render_kw=QUIET)
    request_key = HiddenField()
    open_drawer = HiddenField()


class MissingForm(InputForm):
    """Numbers that were left are booked."""

    also: ClassVar[Collection[str]] = ("choice",)

    pay_by = RadioField("When is it paid?", [InputRequired(HOW_PAID)], choices=[LATER, *ALL_NOW])
    desk_note = StringField("Payment note", description="A slip or reference number, if any.", render_kw=QUIET)
    open_drawer = HiddenField()


class MoveSeriesForm(InputForm):
    """Where this and the following go."""

    missing: ClassVar = {"at": "Enter the time.", "day": "Choose the day.", "from_number": "Choose from which one on."}
    also: ClassVar[Collection[str]] = ("step", "back", "choice")

    from_number = SelectField("From which one on", coerce=int, validate_choice=False)
    day = StringField("Its new day", description="The others follow in the same rhythm.", render_kw=DATE)
    at = StringField("New time", render_kw=TIME)
    seen = HiddenField()


class CancelSeriesForm(InputForm):
    """This and the following are cancelled."""

    missing: ClassVar = {
        "reason": "Say why they are cancelled.", "wish": "Choose whose wish it is.",
        "from_number": "Choose from which one on.",
    }  # fmt: skip

    from_number = SelectField("From which one on", coerce=int, validate_choice=False)
    wish = RadioField("Whose wish is it?", choices=WISHES, validate_choice=False)
    reason = TextAreaField("Why are they cancelled?", description="Staff read it in the history; the patient does not.")
    seen = HiddenField()


def payable(form: Any, who: Actor) -> Any:
    """The form with the ways to pay that this person may choose."""
    form.pay_by.choices = [LATER, *ALL_NOW] if who.may(Permission.TAKE_PAYMENT) else [LATER]
    return form
