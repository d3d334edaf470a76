"""The texts WhatsApp has approved, as the provider keeps them: a name, a body with variables, perhaps a button."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """One approved text. `button` is the label of its address button, whose end the app sends."""

    body: str
    button: str = ""

    @property
    def variables(self) -> set[str]:
        return set(re.findall(r"{(\w+)}", self.body))


_CONFIRMED = "Hello {name}, your appointment with {clinician} is confirmed for {when}, {where}. Reference {reference}."
_SIGNED_OUT = (
    "Hello {name}, we signed you out of Mibo on one of your devices to keep your account safe. Please sign in again."
)
_PHONE_LEFT = "This number is no longer used to sign in to Mibo. If you did not ask for that, please call the clinic."
_PASSWORD = (
    "Hello {name}, here is your link to set your Mibo password. It works once. Please do not share it with anyone."
)
_PLEASE_PAY = "Hello {name}, please pay {amount} for your appointment on {when}. We keep the time until {until}."
_ENDED = "Hello {name}, the time we kept for you on {when} is free again, as it was not paid. Nothing was charged."
_LATE = (
    "Hello {name}, your payment of {amount} reached us after the time was given up. "
    "We are returning all of it. Reference {reference}."
)
_CALL = "Hello {name}, here is the video call for your appointment on {when}. Reference {reference}."
_OFF = (
    "Hello {name}, we are sorry: your appointment on {when} cannot take place. "
    "Please choose another time or call us. Reference {reference}."
)
_REFUSED = (
    "Hello {name}, your appointment on {when} stands: we could not cancel it as you asked. "
    "Please call us with any question. Reference {reference}."
)
_MOVE = (
    "Hello {name}, we are sorry: we have to change your appointment on {when}. "
    "Please choose another time. Reference {reference}."
)
_RUNNING_LATE = (
    "Hello {name}, your appointment on {when} will begin about {minutes} minutes late. "
    "We are sorry for the wait. Reference {reference}."
)
_REFUND = "Hello {name}, we are returning {amount} for your appointment on {when}. Reference {reference}."
_SERIES = "Hello {name}, {count} appointments are booked, the first on {when}. Reference {reference}."
_SERIES_MOVED = "Hello {name}, {count} of your appointments are moved, the first to {when}. Reference {reference}."
_SERIES_OFF = (
    "Hello {name}, {count} of your appointments are cancelled, the first of them on {when}. Reference {reference}."
)
_CLINICIAN_SERIES = "Hello {name}, {patient} has booked {count} appointments with you, the first on {when}, {mode}."
_CLINICIAN_SERIES_MOVED = "Hello {name}, {count} appointments of {patient} are moved, the first to {when}, {mode}."
_CLINICIAN_SERIES_OFF = "Hello {name}, {count} appointments of {patient} are cancelled, the first of them on {when}."

TEMPLATES = {
    "mibo_sign_in_code": Template("{otp} is your Mibo sign-in code. Please do not share it with anyone."),
    "mibo_sign_in_ended": Template(_SIGNED_OUT),
    "mibo_new_phone_code": Template(
        "{otp} is your code to use this number with Mibo. Please do not share it with anyone."
    ),
    "mibo_phone_left": Template(_PHONE_LEFT),
    "mibo_password_link": Template(_PASSWORD, "Set your password"),
    "mibo_booking_confirmed": Template(_CONFIRMED),
    "mibo_booking_confirmed_online": Template(_CONFIRMED, "Join the video call"),
    "mibo_payment_link": Template(_PLEASE_PAY, "Pay now"),
    "mibo_hold_ended": Template(_ENDED),
    "mibo_late_payment_refund": Template(_LATE),
    "mibo_booking_cancelled": Template("Hello {name}, your appointment on {when} is cancelled. Reference {reference}."),
    "mibo_booking_moved": Template("Hello {name}, your appointment is moved to {when}. Reference {reference}."),
    "mibo_clinician_booking": Template("Hello {name}, {patient} has booked {when} with you, {mode}."),
    "mibo_booking_off": Template(_OFF),
    "mibo_refund_opened": Template(_REFUND),
    "mibo_request_refused": Template(_REFUSED),
    "mibo_please_move": Template(_MOVE, "Choose another time"),
    "mibo_running_late": Template(_RUNNING_LATE),
    "mibo_clinician_moved": Template("Hello {name}, {patient} has moved from {before} to {when}, {mode}."),
    "mibo_clinician_cancelled": Template("Hello {name}, the appointment of {patient} on {when} is cancelled."),
    "mibo_series_booked": Template(_SERIES),
    "mibo_series_moved": Template(_SERIES_MOVED),
    "mibo_series_off": Template(_SERIES_OFF),
    "mibo_clinician_series": Template(_CLINICIAN_SERIES),
    "mibo_clinician_series_moved": Template(_CLINICIAN_SERIES_MOVED),
    "mibo_clinician_series_off": Template(_CLINICIAN_SERIES_OFF),
    "mibo_meeting_link": Template(_CALL, "Join the video call"),
}


def wrong_values(name: str, values: dict[str, str]) -> bool:
    """A value is missing, too many, empty, or holds what WhatsApp refuses. Unknown templates may have any names."""
    template = TEMPLATES.get(name)
    if template and values.keys() != template.variables:
        return True
    return any(not _fits(value) for value in values.values())


def _fits(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not re.search(r"[\n\t]| {5,}", value)


def said(name: str, values: dict[str, str]) -> str:
    """What the patient reads. A template nobody wrote down here shows its name and values."""
    if template := TEMPLATES.get(name):
        return template.body.format(**values)
    return f"{name}: " + ", ".join(f"{key} {value}" for key, value in values.items())
