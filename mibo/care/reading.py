"""Who reads what clinicians wrote: whoever treats the patient, and whoever had to break the glass.

Whoever calls these notes the read: they give the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import aliased, joinedload

from mibo import clock, db
from mibo.booking import Appointment, Status
from mibo.care import glass
from mibo.care.models import ConsultationNote
from mibo.care.notes import newest, opened
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission

LATEST, ALL = 10, 100
COVER_DAYS = 7
COVERS = (Status.CONFIRMED, Status.CANCELLATION_REQUESTED, Status.IN_PROGRESS, Status.COMPLETED)
_covering = aliased(Appointment)


@dataclass(frozen=True, slots=True)
class Written:
    """A note as its readers see it: what it says in force, and of which consultation."""

    id: int
    appointment: Appointment
    words: str
    version: int
    author_id: int
    created_at: datetime
    updated_at: datetime


def may_be_read(by: Actor) -> ColumnElement[bool]:
    """Notes of the consultations that were one's own, of patients whom one covers, and of those whose glass one broke;
    `appointment` must be joined.
    """
    broken = glass.is_open(by) if by.may(Permission.BREAK_GLASS) else false()
    if by.clinician_id is None:
        return broken
    return or_(Appointment.clinician_id == by.clinician_id, covers(by.clinician_id), broken)


def covers(clinician_id: int) -> ColumnElement[bool]:
    """The cover rule: a visit of this patient stands with this clinician, from a week before it until a week after."""
    now, around = clock.now(), timedelta(days=COVER_DAYS)
    return (
        select(_covering.id)
        .where(
            _covering.patient_id == Appointment.patient_id, _covering.clinician_id == clinician_id,
            _covering.status.in_(COVERS), _covering.starts_at > now - around, _covering.starts_at < now + around,
        )
        .correlate(Appointment)
        .exists()
    )  # fmt: skip


def note_of(appointment_id: int, *, by: Actor) -> Written | None:
    """What is written of this consultation. Raises Missing for whoever may not read it."""
    appointment = _readable(appointment_id, by)
    latest = newest(appointment_id)
    return _written(latest, appointment) if latest else None


def versions_of(appointment_id: int, *, by: Actor) -> Sequence[Written]:
    """Every version of a note, the newest first. Raises Missing."""
    appointment = _readable(appointment_id, by)
    wanted = select(ConsultationNote).where(ConsultationNote.appointment_id == appointment_id)
    found = db.session().scalars(wanted.order_by(ConsultationNote.version.desc()))
    return [_written(note, appointment) for note in found]


def _readable(appointment_id: int, by: Actor) -> Appointment:
    appointment = db.session().scalar(select(Appointment).where(Appointment.id == appointment_id, may_be_read(by)))
    if appointment is None:
        raise Missing("We could not find that note.")
    return appointment


def earlier_notes(appointment_id: int, *, by: Actor, own: bool = False, limit: int = LATEST) -> Sequence[Written]:
    """What was written of this patient's other consultations, the latest first: all that this clinician may read, or
    only what is their `own`. One statement. Raises Missing for a consultation that is not theirs.
    """
    session = db.session()
    one = session.scalar(select(Appointment).where(Appointment.id == appointment_id))
    if one is None or by.clinician_id is None or one.clinician_id != by.clinician_id:
        raise Missing("We could not find that appointment.")
    wanted = (
        select(ConsultationNote, Appointment)
        .join(Appointment, Appointment.id == ConsultationNote.appointment_id)
        .where(Appointment.patient_id == one.patient_id, Appointment.id != one.id)
        .where(Appointment.clinician_id == by.clinician_id if own else may_be_read(by))
        .where(_is_newest())
        .options(joinedload(Appointment.clinician, innerjoin=True))
        .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
        .limit(limit)
    )
    return [_written(note, of) for note, of in session.execute(wanted)]


def notes_in_emergency(patient_id: int, *, by: Actor, limit: int = ALL) -> Sequence[Written]:
    """What was written of all consultations of a patient, the latest first, for who broke the glass; none for others."""
    wanted = (
        select(ConsultationNote, Appointment)
        .join(Appointment, Appointment.id == ConsultationNote.appointment_id)
        .where(Appointment.patient_id == patient_id, glass.is_open(by), _is_newest())
        .options(joinedload(Appointment.clinician, innerjoin=True))
        .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
        .limit(limit)
    )
    return [_written(note, of) for note, of in db.session().execute(wanted)]


def _is_newest() -> ColumnElement[bool]:
    later = aliased(ConsultationNote)
    return ~(
        select(later.id)
        .where(later.appointment_id == ConsultationNote.appointment_id, later.version > ConsultationNote.version)
        .correlate(ConsultationNote)
        .exists()
    )


def _written(note: ConsultationNote, of: Appointment) -> Written:
    return Written(note.id, of, opened(note), note.version, note.author_id, note.created_at, note.updated_at)
