"""Who answers for a patient under eighteen (security.md line 78)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mibo.errors import Invalid, Problem
from mibo.people.models import Patient

OF_AGE = 18
NAMED = {"guardian_name", "guardian_relation", "guardian_phone", "guardian_consent"}
CONCERNED = {"date_of_birth", "age", *NAMED}
NEEDED = {
    "guardian_name": "Enter the guardian's name: the patient is under 18.",
    "guardian_relation": "Enter how the guardian is related to the patient.",
    "guardian_phone": "Enter the guardian's mobile number.",
    "guardian_consent_at": "Tick this once the guardian has agreed.",
}


def concerns(told: Mapping[str, Any]) -> bool:
    """Whether what is told touches the age or the guardian."""
    return not CONCERNED.isdisjoint(told)


def is_named(told: Mapping[str, Any]) -> bool:
    """Whether anything is said of a guardian; an older app has no words for one."""
    return not NAMED.isdisjoint(told)


def is_missing(one: Patient, age: int | None) -> bool:
    """Whether a child's record says nothing, or not all, of who answers for them."""
    return is_minor(age) and not all(getattr(one, field) for field in NEEDED)


def consent(since: datetime | None, given: bool | None, now: datetime) -> datetime | None:
    """Since when the guardian agrees: not told leaves it as it is, given again keeps its first day."""
    if given is None:
        return since
    return (since or now) if given else None


def is_minor(age: int | None) -> bool:
    """Whether somebody needs a guardian; an age nobody told does not make a child."""
    return age is not None and age < OF_AGE


def check(one: Patient, age: int | None) -> None:
    """Raises Invalid at each thing that is missing for a child."""
    if not is_missing(one, age):
        return
    missing = [field for field in NEEDED if not getattr(one, field)]
    if missing:
        raise Invalid(problems=[Problem(field.removesuffix("_at"), NEEDED[field]) for field in missing])
