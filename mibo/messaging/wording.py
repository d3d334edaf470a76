"""Every sentence that leaves, from plain values (security.md line 80).

A message may be read over a shoulder: it says first name, day, time, centre and reference, and never what the care is.
Template names, their variables and their texts are the approved ones; changing any of them needs a new approval.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from mibo.money import rupees

VALUE_LENGTH = 100
NAMELESS = "there"  # "Hello there"

_CONFIRMED = "Hello {name}, your appointment with {clinician} is confirmed for {when}, {where}. Reference {reference}."

SENTENCES = {
    "mibo_sign_in_code": "{otp} is your Mibo sign-in code. Please do not share it with anyone.",
    "mibo_sign_in_ended": "Hello {name}, we signed you out of Mibo on one of your devices to keep your account safe. "
    "Please sign in again.",
    "mibo_new_phone_code": "{otp} is your code to use this number with Mibo. Please do not share it with anyone.",
    "mibo_phone_left": "This number is no longer used to sign in to Mibo. "
    "If you did not ask for that, please call the clinic.",
    "mibo_password_link": "Hello {name}, here is your link to set your Mibo password. It works once. "
    "Please do not share it with anyone.",
    "mibo_booking_confirmed": _CONFIRMED,
    "mibo_booking_confirmed_online": _CONFIRMED,
    "mibo_payment_link": "Hello {name}, please pay {amount} for your appointment on {when}. "
    "We keep the time until {until}.",
    "mibo_hold_ended": "Hello {name}, the time we kept for you on {when} is free again, as it was not paid. "
    "Nothing was charged.",
    "mibo_late_payment_refund": "Hello {name}, your payment of {amount} reached us after the time was given up. "
    "We are returning all of it. Reference {reference}.",
    "mibo_booking_cancelled": "Hello {name}, your appointment on {when} is cancelled. Reference {reference}.",
    "mibo_booking_moved": "Hello {name}, your appointment is moved to {when}. Reference {reference}.",
    "mibo_clinician_booking": "Hello {name}, {patient} has booked {when} with you, {mode}.",
    "mibo_booking_off": "Hello {name}, we are sorry: your appointment on {when} cannot take place. "
    "Please choose another time or call us. Reference {reference}.",
    "mibo_refund_opened": "Hello {name}, we are returning {amount} for your appointment on {when}. "
    "Reference {reference}.",
    "mibo_request_refused": "Hello {name}, your appointment on {when} stands: we could not cancel it as you asked. "
    "Please call us with any question. Reference {reference}.",
    "mibo_please_move": "Hello {name}, we are sorry: we have to change your appointment on {when}. "
    "Please choose another time. Reference {reference}.",
    "mibo_running_late": "Hello {name}, your appointment on {when} will begin about {minutes} minutes late. "
    "We are sorry for the wait. Reference {reference}.",
    "mibo_clinician_moved": "Hello {name}, {patient} has moved from {before} to {when}, {mode}.",
    "mibo_clinician_cancelled": "Hello {name}, the appointment of {patient} on {when} is cancelled.",
    "mibo_series_booked": "Hello {name}, {count} appointments are booked, the first on {when}. Reference {reference}.",
    "mibo_series_moved": "Hello {name}, {count} of your appointments are moved, the first to {when}. "
    "Reference {reference}.",
    "mibo_series_off": "Hello {name}, {count} of your appointments are cancelled, the first of them on {when}. "
    "Reference {reference}.",
    "mibo_clinician_series": "Hello {name}, {patient} has booked {count} appointments with you, the first on {when}, "
    "{mode}.",
    "mibo_clinician_series_moved": "Hello {name}, {count} appointments of {patient} are moved, the first to {when}, "
    "{mode}.",
    "mibo_clinician_series_off": "Hello {name}, {count} appointments of {patient} are cancelled, the first of them on "
    "{when}.",
    "mibo_meeting_link": "Hello {name}, here is the video call for your appointment on {when}. Reference {reference}.",
}

# A worker that dies while it sends leaves us unsure. These read as the same message when they come twice.
HARMLESS_TWICE = SENTENCES.keys() - {"mibo_sign_in_code", "mibo_new_phone_code"}


@dataclass(frozen=True)
class Wording:
    """A template, what stands in its gaps, and the end of the address behind its button where it has one."""

    template: str
    values: dict[str, str] = field(default_factory=dict)
    link: str | None = None
    link_is_secret: bool = False  # it opens something for whoever has it: sealed until it has left


def sign_in_code() -> Wording:
    """The code itself goes along sealed, as the value `otp`."""
    return Wording("mibo_sign_in_code")


def sign_in_ended(name: str) -> Wording:
    """Somebody used a key of this person's sign-in that was no longer theirs to use, so the sign-in was ended."""
    return Wording("mibo_sign_in_ended", {"name": first_name(name)})


def new_phone_code() -> Wording:
    """To a number that somebody wants to use from now on; the code goes along sealed, as the value `otp`."""
    return Wording("mibo_new_phone_code")


def phone_left() -> Wording:
    """To the number an account used before. It may be somebody else's by now, so it names nobody."""
    return Wording("mibo_phone_left")


def password_link(name: str, *, link: str) -> Wording:
    """Set your password here; whoever has the link can, once."""
    return Wording("mibo_password_link", {"name": first_name(name)}, link, link_is_secret=True)


def booking_confirmed(name: str, *, clinician: str, when: datetime, where: str, reference: str) -> Wording:
    """`where` is the centre's short name."""
    return Wording("mibo_booking_confirmed", _confirmed(name, clinician, when, where, reference))


def booking_confirmed_online(
    name: str, *, clinician: str, when: datetime, where: str, reference: str, link: str
) -> Wording:
    """`link` is the end of our own address that leads to the meeting."""
    return Wording("mibo_booking_confirmed_online", _confirmed(name, clinician, when, where, reference), link)


def _confirmed(name: str, clinician: str, when: datetime, where: str, reference: str) -> dict[str, str]:
    return {
        "name": first_name(name),
        "clinician": fitting(clinician),
        "when": moment(when),
        "where": fitting(where),
        "reference": fitting(reference),
    }


def payment_link(name: str, *, amount_paise: int, when: datetime, until: datetime, link: str) -> Wording:
    """Please pay; the time is kept until `until`."""
    values = {"name": first_name(name), "amount": rupees(amount_paise), "when": moment(when), "until": moment(until)}
    return Wording("mibo_payment_link", values, link)


def hold_ended(name: str, *, when: datetime) -> Wording:
    """The time was not paid for and is free again."""
    return Wording("mibo_hold_ended", {"name": first_name(name), "when": moment(when)})


def late_payment_refund(name: str, *, amount_paise: int, reference: str) -> Wording:
    """The money came after the time was given up and goes back."""
    values = {"name": first_name(name), "amount": rupees(amount_paise), "reference": fitting(reference)}
    return Wording("mibo_late_payment_refund", values)


def booking_cancelled(name: str, *, when: datetime, reference: str) -> Wording:
    """The appointment will not take place."""
    return Wording("mibo_booking_cancelled", _about(name, when, reference))


def booking_moved(name: str, *, when: datetime, reference: str) -> Wording:
    """`when` is the new time."""
    return Wording("mibo_booking_moved", _about(name, when, reference))


def booking_off(name: str, *, when: datetime, reference: str) -> Wording:
    """The clinic calls it off."""
    return Wording("mibo_booking_off", _about(name, when, reference))


def refund_opened(name: str, *, amount_paise: int, when: datetime, reference: str) -> Wording:
    """Money goes back; said only where a refund row stands (P9)."""
    return Wording("mibo_refund_opened", _about(name, when, reference) | {"amount": rupees(amount_paise)})


def request_refused(name: str, *, when: datetime, reference: str) -> Wording:
    """The patient asked to cancel and the clinic said no."""
    return Wording("mibo_request_refused", _about(name, when, reference))


def please_move(name: str, *, when: datetime, reference: str, link: str) -> Wording:
    """The time is closed: the patient chooses another at `link`, the end of our own address."""
    return Wording("mibo_please_move", _about(name, when, reference), link)


def running_late(name: str, *, when: datetime, minutes: int, reference: str) -> Wording:
    """`minutes` is about how much later it begins."""
    return Wording("mibo_running_late", _about(name, when, reference) | {"minutes": str(minutes)})


def meeting_link(name: str, *, when: datetime, reference: str, link: str) -> Wording:
    """The meeting's address, when it came only after the confirmation."""
    return Wording("mibo_meeting_link", _about(name, when, reference), link)


def _about(name: str, when: datetime, reference: str) -> dict[str, str]:
    return {"name": first_name(name), "when": moment(when), "reference": fitting(reference)}


def clinician_booking(name: str, *, patient: str, when: datetime, mode: str) -> Wording:
    """To the clinician, who reads the patient's first name and an initial. `mode` is `IN_PERSON` or `ONLINE`."""
    how = "online" if mode == "ONLINE" else "in person"
    values = {"name": first_name(name), "patient": initialled(patient), "when": moment(when), "mode": how}
    return Wording("mibo_clinician_booking", values)


def clinician_moved(name: str, *, patient: str, before: datetime, when: datetime, mode: str) -> Wording:
    """To the clinician: an appointment of theirs has another time."""
    about = clinician_booking(name, patient=patient, when=when, mode=mode).values
    return Wording("mibo_clinician_moved", about | {"before": moment(before)})


def clinician_cancelled(name: str, *, patient: str, when: datetime) -> Wording:
    """To the clinician: an appointment of theirs will not take place."""
    values = {"name": first_name(name), "patient": initialled(patient), "when": moment(when)}
    return Wording("mibo_clinician_cancelled", values)


def series_booked(name: str, *, count: int, when: datetime, reference: str) -> Wording:
    """One message for all of them; `when` and `reference` are the first one's."""
    return Wording("mibo_series_booked", _about(name, when, reference) | {"count": str(count)})


def series_moved(name: str, *, count: int, when: datetime, reference: str) -> Wording:
    """`when` is the new time of the first that is moved."""
    return Wording("mibo_series_moved", _about(name, when, reference) | {"count": str(count)})


def series_off(name: str, *, count: int, when: datetime, reference: str) -> Wording:
    """`when` is the first that will not take place."""
    return Wording("mibo_series_off", _about(name, when, reference) | {"count": str(count)})


def clinician_series(name: str, *, patient: str, count: int, when: datetime, mode: str) -> Wording:
    """To the clinician: all of them at once."""
    about = clinician_booking(name, patient=patient, when=when, mode=mode).values
    return Wording("mibo_clinician_series", about | {"count": str(count)})


def clinician_series_moved(name: str, *, patient: str, count: int, when: datetime, mode: str) -> Wording:
    """To the clinician: so many have another time, the first now this one."""
    about = clinician_series(name, patient=patient, count=count, when=when, mode=mode)
    return Wording("mibo_clinician_series_moved", about.values)


def clinician_series_off(name: str, *, patient: str, count: int, when: datetime) -> Wording:
    """To the clinician: so many will not take place."""
    about = clinician_cancelled(name, patient=patient, when=when).values
    return Wording("mibo_clinician_series_off", about | {"count": str(count)})


def rendered(template: str, values: dict[str, str]) -> str:
    """The sentence as the person reads it."""
    return SENTENCES[template].format_map(values)


def moment(local: datetime) -> str:
    """`Tue 1 Dec, 10:00 am`, of an instant that is already on the clinic's wall clock."""
    hour = local.hour % 12 or 12
    half = "am" if local.hour < 12 else "pm"
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}, {hour}:{local.minute:02d} {half}"


# not strftime: a worker's locale must not change what patients read
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TITLES = {"dr", "mr", "mrs", "ms", "prof", "shri", "smt"}


def first_name(full_name: str) -> str:
    """`Dr. Meera Nair` → `Meera`: a title is not a name."""
    words = _words(full_name)
    return words[0] if words else NAMELESS


def initialled(full_name: str) -> str:
    """`Asha Menon` → `Asha M.`"""
    words = _words(full_name)
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else first_name(full_name)


def _words(full_name: str) -> list[str]:
    words = fitting(full_name).split() if full_name.strip() else []
    return words[1:] if len(words) > 1 and words[0].rstrip(".").lower() in _TITLES else words


def fitting(value: str) -> str:
    """One line without anything invisible, as WhatsApp wants its values; a dash where nothing is left."""
    return " ".join(_INVISIBLE.sub("", value).split())[:VALUE_LENGTH] or "-"


_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
