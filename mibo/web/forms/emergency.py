"""The forms of who has to read in an emergency."""

from typing import ClassVar

from wtforms import StringField, TextAreaField

from mibo.web.forms.base import InputForm


class ReasonForm(InputForm):
    """Why it has to be."""

    missing: ClassVar = {"reason": "Say why in a sentence: at least 15 letters."}

    reason = TextAreaField("Why you need to read them", description="Whoever wrote them reads this at once.")


class EmergencyForm(ReasonForm):
    """Whose notes, and why."""

    missing: ClassVar = {"who": "Enter the MRN, or the reference of a visit.", **ReasonForm.missing}

    who = StringField("MRN, or the reference of a visit", description="The whole of it, for example MRN-2026-00042.")
