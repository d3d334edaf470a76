"""The forms of booking."""

from typing import ClassVar

from wtforms import BooleanField, HiddenField, RadioField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from mibo.messaging import LANGUAGES
from mibo.web.forms.base import InputForm
from mibo.web.forms.fields import DateParts, WholeNumber

OFF = {"autocomplete": "off"}
GENDER_WORDS = [
    SelectChoice("FEMALE", "Female"),
    SelectChoice("MALE", "Male"),
    SelectChoice("NON_BINARY", "Non-binary"),
    SelectChoice("OTHER", "Other"),
    SelectChoice("PREFER_NOT_TO_SAY", "I would rather not say"),
]

CHANNEL_WORDS = [
    SelectChoice("WHATSAPP", "WhatsApp"), SelectChoice("SMS", "SMS"), SelectChoice("EMAIL", "E-mail"),
]  # fmt: skip
WITHOUT_MAIL = [each for each in CHANNEL_WORDS if each.value != "EMAIL"]
LANGUAGE_WORDS = [SelectChoice(code, name) for code, name in LANGUAGES.items()]


class HoldForm(InputForm):
    """A time and a person; the page draws them itself."""

    also = ("way", "day", "from")

    time = StringField("Time")
    patient = StringField("Who it is for")
    key = HiddenField()


class NoteForm(InputForm):
    """A few words for the clinician."""

    note = TextAreaField(
        "Anything the clinician should know beforehand?", description="Only your clinician and the centre read this."
    )


class WishesForm(InputForm):
    """How somebody wants to be told things."""

    message_language = RadioField("Language of messages", choices=LANGUAGE_WORDS, default="en", validate_choice=False)
    message_channel = RadioField("Messages come by", choices=CHANNEL_WORDS, default="WHATSAPP", validate_choice=False)
    discreet_messages = BooleanField(
        "Discreet messages", description="They give a day and a time, and name neither the clinician nor the centre."
    )
    no_messages = BooleanField(
        "No messages to this number",
        description="Nothing about appointments is sent, not even reminders. Sign-in codes still are.",
    )


class GuardianForm(InputForm):
    """Who answers for a patient under eighteen."""

    guardian_name = StringField("Guardian's name", render_kw=OFF)
    guardian_relation = StringField("Relation", description="For example, mother.", render_kw=OFF)
    guardian_phone = TelField("Guardian's mobile number", render_kw=OFF)
    guardian_consent = BooleanField("The guardian agrees to the treatment and to these records")


class DetailsForm(GuardianForm):
    """Who somebody is."""

    missing: ClassVar = {
        "full_name": "Enter the full name.",
        "gender": "Choose a gender, or that you would rather not say.",
    }

    full_name = StringField(
        "Full name", description="In any script, as you want to be called.", render_kw={"autocomplete": "name"}
    )
    date_of_birth = DateParts("Date of birth", [Optional()])
    age = WholeNumber("Age in years, if you do not know the date", [Optional()], render_kw={"inputmode": "numeric"})
    gender = RadioField("Gender", choices=GENDER_WORDS, validate_choice=False)
