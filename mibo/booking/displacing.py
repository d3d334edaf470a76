"""What becomes of those who are booked inside time that closes: cancelled, asked to move, or kept (R-BLK-4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select

from mibo import audit, db
from mibo.booking import actions, seen, telling
from mibo.booking.affected import Affected, in_the_way
from mibo.booking.calling_off import call_off
from mibo.booking.models import Appointment
from mibo.errors import Conflict, DomainError
from mibo.identity import Actor
from mibo.people import Patient
from mibo.scheduling.spans import Span


class Choice(StrEnum):
    """What becomes of somebody who is booked inside time that closes."""

    CANCEL = "cancel"
    MOVE = "move"
    KEEP = "keep"


class AffectedChanged(Conflict):
    """Somebody was booked there after the list was shown; here is the list as it is now."""

    code = "AFFECTED_CHANGED"
    message = "Somebody has been booked in this time since you looked. Please look at the list again."

    def __init__(self, affected: Sequence[Affected]) -> None:
        super().__init__()
        self.affected = affected


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What becomes of those who are booked: each by its id, the rest as `otherwise`; `seen` were shown to somebody."""

    each: Mapping[int, Choice] = field(default_factory=dict)
    otherwise: Choice = Choice.CANCEL
    seen: Collection[int] | None = None

    def check(self, found: Sequence[Affected], known: Collection[int]) -> None:
        """Raises AffectedChanged when somebody is booked whom nobody knew of."""
        shown = known if self.seen is None else set(known) & set(self.seen)
        if not {one.id for one in found} <= set(shown):
            raise AffectedChanged(found)


@dataclass(frozen=True)
class Outcome:
    """What became of one appointment; `problem` says why nothing did."""

    affected: Affected
    choice: Choice
    problem: str = ""


def lock_affected(clinician_id: int | None, centre_id: int | None, span: Span) -> Sequence[int]:
    """The appointments in the way, their rows held until the end of the transaction, always in the order of time."""
    wanted = select(Appointment.id).where(in_the_way(clinician_id, centre_id, [span]))
    in_order = wanted.order_by(Appointment.starts_at, Appointment.id)
    return db.session().scalars(in_order.with_for_update(of=Appointment)).all()


def settle_all(
    found: Sequence[Affected], answers: Answers, reason: str, by: Actor, block_id: int | None = None
) -> list[Outcome]:
    """Do for each what was chosen; their patients are locked first, in the order of ids, as the last before the money."""
    whose = select(Patient.id).where(Patient.id.in_({one.patient_id for one in found})).order_by(Patient.id)
    db.session().scalars(whose.with_for_update(key_share=True)).all()
    return [_settle_one(one, answers, reason, by, block_id) for one in found]


def _settle_one(one: Affected, answers: Answers, reason: str, by: Actor, block_id: int | None) -> Outcome:
    """Do for one appointment what was chosen; that it cannot be done stops nothing else (R-BLK-5)."""
    wanted = answers.each.get(one.id, answers.otherwise)
    if wanted is Choice.KEEP:
        return Outcome(one, wanted)
    if wanted is Choice.MOVE and not one.may_be_moved:
        wanted = Choice.CANCEL
    try:
        with db.session().begin_nested():
            if wanted is Choice.MOVE:
                _ask_to_move(one.id, by)
            else:
                call_off(one.id, reason=reason, by=by, displaced_by=block_id)
    except DomainError as refusal:
        return Outcome(one, wanted, refusal.message)
    return Outcome(one, wanted)


def _ask_to_move(appointment_id: int, by: Actor) -> None:
    """The patient is asked to choose another time; until they do, it stands."""
    appointment = actions.locked(appointment_id)
    seen.touch(appointment, "asked_to_move", by)
    db.session().flush()
    telling.please_move(appointment, wait_s=seen.patience(by))


def note_closing(act: str, subject_id: int, by: Actor, outcomes: Sequence[Outcome], **told: object) -> None:
    """The audit says who was booked there and what became of them (R-BLK-8)."""
    ids = {choice: [each.affected.id for each in outcomes if each.choice is choice] for choice in Choice}
    audit.record(
        act, subject_id, by=by.account_id, **told, appointments=[each.affected.id for each in outcomes],
        cancelled=ids[Choice.CANCEL], asked_to_move=ids[Choice.MOVE], kept=ids[Choice.KEEP],
        failed=[each.affected.id for each in outcomes if each.problem],
    )  # fmt: skip
