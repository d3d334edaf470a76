"""The forms of refunds."""

from typing import ClassVar

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from mibo.web.forms.base import InputForm

WAYS = [
    SelectChoice("PROVIDER", "Back the way it was paid"),
    SelectChoice("DESK", "At the desk"),
]
METHODS = [SelectChoice("CASH", "Cash"), SelectChoice("UPI", "UPI"), SelectChoice("CARD", "Card")]
OFF = {"autocomplete": "off"}


class ApprovalForm(InputForm):
    """Money goes back."""

    missing: ClassVar = {"way": "Choose how it goes back."}

    way = RadioField("How does it go back?", choices=WAYS, validate_choice=False)
    version = HiddenField()


class DeclineForm(InputForm):
    """Money does not go back."""

    missing: ClassVar = {"reason": "Say why it does not go back."}

    reason = TextAreaField("Why does it not go back?", description="Staff read it here; the patient is only told so.")
    version = HiddenField()


class HandingOverForm(InputForm):
    """Money that was handed over."""

    missing: ClassVar = {"method": "Choose cash, UPI or card."}

    open_drawer = HiddenField()

    method = RadioField("How was it handed over?", choices=METHODS, validate_choice=False)
    reference = StringField(
        "Reference number", description="Of the UPI transfer, or of the card slip. Cash needs none.", render_kw=OFF
    )
    version = HiddenField()


class OwnerForm(InputForm):
    """Who sees to it."""

    missing: ClassVar = {"owner": "Choose who sees to it."}

    owner = SelectField("Give it to", validate_choice=False)
    version = HiddenField()


class ByHandForm(InputForm):
    """A manager gives back what was paid, or part of it."""

    missing: ClassVar = {"rupees": "Enter how much goes back.", "reason": "Say why it goes back."}

    rupees = StringField("How much, in rupees", render_kw={"inputmode": "numeric", "autocomplete": "off"})
    reason = TextAreaField("Why?", description="Staff read it on the refund.")
    left = HiddenField()  # paise that could be given back when the page was drawn
