"""The forms of the queue of those who walk in."""

from collections.abc import Sequence
from typing import ClassVar

from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from mibo.people import Clinician
from mibo.web.forms.base import InputForm

ANYBODY = SelectChoice("", "Whoever is free first")


class JoinForm(InputForm):
    """Somebody who walked in; the page draws the patient itself."""

    missing: ClassVar = {"patient": "Choose the patient again.", "last_four": "Choose the patient again."}

    patient = HiddenField()
    centre = HiddenField()
    last_four = HiddenField()
    clinician = SelectField("Wants to see", validate_choice=False)
    note = StringField(
        "Note", description="What the others at the desk should know.", render_kw={"autocomplete": "off"}
    )


class StepForm(InputForm):
    """One button of a row."""

    missing: ClassVar = {"step": "Choose what becomes of this number.", "version": "Please open the queue again."}

    step = HiddenField()
    version = HiddenField()


def offer(form: JoinForm, clinicians: Sequence[Clinician]) -> JoinForm:
    """The form with the clinicians of the centre."""
    form.clinician.choices = [ANYBODY, *(SelectChoice(str(one.id), one.full_name) for one in clinicians)]
    return form
