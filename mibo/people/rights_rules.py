"""What somebody may ask for about what is kept of them: which kinds, until when it is answered, and how it ends. Pure.

DPDP Act sections 11 to 14 and the Mental Healthcare Act section 25 (security.md lines 76, 77, 80).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mibo.clinics.policy import Policy
from mibo.errors import Conflict, Invalid
from mibo.people.rules import OF_AGE, years_before
from mibo.phrases import phrase

RECORDS, CORRECTION, ERASURE, NOMINEE, GRIEVANCE = "RECORDS", "CORRECTION", "ERASURE", "NOMINEE", "GRIEVANCE"
KINDS = (RECORDS, CORRECTION, ERASURE, NOMINEE, GRIEVANCE)
OPEN, DONE, PARTLY, REFUSED, WITHDRAWN = "OPEN", "DONE", "PARTLY", "REFUSED", "WITHDRAWN"
STATES = (OPEN, DONE, PARTLY, REFUSED, WITHDRAWN)
ANSWERS = (DONE, PARTLY, REFUSED)
LAW, HARM, IDENTITY, UNFOUNDED = "LAW", "HARM", "IDENTITY", "UNFOUNDED"
GROUNDS = (LAW, HARM, IDENTITY, UNFOUNDED)
RECORD_YEARS, CHILD_UNTIL_AGE, RECEIPT_YEARS = 5, 21, 8
WORDS_LENGTH = 2000


class RequestClosed(Conflict):
    """It has been answered, or taken back."""

    code = "REQUEST_CLOSED"
    message = phrase("This request has been answered or taken back already.")


class RequestChanged(Conflict):
    """A colleague was quicker."""

    code = "REQUEST_CHANGED"
    message = "A colleague has changed this request meanwhile. Look at it as it stands now."


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What the law has us keep although somebody asks for its deletion, and until which day; None where there is nothing."""

    records_until: date | None
    receipts_until: date | None

    def __bool__(self) -> bool:
        return bool(self.records_until or self.receipts_until)


def due_at(kind: str, asked_at: datetime, policy: Policy) -> datetime:
    """Until when it is to be answered: records within hours, the rest within days."""
    if kind == RECORDS:
        return asked_at + timedelta(hours=policy.records_hours)
    return asked_at + timedelta(days=policy.request_days)


def held_back(last_visit: date | None, born: date | None, last_receipt: date | None, today: date) -> HeldBack:
    """Medical records five years after the last visit, a child's until 21 if that is later; receipts for eight years."""
    records = _years_after(last_visit, RECORD_YEARS) if last_visit else None
    if records and born and last_visit and last_visit < _years_after(born, OF_AGE):
        records = max(records, _years_after(born, CHILD_UNTIL_AGE))
    receipts = _years_after(last_receipt, RECEIPT_YEARS) if last_receipt else None
    return HeldBack(*(one if one and one >= today else None for one in (records, receipts)))


def _years_after(day: date, years: int) -> date:
    return years_before(day, -years)


def check_words(words: str) -> str:
    """What was said, as it is kept. Raises Invalid at `words`."""
    kept = words.replace("\x00", "").strip()
    if not kept:
        raise Invalid.field("words", phrase("Say in a few words what you ask for."))
    if len(kept) > WORDS_LENGTH:
        raise Invalid.field(
            "words", phrase("That is too long. It may have up to %(longest)s letters.", longest=WORDS_LENGTH)
        )
    return kept


def check_answer(kind: str, outcome: str, ground: str | None, held: HeldBack) -> None:
    """Raises Invalid where the answer says what cannot be."""
    if outcome not in ANSWERS:
        raise Invalid.field("outcome", "Choose what becomes of it.")
    if kind == ERASURE and outcome == DONE and held:
        raise Invalid.field("outcome", "The law has us keep a part, as said above. Choose “in part”.")
    if outcome == DONE:
        return
    if ground not in GROUNDS:
        raise Invalid.field("ground", "Say why: the patient is told.")
    if ground == HARM and kind != RECORDS:
        raise Invalid.field("ground", "Harm is a reason to hold back records only.")
