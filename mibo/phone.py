"""One canonical phone: E.164 (`+919876543210`). This is the only function that makes one."""

import phonenumbers

from mibo.errors import Invalid

MOBILE_HINT = "Enter a 10-digit Indian mobile number, for example 98765 43210."


def canonical(typed: str, *, field: str = "phone", foreign: bool = False) -> str:
    """E.164 of what somebody typed: spaces, dashes, a leading 0, 91 or +91 are all fine (R-AUTH-5).

    Indian mobiles only unless `foreign`. Raises Invalid at `field`.
    """
    digits = "".join(ch for ch in typed if ch.isdigit() and ch.isascii())
    if not typed.strip().startswith("+") or digits.startswith("91"):
        national = digits[-10:]
        prefix = digits[:-10]
        if len(digits) >= 10 and prefix in ("", "0", "91", "091", "0091") and national[0] in "6789":
            return f"+91{national}"
    if foreign:
        return _foreign(typed, field)
    raise Invalid.field(field, MOBILE_HINT)


def _foreign(typed: str, field: str) -> str:
    try:
        parsed = phonenumbers.parse(typed, "IN")
    except phonenumbers.NumberParseException:
        raise Invalid.field(field, "Enter a phone number with its country code.") from None
    if not phonenumbers.is_valid_number(parsed):
        raise Invalid.field(field, "This is not a phone number we can reach.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


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
