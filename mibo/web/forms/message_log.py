"""The filters of the message log."""

from collections.abc import Sequence

from wtforms import DateField, HiddenField, SearchField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from mibo.clinics import Centre
from mibo.messaging import templates
from mibo.web.forms.base import InputForm

STANDINGS = [
    SelectChoice("", "All"),
    SelectChoice("waiting", "Waiting"),
    SelectChoice("accepted", "Sent, no news yet"),
    SelectChoice("delivered", "Delivered"),
    SelectChoice("read", "Read"),
    SelectChoice("failed", "Not delivered"),
    SelectChoice("unsure", "Not sure if it arrived"),
    SelectChoice("dropped", "Not needed any more"),
]
KINDS = [SelectChoice("", "All"), *(SelectChoice(kind, words) for kind, words in templates.KINDS.items())]
CHANNELS = [
    SelectChoice("", "Any way"),
    SelectChoice("WHATSAPP", "WhatsApp"),
    SelectChoice("SMS", "SMS"),
    SelectChoice("EMAIL", "E-mail"),
]
ANY_CENTRE = SelectChoice("", "Any centre")


class LogForm(InputForm):
    """Which messages are wanted. What is typed travels in the body, so that no name stands in an address."""

    q = SearchField("Who", description="Name or phone.", render_kw={"autocomplete": "off", "spellcheck": "false"})
    standing = SelectField("How far it came", choices=STANDINGS, validate_choice=False)
    kind = SelectField("About", choices=KINDS, validate_choice=False)
    channel = SelectField("Way", choices=CHANNELS, validate_choice=False)
    centre = SelectField("Centre", choices=[ANY_CENTRE], validate_choice=False)
    since = DateField("From")
    until = DateField("To")
    patient = HiddenField()
    appointment = HiddenField()
    before = HiddenField()


class NumbersForm(InputForm):
    """Which days are counted."""

    since = DateField("From")
    until = DateField("To")


def offer(form: LogForm, centres: Sequence[Centre]) -> LogForm:
    """Put the centres within reach into the list."""
    form.centre.choices = [ANY_CENTRE, *(SelectChoice(str(one.id), one.short_name) for one in centres)]
    return form
