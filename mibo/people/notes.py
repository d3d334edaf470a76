"""Notes on a patient's record, for those who treat them: sealed, as everything that clinicians write."""

from sqlalchemy import select

from mibo import audit, db, sealing
from mibo.errors import Invalid
from mibo.identity import Actor
from mibo.people.clinical_models import MedicalNote
from mibo.people.models import BIO_LENGTH


def write_medical_note(patient_id: int, words: str, *, by: Actor) -> MedicalNote:
    """Add a note; whether this person treats the patient has been asked before. Raises Invalid."""
    if not words.strip():
        raise Invalid.field("note", "Write the note.")
    if len(words.strip()) > BIO_LENGTH:
        raise Invalid.field("note", f"This note is too long: it may have up to {BIO_LENGTH:,} letters.")
    session = db.session()
    new_id = session.scalars(select(db.entity_id.next_value())).one()
    written = MedicalNote(id=new_id, patient_id=patient_id, author_id=by.account_id, clear="")
    seal(written, words.strip())
    session.add(written)
    session.flush()
    audit.record("patient.noted", patient_id, by=by.account_id, note=written.id)
    return written


def seal(note: MedicalNote, words: str) -> None:
    """Keep these words sealed, and nothing of them in the clear."""
    sealed = sealing.seal_note(words, note.about)
    note.clear, note.key_name, note.key, note.sealed = "", sealed.key_name, sealed.key, sealed.text


def opened_note(note: MedicalNote) -> str:
    """What it says. Ask before whether this person may read it, and note that they did."""
    if note.sealed is None or note.key is None or note.key_name is None:
        return note.clear
    return sealing.open_note(sealing.Sealed(note.key_name, note.key, note.sealed), note.about)


def seal_some(limit: int) -> int:
    """Seal up to so many notes that a former version of Mibo left in the clear; how many they were."""
    wanted = select(MedicalNote).where(MedicalNote.clear != "").order_by(MedicalNote.id).limit(limit)
    found = db.session().scalars(wanted.with_for_update(skip_locked=True)).all()
    for note in found:
        seal(note, note.clear)
    db.session().flush()
    return len(found)
