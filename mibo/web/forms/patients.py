"""The forms of patients' records."""

from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import (
    HiddenField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from mibo import people, phone
from mibo.clinics import Centre
from mibo.people import BLOOD_GROUPS, Patient
from mibo.web.forms.base import InputForm
from mibo.web.forms.booking import GENDER_WORDS, OFF, GuardianForm, WishesForm
from mibo.web.forms.fields import DateParts, WholeNumber

SORTS = [
    SelectChoice("near", "Best match"),
    SelectChoice("name", "Name"),
    SelectChoice("registered", "Newest first"),
]
WHICH = [SelectChoice("active", "Active"), SelectChoice("inactive", "Not active"), SelectChoice("all", "All")]
ANY_CENTRE = SelectChoice("", "Any centre")
GROUPS = [SelectChoice("", "Not known"), *(SelectChoice(group, group) for group in BLOOD_GROUPS)]
COPIED = (
    "first_name", "last_name", "email", "date_of_birth", "gender", "blood_group", "emergency_contact_name",
    "emergency_contact_phone", "guardian_name", "guardian_relation", "notes", "mrn", "message_language",
    "message_channel", "discreet_messages", "no_messages",
)  # fmt: skip


class PatientsForm(InputForm):
    """Which patients are looked for."""

    q = SearchField("Name, phone, MRN or e-mail")
    which = SelectField("Show", choices=WHICH, default="active")
    centre = SelectField("Centre visited", choices=[ANY_CENTRE], default="")
    sort = SelectField("Order", choices=SORTS, default="near")
    page = HiddenField()


class RecordForm(GuardianForm, WishesForm):
    """A patient's record."""

    missing: ClassVar = {
        "first_name": "Enter the first name.",
        "phone": "Enter the patient's mobile number.",
        "gender": "Choose the gender, or that the patient would rather not say.",
    }

    first_name = StringField("First name", render_kw={**OFF, "spellcheck": "false"})
    last_name = StringField("Last name", render_kw={**OFF, "spellcheck": "false"})
    full_name = StringField(
        "Full name, if it is written differently",
        description="Empty: first and last name.",
        render_kw={**OFF, "spellcheck": "false"},
    )
    phone = TelField("Mobile number")
    email = StringField("E-mail", render_kw={**OFF, "inputmode": "email"})
    date_of_birth = DateParts("Date of birth", [Optional()])
    age = WholeNumber("Or age in years", [Optional()], render_kw={"inputmode": "numeric", **OFF})
    gender = RadioField("Gender", choices=GENDER_WORDS, validate_choice=False)
    blood_group = SelectField("Blood group", choices=GROUPS, validate_choice=False)
    emergency_contact_name = StringField("Name", render_kw=OFF)
    emergency_contact_phone = TelField("Phone", render_kw=OFF)
    notes = TextAreaField("Notes for the desk", description="Not a medical note.")
    mrn = StringField("MRN", description="Empty: the next number is given.", render_kw={**OFF, "spellcheck": "false"})
    family = HiddenField()


class MergeForm(InputForm):
    """Which record is merged, confirmed by its phone."""

    missing: ClassVar = {"last_four": "Type the last four digits of the phone."}

    other = HiddenField()
    last_four = StringField("Last four digits of its phone", render_kw={**OFF, "inputmode": "numeric", "maxlength": 4})


class MedicalNoteForm(InputForm):
    """A note on a patient's record."""

    missing: ClassVar = {"note": "Write the note."}

    note = TextAreaField("New note")


def patients_form(centres: Sequence[Centre], *, sent: bool) -> PatientsForm:
    """The search over these centres."""
    form = PatientsForm() if sent else PatientsForm(formdata=None)
    form.centre.choices = [ANY_CENTRE, *(SelectChoice(str(one.id), one.short_name) for one in centres)]
    return form


def record_form(one: Patient) -> RecordForm:
    """The form with what stands in the record, so that saving it again changes nothing (P13)."""
    form = RecordForm(formdata=None, data={field: getattr(one, field) for field in COPIED} | _reworded(one))
    form.mrn.description = ""
    return form


def _reworded(one: Patient) -> dict[str, Any]:
    joined = " ".join(part for part in (one.first_name, one.last_name) if part)
    first, last = people.split_name(one.full_name)
    parts = {} if joined else {"first_name": first, "last_name": last}
    return {
        **parts,
        "full_name": one.full_name if joined and one.full_name != joined else "",
        "phone": phone.shown(one.phone),
        "age": None if one.date_of_birth else people.age_of(one),
        "blood_group": one.blood_group or "",
        "guardian_phone": phone.shown(one.guardian_phone) if one.guardian_phone else "",
        "guardian_consent": one.guardian_consent_at is not None,
    }
