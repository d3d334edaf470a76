"""The forms of what patients ask about their data."""

from typing import ClassVar

from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from mibo.people import Patient
from mibo.phrases import phrase
from mibo.web import request_rows
from mibo.web.forms.base import InputForm


class AskForm(InputForm):
    """Something that is asked for."""

    missing: ClassVar = {
        "kind": phrase("Choose what you ask for."), "words": phrase("Say in a few words what you ask for."),
        "patient": phrase("Choose who it is about."),
    }  # fmt: skip

    patient = SelectField(phrase("Who is it about?"), choices=[], validate_choice=False)
    kind = RadioField(
        phrase("What do you ask for?"),
        choices=[SelectChoice(*each) for each in request_rows.TITLES.items()],
        validate_choice=False,
    )
    words = TextAreaField(
        phrase("In your words"),
        description=phrase(
            "Only the managers who answer you read it. Naming somebody? Their name, how you are related, and their"
            " phone number."
        ),
    )

    def offer(self, family: list[Patient]) -> "AskForm":
        """Of whom it may be."""
        self.patient.choices = [SelectChoice(str(one.id), one.full_name) for one in family]
        return self


class AnswerForm(InputForm):
    """What becomes of a request."""

    missing: ClassVar = {"outcome": "Choose what becomes of it.", "words": "Say what was done: the patient reads it."}

    version = HiddenField()
    outcome = RadioField(
        "What becomes of it?",
        choices=[SelectChoice(*each) for each in request_rows.OUTCOMES.items()],
        validate_choice=False,
    )
    ground = SelectField(
        "Why not, or not all of it?",
        description="Needed for “in part” and “no”. The patient is told, with whom they may turn to.",
        choices=[SelectChoice("", "Choose…"), *(SelectChoice(*each) for each in request_rows.STAFF_GROUNDS.items())],
        validate_choice=False,
    )
    words = TextAreaField("What you tell the patient", description="Sealed. They read it under “My requests”.")


class TakeForm(InputForm):
    """Seeing to a request from now on."""

    version = HiddenField()
