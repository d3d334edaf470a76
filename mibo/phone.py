"""One canonical phone: E.164 (`+919876543210`). This is the only function that makes one."""

import re

import phonenumbers

from mibo.errors import Invalid
from mibo.phrases import phrase

MOBILE_HINT = phrase("Enter a 10-digit Indian mobile number, for example 98765 43210.")
INDIAN = re.compile(r"(?:0|91|091|0091)?([6-9][0-9]{9})")
INDIAN_ABROAD = re.compile(r"910?([6-9][0-9]{9})")  # after a plus, ten digits alone are not yet a whole number
STORED = re.compile(r"\+[1-9][0-9]{7,14}")  # what the database takes, too


def canonical(typed: str, *, field: str = "phone", foreign: bool = False) -> str:
    """E.164 of what somebody typed: spaces, dashes, a leading 0, 91 or +91, and any script's digits are fine (R-AUTH-5).

    Indian mobiles only unless `foreign`. Raises Invalid at `field`.
    """
    form = INDIAN_ABROAD if typed.strip().startswith("+") else INDIAN
    if whole := form.fullmatch("".join(str(int(ch)) for ch in typed if ch.isdecimal())):
        return f"+91{whole[1]}"
    if foreign:
        return _foreign(typed, field)
    raise Invalid.field(field, MOBILE_HINT)


def _foreign(typed: str, field: str) -> str:
    try:
        parsed = phonenumbers.parse(typed, "IN")
    except phonenumbers.NumberParseException:
        raise Invalid.field(field, phrase("Enter a phone number with its country code.")) from None
    if not phonenumbers.is_valid_number(parsed):
        raise Invalid.field(field, phrase("This is not a phone number we can reach."))
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not STORED.fullmatch(number):
        raise Invalid.field(field, phrase("This is not a phone number we can reach."))
    return number


def digits(phone: str) -> str:
    """`919876543210`, as WhatsApp providers and the patient API want it."""
    return phone.removeprefix("+")


def ten_digits(phone: str) -> str:
    """`9876543210`, as the staff API wants it."""
    return digits(phone)[-10:]


def shown(phone: str) -> str:
    """`98765 43210` for people at the clinic."""
    ten = ten_digits(phone)
    return f"{ten[:5]} {ten[5:]}" if phone.startswith("+91") else phone


def masked(phone: str) -> str:
    """`••••3210` where a stranger may look over the shoulder."""
    return f"••••{phone[-4:]}"
