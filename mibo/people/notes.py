"""Notes on a patient's record, for those who treat them."""

from mibo import audit, db
from mibo.errors import Invalid
from mibo.identity import Actor
from mibo.people.models import MedicalNote


def write_medical_note(patient_id: int, words: str, *, by: Actor) -> MedicalNote:
    """Add a note; whether this person treats the patient has been asked before. Raises Invalid."""
    if not words.strip():
        raise Invalid.field("note", "Write the note.")
    written = MedicalNote(patient_id=patient_id, author_id=by.account_id, text=words.strip())
    db.session().add(written)
    db.session().flush()
    audit.record("patient.noted", patient_id, by=by.account_id, note=written.id)
    return written
