"""The forms of the drawer pages."""

from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import DateField, Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional

from mibo.clinics import Centre
from mibo.payments import PIECES
from mibo.web.forms.base import InputForm
from mibo.web.forms.fields import Rupees, WholeNumber

QUIET: dict[str, Any] = {"autocomplete": "off"}
NUMBER: dict[str, Any] = {**QUIET, "inputmode": "numeric"}
WHY = "Give the reason in a few words."


class DrawersForm(InputForm):
    """Which drawers are looked for."""

    class Meta(InputForm.Meta):
        """It only asks."""

        csrf = False

    since = DateField("From", [Optional()])
    until = DateField("To", [Optional()])
    centre = SelectField("Centre", validate_choice=False)
    state = SelectField("Which", choices=[SelectChoice("", "All"), SelectChoice("open", "Open now")])

    def offer(self, centres: Sequence[Centre]) -> "DrawersForm":
        """The centres they may look at."""
        self.centre.choices = [SelectChoice("", "All centres"), *_choices(centres)]
        return self


class OpeningForm(InputForm):
    """A drawer is opened."""

    missing: ClassVar = {"centre": "Choose the centre."}

    centre = SelectField("Centre", validate_choice=False)
    float_rupees = Rupees(
        "In it already, rupees", [Optional()], description="The float. Empty is what the policy says.", render_kw=NUMBER
    )

    def offer(self, centres: Sequence[Centre]) -> "OpeningForm":
        """The centres where they may keep one."""
        self.centre.choices = _choices(centres)
        return self


class FloatForm(InputForm):
    """What lay in it when it was opened."""

    missing: ClassVar = {"float_rupees": "Enter what lay in the drawer, or 0."}

    float_rupees = Rupees("In it when it was opened, rupees", [Optional()], render_kw=NUMBER)


class CashForm(InputForm):
    """Cash put in or taken out."""

    missing: ClassVar = {"rupees": "Enter how much.", "reason": WHY}

    kind = RadioField(
        "What happens?",
        [InputRequired("Choose whether cash is put in or taken out.")],
        choices=[SelectChoice("OUT", "Taken out"), SelectChoice("IN", "Put in")],
    )
    rupees = Rupees("Rupees", [Optional()], render_kw=NUMBER)
    reason = StringField("What for", description="To the safe, to the bank, change fetched …", render_kw=QUIET)


def _piece(worth: int) -> WholeNumber:
    return WholeNumber(f"₹{worth}", [Optional()], render_kw=NUMBER)


class CountForm(InputForm):
    """What was counted."""

    missing: ClassVar = {
        "cash_rupees": "Enter the cash you counted, or 0.",
        "card_rupees": "Enter what the card machine says, or 0.",
        "upi_rupees": "Enter what came by UPI, or 0.",
    }

    p500, p200, p100, p50, p20, p10, p5, p2, p1 = (_piece(worth) for worth in PIECES)
    cash_rupees = Rupees("Cash counted, rupees", [Optional()], render_kw=NUMBER)
    card_rupees = Rupees("Card slips, rupees", [Optional()], render_kw=NUMBER)
    upi_rupees = Rupees("UPI received, rupees", [Optional()], render_kw=NUMBER)
    explanation = TextAreaField(
        "Why it differs", description="Needed where what you counted is not what is expected.", render_kw=QUIET
    )

    @property
    def pieces(self) -> list[Field]:
        """A field for each note and coin."""
        return [self[f"p{worth}"] for worth in PIECES]


class ReopeningForm(InputForm):
    """Why it is opened again."""

    missing: ClassVar = {"reason": WHY}

    reason = StringField("Why it is opened again", description="It stands in the audit.", render_kw=QUIET)


def _choices(centres: Sequence[Centre]) -> list[SelectChoice]:
    return [SelectChoice(str(one.id), one.short_name) for one in centres]
