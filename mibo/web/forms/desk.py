"""The forms of the front desk."""

from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SearchField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional

from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.web.forms.base import InputForm
from mibo.web.forms.booking import GENDER_WORDS, GuardianForm
from mibo.web.forms.fields import DateParts, WholeNumber

METHODS = [SelectChoice("CASH", "Cash"), SelectChoice("CARD", "Card"), SelectChoice("UPI", "UPI")]
LINK = SelectChoice("LINK", "Payment link")
LATER = SelectChoice("LATER", "Later, at the centre")
HOW_PAID = "Choose how the patient pays."


class FindForm(InputForm):
    """Who is looked for."""

    q = SearchField(
        "Patient",
        description="The last digits of the phone, part of the name, or the MRN. Or all of a booking in one line: "
        "asha thu 5pm anita online upi",
    )


class PatientForm(GuardianForm):
    """A patient the desk adds."""

    missing: ClassVar = {
        "full_name": "Enter the patient's name.",
        "phone": "Enter the patient's mobile number.",
        "gender": "Choose the gender, or that the patient would rather not say.",
    }

    full_name = StringField("Full name", render_kw={"autocomplete": "off", "spellcheck": "false"})
    phone = TelField("Mobile number")
    age = WholeNumber("Age in years", [Optional()], render_kw={"inputmode": "numeric", "autocomplete": "off"})
    date_of_birth = DateParts("Or date of birth", [Optional()])
    gender = RadioField("Gender", choices=GENDER_WORDS, validate_choice=False)
    family = HiddenField()


class BookingForm(InputForm):
    """One booking; the page draws the patient, the clinician and the times itself."""

    missing: ClassVar = {"at": "Choose a time."}

    patient = HiddenField()
    centre = HiddenField()
    clinician = HiddenField()
    mode = HiddenField()
    day = HiddenField()
    at = StringField("Time")
    last_four = HiddenField()
    walk_in = BooleanField("Walk-in: the patient is here")
    note = TextAreaField("Patient's note")
    pay_by = RadioField("How is it paid?", [InputRequired(HOW_PAID)], choices=[LINK, *METHODS, LATER])
    desk_note = StringField(
        "Payment note", description="The UPI reference or a slip number, if any.", render_kw={"autocomplete": "off"}
    )
    overbook_reason = StringField(
        "Why it must be then",
        description="Seen on the board and on the appointment.",
        render_kw={"autocomplete": "off"},
    )
    request_key = HiddenField()
    queue_entry = HiddenField()
    follow_up = HiddenField()


class PaymentForm(InputForm):
    """Money taken at the desk for an appointment."""

    method = RadioField("Taken by", [InputRequired("Choose cash, card or UPI.")], choices=METHODS)
    note = StringField("Note", description="A slip or reference number, if any.", render_kw={"autocomplete": "off"})


def booking_form(who: Actor, **given: Any) -> BookingForm:
    """The form with the ways to pay that this person may choose."""
    form = BookingForm(**given)
    form.pay_by.choices = [LINK, *METHODS, LATER] if who.may(Permission.TAKE_PAYMENT) else [LINK, LATER]
    return form
