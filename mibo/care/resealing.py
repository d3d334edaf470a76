"""New keys for notes: every note's own key is sealed anew, and no text is touched."""

from sqlalchemy import ARRAY, BigInteger, LargeBinary, column, func, literal, select, update

from mibo import audit, db, sealing
from mibo.care.models import ConsultationNote

BATCH = 1_000


def reseal_some(limit: int = BATCH) -> int:
    """Seal up to so many keys anew, those of the oldest notes first; how many they were. Stopped and begun again it goes
    on where it was, and notes are written meanwhile. Raises InvalidToken when the former key is not at hand.
    """
    session, name = db.session(), sealing.newest_key()
    wanted = select(ConsultationNote.id, ConsultationNote.key).where(ConsultationNote.key_name != name)
    rows = session.execute(wanted.order_by(ConsultationNote.id).limit(limit).with_for_update(skip_locked=True)).all()
    if not rows:
        return 0
    ids = literal([row.id for row in rows], ARRAY(BigInteger))
    keys = literal([sealing.reseal(row.key) for row in rows], ARRAY(LargeBinary))
    named = (column("id", BigInteger), column("key", LargeBinary))
    anew = func.unnest(ids, keys).table_valued(*named, name="anew").render_derived()
    session.execute(
        update(ConsultationNote).where(ConsultationNote.id == anew.c.id).values(key=anew.c.key, key_name=name),
        execution_options={"synchronize_session": False},
    )
    return len(rows)


def note_resealed(count: int) -> None:
    """It stands in the audit that the keys were changed."""
    audit.record("note.keys_rotated", None, by=None, notes=count, key=sealing.newest_key())


def left() -> int:
    """How many notes are still under a former key."""
    wanted = select(func.count()).where(ConsultationNote.key_name != sealing.newest_key())
    return db.session().scalar(wanted) or 0
