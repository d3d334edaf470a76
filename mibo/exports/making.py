"""An export is made step by step: some rows are read as whoever asked may see them, written, sealed and put into the store,
and then it is noted how far it has come. Whoever dies in between leaves nothing but a sealed piece that the sweep deletes;
the next one goes on from the last step.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

import structlog
from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, func, or_, select, update

from mibo import booking, clock, db, identity, sealing
from mibo.errors import DomainError
from mibo.exports import queries, rules, writing
from mibo.exports.describing import Batch, Listing, Mark, listing
from mibo.exports.models import Export, ExportPart
from mibo.exports.reach import reach_of
from mibo.exports.rules import Failure, State
from mibo.identity import Actor
from mibo.integrations import storage
from mibo.integrations.http import ProviderError
from mibo.jobs import job, ring

FOLDER, ENDING, CONTENT_TYPE = "exports", "bin", "application/octet-stream"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Step:
    """What a step knows: the export as it stood when it was claimed, and for whom it is made."""

    export: Export
    run: int
    who: Actor
    listing: Listing
    asked: BaseModel
    place: Mark | None


class _GivenUp(Exception):
    """It comes to nothing, for a reason."""

    def __init__(self, because: Failure) -> None:
        super().__init__(because)
        self.because = because


@job
def make(export_id: int) -> None:
    """Make an export for a few seconds, then make way and ring again; nothing is done while another is at it."""
    run, ends = _claim(export_id), monotonic() + rules.SLICE_S
    while run is not None:
        try:
            goes_on = _step(export_id, run)
        except _GivenUp as given_up:
            _fail(export_id, run, given_up.because)
            return
        except ProviderError as error:  # the store may be back when the claim has run out
            log.warning("export.store_away", export_id=export_id, because=error.code)
            _give_up_at_last(export_id, run)
            return
        if not goes_on:
            return
        if monotonic() >= ends:
            _let_go(export_id, run)
            ring(make, export_id)
            return


def _claim(export_id: int) -> int | None:
    """The number of this run, when nobody else is making it; what was begun too often has failed."""
    with db.transaction() as session:
        found = session.scalar(select(Export).where(Export.id == export_id, free()).with_for_update(skip_locked=True))
        if found is None:
            return None
        found.run, found.tries, found.state = found.run + 1, found.tries + 1, State.RUNNING
        found.claimed_until = clock.now() + rules.LEASE
        run, tries = found.run, found.tries
    if tries > rules.TRIES:
        _fail(export_id, run, Failure.BROKE)
        return None
    return run


def free() -> ColumnElement[bool]:
    """An export that waits for somebody to make it."""
    lapsed = or_(Export.claimed_until.is_(None), Export.claimed_until < clock.now())
    return and_(Export.state.in_(rules.OPEN), lapsed)


def _step(export_id: int, run: int) -> bool:
    """Make one piece of it. False when it is ready, or not ours any more."""
    with db.reading():
        step = _known(export_id, run)
        if step is None:
            return False
        with db.planned_anew():
            size = rules.PDF_AT_MOST + 1 if step.export.file == "pdf" else rules.BATCH
            batch = step.listing.read(step.asked, step.who, step.place, size)
        body = _written(step, batch)
    where = storage.new_key(FOLDER, ENDING)
    about = f"{step.export.about}/part/{step.export.parts}"
    storage.put(where, sealing.seal_file(step.export.key, body, about), CONTENT_TYPE)
    if _note(step, batch, where, len(body)):
        return batch.after is not None
    with suppress(ProviderError):
        storage.delete(where)
    return False


def _known(export_id: int, run: int) -> _Step | None:
    export = db.session().scalar(select(Export).where(*_ours(export_id, run)))
    if export is None:
        return None
    who = identity.actor_for(export.account_id)
    if who is None or reach_of(who) != export.reach or not who.may(listing(export.listing).permission):
        raise _GivenUp(Failure.NOT_ALLOWED)
    try:
        which, asked = queries.asked_of(export)
        place = sealing.open_file(export.key, export.place, f"{export.about}/place") if export.place else b"null"
    except (sealing.InvalidToken, DomainError):
        raise _GivenUp(Failure.BROKE) from None
    return _Step(export, run, who, which, asked, json.loads(place))


def _written(step: _Step, batch: Batch) -> bytes:
    if step.export.file == "pdf":
        if batch.after is not None or len(batch.rows) > rules.PDF_AT_MOST:
            raise _GivenUp(Failure.TOO_LONG)
        return writing.pdf(step.listing, step.asked, batch.rows, by=step.who)
    head = writing.csv_head(step.listing, step.who) if step.export.parts == 0 else b""
    return head + writing.csv_rows(step.listing, batch.rows, step.who)


def _note(step: _Step, batch: Batch, where: str, size: int) -> bool:
    """How far it has come, unless it was called off or taken over meanwhile."""
    export = step.export
    values: dict[str, Any] = {"claimed_until": clock.now() + rules.LEASE, "tries": 0}
    if batch.after is None:
        values |= {
            "state": State.DONE, "claimed_until": None, "place": None, "ended_at": func.now(),
            "expires_at": clock.now() + rules.KEPT_FOR, "total": export.rows + len(batch.rows),
        }  # fmt: skip
    else:
        values["place"] = sealing.seal_file(export.key, json.dumps(batch.after).encode(), f"{export.about}/place")
    with db.transaction() as session:
        done = update(Export).where(*_ours(export.id, step.run)).values(
            rows=Export.rows + len(batch.rows), size=Export.size + size, parts=Export.parts + 1, **values
        )  # fmt: skip
        if session.scalar(done.returning(Export.id)) is None:
            return False
        session.add(ExportPart(export_id=export.id, number=export.parts, store_key=where))
        if batch.after is None:
            _tell(export, "ready")
    return True


def _give_up_at_last(export_id: int, run: int) -> None:
    with db.reading() as session:
        tries = session.scalar(select(Export.tries).where(*_ours(export_id, run)))
    if tries and tries >= rules.TRIES:
        _fail(export_id, run, Failure.STORE_AWAY)


def _fail(export_id: int, run: int, because: Failure) -> None:
    log.warning("export.failed", export_id=export_id, because=because.value)
    with db.transaction() as session:
        failed = update(Export).where(*_ours(export_id, run)).values(
            state=State.FAILED, failure=because, claimed_until=None, ended_at=func.now(),
            expires_at=clock.now() + rules.KEPT_FOR,
        )  # fmt: skip
        if session.scalar(failed.returning(Export.id)) is not None:
            _tell(session.get_one(Export, export_id), f"failed:{run}")


def _let_go(export_id: int, run: int) -> None:
    with db.transaction() as session:
        session.execute(update(Export).where(*_ours(export_id, run)).values(claimed_until=None))


def _ours(export_id: int, run: int) -> tuple[ColumnElement[bool], ...]:
    return Export.id == export_id, Export.run == run, Export.state == State.RUNNING


def _tell(export: Export, what: str) -> None:
    """Whoever asked hears it by their bell."""
    booking.bell.tell(
        f"EXPORT:{export.id}:{export.run}:{what}", kind="EXPORT", account_id=export.account_id, about_id=export.id,
        appointment_id=None,
    )  # fmt: skip
