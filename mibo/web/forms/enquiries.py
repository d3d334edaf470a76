"""The forms of enquiries: on the website, and at the desk."""

from collections.abc import Sequence
from typing import ClassVar

from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from mibo.clinics import Centre
from mibo.phrases import phrase
from mibo.web import enquiry_words as words
from mibo.web.forms.base import InputForm
from mibo.web.inputs.enquiries import ANYWHERE, ONLINE
from mibo.web.languages import put

QUIET = {"autocomplete": "off"}
WHICH = phrase("Choose one of the options.")
NOT_SAID = SelectChoice("", phrase("Not said"))


class EnquiryForm(InputForm):
    """Who would like to be called, and what for."""

    missing: ClassVar = {
        "full_name": phrase("Enter the full name."),
        "where": phrase("Choose a centre, or that you do not know yet."),
    }
    unknown: ClassVar = phrase("I do not know yet")
    heard_words: ClassVar = words.HEARD_OF

    full_name = StringField(phrase("Your name"), render_kw={"autocomplete": "name", "spellcheck": "false"})
    phone = TelField(phrase("Your mobile number"))
    care = RadioField(
        phrase("What would you like to ask about?"), choices=words.choices(words.CARE), default="OUT_PATIENT",
        validate_choice=False,
    )  # fmt: skip
    whose = RadioField(
        phrase("Who is it for?"), choices=words.choices(words.WHOSE), default="SELF", validate_choice=False
    )
    where = SelectField(phrase("Where?"), choices=[], validate_choice=False)
    call_at = SelectField(
        phrase("When may we call?"), choices=words.choices(words.CALL_AT), default="ANY", validate_choice=False
    )
    heard_of = SelectField(
        phrase("How did you hear of us?"), choices=[NOT_SAID, *words.choices(words.HEARD_OF)], validate_choice=False
    )
    words = TextAreaField(phrase("Anything that helps us to call the right person?"))
    key = HiddenField()


class PublicEnquiryForm(EnquiryForm):
    """The same on the website. What only a machine sees and fills in is a trap."""

    agreed = BooleanField(phrase("I agree that the clinic calls me on this number about my question"))
    campaign = HiddenField()
    site = StringField("Site")


class StaffEnquiryForm(EnquiryForm):
    """The same at the desk."""

    missing: ClassVar = {
        **EnquiryForm.missing, "source": "Choose how they came.", "where": "Choose a centre, or that it is not known yet.",
    }  # fmt: skip
    unknown: ClassVar = "Not known yet"
    heard_words: ClassVar = words.STAFF_HEARD_OF

    full_name = StringField("Name", render_kw={**QUIET, "spellcheck": "false"})
    phone = TelField("Mobile number")
    source = RadioField(
        "How did they come?", choices=words.choices({key: words.SOURCES[key] for key in ("PHONE", "DIRECT", "REFERRAL")}),
        default="PHONE", validate_choice=False,
    )  # fmt: skip
    care = RadioField(
        "What do they ask about?", choices=words.choices(words.CARE), default="OUT_PATIENT", validate_choice=False
    )
    whose = RadioField(
        "Who is it for?", choices=words.choices(words.STAFF_WHOSE), default="SELF", validate_choice=False
    )
    call_at = SelectField("When to call", choices=words.choices(words.CALL_AT), default="ANY", validate_choice=False)
    heard_of = SelectField(
        "How did they hear of us?", choices=[NOT_SAID, *words.choices(words.STAFF_HEARD_OF)], validate_choice=False
    )
    campaign = SelectField("Campaign", choices=[], validate_choice=False)
    referrer = StringField("Who sent them", description="A doctor, a hospital, a patient.", render_kw=QUIET)
    words = TextAreaField("Note", description="No medical detail: it belongs in a record.")
    agreed = BooleanField("They agree that we call them back on this number")


def offer_centres(form: EnquiryForm, centres: Sequence[Centre]) -> None:
    """The centres that may be chosen, by video, or not known yet."""
    where = [
        SelectChoice(ANYWHERE, form.unknown),
        *[SelectChoice(str(one.id), one.short_name) for one in centres],
        SelectChoice(ONLINE, phrase("By video")),
    ]
    form.where.choices = [SelectChoice(one.value, put(one.label)) for one in where]
    form.call_at.choices = [SelectChoice(value, put(said)) for value, said in words.CALL_AT.items()]
    heard_of = [SelectChoice(value, put(said)) for value, said in form.heard_words.items()]
    form.heard_of.choices = [SelectChoice("", put(NOT_SAID.label)), *heard_of]


class SeenForm(InputForm):
    """A press on what was seen."""

    seen = HiddenField()


class CallForm(SeenForm):
    """What came of a call."""

    missing: ClassVar = {"outcome": "Say what came of the call."}

    outcome = StringField("What came of it")
    note = StringField("Note", description="No medical detail.", render_kw=QUIET)
    next_on = DateField("Call again on", [Optional()])
    next_at = StringField("At", default="10:00", render_kw={"type": "time"})


class LaterForm(SeenForm):
    """When to call."""

    missing: ClassVar = {"next_on": "Choose the day."}

    next_on = DateField("Call on", [Optional()])
    next_at = StringField("At", default="10:00", render_kw={"type": "time"})
    note = StringField("Note", render_kw=QUIET)


class LostForm(SeenForm):
    """Why it came to nothing."""

    missing: ClassVar = {"reason": "Choose why it came to nothing."}

    reason = SelectField(
        "Why?", choices=[SelectChoice("", "Choose"), *words.choices(words.LOST)], validate_choice=False
    )
    note = StringField("Note", render_kw=QUIET)


class PlaceForm(SeenForm):
    """At which centre they are seen to."""

    missing: ClassVar = {"centre": "Choose a centre."}

    centre = SelectField("Centre", choices=[], validate_choice=False)


class SearchForm(InputForm):
    """Who is looked for."""

    missing: ClassVar = {"typed": "Type at least three letters or digits."}

    typed = StringField("Name, or the last digits of the phone", render_kw={**QUIET, "type": "search"})


class CampaignChangeForm(InputForm):
    """What may be changed of a campaign."""

    missing: ClassVar = {
        "name": "Enter a name.", "from_on": "Enter the first day.", "heard_of": "Choose where people meet it.",
        "code": "Enter a code, for example kochi-radio-2026.",
    }  # fmt: skip

    name = StringField("Name", description="As the staff know it.", render_kw=QUIET)
    heard_of = SelectField("Where people meet it", choices=words.choices(words.STAFF_HEARD_OF), validate_choice=False)
    from_on = DateField("First day", [Optional()])
    to_on = DateField("Last day", [Optional()], description="Empty: until further notice.")
    seen = HiddenField()


class CampaignForm(CampaignChangeForm):
    """A new campaign."""

    code = StringField(
        "Code",
        description="It stands in the links, so it stays: kochi-radio-2026.",
        render_kw={**QUIET, "spellcheck": "false"},
    )
