"""Hindi."""

from mibo.messaging.words.spoken import Language

SPOKEN = Language(
    days=("सोम", "मंगल", "बुध", "गुरु", "शुक्र", "शनि", "रवि"),
    months=(
        "जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर",
    ),
    parts=((4, "सुबह"), (12, "दोपहर"), (16, "शाम"), (20, "रात")),
    moment="{weekday} {day} {month}, {part} {time} बजे",
    day="{weekday} {day} {month}",
    online="ऑनलाइन",
    in_person="क्लिनिक में",
    nameless="जी",
    subject="आपके लिए एक संदेश",  # of a mail, which may be read over a shoulder
)  # fmt: skip

_CONFIRMED = "नमस्ते {name}, {clinician} के साथ आपका अपॉइंटमेंट पक्का है: {when}, {where}। संदर्भ {reference}।"
_REMINDER = "नमस्ते {name}, याद दिलाने के लिए: आपके अपॉइंटमेंट का समय {when} है, {where}। संदर्भ {reference}।"
_DISCREET = "नमस्ते {name}, {when} का समय पक्का है। संदर्भ {reference}।"
_DISCREET_REMINDER = "नमस्ते {name}, याद दिलाने के लिए: {when}। संदर्भ {reference}।"

SENTENCES = {
    "mibo_sign_in_code": "{otp} आपका Mibo साइन-इन कोड है। कृपया इसे किसी को न बताएँ।",
    "mibo_sign_in_ended": "नमस्ते {name}, आपके खाते की सुरक्षा के लिए हमने आपके एक डिवाइस पर Mibo से साइन आउट कर दिया है। "
    "कृपया फिर से साइन इन करें।",
    "mibo_new_phone_code": "{otp} इस नंबर को Mibo के साथ इस्तेमाल करने का आपका कोड है। कृपया इसे किसी को न बताएँ।",
    "mibo_phone_left": "इस नंबर से अब Mibo में साइन इन नहीं किया जाता। "
    "यदि आपने ऐसा करने को नहीं कहा था, तो कृपया क्लिनिक को फ़ोन करें।",
    "mibo_password_link": "नमस्ते {name}, आपका Mibo पासवर्ड सेट करने का लिंक यहाँ है। यह केवल एक बार काम करता है। "
    "कृपया इसे किसी को न दें।",
    "mibo_booking_confirmed": _CONFIRMED,
    "mibo_booking_confirmed_online": _CONFIRMED,
    "mibo_discreet_confirmed": _DISCREET,
    "mibo_discreet_confirmed_online": _DISCREET,
    "mibo_payment_link": "नमस्ते {name}, {when} के आपके अपॉइंटमेंट के लिए कृपया {amount} का भुगतान करें। "
    "यह समय हम {until} तक आपके लिए रखेंगे।",
    "mibo_hold_ended": "नमस्ते {name}, {when} का जो समय हमने आपके लिए रखा था, भुगतान न होने के कारण वह अब खाली है। "
    "आपसे कोई राशि नहीं ली गई।",
    "mibo_late_payment_refund": "नमस्ते {name}, आपका {amount} का भुगतान हमें समय छूट जाने के बाद मिला। "
    "हम पूरी राशि लौटा रहे हैं। संदर्भ {reference}।",
    "mibo_reminder": _REMINDER,
    "mibo_reminder_online": _REMINDER,
    "mibo_discreet_reminder": _DISCREET_REMINDER,
    "mibo_discreet_reminder_online": _DISCREET_REMINDER,
    "mibo_booking_cancelled": "नमस्ते {name}, {when} का आपका अपॉइंटमेंट रद्द हो गया है। संदर्भ {reference}।",
    "mibo_booking_moved": "नमस्ते {name}, आपके अपॉइंटमेंट का नया समय {when} है। संदर्भ {reference}।",
    "mibo_clinician_booking": "नमस्ते {name}, {patient} ने आपके साथ {when} का समय बुक किया है, {mode}।",
    "mibo_booking_off": "नमस्ते {name}, हमें खेद है: {when} का आपका अपॉइंटमेंट नहीं हो सकेगा। "
    "कृपया कोई और समय चुनें या हमें फ़ोन करें। संदर्भ {reference}।",
    "mibo_refund_opened": "नमस्ते {name}, {when} के आपके अपॉइंटमेंट के लिए हम आपको {amount} लौटा रहे हैं। संदर्भ {reference}।",
    "mibo_refund_sent": "नमस्ते {name}, {amount} आपके बैंक के लिए भेज दिए गए हैं। इसमें {days} कार्यदिवस तक लग सकते हैं। "
    "संदर्भ {reference}।",
    "mibo_receipt": "नमस्ते {name}, {reference} की आपकी रसीद यहाँ है। यह लिंक {days} दिन तक काम करता है।",
    "mibo_refund_done": "नमस्ते {name}, {amount} आपको लौटा दिए गए हैं। संदर्भ {reference}।",
    "mibo_refund_declined": "नमस्ते {name}, {when} के आपके अपॉइंटमेंट के लिए हम {amount} नहीं लौटा सकते। "
    "कोई सवाल हो तो कृपया हमें फ़ोन करें। संदर्भ {reference}।",
    "mibo_request_refused": "नमस्ते {name}, {when} का आपका अपॉइंटमेंट बना हुआ है: आपके अनुरोध पर हम उसे रद्द नहीं कर सके। "
    "कोई सवाल हो तो कृपया हमें फ़ोन करें। संदर्भ {reference}।",
    "mibo_please_move": "नमस्ते {name}, हमें खेद है: हमें {when} का आपका अपॉइंटमेंट बदलना पड़ रहा है। "
    "कृपया कोई और समय चुनें। संदर्भ {reference}।",
    "mibo_running_late": "नमस्ते {name}, {when} का आपका अपॉइंटमेंट लगभग {minutes} मिनट देर से शुरू होगा। "
    "प्रतीक्षा के लिए हमें खेद है। संदर्भ {reference}।",
    "mibo_missed_you": "नमस्ते {name}, {when} पर आपसे मिलना नहीं हो पाया। आशा है कि सब ठीक है। "
    "कोई और समय चाहें तो कृपया चुनें या हमें फ़ोन करें। संदर्भ {reference}।",
    "mibo_come_again": "नमस्ते {name}, {day} के आसपास का आपका अगला अपॉइंटमेंट चुनने का समय हो गया है। "
    "कृपया कोई समय चुनें या हमें फ़ोन करें।",
    "mibo_clinician_moved": "नमस्ते {name}, {patient} का समय {before} से बदलकर {when} हो गया है, {mode}।",
    "mibo_clinician_cancelled": "नमस्ते {name}, {when} का {patient} का अपॉइंटमेंट रद्द हो गया है।",
    "mibo_series_booked": "नमस्ते {name}, {count} अपॉइंटमेंट बुक हो गए हैं, पहले का समय {when} है। संदर्भ {reference}।",
    "mibo_series_moved": "नमस्ते {name}, आपके {count} अपॉइंटमेंट का समय बदल गया है, पहले का नया समय {when} है। "
    "संदर्भ {reference}।",
    "mibo_series_off": "नमस्ते {name}, आपके {count} अपॉइंटमेंट रद्द हो गए हैं, उनमें पहला {when} का था। संदर्भ {reference}।",
    "mibo_clinician_series": "नमस्ते {name}, {patient} ने आपके साथ {count} अपॉइंटमेंट बुक किए हैं, पहले का समय {when}, {mode}।",
    "mibo_clinician_series_moved": "नमस्ते {name}, {patient} के {count} अपॉइंटमेंट का समय बदल गया है, "
    "पहले का नया समय {when}, {mode}।",
    "mibo_clinician_series_off": "नमस्ते {name}, {patient} के {count} अपॉइंटमेंट रद्द हो गए हैं, उनमें पहला {when} का था।",
    "mibo_answer_thanks": "नमस्ते {name}, धन्यवाद। {when} को मिलते हैं। संदर्भ {reference}।",
    "mibo_answer_move": "नमस्ते {name}, {when} के अपने अपॉइंटमेंट के लिए यहाँ दूसरा समय चुनें। संदर्भ {reference}।",
    "mibo_answer_asked": "नमस्ते {name}, {when} का अपॉइंटमेंट रद्द करने का आपका अनुरोध हमें मिल गया है, हम जल्द जवाब देंगे। "
    "तब तक यह समय आपका है। संदर्भ {reference}।",
    "mibo_answer_over": "नमस्ते {name}, यह बटन अब काम नहीं करता: आपका अपॉइंटमेंट बदल गया है या बीत चुका है। "
    "कृपया अपने अपॉइंटमेंट देखें या हमें फ़ोन करें।",
    "mibo_will_call": "नमस्ते {name}, आपके संदेश के लिए धन्यवाद। हम आपको फ़ोन करेंगे।",
    "mibo_please_call": "नमस्ते {name}, आपके संदेश के लिए धन्यवाद। कृपया हमें {phone} पर फ़ोन करें।",
    "mibo_meeting_link": "नमस्ते {name}, {when} के आपके अपॉइंटमेंट की वीडियो कॉल यहाँ है। संदर्भ {reference}।",
}

BUTTONS = {
    "mibo_answer_move": "दूसरा समय चुनें",
    "mibo_answer_over": "मेरे अपॉइंटमेंट",
    "mibo_receipt": "रसीद खोलें",
    "mibo_password_link": "पासवर्ड सेट करें",
    "mibo_booking_confirmed_online": "वीडियो कॉल में जुड़ें",
    "mibo_discreet_confirmed_online": "खोलें",
    "mibo_payment_link": "भुगतान करें",
    "mibo_reminder_online": "वीडियो कॉल में जुड़ें",
    "mibo_discreet_reminder_online": "खोलें",
    "mibo_please_move": "दूसरा समय चुनें",
    "mibo_missed_you": "दूसरा समय चुनें",
    "mibo_come_again": "समय चुनें",
    "mibo_meeting_link": "वीडियो कॉल में जुड़ें",
}
