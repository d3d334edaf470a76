"""Kannada. No ending is joined to a gap: what stands in it would decide its form."""

from mibo.messaging.words.spoken import Language

SPOKEN = Language(
    days=("ಸೋಮ", "ಮಂಗಳ", "ಬುಧ", "ಗುರು", "ಶುಕ್ರ", "ಶನಿ", "ಭಾನು"),
    months=(
        "ಜನವರಿ", "ಫೆಬ್ರವರಿ", "ಮಾರ್ಚ್", "ಏಪ್ರಿಲ್", "ಮೇ", "ಜೂನ್", "ಜುಲೈ", "ಆಗಸ್ಟ್", "ಸೆಪ್ಟೆಂಬರ್", "ಅಕ್ಟೋಬರ್", "ನವೆಂಬರ್",
        "ಡಿಸೆಂಬರ್",
    ),
    parts=((4, "ಬೆಳಿಗ್ಗೆ"), (12, "ಮಧ್ಯಾಹ್ನ"), (16, "ಸಂಜೆ"), (20, "ರಾತ್ರಿ")),
    moment="{weekday} {day} {month}, {part} {time}",
    day="{weekday} {day} {month}",
    online="ಆನ್‌ಲೈನ್",
    in_person="ಖುದ್ದಾಗಿ",
    nameless="ನಿಮಗೆ",
    subject="ನಿಮಗೊಂದು ಸಂದೇಶ",  # of a mail, which may be read over a shoulder
)  # fmt: skip

_CONFIRMED = "ನಮಸ್ಕಾರ {name}, {clinician} ಅವರೊಂದಿಗೆ ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ ಖಚಿತವಾಗಿದೆ: {when}, {where}. ಉಲ್ಲೇಖ {reference}."
_REMINDER = "ನಮಸ್ಕಾರ {name}, ನೆನಪಿಗಾಗಿ: ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ {when}, {where}. ಉಲ್ಲೇಖ {reference}."
_DISCREET = "ನಮಸ್ಕಾರ {name}, ಸಮಯ ಖಚಿತವಾಗಿದೆ: {when}. ಉಲ್ಲೇಖ {reference}."
_DISCREET_REMINDER = "ನಮಸ್ಕಾರ {name}, ನೆನಪಿಗಾಗಿ: {when}. ಉಲ್ಲೇಖ {reference}."

SENTENCES = {
    "mibo_sign_in_code": "{otp} ನಿಮ್ಮ Mibo ಸೈನ್-ಇನ್ ಕೋಡ್. ದಯವಿಟ್ಟು ಇದನ್ನು ಯಾರೊಂದಿಗೂ ಹಂಚಿಕೊಳ್ಳಬೇಡಿ.",
    "mibo_sign_in_ended": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಖಾತೆಯ ಸುರಕ್ಷತೆಗಾಗಿ ನಿಮ್ಮ ಒಂದು ಸಾಧನದಲ್ಲಿ Mibo ನಿಂದ ಸೈನ್ ಔಟ್ ಮಾಡಿದ್ದೇವೆ. "
    "ದಯವಿಟ್ಟು ಮತ್ತೆ ಸೈನ್ ಇನ್ ಮಾಡಿ.",
    "mibo_new_phone_code": "{otp} ಈ ಸಂಖ್ಯೆಯನ್ನು Mibo ಜೊತೆ ಬಳಸಲು ನಿಮ್ಮ ಕೋಡ್. ದಯವಿಟ್ಟು ಇದನ್ನು ಯಾರೊಂದಿಗೂ ಹಂಚಿಕೊಳ್ಳಬೇಡಿ.",
    "mibo_phone_left": "Mibo ಗೆ ಸೈನ್ ಇನ್ ಮಾಡಲು ಈ ಸಂಖ್ಯೆಯನ್ನು ಇನ್ನು ಬಳಸಲಾಗುವುದಿಲ್ಲ. ನೀವು ಇದನ್ನು ಕೇಳಿರದಿದ್ದರೆ ದಯವಿಟ್ಟು ಕ್ಲಿನಿಕ್‌ಗೆ ಕರೆ ಮಾಡಿ.",
    "mibo_password_link": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ Mibo ಪಾಸ್‌ವರ್ಡ್ ಹೊಂದಿಸುವ ಲಿಂಕ್ ಇಲ್ಲಿದೆ. ಇದು ಒಮ್ಮೆ ಮಾತ್ರ ಕೆಲಸ ಮಾಡುತ್ತದೆ. "
    "ದಯವಿಟ್ಟು ಇದನ್ನು ಯಾರೊಂದಿಗೂ ಹಂಚಿಕೊಳ್ಳಬೇಡಿ.",
    "mibo_booking_confirmed": _CONFIRMED,
    "mibo_booking_confirmed_online": _CONFIRMED,
    "mibo_discreet_confirmed": _DISCREET,
    "mibo_discreet_confirmed_online": _DISCREET,
    "mibo_payment_link": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗಾಗಿ ({when}) ದಯವಿಟ್ಟು {amount} ಪಾವತಿಸಿ. "
    "ಈ ಸಮಯವನ್ನು {until} ವರೆಗೆ ನಿಮಗಾಗಿ ಕಾಯ್ದಿರಿಸುತ್ತೇವೆ.",
    "mibo_hold_ended": "ನಮಸ್ಕಾರ {name}, ನಿಮಗಾಗಿ ಕಾಯ್ದಿರಿಸಿದ್ದ ಸಮಯವನ್ನು ({when}) ಪಾವತಿ ಆಗದ ಕಾರಣ ಬಿಟ್ಟುಕೊಡಲಾಗಿದೆ. ನಿಮ್ಮಿಂದ ಯಾವುದೇ ಹಣ ಪಡೆದಿಲ್ಲ.",
    "mibo_late_payment_refund": "ನಮಸ್ಕಾರ {name}, ಸಮಯವನ್ನು ಬಿಟ್ಟುಕೊಟ್ಟ ನಂತರ ನಿಮ್ಮ {amount} ಪಾವತಿ ನಮಗೆ ತಲುಪಿತು. "
    "ಪೂರ್ಣ ಮೊತ್ತವನ್ನು ಹಿಂದಿರುಗಿಸುತ್ತಿದ್ದೇವೆ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_reminder": _REMINDER,
    "mibo_reminder_online": _REMINDER,
    "mibo_discreet_reminder": _DISCREET_REMINDER,
    "mibo_discreet_reminder_online": _DISCREET_REMINDER,
    "mibo_booking_cancelled": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ ({when}) ರದ್ದಾಗಿದೆ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_booking_moved": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ನ ಹೊಸ ಸಮಯ: {when}. ಉಲ್ಲೇಖ {reference}.",
    "mibo_clinician_booking": "ನಮಸ್ಕಾರ {name}, {patient} ನಿಮ್ಮೊಂದಿಗೆ ಬುಕ್ ಮಾಡಿದ್ದಾರೆ: {when}, {mode}.",
    "mibo_booking_off": "ನಮಸ್ಕಾರ {name}, ಕ್ಷಮಿಸಿ: ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ ({when}) ನಡೆಯಲು ಸಾಧ್ಯವಿಲ್ಲ. "
    "ದಯವಿಟ್ಟು ಬೇರೆ ಸಮಯವನ್ನು ಆರಿಸಿ ಅಥವಾ ನಮಗೆ ಕರೆ ಮಾಡಿ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_refund_opened": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗೆ ({when}) ಸಂಬಂಧಿಸಿದ {amount} ಅನ್ನು ಹಿಂದಿರುಗಿಸುತ್ತಿದ್ದೇವೆ. "
    "ಉಲ್ಲೇಖ {reference}.",
    "mibo_refund_sent": "ನಮಸ್ಕಾರ {name}, {amount} ಅನ್ನು ನಿಮ್ಮ ಬ್ಯಾಂಕ್‌ಗೆ ಕಳುಹಿಸಿದ್ದೇವೆ. "
    "ಇದಕ್ಕೆ {days} ಕೆಲಸದ ದಿನಗಳವರೆಗೆ ಬೇಕಾಗಬಹುದು. ಉಲ್ಲೇಖ {reference}.",
    "mibo_receipt": "ನಮಸ್ಕಾರ {name}, {reference} ರ ನಿಮ್ಮ ರಸೀದಿ ಇಲ್ಲಿದೆ. ಈ ಲಿಂಕ್ {days} ದಿನ ಕೆಲಸ ಮಾಡುತ್ತದೆ.",
    "mibo_refund_done": "ನಮಸ್ಕಾರ {name}, {amount} ಅನ್ನು ನಿಮಗೆ ಹಿಂದಿರುಗಿಸಲಾಗಿದೆ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_refund_declined": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗೆ ({when}) ಸಂಬಂಧಿಸಿದ {amount} ಅನ್ನು "
    "ಹಿಂದಿರುಗಿಸಲು ನಮಗೆ ಸಾಧ್ಯವಿಲ್ಲ. ಯಾವುದೇ ಪ್ರಶ್ನೆ ಇದ್ದರೆ ದಯವಿಟ್ಟು ನಮಗೆ ಕರೆ ಮಾಡಿ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_request_refused": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ ({when}) ಹಾಗೆಯೇ ಇದೆ: "
    "ನೀವು ಕೇಳಿದಂತೆ ಅದನ್ನು ರದ್ದು ಮಾಡಲು ನಮಗೆ ಸಾಧ್ಯವಾಗಲಿಲ್ಲ. ಯಾವುದೇ ಪ್ರಶ್ನೆ ಇದ್ದರೆ ದಯವಿಟ್ಟು ನಮಗೆ ಕರೆ ಮಾಡಿ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_please_move": "ನಮಸ್ಕಾರ {name}, ಕ್ಷಮಿಸಿ: ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ ({when}) ಬದಲಾಯಿಸಬೇಕಾಗಿದೆ. "
    "ದಯವಿಟ್ಟು ಬೇರೆ ಸಮಯವನ್ನು ಆರಿಸಿ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_running_late": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ ({when}) ಸುಮಾರು {minutes} ನಿಮಿಷ ತಡವಾಗಿ ಆರಂಭವಾಗುತ್ತದೆ. "
    "ಕಾಯಬೇಕಾಗಿರುವುದಕ್ಕೆ ಕ್ಷಮಿಸಿ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_missed_you": "ನಮಸ್ಕಾರ {name}, {when} ನಿಮ್ಮನ್ನು ಭೇಟಿಯಾಗಲು ಆಗಲಿಲ್ಲ. ನೀವು ಚೆನ್ನಾಗಿದ್ದೀರಿ ಎಂದು ಭಾವಿಸುತ್ತೇವೆ. "
    "ಬೇರೆ ಸಮಯ ಬೇಕಿದ್ದರೆ ಆರಿಸಿ ಅಥವಾ ನಮಗೆ ಕರೆ ಮಾಡಿ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_come_again": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಮುಂದಿನ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ (ಸುಮಾರು {day}) ಆರಿಸುವ ಸಮಯವಾಗಿದೆ. "
    "ದಯವಿಟ್ಟು ಒಂದು ಸಮಯವನ್ನು ಆರಿಸಿ ಅಥವಾ ನಮಗೆ ಕರೆ ಮಾಡಿ.",
    "mibo_clinician_moved": "ನಮಸ್ಕಾರ {name}, {patient} ಅವರ ಸಮಯ ಬದಲಾಗಿದೆ. ಮೊದಲು: {before}. ಈಗ: {when}, {mode}.",
    "mibo_clinician_cancelled": "ನಮಸ್ಕಾರ {name}, {patient} ಅವರ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ ({when}) ರದ್ದಾಗಿದೆ.",
    "mibo_series_booked": "ನಮಸ್ಕಾರ {name}, {count} ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗಳು ಬುಕ್ ಆಗಿವೆ, ಮೊದಲನೆಯದು {when}. ಉಲ್ಲೇಖ {reference}.",
    "mibo_series_moved": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ {count} ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗಳ ಸಮಯ ಬದಲಾಗಿದೆ, ಮೊದಲನೆಯದರ ಹೊಸ ಸಮಯ {when}. ಉಲ್ಲೇಖ {reference}.",
    "mibo_series_off": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ {count} ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗಳು ರದ್ದಾಗಿವೆ, ಅವುಗಳಲ್ಲಿ ಮೊದಲನೆಯದು {when}. ಉಲ್ಲೇಖ {reference}.",
    "mibo_clinician_series": "ನಮಸ್ಕಾರ {name}, {patient} ನಿಮ್ಮೊಂದಿಗೆ {count} ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗಳನ್ನು ಬುಕ್ ಮಾಡಿದ್ದಾರೆ, "
    "ಮೊದಲನೆಯದು {when}, {mode}.",
    "mibo_clinician_series_moved": "ನಮಸ್ಕಾರ {name}, {patient} ಅವರ {count} ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗಳ ಸಮಯ ಬದಲಾಗಿದೆ, "
    "ಮೊದಲನೆಯದು ಈಗ {when}, {mode}.",
    "mibo_clinician_series_off": "ನಮಸ್ಕಾರ {name}, {patient} ಅವರ {count} ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗಳು ರದ್ದಾಗಿವೆ, ಅವುಗಳಲ್ಲಿ ಮೊದಲನೆಯದು {when}.",
    "mibo_answer_thanks": "ನಮಸ್ಕಾರ {name}, ಧನ್ಯವಾದಗಳು. {when} ಭೇಟಿಯಾಗೋಣ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_answer_move": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗೆ ({when}) ಇಲ್ಲಿ ಬೇರೆ ಸಮಯವನ್ನು ಆರಿಸಬಹುದು. ಉಲ್ಲೇಖ {reference}.",
    "mibo_answer_asked": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ ({when}) ರದ್ದು ಮಾಡುವ ಕೋರಿಕೆ ನಮಗೆ ತಲುಪಿದೆ, ಶೀಘ್ರದಲ್ಲೇ ಉತ್ತರಿಸುತ್ತೇವೆ. "
    "ಅಲ್ಲಿಯವರೆಗೆ ಈ ಸಮಯ ನಿಮ್ಮದೇ. ಉಲ್ಲೇಖ {reference}.",
    "mibo_answer_over": "ನಮಸ್ಕಾರ {name}, ಈ ಬಟನ್ ಈಗ ಕೆಲಸ ಮಾಡುವುದಿಲ್ಲ: ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ ಬದಲಾಗಿದೆ ಅಥವಾ ಮುಗಿದಿದೆ. "
    "ದಯವಿಟ್ಟು ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗಳನ್ನು ನೋಡಿ ಅಥವಾ ನಮಗೆ ಕರೆ ಮಾಡಿ.",
    "mibo_will_call": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಸಂದೇಶಕ್ಕೆ ಧನ್ಯವಾದಗಳು. ನಾವು ನಿಮಗೆ ಕರೆ ಮಾಡುತ್ತೇವೆ.",
    "mibo_please_call": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಸಂದೇಶಕ್ಕೆ ಧನ್ಯವಾದಗಳು. ದಯವಿಟ್ಟು ನಮಗೆ {phone} ಸಂಖ್ಯೆಗೆ ಕರೆ ಮಾಡಿ.",
    "mibo_meeting_link": "ನಮಸ್ಕಾರ {name}, ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ನ ({when}) ವೀಡಿಯೊ ಕರೆ ಇಲ್ಲಿದೆ. ಉಲ್ಲೇಖ {reference}.",
}

BUTTONS = {
    "mibo_answer_move": "ಬೇರೆ ಸಮಯ ಆರಿಸಿ",
    "mibo_answer_over": "ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್‌ಗಳು",
    "mibo_receipt": "ರಸೀದಿ ತೆರೆಯಿರಿ",
    "mibo_password_link": "ಪಾಸ್‌ವರ್ಡ್ ಹೊಂದಿಸಿ",
    "mibo_booking_confirmed_online": "ವೀಡಿಯೊ ಕರೆಗೆ ಸೇರಿ",
    "mibo_discreet_confirmed_online": "ತೆರೆಯಿರಿ",
    "mibo_payment_link": "ಪಾವತಿಸಿ",
    "mibo_reminder_online": "ವೀಡಿಯೊ ಕರೆಗೆ ಸೇರಿ",
    "mibo_discreet_reminder_online": "ತೆರೆಯಿರಿ",
    "mibo_please_move": "ಬೇರೆ ಸಮಯ ಆರಿಸಿ",
    "mibo_missed_you": "ಬೇರೆ ಸಮಯ ಆರಿಸಿ",
    "mibo_come_again": "ಸಮಯ ಆರಿಸಿ",
    "mibo_meeting_link": "ವೀಡಿಯೊ ಕರೆಗೆ ಸೇರಿ",
}
