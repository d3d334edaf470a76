"""The forms with which an appointment changes."""

from typing import ClassVar

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from mibo.phrases import phrase
from mibo.web.forms.base import InputForm

OFF = {"autocomplete": "off"}
DECISIONS = [
    SelectChoice("GRANT", "Cancel it"),
    SelectChoice("GRANT_ALL", "Cancel it and return the whole consultation fee"),
    SelectChoice("REFUSE", "Keep the appointment"),
]


class MoveForm(InputForm):
    """Another time; the page draws clinician, centre and times itself."""

    missing: ClassVar = {"at": phrase("Choose a time.")}

    clinician = HiddenField()
    centre = HiddenField()
    mode = HiddenField()
    day = HiddenField()
    at = StringField("Time")
    reason = StringField("Reason", description="Staff read it in the history.", render_kw=OFF)
    version = HiddenField()


class CallOffForm(InputForm):
    """The clinic cancels."""

    missing: ClassVar = {"reason": "Say why it is cancelled."}

    reason = TextAreaField("Why is it cancelled?", description="Staff read it in the history; the patient does not.")
    version = HiddenField()


class DecisionForm(InputForm):
    """A patient's wish to cancel is decided."""

    missing: ClassVar = {"decision": "Choose what becomes of it."}

    decision = RadioField("What becomes of it?", choices=DECISIONS, validate_choice=False)
    words = TextAreaField("A word to the patient", description="They read it on the page of their appointment.")
    version = HiddenField()


class LateForm(InputForm):
    """The patient comes late."""

    missing: ClassVar = {"expected_at": "Enter the time."}

    expected_at = StringField("When do they come?", render_kw={"type": "time", "step": "300"})
    version = HiddenField()


class OwnMoveForm(InputForm):
    """A patient's other time; the page draws the times itself."""

    also = ("way", "day", "from")
    missing: ClassVar = {"time": phrase("Choose a time.")}

    time = StringField("Time")
    version = HiddenField()


class AskForm(InputForm):
    """A patient asks to cancel."""

    missing: ClassVar = {"reason": phrase("Please tell us why, in at least five letters.")}

    reason = TextAreaField(
        phrase("Why would you like to cancel?"), description=phrase("Only those who decide it read this.")
    )


class OwnCancelForm(InputForm):
    """A patient cancels in time."""

    reason = TextAreaField(phrase("Would you like to tell us why?"), description=phrase("You do not have to."))
