"""A patient's history and what puts them at risk: one line for each thing, every version of it kept, for those who treat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import IntegrityError

from mibo import audit, booking, clock, db, sealing
from mibo.care import glass
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity import Actor
from mibo.people import LINE_KINDS, LINE_LENGTH, HistoryLine

REASON_LENGTH = 500
RISK = "RISK"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as its readers see it; of one that is `gone`, the words are why."""

    id: int
    version: int
    kind: str
    words: str
    author_id: int
    at: datetime
    gone: bool


class LineChanged(Conflict):
    """Somebody else has changed the line since it was opened: what was typed stays, and what it says now is shown."""

    code = "LINE_CHANGED"

    def __init__(self, now: Line) -> None:
        super().__init__("Somebody has changed this line since you opened it. Yours is not lost: look at both.")
        self.now = now


def reads_record(patient_id: int, *, by: Actor) -> bool:
    """Whether they read what stands in a patient's record: who treats, administrators, and who broke the glass."""
    return booking.patients.treats(patient_id, by=by) or glass.reads(patient_id, by=by)


def check_reads(patient_id: int, *, by: Actor) -> None:
    """Raises Missing unless they may read the record."""
    if not reads_record(patient_id, by=by):
        raise Missing("We could not find that patient.")


def lines_of(patient_id: int, *, by: Actor) -> Sequence[Line]:
    """What the history says now, risks first, each kind in the order in which it was told. Raises Missing."""
    check_reads(patient_id, by=by)
    return _standing(patient_id)


def risks_of(patient_id: int, *, by: Actor) -> Sequence[Line]:
    """What puts the patient at risk; nothing for who may not read it."""
    if not reads_record(patient_id, by=by):
        return []
    return [line for line in _standing(patient_id) if line.kind == RISK]


def _standing(patient_id: int) -> Sequence[Line]:
    newest = select(HistoryLine).where(HistoryLine.patient_id == patient_id).ext(distinct_on(HistoryLine.line_id))
    found = db.session().scalars(newest.order_by(HistoryLine.line_id, HistoryLine.version.desc()))
    lines = [_line(one) for one in found if not one.gone]
    return sorted(lines, key=lambda line: (LINE_KINDS.index(line.kind), line.id))


def versions_of(line_id: int, patient_id: int, *, by: Actor) -> Sequence[Line]:
    """Every version of a line, the newest first. Raises Missing."""
    check_reads(patient_id, by=by)
    found = [_line(one) for one in db.session().scalars(_versions(line_id, patient_id))]
    if not found:
        raise Missing("We could not find that line.")
    return found


def _versions(line_id: int, patient_id: int) -> Select[HistoryLine]:
    wanted = select(HistoryLine).where(HistoryLine.line_id == line_id, HistoryLine.patient_id == patient_id)
    return wanted.order_by(HistoryLine.version.desc())


def add(patient_id: int, kind: str, words: str, *, by: Actor) -> HistoryLine:
    """One more line; the same words of the same kind again are one. Raises Missing, Invalid."""
    booking.patients.check_treats(patient_id, by=by)
    if kind not in LINE_KINDS:
        raise Invalid.field("kind", "Choose what it is.")
    words = _checked(words, "words", LINE_LENGTH)
    for line in _standing(patient_id):
        if (line.kind, line.words) == (kind, words):
            return db.session().scalars(_versions(line.id, patient_id)).first()  # type: ignore[return-value]
    made = _new(patient_id, kind, words, by=by)
    audit.record("history.added", patient_id, by=by.account_id, line=made.id)
    return made


def change(line_id: int, patient_id: int, words: str, *, seen: int, by: Actor) -> HistoryLine:
    """What it says from now on; what it said stays among its versions. Raises Missing, Invalid, LineChanged."""
    return _next(line_id, patient_id, _checked(words, "words", LINE_LENGTH), seen=seen, gone=False, by=by)


def strike(line_id: int, patient_id: int, reason: str, *, seen: int, by: Actor) -> HistoryLine:
    """It holds no more, and why. Raises Missing, Invalid, LineChanged."""
    return _next(line_id, patient_id, _checked(reason, "reason", REASON_LENGTH), seen=seen, gone=True, by=by)


def _next(line_id: int, patient_id: int, words: str, *, seen: int, gone: bool, by: Actor) -> HistoryLine:
    booking.patients.check_treats(patient_id, by=by)
    session = db.session()
    newest = session.scalars(_versions(line_id, patient_id).limit(1)).first()
    if newest is None:
        raise Missing("We could not find that line.")
    if (newest.gone, _opened(newest)) == (gone, words):
        return newest
    if newest.version != seen:
        raise LineChanged(_line(newest))
    try:
        with session.begin_nested():
            made = _new(patient_id, newest.kind, words, by=by, before=newest, gone=gone)
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", "") != "uq_history_line_line_id_version":
            raise
        raise LineChanged(_line(session.scalars(_versions(line_id, patient_id).limit(1)).one())) from None
    act = "history.struck" if gone else "history.changed"
    audit.record(act, patient_id, by=by.account_id, line=line_id, version=made.version)
    return made


def _new(
    patient_id: int, kind: str, words: str, *, by: Actor, before: HistoryLine | None = None, gone: bool = False
) -> HistoryLine:
    session = db.session()
    new_id = session.scalars(select(db.entity_id.next_value())).one()
    made = HistoryLine(
        id=new_id, patient_id=patient_id, kind=kind, gone=gone, author_id=by.account_id, created_at=clock.now(),
        line_id=before.line_id if before else new_id, version=before.version + 1 if before else 1,
    )  # fmt: skip
    sealed = sealing.seal_note(words, made.about)
    made.key_name, made.key, made.text = sealed.key_name, sealed.key, sealed.text
    session.add(made)
    session.flush()
    return made


def _checked(typed: str, field: str, most: int) -> str:
    words = typed.strip()
    if not words:
        raise Invalid.field(field, "Say it in a few words.")
    if len(words) > most:
        raise Invalid.field(field, f"That is too long. It may have up to {most:,} letters.")
    return words


def _opened(one: HistoryLine) -> str:
    return sealing.open_note(sealing.Sealed(one.key_name, one.key, one.text), one.about)


def _line(one: HistoryLine) -> Line:
    return Line(one.line_id, one.version, one.kind, _opened(one), one.author_id, one.created_at, one.gone)
