"""Malayalam. No ending is joined to a gap: what stands in it would decide its form."""

from mibo.messaging.words.spoken import Language

SPOKEN = Language(
    days=("തിങ്കൾ", "ചൊവ്വ", "ബുധൻ", "വ്യാഴം", "വെള്ളി", "ശനി", "ഞായർ"),
    months=(
        "ജനുവരി", "ഫെബ്രുവരി", "മാർച്ച്", "ഏപ്രിൽ", "മേയ്", "ജൂൺ", "ജൂലൈ", "ഓഗസ്റ്റ്", "സെപ്റ്റംബർ", "ഒക്ടോബർ", "നവംബർ",
        "ഡിസംബർ",
    ),
    parts=((4, "രാവിലെ"), (12, "ഉച്ചയ്ക്ക്"), (15, "വൈകിട്ട്"), (20, "രാത്രി")),
    moment="{month} {day} {weekday}, {part} {time}",
    day="{month} {day} {weekday}",
    online="ഓൺലൈൻ",
    in_person="നേരിട്ട്",
    nameless="താങ്കൾക്ക്",
    subject="നിങ്ങൾക്കൊരു സന്ദേശം",  # of a mail, which may be read over a shoulder
)  # fmt: skip

_CONFIRMED = "നമസ്കാരം {name}, {clinician} എന്നവരുമായുള്ള നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റ് ഉറപ്പിച്ചു: {when}, {where}. റഫറൻസ് {reference}."
_REMINDER = "നമസ്കാരം {name}, ഓർമ്മിപ്പിക്കട്ടെ: നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റ് {when}, {where}. റഫറൻസ് {reference}."
_DISCREET = "നമസ്കാരം {name}, സമയം ഉറപ്പിച്ചു: {when}. റഫറൻസ് {reference}."
_DISCREET_REMINDER = "നമസ്കാരം {name}, ഓർമ്മിപ്പിക്കട്ടെ: {when}. റഫറൻസ് {reference}."

SENTENCES = {
    "mibo_sign_in_code": "{otp} ആണ് നിങ്ങളുടെ Mibo സൈൻ-ഇൻ കോഡ്. ദയവായി ഇത് ആരുമായും പങ്കിടരുത്.",
    "mibo_sign_in_ended": "നമസ്കാരം {name}, നിങ്ങളുടെ അക്കൗണ്ടിന്റെ സുരക്ഷയ്ക്കായി ഒരു ഉപകരണത്തിൽ Mibo-യിൽ നിന്ന് സൈൻ ഔട്ട് ചെയ്തു. "
    "ദയവായി വീണ്ടും സൈൻ ഇൻ ചെയ്യുക.",
    "mibo_new_phone_code": "{otp} ആണ് ഈ നമ്പർ Mibo-യിൽ ഉപയോഗിക്കാനുള്ള നിങ്ങളുടെ കോഡ്. ദയവായി ഇത് ആരുമായും പങ്കിടരുത്.",
    "mibo_phone_left": "Mibo-യിൽ സൈൻ ഇൻ ചെയ്യാൻ ഈ നമ്പർ ഇനി ഉപയോഗിക്കുന്നില്ല. "
    "ഇത് നിങ്ങൾ ആവശ്യപ്പെട്ടതല്ലെങ്കിൽ ദയവായി ക്ലിനിക്കിലേക്ക് വിളിക്കുക.",
    "mibo_password_link": "നമസ്കാരം {name}, നിങ്ങളുടെ Mibo പാസ്‌വേഡ് സജ്ജമാക്കാനുള്ള ലിങ്ക് ഇതാ. ഇത് ഒരിക്കൽ മാത്രമേ പ്രവർത്തിക്കൂ. "
    "ദയവായി ഇത് ആരുമായും പങ്കിടരുത്.",
    "mibo_booking_confirmed": _CONFIRMED,
    "mibo_booking_confirmed_online": _CONFIRMED,
    "mibo_discreet_confirmed": _DISCREET,
    "mibo_discreet_confirmed_online": _DISCREET,
    "mibo_payment_link": "നമസ്കാരം {name}, നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റിനായി ({when}) ദയവായി {amount} അടയ്ക്കുക. "
    "{until} വരെ ഈ സമയം നിങ്ങൾക്കായി സൂക്ഷിക്കും.",
    "mibo_hold_ended": "നമസ്കാരം {name}, നിങ്ങൾക്കായി സൂക്ഷിച്ചിരുന്ന സമയം ({when}) പണം അടയ്ക്കാത്തതിനാൽ ഒഴിവാക്കി. "
    "നിങ്ങളിൽ നിന്ന് പണമൊന്നും ഈടാക്കിയിട്ടില്ല.",
    "mibo_late_payment_refund": "നമസ്കാരം {name}, സമയം ഒഴിവാക്കിയ ശേഷമാണ് നിങ്ങൾ അടച്ച {amount} ഞങ്ങൾക്ക് ലഭിച്ചത്. "
    "മുഴുവൻ തുകയും ഞങ്ങൾ തിരികെ നൽകുന്നു. റഫറൻസ് {reference}.",
    "mibo_reminder": _REMINDER,
    "mibo_reminder_online": _REMINDER,
    "mibo_discreet_reminder": _DISCREET_REMINDER,
    "mibo_discreet_reminder_online": _DISCREET_REMINDER,
    "mibo_booking_cancelled": "നമസ്കാരം {name}, നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റ് ({when}) റദ്ദാക്കി. റഫറൻസ് {reference}.",
    "mibo_booking_moved": "നമസ്കാരം {name}, നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റിന്റെ പുതിയ സമയം: {when}. റഫറൻസ് {reference}.",
    "mibo_clinician_booking": "നമസ്കാരം {name}, {patient} നിങ്ങളുമായി ബുക്ക് ചെയ്തു: {when}, {mode}.",
    "mibo_booking_off": "നമസ്കാരം {name}, ക്ഷമിക്കണം: നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റ് ({when}) നടത്താൻ കഴിയില്ല. "
    "ദയവായി മറ്റൊരു സമയം തിരഞ്ഞെടുക്കുക, അല്ലെങ്കിൽ ഞങ്ങളെ വിളിക്കുക. റഫറൻസ് {reference}.",
    "mibo_refund_opened": "നമസ്കാരം {name}, നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റുമായി ({when}) ബന്ധപ്പെട്ട് {amount} ഞങ്ങൾ തിരികെ നൽകുന്നു. "
    "റഫറൻസ് {reference}.",
    "mibo_refund_sent": "നമസ്കാരം {name}, {amount} നിങ്ങളുടെ ബാങ്കിലേക്ക് അയച്ചിട്ടുണ്ട്. "
    "{days} പ്രവൃത്തിദിവസം വരെ എടുത്തേക്കാം. റഫറൻസ് {reference}.",
    "mibo_receipt": "നമസ്കാരം {name}, {reference} എന്നതിന്റെ നിങ്ങളുടെ രസീത് ഇതാ. ഈ ലിങ്ക് {days} ദിവസം പ്രവർത്തിക്കും.",
    "mibo_refund_done": "നമസ്കാരം {name}, {amount} നിങ്ങൾക്ക് തിരികെ നൽകി. റഫറൻസ് {reference}.",
    "mibo_refund_declined": "നമസ്കാരം {name}, നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റുമായി ({when}) ബന്ധപ്പെട്ട് {amount} "
    "തിരികെ നൽകാൻ ഞങ്ങൾക്ക് കഴിയില്ല. സംശയങ്ങൾക്ക് ദയവായി ഞങ്ങളെ വിളിക്കുക. റഫറൻസ് {reference}.",
    "mibo_request_refused": "നമസ്കാരം {name}, നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റിന് ({when}) മാറ്റമില്ല: "
    "ആവശ്യപ്പെട്ടതുപോലെ റദ്ദാക്കാൻ ഞങ്ങൾക്ക് കഴിഞ്ഞില്ല. സംശയങ്ങൾക്ക് ദയവായി ഞങ്ങളെ വിളിക്കുക. റഫറൻസ് {reference}.",
    "mibo_please_move": "നമസ്കാരം {name}, ക്ഷമിക്കണം: നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റ് ({when}) മാറ്റേണ്ടിവന്നിരിക്കുന്നു. "
    "ദയവായി മറ്റൊരു സമയം തിരഞ്ഞെടുക്കുക. റഫറൻസ് {reference}.",
    "mibo_running_late": "നമസ്കാരം {name}, നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റ് ({when}) ഏകദേശം {minutes} മിനിറ്റ് വൈകിയേ തുടങ്ങൂ. "
    "കാത്തിരിക്കേണ്ടിവരുന്നതിൽ ക്ഷമിക്കണം. റഫറൻസ് {reference}.",
    "mibo_missed_you": "നമസ്കാരം {name}, {when} നിങ്ങളെ കാണാൻ കഴിഞ്ഞില്ല. സുഖമായിരിക്കുന്നു എന്ന് കരുതുന്നു. "
    "മറ്റൊരു സമയം വേണമെങ്കിൽ തിരഞ്ഞെടുക്കുകയോ ഞങ്ങളെ വിളിക്കുകയോ ചെയ്യാം. റഫറൻസ് {reference}.",
    "mibo_come_again": "നമസ്കാരം {name}, അടുത്ത അപ്പോയിന്റ്മെന്റ് (ഏകദേശം {day}) തിരഞ്ഞെടുക്കാൻ സമയമായി. "
    "ദയവായി ഒരു സമയം തിരഞ്ഞെടുക്കുക, അല്ലെങ്കിൽ ഞങ്ങളെ വിളിക്കുക.",
    "mibo_clinician_moved": "നമസ്കാരം {name}, {patient} എന്നവരുടെ സമയം മാറി. മുമ്പ്: {before}. ഇനി: {when}, {mode}.",
    "mibo_clinician_cancelled": "നമസ്കാരം {name}, {patient} എന്നവരുടെ അപ്പോയിന്റ്മെന്റ് ({when}) റദ്ദായി.",
    "mibo_series_booked": "നമസ്കാരം {name}, {count} അപ്പോയിന്റ്മെന്റുകൾ ബുക്ക് ചെയ്തു, ആദ്യത്തേത് {when}. റഫറൻസ് {reference}.",
    "mibo_series_moved": "നമസ്കാരം {name}, നിങ്ങളുടെ {count} അപ്പോയിന്റ്മെന്റുകളുടെ സമയം മാറി, ആദ്യത്തേതിന്റെ പുതിയ സമയം {when}. "
    "റഫറൻസ് {reference}.",
    "mibo_series_off": "നമസ്കാരം {name}, നിങ്ങളുടെ {count} അപ്പോയിന്റ്മെന്റുകൾ റദ്ദാക്കി, അവയിൽ ആദ്യത്തേത് {when}. റഫറൻസ് {reference}.",
    "mibo_clinician_series": "നമസ്കാരം {name}, {patient} നിങ്ങളുമായി {count} അപ്പോയിന്റ്മെന്റുകൾ ബുക്ക് ചെയ്തു, "
    "ആദ്യത്തേത് {when}, {mode}.",
    "mibo_clinician_series_moved": "നമസ്കാരം {name}, {patient} എന്നവരുടെ {count} അപ്പോയിന്റ്മെന്റുകളുടെ സമയം മാറി, "
    "ആദ്യത്തേത് ഇനി {when}, {mode}.",
    "mibo_clinician_series_off": "നമസ്കാരം {name}, {patient} എന്നവരുടെ {count} അപ്പോയിന്റ്മെന്റുകൾ റദ്ദായി, അവയിൽ ആദ്യത്തേത് {when}.",
    "mibo_answer_thanks": "നമസ്കാരം {name}, നന്ദി. {when} കാണാം. റഫറൻസ് {reference}.",
    "mibo_answer_move": "നമസ്കാരം {name}, നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റിന് ({when}) ഇവിടെ മറ്റൊരു സമയം തിരഞ്ഞെടുക്കാം. "
    "റഫറൻസ് {reference}.",
    "mibo_answer_asked": "നമസ്കാരം {name}, നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റ് ({when}) റദ്ദാക്കാനുള്ള അപേക്ഷ ലഭിച്ചു. ഉടൻ മറുപടി നൽകാം. "
    "അതുവരെ സമയം നിങ്ങളുടേതാണ്. റഫറൻസ് {reference}.",
    "mibo_answer_over": "നമസ്കാരം {name}, ഈ ബട്ടൺ ഇനി പ്രവർത്തിക്കില്ല: നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റ് മാറി അല്ലെങ്കിൽ കഴിഞ്ഞു. "
    "ദയവായി നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റുകൾ നോക്കുക, അല്ലെങ്കിൽ ഞങ്ങളെ വിളിക്കുക.",
    "mibo_will_call": "നമസ്കാരം {name}, സന്ദേശത്തിന് നന്ദി. ഞങ്ങൾ നിങ്ങളെ വിളിക്കാം.",
    "mibo_please_call": "നമസ്കാരം {name}, സന്ദേശത്തിന് നന്ദി. ദയവായി ഞങ്ങളെ {phone} എന്ന നമ്പറിൽ വിളിക്കുക.",
    "mibo_meeting_link": "നമസ്കാരം {name}, നിങ്ങളുടെ അപ്പോയിന്റ്മെന്റിന്റെ ({when}) വീഡിയോ കോൾ ഇതാ. റഫറൻസ് {reference}.",
}

BUTTONS = {
    "mibo_answer_move": "സമയം മാറ്റൂ",
    "mibo_answer_over": "അപ്പോയിന്റ്മെന്റുകൾ",
    "mibo_receipt": "രസീത് തുറക്കൂ",
    "mibo_password_link": "പാസ്‌വേഡ് സജ്ജമാക്കൂ",
    "mibo_booking_confirmed_online": "വീഡിയോ കോൾ",
    "mibo_discreet_confirmed_online": "തുറക്കൂ",
    "mibo_payment_link": "പണം അടയ്ക്കൂ",
    "mibo_reminder_online": "വീഡിയോ കോൾ",
    "mibo_discreet_reminder_online": "തുറക്കൂ",
    "mibo_please_move": "സമയം മാറ്റൂ",
    "mibo_missed_you": "സമയം തിരഞ്ഞെടുക്കൂ",
    "mibo_come_again": "സമയം തിരഞ്ഞെടുക്കൂ",
    "mibo_meeting_link": "വീഡിയോ കോൾ",
}
