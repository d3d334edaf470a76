"""Who is looked for: by the last digits of the phone, by MRN, by e-mail, or by a name that may be misspelt."""

from sqlalchemy import ColumnElement, case, false, func, literal, or_

from mibo.people.models import Patient

SHORTEST = 3
PHONE_DIGITS = 10
LIKENESS = 0.5  # of the words typed to the nearest part of a name; below it everybody is somebody's namesake


def normal(typed: str) -> str:
    """What was typed, in small letters and with single blanks."""
    return " ".join(typed.lower().split())


def is_enough(typed: str) -> bool:
    """Whether there is enough to look for."""
    return len(normal(typed)) >= SHORTEST


def literally(typed: str) -> ColumnElement[bool]:
    """Patients whose phone ends so, whose MRN begins so, or whose name has each of these words."""
    words = normal(typed)
    digits = "".join(ch for ch in words if ch.isdigit())
    ways: list[ColumnElement[bool]] = [func.lower(Patient.mrn).startswith(words, autoescape=True)]
    if "@" in words:
        ways.append(func.lower(Patient.email).startswith(words, autoescape=True))
    elif len(digits) >= SHORTEST and not any(ch.isalpha() for ch in words):
        ways.append(func.reverse(Patient.phone).startswith(digits[::-1][:PHONE_DIGITS], autoescape=True))
    else:
        ways.append(_all_of(words.split()))
    return or_(*ways)


def may_be_misspelt(typed: str) -> bool:
    """Whether it may be a name with a slip of the pen: numbers and addresses are looked for as they are."""
    words = normal(typed)
    return is_enough(typed) and "@" not in words and not any(ch.isdigit() for ch in words)


def alike(typed: str) -> ColumnElement[bool]:
    """Patients whose name is spelt nearly so (pg_trgm); nobody for what has digits."""
    words = normal(typed)
    if not may_be_misspelt(words):
        return false()
    name = func.lower(Patient.full_name)
    return literal(words).bool_op("<%")(name) & (func.word_similarity(words, name) >= LIKENESS)


def rank(typed: str) -> ColumnElement[int]:
    """How to sort what was found: the very name or number, then what begins so, then what has it, then the rest."""
    words, name = normal(typed), func.lower(Patient.full_name)
    exact = (name == words) | (func.lower(Patient.mrn) == words)
    return case((exact, 0), (name.startswith(words, autoescape=True), 1), (_all_of(words.split()), 2), else_=3)


def nearness(typed: str) -> tuple[ColumnElement[int], ColumnElement[float]]:
    """The same, and the rest by how near the name is."""
    return rank(typed), func.word_similarity(normal(typed), func.lower(Patient.full_name)).desc()


def same_or_like(one: Patient) -> ColumnElement[bool]:
    """Records that may be the same person's: the same phone, or nearly the same name."""
    like = func.similarity(func.lower(Patient.full_name), one.full_name.lower()) > LIKENESS
    near = func.lower(Patient.full_name).bool_op("%")(one.full_name.lower())
    return or_(Patient.phone == one.phone, near & like)


def _all_of(words: list[str]) -> ColumnElement[bool]:
    parts = [func.lower(Patient.full_name).contains(word, autoescape=True) for word in words]
    joined = parts[0]
    for part in parts[1:]:
        joined &= part
    return joined
