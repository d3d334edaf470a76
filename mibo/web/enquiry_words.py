"""The words of enquiries: what is offered on the form, and what staff read."""

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from mibo.phrases import phrase

CARE = {"OUT_PATIENT": phrase("An appointment"), "IN_PATIENT": phrase("An in-patient stay")}
CARE_NOTES = {
    "OUT_PATIENT": phrase("To talk to somebody, at a centre or by video."),
    "IN_PATIENT": phrase("Whether it fits, when there is room, and what it costs."),
}
WHOSE = {"SELF": phrase("For me"), "OTHER": phrase("For somebody else")}
CALL_AT = {
    "ANY": phrase("Any time"), "MORNING": phrase("In the morning, 9 to 12"),
    "AFTERNOON": phrase("In the afternoon, 12 to 4"), "EVENING": phrase("In the evening, 4 to 7"),
}  # fmt: skip
HEARD_OF = {
    "SEARCH": phrase("A search on the internet"), "SOCIAL": phrase("Social media"),
    "FRIEND": phrase("Family, a friend or a patient"), "DOCTOR": phrase("A doctor or a hospital"),
    "PASSED_BY": phrase("I passed by"), "PRESS": phrase("Newspaper, radio or television"),
    "EVENT": phrase("A talk or an event"), "OTHER": phrase("Another way"),
}  # fmt: skip
STAFF_WHOSE = {"SELF": "For themselves", "OTHER": WHOSE["OTHER"]}
STAFF_HEARD_OF = HEARD_OF | {"PASSED_BY": "Passing by the centre"}
SOURCES = {"WEBSITE": "Website", "PHONE": "Phone", "DIRECT": "Walk-in", "REFERRAL": "Referral"}
STATES = {
    "NEW": ("New", "conf", "dot"), "NOT_REACHED": ("Not reached", "pend", "clock"), "CONTACTED": ("In contact", "live", "phone"),
    "BOOKED": ("Booked", "done", "tick"), "LOST": ("Came to nothing", "gone", "x"),
}  # fmt: skip
PARTS = {"now": "To call now", "open": "All open", "booked": "Booked", "lost": "Came to nothing", "all": "All"}
LOST = {
    "NEVER_REACHED": "Never reached", "WRONG_NUMBER": "Wrong number", "NOT_INTERESTED": "Not interested any more",
    "TOO_DEAR": "Too expensive", "NO_TIME": "No time that suits", "ELSEWHERE": "Went elsewhere",
    "NOT_OFFERED": "We do not offer it", "OTHER": "Another reason",
}  # fmt: skip
OUTCOMES = {"REACHED": "Reached", "NO_ANSWER": "No answer", "WRONG_NUMBER": "Wrong number"}


def choices(words: dict[str, str]) -> list[SelectChoice]:
    """As a field of a form offers them."""
    return [SelectChoice(value, said) for value, said in words.items()]
