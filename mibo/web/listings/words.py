"""Words of states and filters for files, which are made where there are no pages."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from mibo import clinics, people
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission

# as `ui/tags.html` has them; a test holds them equal
STATES = {
    "PENDING": "Awaiting payment", "CONFIRMED": "Confirmed", "IN_PROGRESS": "In consultation", "COMPLETED": "Completed",
    "CANCELLED": "Cancelled", "NO_SHOW": "No-show", "CANCELLATION_REQUESTED": "Cancellation asked",
    "EXPIRED": "Hold ended",
}  # fmt: skip

Words = Sequence[tuple[str, str]]


def said(*told: tuple[str, object]) -> Words:
    """The filters that are set, in words."""
    return [(label, written(value)) for label, value in told if value not in (None, "", False)]


def written(value: object) -> str:
    """A date as people read it; anything else as it is."""
    return f"{value.day} {value:%b %Y}" if isinstance(value, date) else str(value)


LABELS = {
    "q": "Searched for", "who": "Done by", "number": "Number", "which": "Which", "part": "Which", "age": "Visit",
    "days": "Days", "area": "About", "since": "From", "until": "To", "dates": "Dates", "centre": "Centre", "clinician": "Clinician",
    "state": "State", "standing": "State", "role": "Role", "kind": "Kind", "channel": "Sent by", "method": "Paid by",
    "refund": "Refunds", "mode": "Meets", "reason": "Reason",
}  # fmt: skip


def in_words(*always: str, **words: Mapping[Any, object]) -> Callable[[Any], Words]:
    """The filters of a list in words, of those that are set and of those that it always has."""

    def told(asked: BaseModel) -> Words:
        found = []
        for name, label in LABELS.items():
            value = getattr(asked, name, None)
            if value in (None, "") or (value == type(asked).model_fields[name].default and name not in always):
                continue
            named = {"centre": centre_name, "clinician": clinician_name}.get(name)
            known: Any = words.get(name, {})
            found.append((label, written(named(value) if named else known.get(value, value))))
        return found

    return told


def centre_name(centre_id: int | None) -> str:
    """What a centre is called; empty for none."""
    found = clinics.centre(centre_id) if centre_id else None
    return found.short_name if found else ""


def clinician_name(clinician_id: int | None) -> str:
    """What a clinician is called; empty for none."""
    try:
        return people.clinician(clinician_id, active=None).full_name if clinician_id else ""
    except Missing:
        return ""


def is_of_the_desk(who: Actor) -> bool:
    """Whether somebody sees whole numbers and money of appointments."""
    return who.may(Permission.BOOK_AT_DESK)
