"""What is known of a patient, and what is still missing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mibo.errors import Conflict, Problem, Refused
from mibo.phrases import phrase

OLDEST = 150
OF_AGE = 18
LONGEST_NAME = 100


@dataclass(frozen=True)
class Details:
    """What somebody told us about a patient; None where they said nothing."""

    first_name: str | None = None
    last_name: str | None = None
    full_name: str | None = None
    email: str | None = None
    date_of_birth: date | None = None
    age: int | None = None
    gender: str | None = None

    @property
    def name(self) -> str:
        """The full name, however it was told."""
        return self.full_name or " ".join(part for part in (self.first_name, self.last_name) if part)


class PhoneInUse(Conflict):
    """A patient with this number is already there; the desk is offered them (R-FLD)."""

    code = "PHONE_IN_USE"

    def __init__(self, patient_id: int, full_name: str) -> None:
        super().__init__("A patient with this phone number already exists.")
        self.patient_id = patient_id
        self.full_name = full_name


class NotGrownUp(Conflict):
    """Only who has turned eighteen on somebody's phone is asked whether its holder goes on acting for them."""

    code = "NOT_GROWN_UP"
    message = "There is nothing to ask: this patient has not turned 18 on somebody else's phone."


class SamePerson(Conflict):
    """Family on one phone has names of their own: the same one again is a form sent twice."""

    code = "SAME_PERSON"
    message = phrase("A patient of this name is on this phone already.")


class KeptElsewhere(Refused):
    """The record of this phone was merged into one on a family's phone, which this one does not open."""

    code = "KEPT_ELSEWHERE"
    message = phrase(
        "Your record is kept under another phone number now. Please sign in with that one, or call the centre."
    )


class MrnTaken(Conflict):
    """Another patient has this record number (R-FLD)."""

    code = "MRN_TAKEN"
    message = "Another patient has this MRN."


def problems_of(told: Mapping[str, Any], today: date) -> list[Problem]:
    """What cannot be true of anybody."""
    problems = []
    age, born = told.get("age"), told.get("date_of_birth")
    if age is not None and not 0 <= age <= OLDEST:
        problems.append(Problem("age", f"Age must be from 0 to {OLDEST}."))
    if born and not 0 <= today.year - born.year <= OLDEST:
        problems.append(Problem("date_of_birth", phrase("Check the date of birth.")))
    elif born and born > today:
        problems.append(Problem("date_of_birth", phrase("The date of birth must be in the past.")))
    return problems


def age_on(day: date, date_of_birth: date | None, age_told: int | None, age_told_on: date | None) -> int | None:
    """Years of age, from the birth date or else from an age told earlier (R-TIME-4)."""
    if date_of_birth:
        return _full_years(date_of_birth, day)
    if age_told is not None and age_told_on is not None:
        return age_told + _full_years(age_told_on, day)
    return None


def age_told(told: Mapping[str, Any], today: date) -> int | None:
    """The age of somebody as a form has it."""
    return age_on(today, told.get("date_of_birth"), told.get("age"), today)


def _full_years(since: date, day: date) -> int:
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


def born_about(date_of_birth: date | None, age_told: int | None, age_told_on: date | None) -> date | None:
    """The birth date, or the latest that an age told on a day allows; None where neither is known."""
    if date_of_birth or age_told is None or age_told_on is None:
        return date_of_birth
    return years_before(age_told_on, age_told)


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; of a 29th of February that was not, the day before."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def grew_up(born: date | None, known_since: date, today: date) -> bool:
    """Whether somebody who was a child when first known has turned eighteen since (M12); who was grown up then has not."""
    if born is None:
        return False
    return years_before(known_since, OF_AGE) < born <= years_before(today, OF_AGE)


def missing_fields(
    first_name: str | None, date_of_birth: date | None, age_told: int | None, gender: str | None
) -> list[str]:
    """What a patient must still tell before booking (R-AUTH-4, P12): the one list for gate, form and API.

    Some people have one name only, so a last name is never missing.
    """
    told = {
        "first_name": first_name,
        "age": date_of_birth or age_told is not None,
        "gender": gender,
    }
    return [field for field, value in told.items() if not value]


def split_name(full_name: str) -> tuple[str, str | None]:
    """First name and the rest."""
    first, _, rest = full_name.strip().partition(" ")
    return first, rest.strip() or None
