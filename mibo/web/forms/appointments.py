"""The filters of the list of appointments."""

from collections.abc import Sequence

from wtforms import DateField, HiddenField, SearchField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from mibo.clinics import Centre
from mibo.web.forms.base import InputForm

TIMES = [
    SelectChoice("today", "Today"),
    SelectChoice("upcoming", "Upcoming"),
    SelectChoice("past", "Past"),
    SelectChoice("all", "All"),
]
STATES = [
    SelectChoice("", "Any state"),
    SelectChoice("PENDING", "Awaiting payment"),
    SelectChoice("CONFIRMED", "Confirmed"),
    SelectChoice("IN_PROGRESS", "In consultation"),
    SelectChoice("COMPLETED", "Completed"),
    SelectChoice("CANCELLATION_REQUESTED", "Cancellation asked"),
    SelectChoice("CANCELLED", "Cancelled"),
    SelectChoice("NO_SHOW", "No-show"),
    SelectChoice("EXPIRED", "Hold ended"),
]
SOURCES = [
    SelectChoice("", "Anywhere"),
    SelectChoice("WEB_PATIENT", "Website"),
    SelectChoice("APP_PATIENT", "App"),
    SelectChoice("FRONT_DESK", "Front desk"),
    SelectChoice("CARE_COORDINATOR", "Care coordinator"),
    SelectChoice("MANAGER", "Manager"),
]
PAYMENTS = [
    SelectChoice("", "Any payment"),
    SelectChoice("PENDING", "To pay"),
    SelectChoice("PAID", "Paid"),
    SelectChoice("REFUNDED", "Refunded"),
    SelectChoice("FAILED", "Failed"),
]
ORDERS = [
    SelectChoice("", "What comes next first"),
    SelectChoice("starts", "Date, earliest first"),
    SelectChoice("-starts", "Date, latest first"),
    SelectChoice("-booked", "Booked last first"),
    SelectChoice("booked", "Booked first first"),
]
ANY_CENTRE, ANYBODY = SelectChoice("", "Any centre"), SelectChoice("", "Any clinician")


class AppointmentsForm(InputForm):
    """Which appointments are looked for; the list's own buttons send an order, a place, or that filters go."""

    q = SearchField("Name, phone, MRN, clinician or reference")
    time = SelectField("When", choices=TIMES, default="today")
    since = DateField("From", [Optional()])
    until = DateField("To", [Optional()])
    centre = SelectField("Centre", choices=[ANY_CENTRE], default="", validate_choice=False)
    clinician = SelectField("Clinician", choices=[ANYBODY], default="", validate_choice=False)
    state = SelectField("State", choices=STATES, default="")
    source = SelectField("Booked", choices=SOURCES, default="")
    payment = SelectField("Payment", choices=PAYMENTS, default="")
    order = SelectField("Order", choices=ORDERS, default="")
    turn = HiddenField()
    place = HiddenField()
    show = HiddenField()


def offer(form: AppointmentsForm, centres: Sequence[Centre], clinicians: Sequence[tuple[int, str]]) -> None:
    """The centres and clinicians that may be chosen."""
    form.centre.choices = [ANY_CENTRE, *(SelectChoice(str(one.id), one.short_name) for one in centres)]
    form.clinician.choices = [ANYBODY, *(SelectChoice(str(one), name) for one, name in clinicians)]
