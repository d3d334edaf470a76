"""The queue of a centre's day as its page shows it, and the version that makes a poll a 304."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from mibo import clock, db
from mibo.booking.models import QueueEntry
from mibo.booking.queue_rules import HERE
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.people import Clinician, Patient


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Somebody in the queue; `appointment_id` is what was booked of it."""

    id: int
    token: int
    status: str
    version: int
    patient_id: int
    patient_name: str
    patient_phone: str
    patient_mrn: str | None
    clinician_id: int | None
    clinician_name: str | None
    appointment_id: int | None
    note: str | None
    joined_at: datetime
    called_at: datetime | None
    finished_at: datetime | None

    @property
    def is_here(self) -> bool:
        """Whether they are still about."""
        return self.status in HERE

    def waited_minutes(self, now: datetime) -> int:
        """Whole minutes from when they came until they were called, or until now."""
        until = self.called_at or self.finished_at or now
        return max(0, int((until - self.joined_at).total_seconds()) // 60)


def entries_within_reach(by: Actor) -> ColumnElement[bool]:
    """Entries of one's centres; clinicians see who wants them, and who has named nobody (R-ACL)."""
    if by.everywhere:
        return QueueEntry.id.is_not(None)
    here = QueueEntry.centre_id.in_(by.centre_ids)
    if by.roles == {Role.CLINICIAN}:
        mine = or_(QueueEntry.clinician_id.is_(None), QueueEntry.clinician_id == (by.clinician_id or 0))
        return and_(here, mine)
    return here


def queue_today(centre_id: int, *, by: Actor) -> Sequence[QueueRow]:
    """Everybody who walked in today at a centre, by number; one statement. Yesterday's are over."""
    rows: Select[*tuple[Any, ...]] = (
        select(
            QueueEntry.id, QueueEntry.token, QueueEntry.status, QueueEntry.version, QueueEntry.patient_id,
            Patient.full_name, Patient.phone, Patient.mrn, QueueEntry.clinician_id, Clinician.full_name,
            QueueEntry.appointment_id, QueueEntry.note, QueueEntry.joined_at, QueueEntry.called_at,
            QueueEntry.finished_at,
        )
        .join(Patient, Patient.id == QueueEntry.patient_id)
        .outerjoin(Clinician, Clinician.id == QueueEntry.clinician_id)
        .where(QueueEntry.centre_id == centre_id, QueueEntry.day == clock.today(), entries_within_reach(by))
        .order_by(QueueEntry.token)
    )  # fmt: skip
    return [QueueRow(*row) for row in db.session().execute(rows)]


def queue_version(centre_id: int, *, by: Actor) -> str:
    """Changes whenever somebody joins or anything becomes of an entry: for the 304 of a poll. One statement."""
    today = clock.today()
    parts = select(func.count(), func.coalesce(func.sum(QueueEntry.version), 0), func.max(QueueEntry.id)).where(
        QueueEntry.centre_id == centre_id, QueueEntry.day == today, entries_within_reach(by)
    )
    count, versions, last = db.session().execute(parts).one()
    return f"{today:%Y%m%d}-{count}-{versions}-{last or 0}"


def queue_entry(entry_id: int, *, by: Actor) -> QueueEntry:
    """One entry of today within reach, with whose it is. Raises Missing."""
    entry = db.session().scalar(
        select(QueueEntry)
        .where(QueueEntry.id == entry_id, QueueEntry.day == clock.today(), entries_within_reach(by))
        .options(joinedload(QueueEntry.patient, innerjoin=True), joinedload(QueueEntry.clinician))
    )
    if entry is None:
        raise Missing("We could not find that number in the queue.")
    return entry
