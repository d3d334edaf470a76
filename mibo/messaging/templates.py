"""Pure: each template's kind and manners, its name at the provider, and what an approved text must be (integrations.md 2.7).

A message in Hindi is another template than the same in English: its name ends in the language.
"""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from mibo.messaging.words import ANSWERS, BUTTONS, LANGUAGES, SENTENCES

KINDS = {
    "CODE": "Codes and links to sign in",
    "BOOKING": "Bookings",
    "PAYMENT": "Payments and refunds",
    "REMINDER": "Reminders",
    "CHANGE": "Moves, cancellations, delays",
    "AFTER": "After the visit",
    "CLINICIAN": "To clinicians",
}
_KIND_OF = {
    "CODE": ("sign_in_code", "sign_in_ended", "new_phone_code", "phone_left", "password_link"),
    "BOOKING": (
        "booking_confirmed", "booking_confirmed_online", "discreet_confirmed", "discreet_confirmed_online",
        "series_booked", "meeting_link",
    ),
    "PAYMENT": (
        "payment_link", "hold_ended", "late_payment_refund", "refund_opened", "refund_sent", "refund_done",
        "refund_declined", "receipt",
    ),
    "REMINDER": ("reminder", "reminder_online", "discreet_reminder", "discreet_reminder_online"),
    "CHANGE": (
        "booking_cancelled", "booking_moved", "booking_off", "request_refused", "please_move", "running_late",
        "series_moved", "series_off", "answer_thanks", "answer_move", "answer_asked", "answer_over", "will_call",
        "please_call",
    ),
    "AFTER": ("missed_you", "come_again"),
    "CLINICIAN": (
        "clinician_booking", "clinician_moved", "clinician_cancelled", "clinician_series", "clinician_series_moved",
        "clinician_series_off",
    ),
}  # fmt: skip
KIND = {f"mibo_{name}": kind for kind, names in _KIND_OF.items() for name in names}
TEMPLATES = tuple(SENTENCES["en"])
CODES = ("mibo_sign_in_code", "mibo_new_phone_code")  # the provider's own form: only these begin with a gap

# They answer what somebody has just done, or cannot wait for the morning. All else keeps to the quiet hours.
URGENT = {
    *(name for name in TEMPLATES if KIND.get(name) in ("CODE", "BOOKING")), "mibo_payment_link", "mibo_running_late", "mibo_receipt",
    "mibo_answer_thanks", "mibo_answer_move", "mibo_answer_asked", "mibo_answer_over",
    "mibo_will_call", "mibo_please_call",
}  # fmt: skip

# What is said instead to somebody who asked for discreet messages: no centre, no clinician, no kind of visit.
DISCREET = {
    "mibo_booking_confirmed": "mibo_discreet_confirmed",
    "mibo_booking_confirmed_online": "mibo_discreet_confirmed_online",
    "mibo_reminder": "mibo_discreet_reminder",
    "mibo_reminder_online": "mibo_discreet_reminder_online",
}

# Whoever is not reached with one of these is tried another way, and at last called.
CLIMBS = frozenset({
    *(name for name, kind in KIND.items() if kind in ("BOOKING", "REMINDER")), "mibo_payment_link",
    *(f"mibo_{name}" for name in ("booking_cancelled", "booking_moved", "booking_off", "request_refused", "please_move",
                                  "series_moved", "series_off")),
})  # fmt: skip

MOVES = ("mibo_answer_move", "mibo_please_move")  # whose button opens the times to choose from
REMINDERS = tuple(f"mibo_{name}" for name in _KIND_OF["REMINDER"])

BODY_LENGTH, BUTTON_LENGTH, NAME_LENGTH = 1024, 25, 512


def approved_name(template: str, language: str) -> str:
    """The template's name at the provider: `mibo_booking_moved`, `mibo_booking_moved_hi`."""
    return template if language == "en" else f"{template}_{language}"


def of_approved(name: str) -> tuple[str, str]:
    """The template and the language behind a name at the provider; a name that is not ours is taken for English."""
    stem, _, ending = name.rpartition("_")
    return (stem, ending) if ending in LANGUAGES and stem in KIND else (name, "en")


def kind_of(template: str) -> str:
    """What it is about, for the log's filters."""
    return KIND.get(template, "BOOKING")


def gaps(sentence: str) -> list[str]:
    """The names of its variables, in order."""
    return [name for _, name, _, _ in Formatter().parse(sentence) if name]


def answers(template: str, language: str) -> tuple[str, ...]:
    """What stands on the buttons that send something back; only reminders have them."""
    return ANSWERS[language] if template in REMINDERS else ()


def to_be_approved() -> list[dict[str, Any]]:
    """Every template in every language, as it is handed in at the provider."""
    return [
        {
            "name": approved_name(template, language),
            "language": language,
            "category": "AUTHENTICATION" if template in CODES else "UTILITY",
            "body": sentences[template],
            "button": BUTTONS[language].get(template, ""),
            "answers": list(answers(template, language)),
        }
        for language, sentences in SENTENCES.items()
        for template in TEMPLATES
    ]


def faults(template: str, language: str) -> list[str]:
    """What the provider would refuse in this text, or what differs from the English one; empty when it is good."""
    body, button = SENTENCES[language].get(template, ""), BUTTONS[language].get(template, "")
    found = []
    if not re.fullmatch(r"[a-z0-9_]+", template) or len(approved_name(template, language)) > NAME_LENGTH:
        found.append("its name has other signs than small letters, digits and underscores")
    if not body or len(body) > BODY_LENGTH:
        found.append(f"its text is empty or longer than {BODY_LENGTH}")
    if body.startswith("{") and template not in CODES:
        found.append("it begins with a variable")
    if body.endswith("}"):
        found.append("it ends with a variable")
    if "}{" in body.replace(" ", ""):
        found.append("two variables stand side by side")
    if sorted(gaps(body)) != sorted(gaps(SENTENCES["en"][template])):
        found.append("its variables are not those of the English text")
    if bool(button) != (template in BUTTONS["en"]) or len(button) > BUTTON_LENGTH:
        found.append("its button is missing, too long, or one too many")
    return found


def differences(approved: Mapping[str, tuple[str, str, str, str, tuple[str, ...]]]) -> list[str]:
    """Where our texts are not those that are approved: by name its language, status, body, button and answers."""
    found = []
    for ours in to_be_approved():
        theirs = approved.get(ours["name"])
        if theirs is None:
            found.append(f"{ours['name']}: not there")
            continue
        language, status, body, button, said_back = theirs
        if status != "APPROVED":
            found.append(f"{ours['name']}: {status.lower() or 'no status'}")
        if language != ours["language"]:
            found.append(f"{ours['name']}: in the language {language or 'none'}, not {ours['language']}")
        if set(gaps(ours["body"])) != set(re.findall(r"{(\w+)}", body)):
            found.append(f"{ours['name']}: with other variables")
        elif body != ours["body"]:
            found.append(f"{ours['name']}: with another text")
        if button != ours["button"]:
            found.append(f"{ours['name']}: with another button")
        if list(said_back) != ours["answers"]:
            found.append(f"{ours['name']}: with other answers")
    return found
