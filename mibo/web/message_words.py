"""What staff call each message, in a list of those that one appointment or patient got."""

WORDS = {
    "mibo_sign_in_code": "Sign-in code", "mibo_sign_in_ended": "Signed out", "mibo_new_phone_code": "Code for a new number",
    "mibo_phone_left": "Number changed", "mibo_password_link": "Link to set a password",
    "mibo_booking_confirmed": "Confirmation", "mibo_booking_confirmed_online": "Confirmation",
    "mibo_discreet_confirmed": "Confirmation", "mibo_discreet_confirmed_online": "Confirmation",
    "mibo_payment_link": "Payment link", "mibo_hold_ended": "Hold ended", "mibo_booking_cancelled": "Cancellation",
    "mibo_booking_moved": "New time", "mibo_meeting_link": "Video link", "mibo_late_payment_refund": "Refund",
    "mibo_reminder": "Reminder", "mibo_reminder_online": "Reminder", "mibo_discreet_reminder": "Reminder",
    "mibo_discreet_reminder_online": "Reminder", "mibo_missed_you": "After a missed visit",
    "mibo_come_again": "Time to come again", "mibo_running_late": "Running late",
    "mibo_clinician_booking": "To the clinician", "mibo_clinician_moved": "To the clinician: moved",
    "mibo_clinician_cancelled": "To the clinician: cancelled", "mibo_booking_off": "Cancelled by the clinic",
    "mibo_refund_opened": "Refund", "mibo_refund_sent": "Refund on its way", "mibo_refund_done": "Given back",
    "mibo_refund_declined": "Refund declined", "mibo_receipt": "Receipt", "mibo_request_refused": "Cancellation refused",
    "mibo_please_move": "Asked to choose another time",
    "mibo_series_booked": "Series booked", "mibo_series_moved": "Series: new times", "mibo_series_off": "Series cancelled",
    "mibo_clinician_series": "To the clinician: series", "mibo_clinician_series_moved": "To the clinician: series moved",
    "mibo_clinician_series_off": "To the clinician: series cancelled",
    "mibo_answer_thanks": "Thanks for an answer", "mibo_answer_move": "Where to choose another time",
    "mibo_answer_asked": "Wish to cancel noted", "mibo_answer_over": "A button no longer works",
    "mibo_will_call": "Somebody will call", "mibo_please_call": "Asked to call the clinic",
}  # fmt: skip


def of(template: str) -> str:
    """What it is called; one of a former version is a message."""
    return WORDS.get(template, "Message")
