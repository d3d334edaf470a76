"""Words of states and filters for files, which are made where there are no pages."""

from collections.abc import Sequence
from datetime import date

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
