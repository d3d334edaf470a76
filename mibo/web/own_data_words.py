"""What stands in a copy of one's data, in words: the names of the things kept, and what their short values mean."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from mibo.messaging import LANGUAGES
from mibo.money import rupees
from mibo.phrases import phrase
from mibo.web import consent_rows, request_rows
from mibo.web.filters import clock_time, day_and_year, long_day
from mibo.web.forms.booking import GENDER_WORDS
from mibo.web.languages import put

LABELS = {
    "full_name": phrase("Full name"), "first_name": phrase("First name"), "last_name": phrase("Last name"),
    "phone": phrase("Phone number"), "email": phrase("E-mail"), "date_of_birth": phrase("Date of birth"),
    "age_told": phrase("Age, as it was told"), "gender": phrase("Gender"), "blood_group": phrase("Blood group"),
    "mrn": phrase("Number of the record (MRN)"), "emergency_contact_name": phrase("Somebody to call in an emergency"),
    "emergency_contact_phone": phrase("Their phone number"), "notes": phrase("What the centre noted"),
    "guardian_name": phrase("Guardian's name"), "guardian_relation": phrase("Relation"),
    "guardian_phone": phrase("Guardian's mobile number"), "guardian_consent_at": phrase("The guardian agreed"),
    "grown_up_agreed_at": phrase("Lets the phone's owner act for them since"),
    "message_language": phrase("Language of messages"), "message_channel": phrase("Messages come by"),
    "discreet_messages": phrase("Discreet messages"), "no_messages": phrase("No messages"),
    "registration_paid_at": phrase("Registration fee paid"), "created_at": phrase("Entered"),
    "reference": phrase("Reference"), "starts_at": phrase("Begins"), "ends_at": phrase("Ends"), "mode": phrase("How"),
    "status": phrase("State"), "patient_note": phrase("Your note"), "cancel_reason": phrase("Why it was cancelled"),
    "clinician": phrase("Clinician"), "centre": phrase("Centre"), "price_paise": phrase("Price"), "payment": phrase("Payment"),
    "paid_by": phrase("Paid by"), "paid_at": phrase("Paid on"), "paise": phrase("Amount"), "opened_at": phrase("Begun"),
    "sent_at": phrase("Sent"), "done_at": phrase("Arrived"), "method": phrase("Way"), "code": phrase("Number"),
    "kind": phrase("Kind"), "issued_on": phrase("Issued"), "total_paise": phrase("Amount"), "language": phrase("Language"),
    "channel": phrase("Way"), "at": phrase("When"), "says": phrase("What it says"), "purpose": phrase("About"),
    "given": phrase("Agreed to"), "version": phrase("Version of the notice"), "capacity": phrase("Said by"),
    "said_at": phrase("When"), "joins_as": phrase("Joined as"), "private": phrase("Was alone"),
    "adult_present": phrase("A grown-up was there"), "consent_version": phrase("Version of the notice"),
    "place": phrase("Place"), "contact": phrase("Somebody to call in an emergency"), "asked_at": phrase("Asked on"),
    "due_at": phrase("To be answered by"), "closed_at": phrase("Ended"), "asked": phrase("What was asked"),
    "answered": phrase("Our answer"), "read_by": phrase("Read by"), "role": phrase("Role"), "device": phrase("Device"),
    "network": phrase("Network"), "last_seen_at": phrase("Last used"), "ended_at": phrase("Ended"),
}  # fmt: skip
UNSAID = {"template"}  # names that only programs know
VALUES = {
    **{one.value: one.label for one in GENDER_WORDS}, **request_rows.TITLES, **consent_rows.TITLES, **LANGUAGES,
    **{state: words for state, (_, _, words) in request_rows.STATES.items()},
    "WHATSAPP": phrase("WhatsApp"), "SMS": phrase("SMS"), "EMAIL": phrase("E-mail"), "IN_PERSON": phrase("In person"),
    "ONLINE": phrase("Online"), "PENDING": phrase("Awaiting payment"), "CONFIRMED": phrase("Confirmed"),
    "CANCELLATION_REQUESTED": phrase("Cancellation asked"), "IN_PROGRESS": phrase("In consultation"),
    "COMPLETED": phrase("Completed"), "CANCELLED": phrase("Cancelled"), "NO_SHOW": phrase("No-show"),
    "EXPIRED": phrase("Hold ended"), "PAID": phrase("Paid"), "REFUNDED": phrase("Refunded"), "FAILED": phrase("Failed"),
    "CASH": phrase("Cash"), "CARD": phrase("Card"), "UPI": phrase("UPI"), "PATIENT": phrase("Patient"),
    "SELF": phrase("Patient"), "GUARDIAN": phrase("Guardian"), "FAMILY": phrase("Family"), "DESK": phrase("Centre"),
}  # fmt: skip
ABOUT = {("purpose", "ONLINE"): consent_rows.TITLES["ONLINE"]}
SHORT = {"gender", "message_language", "message_channel", "mode", "status", "payment", "paid_by", "method", "kind", "language",
         "channel", "purpose", "capacity", "joins_as"}  # fmt: skip


def lines(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each thing that is known with its name, in the language of the page and times on the clinic's clock."""
    said = ((name, words) for name, words in _said(row) if words and name not in UNSAID)
    return [(put(LABELS.get(name, name.replace("_", " ").capitalize())), words) for name, words in said]


def _said(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        if isinstance(value, datetime):
            yield name, f"{long_day(value)}, {clock_time(value)}"
        elif isinstance(value, date):
            yield name, day_and_year(value)
        elif isinstance(value, bool):
            yield name, gettext("yes") if value else gettext("no")
        elif isinstance(value, int) and name.endswith("paise"):
            yield name, rupees(value)
        elif name in SHORT and isinstance(value, str):
            yield name, put(ABOUT.get((name, value)) or VALUES.get(value, value))
        else:
            yield name, "" if value is None else str(value)
