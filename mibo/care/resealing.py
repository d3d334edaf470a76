"""New keys for what is sealed: every text's own key is sealed anew, and no text is touched."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, LargeBinary, column, func, literal, select, update

from mibo import audit, db, people, sealing
from mibo.care.models import ConsultationNote, GlassOpening
from mibo.jobs import job
from mibo.people import HistoryLine, MedicalNote, PatientDocument

BATCH = 1_000
KINDS: tuple[Any, ...] = (ConsultationNote, MedicalNote, HistoryLine, PatientDocument, GlassOpening)


@job
def seal_what_lies_open() -> None:
    """Seal the medical notes that a former version of Mibo wrote while this one was put in its place."""
    with db.transaction():
        people.seal_medical_notes(BATCH)


def reseal_some(limit: int = BATCH) -> int:
    """Seal up to so many keys anew, those of the oldest texts first; how many they were. Stopped and begun again it goes
    on where it was, and notes are written meanwhile. Raises InvalidToken when the former key is not at hand.
    """
    done = people.seal_medical_notes(limit)
    for kind in KINDS:
        if done < limit:
            done += _reseal_some(kind, limit - done)
    return done


def _reseal_some(kind: Any, limit: int) -> int:
    session, name = db.session(), sealing.newest_key()
    wanted = select(kind.id, kind.key).where(kind.key_name != name)
    rows = session.execute(wanted.order_by(kind.id).limit(limit).with_for_update(skip_locked=True)).all()
    if not rows:
        return 0
    ids = literal([row.id for row in rows], ARRAY(BigInteger))
    keys = literal([sealing.reseal(row.key) for row in rows], ARRAY(LargeBinary))
    named = (column("id", BigInteger), column("key", LargeBinary))
    anew = func.unnest(ids, keys).table_valued(*named, name="anew").render_derived()
    session.execute(
        update(kind).where(kind.id == anew.c.id).values(key=anew.c.key, key_name=name),
        execution_options={"synchronize_session": False},
    )
    return len(rows)


def note_resealed(count: int) -> None:
    """It stands in the audit that the keys were changed."""
    audit.record("note.keys_rotated", None, by=None, notes=count, key=sealing.newest_key())


def left() -> int:
    """How many texts are still under a former key, or lie in the clear."""
    name = sealing.newest_key()
    counts = [select(func.count()).where(kind.key_name != name).scalar_subquery() for kind in KINDS]
    counts.append(select(func.count()).where(MedicalNote.clear != "").scalar_subquery())
    return sum(db.session().execute(select(*counts)).one())
