"""Documents of a patient: letters, reports, scans. Kept sealed, read by those who treat, and put aside for a day before
they are gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, select, update

from mibo import audit, booking, clock, db, sealing
from mibo.care.document_rules import checked
from mibo.care.history import check_reads
from mibo.errors import Conflict, Missing
from mibo.identity import Actor
from mibo.integrations import storage
from mibo.integrations.http import ProviderError
from mibo.jobs import job
from mibo.people import PatientDocument

FOLDER, ENDING, CONTENT_TYPE = "documents", "bin", "application/octet-stream"
UNDO_WITHIN = timedelta(hours=24)
AT_MOST = 200
AT_ONCE = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is listed; `removed_at` while it may still be taken back."""

    id: int
    name: str
    kind: str
    size: int
    added_by: int
    added_at: datetime
    removed_at: datetime | None


def store(sent: bytes, name: str) -> PatientDocument:
    """Check what was sent and keep it sealed in the store, nobody's yet. Opens no transaction. Raises Invalid, TooLarge,
    ProviderError.
    """
    kind, called = checked(sent, name)
    where = storage.new_key(FOLDER, ENDING)
    made = PatientDocument(store_key=where, kept_as=where, kind=kind, size=len(sent))
    sealed = sealing.seal_note(called, made.about)
    made.key_name, made.key, made.name = sealed.key_name, sealed.key, sealed.text
    storage.put(where, sealing.seal_file(made.key, sent, f"{made.about}/body"), CONTENT_TYPE)
    return made


def add(made: PatientDocument, patient_id: int, *, by: Actor) -> PatientDocument:
    """Put a stored document into the record of a patient whom one treats. Raises Missing, Conflict when there are too many."""
    booking.patients.check_treats(patient_id, by=by)
    if len(db.session().scalars(select(PatientDocument.id).where(*_standing(patient_id))).all()) >= AT_MOST:
        raise Conflict(f"There are {AT_MOST} documents in this record. Remove one that is not needed first.")
    made.patient_id, made.added_by, made.created_at = patient_id, by.account_id, clock.now()
    db.session().add(made)
    db.session().flush()
    audit.record("document.added", patient_id, by=by.account_id, document=made.id)
    return made


def forget(made: PatientDocument) -> None:
    """What was stored and could not be put into a record; while the store is away it stays until the next sweep."""
    _try_to_delete(made.store_key)


def documents_of(patient_id: int, *, by: Actor) -> Sequence[Document]:
    """The documents of a record, the latest first, with those that were removed less than a day ago. Raises Missing."""
    check_reads(patient_id, by=by)
    recent = PatientDocument.removed_at.is_(None) | (PatientDocument.removed_at > clock.now() - UNDO_WITHIN)
    wanted = select(PatientDocument).where(PatientDocument.patient_id == patient_id, recent)
    found = db.session().scalars(wanted.order_by(PatientDocument.id.desc()))
    return [_shown(one) for one in found if one.store_key]


def one(document_id: int, patient_id: int, *, by: Actor) -> tuple[Document, PatientDocument]:
    """One of them, to be opened with `body`. Raises Missing, also for one that was removed."""
    check_reads(patient_id, by=by)
    found = db.session().scalar(
        select(PatientDocument).where(PatientDocument.id == document_id, *_standing(patient_id))
    )
    if found is None:
        raise Missing("We could not find that document.")
    return _shown(found), found


def body(document: PatientDocument) -> bytes:
    """What is in it, from the store. Raises Missing, ProviderError."""
    try:
        kept = storage.get(document.store_key or "")
    except storage.NotKept:
        raise Missing("We could not find that document.") from None
    return sealing.open_file(document.key, kept, f"{document.about}/body")


def remove(document_id: int, patient_id: int, *, by: Actor) -> None:
    """It is in the record no more; for a day it can be taken back. Raises Missing."""
    found = _locked(document_id, patient_id, by=by)
    if found.removed_at is None:
        found.removed_at, found.removed_by = clock.now(), by.account_id
        db.session().flush()
        audit.record("document.removed", patient_id, by=by.account_id, document=found.id)


def take_back(document_id: int, patient_id: int, *, by: Actor) -> None:
    """It is in the record again. Raises Missing, and Conflict once the day is over."""
    found = _locked(document_id, patient_id, by=by)
    if found.removed_at is None:
        return
    if found.store_key is None or found.removed_at <= clock.now() - UNDO_WITHIN:
        raise Conflict("A document can be taken back for 24 hours. This one is gone.")
    found.removed_at = found.removed_by = None
    db.session().flush()
    audit.record("document.taken_back", patient_id, by=by.account_id, document=found.id)


def _locked(document_id: int, patient_id: int, *, by: Actor) -> PatientDocument:
    booking.patients.check_treats(patient_id, by=by)
    which = PatientDocument.id == document_id, PatientDocument.patient_id == patient_id
    found = db.session().scalar(select(PatientDocument).where(*which).with_for_update())
    if found is None:
        raise Missing("We could not find that document.")
    return found


@job
def sweep() -> None:
    """Delete what was removed a day ago, and what was stored and never put into a record."""
    with db.reading() as session:
        over = PatientDocument.removed_at <= clock.now() - UNDO_WITHIN
        gone = select(PatientDocument.id, PatientDocument.store_key).where(over, PatientDocument.store_key.is_not(None))
        removed = session.execute(gone.limit(AT_ONCE)).all()
    for document_id, key in removed:
        if _try_to_delete(key):
            with db.transaction() as session:
                here = PatientDocument.id == document_id, PatientDocument.removed_at.is_not(None)
                session.execute(update(PatientDocument).where(*here).values(store_key=None))
    for key in storage.unclaimed(FOLDER, clock.now() - UNDO_WITHIN, _in_records):
        _try_to_delete(key)


def _in_records(keys: Sequence[str]) -> set[str]:
    wanted = select(PatientDocument.store_key).where(PatientDocument.store_key.in_(keys))
    return {key for key in db.read(lambda: db.session().scalars(wanted).all()) if key}


def _try_to_delete(key: str | None) -> bool:
    try:
        storage.delete(key or "")
    except (ProviderError, storage.NotKept) as error:
        log.warning("document.not_deleted", because=type(error).__name__)
        return False
    return True


def _standing(patient_id: int) -> tuple[ColumnElement[bool], ...]:
    here = PatientDocument.patient_id == patient_id
    return here, PatientDocument.removed_at.is_(None), PatientDocument.store_key.is_not(None)


def _shown(one: PatientDocument) -> Document:
    name = sealing.open_note(sealing.Sealed(one.key_name, one.key, one.name), one.about)
    return Document(one.id, name, one.kind, one.size, one.added_by, one.created_at, one.removed_at)
