"""The forms of a patient's record, for those who treat them."""

from typing import ClassVar

from wtforms import FileField, HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from mibo.web.forms.base import InputForm
from mibo.web.record_rows import ONE_OF


class LineForm(InputForm):
    """One more line of the history."""

    missing: ClassVar = {"words": "Say it in a few words.", "kind": "Choose what it is."}

    kind = SelectField(
        "What it is",
        choices=[SelectChoice("", "Choose…"), *(SelectChoice(kind, words) for kind, words in ONE_OF.items())],
        validate_choice=False,
    )
    words = TextAreaField("In a few words", description="Sealed: only those who treat the patient read it.")


class ChangeLineForm(InputForm):
    """What a line says from now on."""

    missing: ClassVar = {"words": "Say it in a few words."}

    words = TextAreaField("What it says")
    version = HiddenField()


class StrikeLineForm(InputForm):
    """Why a line holds no more."""

    missing: ClassVar = {"reason": "Say why it holds no more."}

    reason = TextAreaField("Why it holds no more")
    version = HiddenField()


class DocumentForm(InputForm):
    """A file for the record."""

    file = FileField("Document", description="A PDF, JPEG or PNG of up to 10 MB. Sealed, as everything here.")
