"""The form with which staff paste the link of a meeting."""

from typing import ClassVar

from wtforms import HiddenField, URLField

from mibo.web.forms.base import InputForm


class PasteForm(InputForm):
    """A link that was made elsewhere."""

    missing: ClassVar = {"link": "Paste the address of the meeting.", "version": "Please open the page again."}

    version = HiddenField()
    link = URLField("Address of the meeting", render_kw={"autocomplete": "off", "spellcheck": "false"})
