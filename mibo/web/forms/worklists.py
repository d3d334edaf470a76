"""The forms of the worklists."""

from typing import ClassVar

from wtforms import HiddenField, StringField

from mibo.web.forms.base import InputForm
from mibo.web.forms.changes import DecisionForm


class WishForm(DecisionForm):
    """One wish to cancel, decided where it stands."""

    missing: ClassVar = {"decision": "Choose what becomes of it."}

    visit = HiddenField()


class NotWantedForm(InputForm):
    """A follow-up that is not wanted any more."""

    missing: ClassVar = {"reason": "Say why it is called off."}

    follow_up = HiddenField()
    reason = StringField("Why is it not wanted any more?")
