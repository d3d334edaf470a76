"""The form of a clinician, and that of their picture."""

from collections.abc import Iterable
from typing import Any, ClassVar

from flask_wtf.file import FileField
from wtforms import RadioField, SelectMultipleField, StringField, TelField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from mibo import phone
from mibo.people import EXPERTISE, LANGUAGES, QUALIFICATIONS, SPECIALISATIONS, Clinician
from mibo.web.forms.base import InputForm
from mibo.web.forms.fields import WholeNumber

MODE_WORDS = [SelectChoice("IN_PERSON", "In person"), SelectChoice("ONLINE", "Online")]
NUMERIC = {"inputmode": "numeric", "autocomplete": "off"}
PRIVATE = {"autocomplete": "off", "spellcheck": "false"}
VOCABULARY = {
    "specialisations": SPECIALISATIONS,
    "qualifications": QUALIFICATIONS,
    "languages": LANGUAGES,
    "expertise": EXPERTISE,
}
WORDS = ("full_name", "title", "registration_number", "years_of_experience", "session_minutes", "buffer_minutes", "bio",
         "video_url", "picture_url", "modes", *VOCABULARY)  # fmt: skip


class Ticks(SelectMultipleField):
    """Some of a few, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ClinicianForm(InputForm):
    """All that is kept of a clinician."""

    missing: ClassVar = {
        "full_name": "Enter the clinician's full name, as patients read it.",
        "fee": "Enter the fee in rupees, for example 1600.",
        "specialisations": "Choose at least one specialisation.",
        "qualifications": "Choose at least one qualification.",
        "languages": "Choose at least one language.",
        "modes": "Choose at least one way to meet.",
        "centres": "Choose at least one centre.",
        "primary": "Choose the primary centre.",
        "session_minutes": "Enter how many minutes a session lasts.",
    }

    phone = TelField("Mobile number")
    email = StringField("E-mail", render_kw={**PRIVATE, "inputmode": "email"})
    username = StringField("Username", description="To sign in with a password.", render_kw=PRIVATE)
    full_name = StringField(
        "Full name", description="As patients read it, with Dr. where it belongs.", render_kw=PRIVATE
    )
    title = StringField("Title", description="For example Clinical Psychologist. Patients look by it.")
    registration_number = StringField("Registration number", description="Of the RCI or the medical council.")
    specialisations = Ticks("Specialisations", choices=[])
    qualifications = Ticks("Qualifications", choices=[])
    languages = Ticks("Languages", choices=[])
    expertise = Ticks("Works on", choices=[])
    years_of_experience = WholeNumber("Years of experience", [Optional()], render_kw=NUMERIC)
    fee = StringField(
        "Fee in rupees",
        description="For what is booked from now on; bookings already made keep their fee.",
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    modes = Ticks("Meets", choices=MODE_WORDS)
    session_minutes = WholeNumber("Session, in minutes", [Optional()], render_kw=NUMERIC)
    buffer_minutes = WholeNumber("Pause after it, in minutes", [Optional()], render_kw=NUMERIC)
    bio = TextAreaField("About")
    video_url = URLField("Video introduction", description="An https address. Patients get it as a link.")
    picture_url = URLField(
        "Picture elsewhere",
        description="An https address, kept for apps. Mibo never fetches it and our pages show no picture from another "
        "site: upload the picture to show it here.",
    )
    centres = Ticks("Centres", coerce=int, choices=[])
    primary = RadioField("Primary centre", coerce=int, choices=[], validate_choice=False)


class PictureForm(InputForm):
    """A picture to show."""

    picture = FileField("Picture", description="A JPEG, PNG or WebP of up to 2 MB. A square of the face looks best.")


def clinician_form(
    one: Clinician | None, centres: Iterable[tuple[int, str]], primaries: Iterable[tuple[int, str]]
) -> ClinicianForm:
    """The form of a clinician, filled with what is kept; words of theirs that are not on our lists may stay."""
    form = ClinicianForm(data=_kept(one) if one else {"session_minutes": 50, "buffer_minutes": 0})
    for name, words in VOCABULARY.items():
        own = [word for word in getattr(one, name) if word not in words] if one else []
        form[name].choices = [SelectChoice(word, word) for word in (*words, *own)]
    form.centres.choices = [SelectChoice(id, name) for id, name in centres]
    form.primary.choices = [SelectChoice(id, name) for id, name in primaries]
    return form


def _kept(one: Clinician) -> dict[str, Any]:
    account = one.account
    return {
        **{name: getattr(one, name) for name in WORDS},
        "fee": _typed_fee(one.fee_paise),
        "phone": phone.ten_digits(account.phone) if account else None,
        "email": account.email if account else None,
        "username": account.username if account else None,
        "centres": [place.centre_id for place in one.places],
        "primary": next((place.centre_id for place in one.places if place.is_primary), None),
    }


def _typed_fee(paise: int | None) -> str:
    if paise is None:
        return ""
    whole, rest = divmod(paise, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)
