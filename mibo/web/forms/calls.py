"""The form of the call list; each line of the page draws its own."""

from typing import ClassVar

from wtforms import StringField

from mibo.web.forms.base import InputForm


class CallForm(InputForm):
    """What came of a call."""

    missing: ClassVar = {"call": "Choose somebody from the list.", "outcome": "Say what came of the call."}

    call = StringField("Call")
    seen = StringField("Tries seen")
    outcome = StringField("What came of it")
