"""What the timetable does for exports: rings for those that wait, and deletes files whose time is over."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, delete, select, update

from mibo import clock, db
from mibo.exports.making import FOLDER, free, make
from mibo.exports.models import Export, ExportPart
from mibo.exports.rules import State
from mibo.integrations import storage
from mibo.integrations.http import ProviderError
from mibo.jobs import job, ring

AT_ONCE = 200
UNCLAIMED_FOR = timedelta(hours=1)  # a piece that was put and not noted by then never will be
FORGOTTEN_AFTER = timedelta(days=30)

log = structlog.get_logger(__name__)


@job
def ring_waiting() -> None:
    """Ring for exports that nobody is making: whose bell was not heard, or whose worker died."""
    with db.reading() as session:
        waiting = session.scalars(select(Export.id).where(free()).order_by(Export.id).limit(AT_ONCE)).all()
    for export_id in waiting:
        ring(make, export_id)


@job
def sweep() -> None:
    """End what has expired, delete the files of all that ended without one, forget exports of long ago."""
    with db.transaction() as session:
        over = Export.state == State.DONE, Export.expires_at <= clock.now()
        session.execute(update(Export).where(*over).values(state=State.EXPIRED))
        past = Export.expires_at <= clock.now(), Export.filters.is_not(None)
        session.execute(update(Export).where(*past).values(filters=None, place=None))
    _delete_files()
    with db.transaction() as session:
        old = Export.expires_at < clock.now() - FORGOTTEN_AFTER, ~_has_parts()
        session.execute(delete(Export).where(*old))
    for key in storage.unclaimed(FOLDER, clock.now() - UNCLAIMED_FOR, _claimed):
        _try_to_delete(key)


def _delete_files() -> None:
    ended = Export.state.in_((State.EXPIRED, State.CANCELLED, State.FAILED))
    with db.reading() as session:
        wanted = select(ExportPart.store_key).join(Export, Export.id == ExportPart.export_id).where(ended)
        keys = session.scalars(wanted.limit(AT_ONCE * 10)).all()
    for at in range(0, len(keys), AT_ONCE):
        gone = [key for key in keys[at : at + AT_ONCE] if _try_to_delete(key)]
        with db.transaction() as session:
            session.execute(delete(ExportPart).where(ExportPart.store_key.in_(gone)))


def _has_parts() -> ColumnElement[bool]:
    return select(ExportPart.number).where(ExportPart.export_id == Export.id).exists()


def _claimed(keys: Sequence[str]) -> set[str]:
    wanted = select(ExportPart.store_key).where(ExportPart.store_key.in_(keys))
    return set(db.read(lambda: db.session().scalars(wanted).all()))


def _try_to_delete(key: str) -> bool:
    try:
        storage.delete(key)
    except (ProviderError, storage.NotKept) as error:
        log.warning("export.not_deleted", because=type(error).__name__)
        return False
    return True
