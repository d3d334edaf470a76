"""The filters of the list of payments."""

from collections.abc import Sequence
from typing import ClassVar

from wtforms import DateField, HiddenField, SearchField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from mibo.clinics import Centre
from mibo.web.forms.appointments import ANY_CENTRE, ANYBODY
from mibo.web.forms.base import InputForm

TIMES = [
    SelectChoice("month", "Last 30 days"),
    SelectChoice("week", "Last 7 days"),
    SelectChoice("today", "Today"),
    SelectChoice("all", "Any time"),
]
DATES = [SelectChoice("made", "Booking"), SelectChoice("paid", "Payment")]
STATES = [
    SelectChoice("", "Any state"),
    SelectChoice("OWED", "To pay"),
    SelectChoice("PAID", "Paid"),
    SelectChoice("RETURNED", "Given back"),
    SelectChoice("UNWANTED", "Came too late"),
    SelectChoice("NOT_OWED", "Never paid"),
]
METHODS = [
    SelectChoice("", "Any way"),
    SelectChoice("ONLINE", "Online"),
    SelectChoice("UPI", "UPI"),
    SelectChoice("CARD", "Card"),
    SelectChoice("CASH", "Cash"),
]
REFUNDS = [
    SelectChoice("", "Any or none"),
    SelectChoice("any", "With a refund"),
    SelectChoice("waiting", "Still to go back"),
    SelectChoice("failed", "Could not go back"),
    SelectChoice("done", "Gone back"),
    SelectChoice("declined", "Declined"),
]
ORDERS = [
    SelectChoice("", "Latest first"),
    SelectChoice("-made", "Booked last first"),
    SelectChoice("made", "Booked first first"),
    SelectChoice("-paid", "Paid last first"),
    SelectChoice("paid", "Paid first first"),
]


class PaymentsForm(InputForm):
    """Which payments are looked for; the list's own buttons send an order, a place, sums, or that filters go."""

    q = SearchField("Name, phone, MRN, reference or id")
    time = SelectField("When", choices=TIMES, default="month")
    dates = SelectField("Day of", choices=DATES, default="made")
    since = DateField("From", [Optional()])
    until = DateField("To", [Optional()])
    centre = SelectField("Centre", choices=[ANY_CENTRE], default="", validate_choice=False)
    clinician = SelectField("Clinician", choices=[ANYBODY], default="", validate_choice=False)
    state = SelectField("State", choices=STATES, default="")
    method = SelectField("Paid", choices=METHODS, default="")
    refund = SelectField("Refund", choices=REFUNDS, default="")
    order = SelectField("Order", choices=ORDERS, default="")
    turn = HiddenField()
    place = HiddenField()
    show = HiddenField()
    sums = HiddenField()


def offer(form: PaymentsForm, centres: Sequence[Centre], clinicians: Sequence[tuple[int, str]]) -> None:
    """The centres and clinicians that may be chosen."""
    form.centre.choices = [ANY_CENTRE, *(SelectChoice(str(one.id), one.short_name) for one in centres)]
    form.clinician.choices = [ANYBODY, *(SelectChoice(str(one), name) for one, name in clinicians)]


class ReferenceForm(InputForm):
    """The reference of money that was taken without one."""

    missing: ClassVar = {"reference": "Enter the reference number."}

    reference = StringField("Reference", render_kw={"autocomplete": "off", "spellcheck": "false"})
