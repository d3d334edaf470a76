"""Who answers for a patient under eighteen (security.md line 78)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from mibo import clock
from mibo.errors import Invalid, Problem
from mibo.identity import Actor
from mibo.people import rules
from mibo.people.models import Patient
from mibo.people.rules import OF_AGE
from mibo.phrases import phrase

ITSELF = phrase("A child cannot be their own guardian. Enter a grown-up's name.")
TOO_YOUNG = phrase("A guardian must be 18 or older.")
NAMED = {"guardian_name", "guardian_relation", "guardian_phone", "guardian_consent"}
CONCERNED = {"date_of_birth", "age", *NAMED}
NEEDED = {
    "guardian_name": phrase("Enter the guardian's name: the patient is under 18."),
    "guardian_relation": phrase("Enter how the guardian is related to the patient."),
    "guardian_phone": phrase("Enter the guardian's mobile number."),
    "guardian_consent_at": phrase("Tick this once the guardian has agreed."),
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


def has_left(one: Patient, today: date) -> bool:
    """Whether somebody has turned eighteen on another's phone and has not agreed that its holder goes on acting for them."""
    if one.id == one.account_id or one.grown_up_agreed_at is not None:
        return False
    return has_grown_up(one, today)


def acts_for(by: Actor, one: Patient) -> bool:
    """Whether this patient's things are theirs to see and change: `queries.acted_for`, asked of a record in hand."""
    return one.account_id == by.account_id and not has_left(one, clock.today())


def has_grown_up(one: Patient, today: date) -> bool:
    """Whether they were a child when their record was made, and are none on this day."""
    born = rules.born_about(one.date_of_birth, one.age_told, one.age_told_on)
    return rules.grew_up(born, clock.clinic_day(one.created_at), today)


def check(one: Patient, age: int | None) -> None:
    """Raises Invalid at each thing that is missing for a child, and where the child is named as their own guardian."""
    if is_minor(age) and _folded(one.guardian_name) == _folded(one.full_name) != "":
        raise Invalid.field("guardian_name", ITSELF)
    if not is_missing(one, age):
        return
    missing = [field for field in NEEDED if not getattr(one, field)]
    if missing:
        raise Invalid(problems=[Problem(field.removesuffix("_at"), NEEDED[field]) for field in missing])


def _folded(name: str | None) -> str:
    return " ".join((name or "").casefold().split())


def names_a_child(family: Iterable[Patient], one: Patient, age_of: Callable[[Patient], int | None]) -> bool:
    """Whether the guardian that is named is a child among these, by the name they go by."""
    named = _folded(one.guardian_name)
    return any(_folded(each.full_name) == named and is_minor(age_of(each)) for each in family if each is not one)
