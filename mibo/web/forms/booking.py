"""The forms of booking."""

from typing import ClassVar

from wtforms import BooleanField, HiddenField, RadioField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from mibo.messaging import LANGUAGES
from mibo.phrases import phrase
from mibo.web.forms.base import InputForm
from mibo.web.forms.fields import DateParts, WholeNumber

OFF = {"autocomplete": "off"}
GENDER_WORDS = [
    SelectChoice("FEMALE", phrase("Female")),
    SelectChoice("MALE", phrase("Male")),
    SelectChoice("NON_BINARY", phrase("Non-binary")),
    SelectChoice("OTHER", phrase("Other")),
    SelectChoice("PREFER_NOT_TO_SAY", phrase("I would rather not say")),
]

CHANNEL_WORDS = [
    SelectChoice("WHATSAPP", phrase("WhatsApp")), SelectChoice(phrase("SMS"), phrase("SMS")), SelectChoice("EMAIL", phrase("E-mail")),
]  # fmt: skip
WITHOUT_MAIL = [each for each in CHANNEL_WORDS if each.value != "EMAIL"]
LANGUAGE_WORDS = [SelectChoice(code, name) for code, name in LANGUAGES.items()]


class HoldForm(InputForm):
    """A time and a person; the page draws them itself."""

    also = ("way", "day", "from")

    time = StringField(phrase("Time"))
    patient = StringField(phrase("Who it is for"))
    key = HiddenField()


class NoteForm(InputForm):
    """A few words for the clinician."""

    note = TextAreaField(
        phrase("Anything the clinician should know beforehand?"),
        description=phrase("Only your clinician and the centre read this."),
    )


class WishesForm(InputForm):
    """How somebody wants to be told things."""

    message_language = RadioField(
        phrase("Language of messages"), choices=LANGUAGE_WORDS, default="en", validate_choice=False
    )
    message_channel = RadioField(
        phrase("Messages come by"), choices=CHANNEL_WORDS, default="WHATSAPP", validate_choice=False
    )
    discreet_messages = BooleanField(
        phrase("Discreet messages"),
        description=phrase("They give a day and a time, and name neither the clinician nor the centre."),
    )
    no_messages = BooleanField(
        phrase("No messages to this number"),
        description=phrase("Nothing about appointments is sent, not even reminders. Sign-in codes still are."),
    )


class GuardianForm(InputForm):
    """Who answers for a patient under eighteen."""

    guardian_name = StringField(phrase("Guardian's name"), render_kw=OFF)
    guardian_relation = StringField(phrase("Relation"), description=phrase("For example, mother."), render_kw=OFF)
    guardian_phone = TelField(phrase("Guardian's mobile number"), render_kw=OFF)
    guardian_consent = BooleanField(phrase("The guardian agrees to the treatment and to these records"))


class DetailsForm(GuardianForm):
    """Who somebody is."""

    missing: ClassVar = {
        "full_name": phrase("Enter the full name."),
        "gender": phrase("Choose a gender, or that you would rather not say."),
    }

    full_name = StringField(
        phrase("Full name"),
        description=phrase("In any script, as you want to be called."),
        render_kw={"autocomplete": "name"},
    )
    date_of_birth = DateParts(phrase("Date of birth"), [Optional()])
    age = WholeNumber(
        phrase("Age in years, if you do not know the date"), [Optional()], render_kw={"inputmode": "numeric"}
    )
    gender = RadioField(phrase("Gender"), choices=GENDER_WORDS, validate_choice=False)


class FamilyForm(DetailsForm):
    """Somebody else of the family, for whom one agrees."""

    care_consent = BooleanField(phrase("I agree for them that the clinic keeps their records for their care"))


class WelcomeForm(DetailsForm):
    """Who comes for the first time; nothing is ticked beforehand, and each is asked by itself."""

    care_consent = BooleanField(phrase("I agree that the clinic keeps my records for my care"))
    messages_consent = BooleanField(
        phrase("Send me messages about my appointments"),
        description=phrase("Confirmations, changes and reminders, on this phone. You can stop them at any time."),
    )
