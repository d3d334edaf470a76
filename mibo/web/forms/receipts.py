"""The forms of receipts: looking for them, and how a centre issues them."""

from collections.abc import Iterable
from typing import Any, ClassVar

from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from mibo.clinics import Centre
from mibo.payments import Billing
from mibo.payments.receipt_rules import RATES
from mibo.web.forms.base import InputForm
from mibo.web.receipt_paper import TITLES

QUIET: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false"}
KINDS = [SelectChoice("", "All kinds"), *(SelectChoice(kind, title) for kind, title in TITLES.items())]
RATE_WORDS = [SelectChoice(str(rate), f"{rate / 100:g} %" if rate else "Exempt") for rate in RATES]


class ReceiptsForm(InputForm):
    """Which documents are wanted."""

    also: ClassVar = ("after",)

    number = StringField("Number", description="Whole, its beginning, or the last part.", render_kw=QUIET)
    kind = SelectField("Kind", choices=KINDS)
    centre = SelectField("Centre", choices=[])
    since = DateField("From", [Optional()])
    until = DateField("To", [Optional()])

    def offer(self, centres: Iterable[Centre]) -> "ReceiptsForm":
        """The centres one may choose from."""
        self.centre.choices = [
            SelectChoice("", "All centres"), *(SelectChoice(str(one.id), one.short_name) for one in centres)
        ]  # fmt: skip
        return self


class BillingForm(InputForm):
    """How a centre issues documents."""

    missing: ClassVar = {"legal_name": "Enter the name that stands on the receipts.", "prefix": "Enter a prefix."}

    legal_name = StringField(
        "Name on receipts", description="Of the company or person that is paid. Others may see it: keep it neutral.",
        render_kw=QUIET,
    )  # fmt: skip
    gstin = StringField(
        "GSTIN", description="Leave it empty when the clinic is not registered for GST.", render_kw=QUIET
    )
    prefix = StringField(
        "Prefix", description="Begins every number, like KOC. Another prefix counts from 1 again.",
        render_kw={**QUIET, "maxlength": "3"},
    )  # fmt: skip
    consultation_sac = StringField("SAC of consultations", render_kw={**QUIET, "inputmode": "numeric"})
    consultation_rate_bp = SelectField("GST on consultations", choices=RATE_WORDS)
    registration_sac = StringField("SAC of the registration", render_kw={**QUIET, "inputmode": "numeric"})
    registration_rate_bp = SelectField("GST on the registration", choices=RATE_WORDS)

    def show(self, one: Billing) -> "BillingForm":
        """What is set."""
        for name in ("legal_name", "gstin", "prefix", "consultation_sac", "registration_sac"):
            self[name].data = getattr(one, name)
        for name in ("consultation_rate_bp", "registration_rate_bp"):
            self[name].data = str(getattr(one, name))
        return self
