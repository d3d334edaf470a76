"""The forms of a clinician's day."""

from datetime import date, timedelta
from typing import ClassVar

from wtforms import BooleanField, HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from mibo.web.filters import day as day_words
from mibo.web.forms.base import InputForm
from mibo.web.forms.fields import DateParts
from mibo.web.inputs.care import OTHER, WEEKS

DELAYS = (10, 15, 20, 30, 45, 60, 90)


class EndForm(InputForm):
    """When the patient is due again."""

    missing: ClassVar = {"again": "Choose when the patient should come again."}

    also: ClassVar = ("words", "version", "page", "over")

    again = SelectField("Follow-up", validate_choice=False)
    wanted_on = DateParts("On which day, if on another", [Optional()])
    note = TextAreaField("For whoever books it", description="What the centre should know. No clinical notes here.")
    without_note = BooleanField("End without a note")


class NoteForm(InputForm):
    """The note of a consultation. Its page has a name of its own, so that a second page is told apart."""

    also: ClassVar = ("again", "wanted_on", "note", "over", "auto", "without_note")

    words = TextAreaField("Your note", description="Sealed: only you, and who covers for you, can read it.")
    version = HiddenField()
    page = HiddenField()
    over = HiddenField()
    auto = HiddenField()


class LateForm(InputForm):
    """How late a clinician runs."""

    missing: ClassVar = {"minutes": "Choose how many minutes.", "centre": "Choose the centre."}

    centre = HiddenField()
    minutes = SelectField("About how late", choices=[SelectChoice(str(n), f"{n} minutes") for n in DELAYS],
                          validate_choice=False)  # fmt: skip


class VersionForm(InputForm):
    """One button of an appointment."""

    missing: ClassVar = {"version": "Please open the page again."}

    version = HiddenField()


def offer(form: EndForm, today: date) -> EndForm:
    """The form with the weeks that are usual, and the day that each comes to."""
    weeks = [
        SelectChoice(str(n), f"In {n} {'week' if n == 1 else 'weeks'}, {day_words(today + timedelta(weeks=n))}")
        for n in WEEKS
    ]
    form.again.choices = [SelectChoice("", "No follow-up"), *weeks, SelectChoice(OTHER, "On another day")]
    return form
