"""A patient's record as those who treat them read it, as values ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mibo import care, phone
from mibo.people import LINE_KINDS, Patient
from mibo.web.filters import moment

MANY = {
    "RISK": "Risks", "CONDITION": "Conditions", "MEDICATION": "Medication", "ALLERGY": "Allergies",
    "PAST_CARE": "Past care",
}  # fmt: skip
ONE_OF = {
    "RISK": "A risk", "CONDITION": "A condition", "MEDICATION": "A medicine", "ALLERGY": "An allergy",
    "PAST_CARE": "Care elsewhere, or before",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line, who told it last and when."""

    id: int
    words: str
    by: str


def groups(lines: Sequence[care.history.Line], names: Mapping[int, str]) -> list[tuple[str, str, list[Row]]]:
    """Each kind that something is told of, risks first: its name, its heading, its lines."""
    found = []
    for kind in LINE_KINDS:
        of_kind = [_row(line, names) for line in lines if line.kind == kind]
        if of_kind:
            found.append((kind, MANY[kind], of_kind))
    return found


def _row(line: care.history.Line, names: Mapping[int, str]) -> Row:
    return Row(line.id, line.words, f"{names.get(line.author_id, '')}, {moment(line.at)}".removeprefix(", "))


def versions(lines: Sequence[care.history.Line], names: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """Every version for a timeline, the newest first."""
    return [
        (moment(line.at), f"Holds no more: {line.words}" if line.gone else line.words, names.get(line.author_id, ""))
        for line in lines
    ]


def in_need(one: Patient) -> list[tuple[str, str, str]]:
    """Whom to call when something happens: the emergency contact, and a child's guardian."""
    guardian = ", ".join(filter(None, (one.guardian_name, one.guardian_relation, _shown(one.guardian_phone))))
    contact = ", ".join(filter(None, (one.emergency_contact_name, _shown(one.emergency_contact_phone))))
    told = [("Emergency contact", contact or "None is known"), ("Guardian", guardian)]
    return [(label, words, "") for label, words in told if words]


def _shown(number: str | None) -> str:
    return phone.shown(number) if number else ""


@dataclass(frozen=True, slots=True)
class File:
    """A document in the list."""

    id: int
    name: str
    about: str
    removed: bool


def documents(files: Sequence[care.documents.Document], names: Mapping[int, str]) -> list[File]:
    """The documents, those that were removed with until when they can be taken back."""
    return [_file(one, names) for one in files]


def _file(one: care.documents.Document, names: Mapping[int, str]) -> File:
    size = f"{one.size / 1_048_576:.1f} MB" if one.size >= 1_048_576 else f"{max(1, one.size // 1024)} KB"
    about = ", ".join(filter(None, (size, names.get(one.added_by, ""), moment(one.added_at))))
    if one.removed_at is None:
        return File(one.id, one.name, about, removed=False)
    return File(
        one.id,
        one.name,
        f"Removed; can be taken back until {moment(one.removed_at + care.documents.UNDO_WITHIN)}",
        removed=True,
    )
