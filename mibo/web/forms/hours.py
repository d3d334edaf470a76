"""The forms of the hours editor: one for each row, and one for what holds for all of them."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from werkzeug.datastructures import MultiDict
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional
from wtforms.widgets import TimeInput

from mibo.web.forms.base import InputForm
from mibo.web.forms.fields import WholeNumber

NUMERIC = {"inputmode": "numeric", "autocomplete": "off"}
MODE_WORDS = {"BOTH": "Either way", "IN_PERSON": "In person", "ONLINE": "Online"}


ALONG = ("row", "copy", "visit", "act")  # the rows, days to copy to, what becomes of visits, and the button


class RowForm(InputForm):
    """A row of the week: it is sent along with its form, which has the CSRF token."""

    class Meta:
        csrf = False

    also: ClassVar = (*ALONG, "from_day", "session_minutes", "buffer_minutes", "version")
    missing: ClassVar = {
        "opens": "Enter when these hours start.",
        "closes": "Enter when these hours end.",
        "centre": "Choose a centre.",
        "mode": "Choose how patients meet the clinician.",
    }

    weekday = HiddenField()
    opens = StringField("From", widget=TimeInput(), render_kw={"step": 900})
    closes = StringField("To", widget=TimeInput(), render_kw={"step": 300})
    centre = SelectField("Centre", validate_choice=False)
    mode = SelectField("Meets", validate_choice=False)
    minutes = StringField("Session, in minutes", render_kw=NUMERIC)


class HoursForm(InputForm):
    """From when on, and the usual session."""

    also: ClassVar = ALONG
    missing: ClassVar = {
        "from_day": "Choose the day from which these hours hold.",
        "session_minutes": "Enter how many minutes a session lasts.",
    }

    from_day = DateField("From which day", [Optional()])
    session_minutes = WholeNumber("Usual session, in minutes", [Optional()], render_kw=NUMERIC)
    buffer_minutes = WholeNumber("Pause around a visit, in minutes", [Optional()], render_kw=NUMERIC)
    version = HiddenField()


def row_form(
    number: int, typed: Mapping[str, str], centres: Iterable[tuple[int, str]], modes: Mapping[str, str], usual: str
) -> RowForm:
    """A row as it was typed, or as it stands; sessions of the usual length are left empty."""
    told: dict[str, Any] = {f"row-{number}-{name}": value for name, value in typed.items()}
    form = RowForm(MultiDict(told), prefix=f"row-{number}")
    form.centre.choices = [SelectChoice(str(id), name) for id, name in centres]
    form.mode.choices = [SelectChoice(value, words) for value, words in modes.items()]
    form.minutes.render_kw = {**NUMERIC, "placeholder": usual}
    return form
