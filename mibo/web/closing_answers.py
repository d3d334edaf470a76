"""What becomes of those who are booked in time that closes: their rows, ready to draw, and what was chosen for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import request

from mibo import phone
from mibo.booking import Affected, Answered, Answers, Choice, Status
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.money import rupees
from mibo.web.filters import moment
from mibo.web.inputs.blocks import NOBODY, AnswersInput

OF = "of-"
CHOICES = [("cancel", "Cancel"), ("move", "Ask to move"), ("keep", "Keep")]
FOR_ALL = [
    ("each", "As chosen for each below"),
    ("cancel", "Cancel all of them"),
    ("move", "Ask all of them to choose another time"),
    ("keep", "Keep all of them"),
]


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """Somebody who is booked there, ready to draw."""

    id: int
    reference: str
    when: str
    patient: str
    phone: str
    clinician: str
    centre: str
    paid: str
    choice: str
    choices: Sequence[tuple[str, str]]


def rows_of(affected: Iterable[Affected], by: Actor, chosen: Mapping[int, Choice] | None = None) -> list[AffectedRow]:
    """The rows; a phone is shown to those who may find patients."""
    shows = by.may(Permission.SEE_PATIENTS)
    return [_row(one, shows, (chosen or {}).get(one.id, Choice.CANCEL)) for one in affected]


def _row(one: Affected, shows_phone: bool, choice: Choice) -> AffectedRow:
    choices = CHOICES if one.may_be_moved else [each for each in CHOICES if each[0] != Choice.MOVE]
    return AffectedRow(
        one.id, one.reference, moment(one.starts_at), one.patient, phone.shown(one.phone) if shows_phone else "",
        one.clinician, one.centre, _money(one), choice.value, choices,
    )  # fmt: skip


def _money(one: Affected) -> str:
    if one.is_paid:
        return f"Paid {rupees(one.paise)}"
    return "Held, not paid" if one.status == Status.PENDING else "Not paid"


def chosen_each() -> dict[int, Choice]:
    """What the form says for each appointment; what makes no sense is no answer."""
    told = ((name.removeprefix(OF), value) for name, value in request.form.items() if name.startswith(OF))
    return {
        int(one): Choice(value)
        for one, value in told
        if one.isascii() and one.isdigit() and len(one) < 20 and value in set(Choice)
    }


def answers_of(said: AnswersInput) -> Answers:
    """What was chosen, for all or for each."""
    if said.for_all is not None:
        return Answers(otherwise=said.for_all, seen=said.seen_ids)
    return Answers(each=chosen_each(), seen=said.seen_ids)


def seen_of(affected: Sequence[Affected]) -> str:
    """Who was shown, as the form sends it back."""
    return ",".join(str(one.id) for one in affected) or NOBODY


def told(outcomes: Sequence[Answered]) -> list[str]:
    """What became of them, in sentences."""
    done = {choice: sum(one.choice is choice and not one.problem for one in outcomes) for choice in Choice}
    words = {
        Choice.CANCEL: ("appointment is cancelled", "appointments are cancelled"),
        Choice.MOVE: ("patient is asked to choose another time", "patients are asked to choose another time"),
        Choice.KEEP: ("appointment stays", "appointments stay"),
    }
    return [f"{count} {words[choice][count > 1]}." for choice, count in done.items() if count]


def troubles(outcomes: Sequence[Answered]) -> list[str]:
    """What could not be done, each with its reason."""
    return [f"{one.affected.reference}: {one.problem}" for one in outcomes if one.problem]
