"""The forms of money that does not match."""

from typing import Any, ClassVar

from wtforms import StringField, TextAreaField

from mibo.web.forms.base import InputForm

OFF: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false"}


class AttachForm(InputForm):
    """The booking that the money is for."""

    missing: ClassVar = {"reference": "Enter the reference of the booking."}

    reference = StringField("Booking", description="Its reference, for example MB-7F3K.", render_kw=OFF)


class ReturnForm(InputForm):
    """The booking that the money was meant for, where nothing says so."""

    missing: ClassVar = {"meant_for": "Enter the reference of the booking that it was meant for."}

    meant_for = StringField(
        "Booking", description="The refund stands beside it. Its reference, for example MB-7F3K.", render_kw=OFF
    )


class AsideForm(InputForm):
    """Why nothing is to be done."""

    missing: ClassVar = {"note": "Say why in a few words, at least five letters."}

    note = TextAreaField("Why is nothing to be done?")


class WriteInForm(InputForm):
    """Why it was given back."""

    missing: ClassVar = {"reason": "Say what for and by whom it was given back, in five letters at least."}

    reason = TextAreaField("What for was it given back, and who did it?", description="It stands beside the refund.")
