"""What patients ask about their data, as values ready to draw: for themselves in their language, for staff in English."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from mibo import care, clock
from mibo.clinics.policy import Policy
from mibo.people import RightsRequest, rights
from mibo.people import rights_rules as rules
from mibo.phrases import phrase
from mibo.web.filters import day_and_year, moment
from mibo.web.languages import put
from mibo.web.worklist_rows import age

TITLES = {
    rules.RECORDS: phrase("My medical records"),
    rules.CORRECTION: phrase("Correct something"),
    rules.ERASURE: phrase("Delete my data"),
    rules.NOMINEE: phrase("Name somebody to act for me"),
    rules.GRIEVANCE: phrase("Complain about how my data are handled"),
}
STATES = {
    rules.OPEN: ("pend", "clock", phrase("Waits for our answer")),
    rules.DONE: ("done", "tick", phrase("Done")),
    rules.PARTLY: ("conf", "tick", phrase("Done in part")),
    rules.REFUSED: ("gone", "x", phrase("Not done")),
    rules.WITHDRAWN: ("gone", "undo", phrase("Taken back")),
}
GROUNDS = {
    rules.LAW: phrase("The law has us keep it."),
    rules.HARM: phrase("Your clinician fears that reading it would harm you or somebody else."),
    rules.IDENTITY: phrase("We could not be sure that it is you who asks."),
    rules.UNFOUNDED: phrase("We looked into it, and found it otherwise."),
}
BOARD = phrase("Not content with our answer? You can complain to the Data Protection Board of India.")
REVIEW_BOARD = phrase(
    "You may apply to the Mental Health Review Board of your district for the rest (Mental Healthcare Act, section 25)."
)
STAFF_TITLES = {
    rules.RECORDS: "Medical records", rules.CORRECTION: "Correction", rules.ERASURE: "Deletion", rules.NOMINEE: "Nominee",
    rules.GRIEVANCE: "Complaint",
}  # fmt: skip
STAFF_STATES = {rules.OPEN: "Open", rules.DONE: "Done", rules.PARTLY: "Done in part", rules.REFUSED: "Refused",
                rules.WITHDRAWN: "Taken back by the patient"}  # fmt: skip
OUTCOMES = {rules.DONE: "Done", rules.PARTLY: "Done in part", rules.REFUSED: "No"}
STAFF_GROUNDS = {
    rules.LAW: "The law has us keep it", rules.HARM: "It would harm them or somebody else (records only)",
    rules.IDENTITY: "We could not be sure who asks", rules.UNFOUNDED: "We looked into it, and found it otherwise",
}  # fmt: skip
TO_DO = {
    rules.RECORDS: (
        "Ask the treating clinician to look at the record first. Give out what they release, at the centre or in a sealed"
        " envelope, and say so here."
    ),
    rules.CORRECTION: "Put right what is wrong in the patient's record, then answer.",
    rules.ERASURE: (
        "Answered “done” or “in part”, it takes effect at once: no message leaves any more, nothing new can be booked, and"
        " e-mail, blood group and emergency contact are cleared."
    ),
    rules.NOMINEE: "Check with the patient who is meant. Answered “done”, this person stands as their nominee.",
    rules.GRIEVANCE: "Look into it, and have it answered by somebody whom it is not about.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Own:
    """A request as whoever made it follows it."""

    id: int
    title: str
    whose: str
    words: str
    asked: str
    due: str
    state: tuple[str, str, str]
    is_open: bool
    answer: str
    because: Sequence[str]
    held: Sequence[str]


def own(one: RightsRequest, *, several: bool) -> Own:
    """One of them; with its name where there are several people."""
    return Own(
        id=one.id, title=TITLES[one.kind], whose=one.patient.full_name if several else "", words=rights.words_of(one),
        asked=moment(one.asked_at), due=day_and_year(one.due_at), state=STATES[one.status],
        is_open=one.status == rules.OPEN, answer=rights.answer_of(one), because=_because(one),
        held=held(care.requests.held_back(one.patient_id)) if one.kind == rules.ERASURE and one.status != rules.WITHDRAWN else [],
    )  # fmt: skip


def _because(one: RightsRequest) -> list[str]:
    """Why not all of it, and whom they may turn to."""
    if one.ground is None:
        return []
    return [GROUNDS[one.ground], REVIEW_BOARD if one.kind == rules.RECORDS else BOARD]


def held(back: rules.HeldBack) -> list[str]:
    """What the law has us keep, and until when."""
    said = []
    if back.records_until:
        said.append(
            gettext("The law has us keep the medical records until %(day)s.", day=day_and_year(back.records_until))
        )
    if back.receipts_until:
        said.append(gettext("The law has us keep the receipts until %(day)s.", day=day_and_year(back.receipts_until)))
    return said


def notes(policy: Policy) -> dict[str, str]:
    """What each of them means, beside its name."""
    within = gettext("Answered within %(days)s days.", days=policy.request_days)
    hours = gettext("Answered within %(hours)s hours.", hours=policy.records_hours)
    means = {
        rules.RECORDS: gettext("What your clinicians wrote. A clinician looks at it first."),
        rules.CORRECTION: gettext("What you cannot put right yourself under My details."),
        rules.ERASURE: gettext(
            "Messages end, and nothing new can be booked. What the law has us keep is kept, and you are told until when."
        ),
        rules.NOMINEE: gettext("They may use these rights for you should you die, or no longer be able to."),
        rules.GRIEVANCE: gettext("Somebody looks into it whom it is not about."),
    }
    return {kind: f"{words} {hours if kind == rules.RECORDS else within}" for kind, words in means.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A request on the worklist."""

    id: int
    patient: str
    about: str
    title: str
    age: str
    asked: str
    due: str
    clock: tuple[str, str, str]
    owner: str
    state: str


def line(one: care.requests.Asked) -> Line:
    """One of them, with its clock."""
    over = f"{moment(one.closed_at)}" if one.closed_at else ""
    return Line(
        id=one.id, patient=one.patient, about=one.mrn or "", title=STAFF_TITLES[one.kind],
        age=age(clock.now() - one.asked_at), asked=moment(one.asked_at), due=over or moment(one.due_at), clock=_clock(one),
        owner=one.owner or "", state=STAFF_STATES[one.status],
    )  # fmt: skip


def _clock(one: care.requests.Asked) -> tuple[str, str, str]:
    left = one.due_at - clock.now()
    if one.closed_at:
        on_time = one.closed_at <= one.due_at
        return ("In time", "done", "tick") if on_time else ("Too late", "bad", "warning")
    if left.total_seconds() < 0:
        return f"{age(-left)} overdue", "bad", "warning"
    nearly = left < (one.due_at - one.asked_at) / 3
    return f"{age(left)} left", "pend" if nearly else "gone", "clock"


def because(one: care.requests.Asked) -> list[str]:
    """Why not all of it, as the patient reads it."""
    return [put(GROUNDS[one.ground])] if one.ground else []
