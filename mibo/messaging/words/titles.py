"""What stands above a message where it is shown in a patient's inbox, in four languages."""

ABOUT = {
    "mibo_booking_confirmed": "booked",
    "mibo_booking_confirmed_online": "booked",
    "mibo_discreet_confirmed": "booked",
    "mibo_discreet_confirmed_online": "booked",
    "mibo_series_booked": "booked",
    "mibo_payment_link": "to_pay",
    "mibo_hold_ended": "free_again",
    "mibo_late_payment_refund": "refund",
    "mibo_refund_opened": "refund",
    "mibo_refund_sent": "refund",
    "mibo_refund_done": "refund",
    "mibo_refund_declined": "no_refund",
    "mibo_booking_cancelled": "cancelled",
    "mibo_booking_off": "cancelled",
    "mibo_series_off": "cancelled",
    "mibo_booking_moved": "moved",
    "mibo_series_moved": "moved",
    "mibo_request_refused": "stands",
    "mibo_please_move": "please_move",
    "mibo_running_late": "late",
    "mibo_missed_you": "missed",
    "mibo_come_again": "again",
    "mibo_receipt": "receipt",
    "mibo_meeting_link": "video",
    "mibo_answer_thanks": "answered",
    "mibo_answer_move": "please_move",
    "mibo_answer_asked": "answered",
    "mibo_answer_over": "",
    "mibo_will_call": "",
    "mibo_please_call": "",
}

TITLES = {
    "en": {
        "booked": "Booked", "to_pay": "Please pay", "free_again": "The time is free again", "refund": "Your refund",
        "no_refund": "About your refund", "cancelled": "Cancelled", "moved": "Moved to another time",
        "stands": "Your appointment stands", "please_move": "Please choose another time", "late": "We are running late",
        "missed": "We missed you", "again": "Time to come again", "receipt": "Your receipt", "video": "Your video call",
        "": "From the clinic", "answered": "We have your answer",
    },
    "hi": {
        "booked": "बुक हो गया", "to_pay": "कृपया भुगतान करें", "free_again": "समय फिर से खाली है", "refund": "आपका रिफ़ंड",
        "no_refund": "आपके रिफ़ंड के बारे में", "cancelled": "रद्द हुआ", "moved": "समय बदल गया",
        "stands": "आपकी अपॉइंटमेंट बनी हुई है", "please_move": "कृपया दूसरा समय चुनें", "late": "हमें देर हो रही है",
        "missed": "आप नहीं आ सके", "again": "फिर आने का समय", "receipt": "आपकी रसीद", "video": "आपकी वीडियो कॉल",
        "": "क्लिनिक से", "answered": "आपका जवाब मिला",
    },
    "ml": {
        "booked": "ബുക്ക് ചെയ്തു", "to_pay": "ദയവായി പണമടയ്ക്കൂ", "free_again": "സമയം വീണ്ടും ഒഴിവായി", "refund": "നിങ്ങളുടെ റീഫണ്ട്",
        "no_refund": "നിങ്ങളുടെ റീഫണ്ടിനെക്കുറിച്ച്", "cancelled": "റദ്ദാക്കി", "moved": "സമയം മാറ്റി",
        "stands": "നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റ് തുടരുന്നു", "please_move": "ദയവായി മറ്റൊരു സമയം തിരഞ്ഞെടുക്കൂ", "late": "ഞങ്ങൾ വൈകുന്നു",
        "missed": "നിങ്ങളെ കാണാനായില്ല", "again": "വീണ്ടും വരാൻ സമയമായി", "receipt": "നിങ്ങളുടെ രസീത്", "video": "നിങ്ങളുടെ വീഡിയോ കോൾ",
        "": "ക്ലിനിക്കിൽ നിന്ന്", "answered": "നിങ്ങളുടെ മറുപടി ലഭിച്ചു",
    },
    "kn": {
        "booked": "ಬುಕ್ ಆಗಿದೆ", "to_pay": "ದಯವಿಟ್ಟು ಪಾವತಿಸಿ", "free_again": "ಸಮಯ ಮತ್ತೆ ಖಾಲಿ ಇದೆ", "refund": "ನಿಮ್ಮ ಮರುಪಾವತಿ",
        "no_refund": "ನಿಮ್ಮ ಮರುಪಾವತಿಯ ಬಗ್ಗೆ", "cancelled": "ರದ್ದಾಗಿದೆ", "moved": "ಸಮಯ ಬದಲಾಗಿದೆ",
        "stands": "ನಿಮ್ಮ ಅಪಾಯಿಂಟ್‌ಮೆಂಟ್ ಹಾಗೆಯೇ ಇದೆ", "please_move": "ದಯವಿಟ್ಟು ಬೇರೆ ಸಮಯ ಆರಿಸಿ", "late": "ನಮಗೆ ತಡವಾಗುತ್ತಿದೆ",
        "missed": "ನೀವು ಬರಲಿಲ್ಲ", "again": "ಮತ್ತೆ ಬರುವ ಸಮಯ", "receipt": "ನಿಮ್ಮ ರಸೀದಿ", "video": "ನಿಮ್ಮ ವೀಡಿಯೊ ಕರೆ",
        "": "ಕ್ಲಿನಿಕ್‌ನಿಂದ", "answered": "ನಿಮ್ಮ ಉತ್ತರ ತಲುಪಿದೆ",
    },
}  # fmt: skip


def title(template: str, language: str) -> str:
    """A few words above the message; what is not known there is from the clinic."""
    return TITLES[language][ABOUT.get(template, "")]
