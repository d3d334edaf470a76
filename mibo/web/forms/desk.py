"""The forms of the front desk."""

from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.web.enquiry_words import STAFF_HEARD_OF, choices
from mibo.web.forms.base import InputForm
from mibo.web.forms.booking import GENDER_WORDS, GuardianForm
from mibo.web.forms.fields import DateParts, Rupees, WholeNumber

METHODS = [SelectChoice("CASH", "Cash"), SelectChoice("CARD", "Card"), SelectChoice("UPI", "UPI")]
LINK = SelectChoice("LINK", "Payment link")
LATER = SelectChoice("LATER", "Later, at the centre")
QUIET = {"autocomplete": "off"}
OTHER_WAYS = [SelectChoice("", "None"), *METHODS]
HOW_TAKEN = "Choose cash, card or UPI."
HOW_THIS_PART = "Choose how this part is paid."
OFF = [
    SelectChoice("DISCOUNT", "A discount on the consultation"),
    SelectChoice("WAIVE_CONSULTATION", "All of the consultation"),
    SelectChoice("WAIVE_REGISTRATION", "The registration, waived"),
    SelectChoice("PAID_ELSEWHERE", "The registration, paid elsewhere before"),
]
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
    agreed = BooleanField(
        "They were told what we keep, and agree to it",
        description="Noted as consent, with your name. Left empty, they are asked before they book by themselves.",
    )
    heard_of = SelectField(
        "How did they hear of us?",
        choices=[SelectChoice("", "Not asked"), *choices(STAFF_HEARD_OF)],
        validate_choice=False,
    )
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
    enquiry = HiddenField()
    open_drawer = HiddenField()


class PaymentForm(InputForm):
    """Money taken at the desk for an appointment."""

    missing: ClassVar = {"method": HOW_TAKEN, "also_1_method": HOW_THIS_PART, "also_2_method": HOW_THIS_PART}

    method = RadioField("Taken by", [InputRequired(HOW_TAKEN)], choices=METHODS, validate_choice=False)
    reference = StringField(
        "Reference",
        description="UPI: the 12 digits (UTR or RRN). Card: the slip, and the last four digits at most.",
        render_kw={**QUIET, "inputmode": "text"},
    )
    received = Rupees("Cash received, rupees", [Optional()], render_kw={**QUIET, "inputmode": "numeric"})
    also_1_method = SelectField("And by", choices=OTHER_WAYS, validate_choice=False)
    also_1_rupees = Rupees("Rupees", [Optional()], render_kw={**QUIET, "inputmode": "numeric"})
    also_1_reference = StringField("Its reference", render_kw=QUIET)
    also_2_method = SelectField("And by", choices=OTHER_WAYS, validate_choice=False)
    also_2_rupees = Rupees("Rupees", [Optional()], render_kw={**QUIET, "inputmode": "numeric"})
    also_2_reference = StringField("Its reference", render_kw=QUIET)
    note = StringField("Note", description="Who paid, or anything else worth knowing.", render_kw=QUIET)
    shown_paise = WholeNumber("Price shown", [Optional()], widget=HiddenInput())
    open_drawer = HiddenField()

    @property
    def parts(self) -> list[tuple[Field, Field, Field]]:
        """The rows of a payment in several ways."""
        return [
            (self.also_1_method, self.also_1_rupees, self.also_1_reference),
            (self.also_2_method, self.also_2_rupees, self.also_2_reference),
        ]

    @property
    def is_split(self) -> bool:
        """Whether anything stands in those rows."""
        return any(field.data or field.errors for row in self.parts for field in row)


class PriceForm(InputForm):
    """A discount, a waiver, or a registration that was paid elsewhere."""

    missing: ClassVar = {"kind": "Choose what is taken off.", "reason": "Give the reason in a few words."}

    kind = RadioField("What is taken off?", [InputRequired("Choose what is taken off.")], choices=OFF)
    rupees = Rupees("Discount, rupees", [Optional()], render_kw={**QUIET, "inputmode": "numeric"})
    reason = StringField(
        "Reason",
        [InputRequired("Give the reason in a few words.")],
        description="It stands with the payment.",
        render_kw=QUIET,
    )


def booking_form(who: Actor, **given: Any) -> BookingForm:
    """The form with the ways to pay that this person may choose."""
    form = BookingForm(**given)
    form.pay_by.choices = [LINK, *METHODS, LATER] if who.may(Permission.TAKE_PAYMENT) else [LINK, LATER]
    return form
