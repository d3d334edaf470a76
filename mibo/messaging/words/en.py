"""English."""

from mibo.messaging.words.spoken import Language

SPOKEN = Language(
    days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    parts=((0, "am"), (12, "pm")),
    moment="{weekday} {day} {month}, {time} {part}",
    day="{weekday} {day} {month}",
    online="online",
    in_person="in person",
    nameless="there",  # "Hello there"
    subject="A message for you",  # of a mail, which may be read over a shoulder
)

_CONFIRMED = "Hello {name}, your appointment with {clinician} is confirmed for {when}, {where}. Reference {reference}."
_REMINDER = "Hello {name}, a reminder of your appointment on {when}, {where}. Reference {reference}."
_DISCREET = "Hello {name}, {when} is confirmed. Reference {reference}."
_DISCREET_REMINDER = "Hello {name}, a reminder: {when}. Reference {reference}."

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
    "mibo_discreet_confirmed": _DISCREET,
    "mibo_discreet_confirmed_online": _DISCREET,
    "mibo_payment_link": "Hello {name}, please pay {amount} for your appointment on {when}. "
    "We keep the time until {until}.",
    "mibo_hold_ended": "Hello {name}, the time we kept for you on {when} is free again, as it was not paid. "
    "Nothing was charged.",
    "mibo_late_payment_refund": "Hello {name}, your payment of {amount} reached us after the time was given up. "
    "We are returning all of it. Reference {reference}.",
    "mibo_reminder": _REMINDER,
    "mibo_reminder_online": _REMINDER,
    "mibo_discreet_reminder": _DISCREET_REMINDER,
    "mibo_discreet_reminder_online": _DISCREET_REMINDER,
    "mibo_booking_cancelled": "Hello {name}, your appointment on {when} is cancelled. Reference {reference}.",
    "mibo_booking_moved": "Hello {name}, your appointment is moved to {when}. Reference {reference}.",
    "mibo_clinician_booking": "Hello {name}, {patient} has booked {when} with you, {mode}.",
    "mibo_booking_off": "Hello {name}, we are sorry: your appointment on {when} cannot take place. "
    "Please choose another time or call us. Reference {reference}.",
    "mibo_refund_opened": "Hello {name}, we are returning {amount} for your appointment on {when}. "
    "Reference {reference}.",
    "mibo_refund_sent": "Hello {name}, {amount} is on its way to your bank. It can take up to {days} working days. "
    "Reference {reference}.",
    "mibo_receipt": "Hello {name}, here is your receipt for {reference}. The link works for {days} days.",
    "mibo_refund_done": "Hello {name}, {amount} has been given back to you. Reference {reference}.",
    "mibo_refund_declined": "Hello {name}, we cannot give back {amount} for your appointment on {when}. "
    "Please call us with any question. Reference {reference}.",
    "mibo_request_refused": "Hello {name}, your appointment on {when} stands: we could not cancel it as you asked. "
    "Please call us with any question. Reference {reference}.",
    "mibo_please_move": "Hello {name}, we are sorry: we have to change your appointment on {when}. "
    "Please choose another time. Reference {reference}.",
    "mibo_running_late": "Hello {name}, your appointment on {when} will begin about {minutes} minutes late. "
    "We are sorry for the wait. Reference {reference}.",
    "mibo_missed_you": "Hello {name}, we missed you on {when} and hope that you are well. "
    "If you would like another time, please choose one or call us. Reference {reference}.",
    "mibo_come_again": "Hello {name}, it is time to choose your next appointment, for about {day}. "
    "Please choose a time or call us.",
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
    "mibo_answer_thanks": "Hello {name}, thank you. We see you on {when}. Reference {reference}.",
    "mibo_answer_move": "Hello {name}, here you can choose another time for your appointment on {when}. "
    "Reference {reference}.",
    "mibo_answer_asked": "Hello {name}, we have your wish to cancel {when}, and answer it soon. "
    "Until then the time is yours. Reference {reference}.",
    "mibo_answer_over": "Hello {name}, this button no longer works: your appointment has changed or is over. "
    "Please look at your appointments or call us.",
    "mibo_will_call": "Hello {name}, thank you for your message. We will call you.",
    "mibo_please_call": "Hello {name}, thank you for your message. Please call us on {phone}.",
    "mibo_meeting_link": "Hello {name}, here is the video call for your appointment on {when}. Reference {reference}.",
}

BUTTONS = {
    "mibo_answer_move": "Choose another time",
    "mibo_answer_over": "My appointments",
    "mibo_receipt": "Open the receipt",
    "mibo_password_link": "Set your password",
    "mibo_booking_confirmed_online": "Join the video call",
    "mibo_discreet_confirmed_online": "Open",
    "mibo_payment_link": "Pay now",
    "mibo_reminder_online": "Join the video call",
    "mibo_discreet_reminder_online": "Open",
    "mibo_please_move": "Choose another time",
    "mibo_missed_you": "Choose another time",
    "mibo_come_again": "Choose a time",
    "mibo_meeting_link": "Join the video call",
}
