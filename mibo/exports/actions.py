"""An export is asked for, called off, asked for again."""

import json
from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from mibo import audit, clock, db, jobs, sealing
from mibo.errors import Invalid
from mibo.exports import making, queries, rules, writing
from mibo.exports.describing import Listing
from mibo.exports.models import OPEN_ONLY, Export, ExportPart
from mibo.exports.reach import reach_of
from mibo.exports.rules import State
from mibo.identity import Actor

PURPOSE = "the same export"


class TooLongForPaper(Invalid):
    """A PDF that nobody would leaf through."""

    message = (
        f"A PDF may have up to {rules.PDF_AT_MOST:,} lines, and this list has more. Narrow it by its filters, or take it "
        "along as CSV, which has no limit."
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """An export that is under way; `new` unless the same one was already."""

    export: Export
    new: bool


def ask(one: Listing, asked: BaseModel, file: str, *, by: Actor) -> Asked:
    """Have a list made as a file. Asked for twice while it is being made, it is one. Raises TooManyOpen, TooLongForPaper."""
    if file == "pdf" and writing.is_too_long_for_paper(one, asked, by=by):
        raise TooLongForPaper
    session = db.session()
    told = json.dumps(asked.model_dump(mode="json"), sort_keys=True)
    export_id = session.scalars(select(db.entity_id.next_value())).one()
    sealed = sealing.seal_note(told, f"export/{export_id}/filters")
    values = {
        "id": export_id, "account_id": by.account_id, "listing": one.name, "file": file, "told": one.told(asked),
        "reach": reach_of(by), "same": sealing.mark(PURPOSE, one.name, file, told), "key": sealed.key,
        "filters": sealed.text, "total": one.count(asked, by) if one.count else None,
    }  # fmt: skip
    made = insert(Export).values(**values)
    made = made.on_conflict_do_nothing(index_elements=["account_id", "same"], index_where=OPEN_ONLY)
    if session.scalar(made.returning(Export.id)) is None:
        same = Export.account_id == by.account_id, Export.same == values["same"], Export.state.in_(rules.OPEN)
        standing = session.scalar(select(Export).where(*same))
        if standing is None:
            raise rules.NotThatWay
        return Asked(standing, new=False)
    _check_not_too_many(by)
    audit.record("export.asked", export_id, by=by.account_id, list=one.name, file=file, filters=one.told(asked))
    jobs.defer(making.make, export_id)
    return Asked(session.get_one(Export, export_id), new=True)


def cancel(export_id: int, *, by: Actor) -> Export:
    """It is not wanted any more: its making ends at the next step, and what there is of it is deleted. Raises NotThatWay."""
    found = queries.one(export_id, by=by, lock=True)
    if found.state == State.CANCELLED:
        return found
    rules.check_may(found.state, rules.OPEN)
    found.state, found.ended_at, found.claimed_until = State.CANCELLED, clock.now(), None
    found.expires_at = clock.now() + rules.KEPT_FOR
    db.session().flush()
    audit.record("export.cancelled", found.id, by=by.account_id, list=found.listing)
    return found


def retry(export_id: int, *, by: Actor) -> Export:
    """Make it once more, from the beginning; asked for twice it is made once. Raises NotThatWay, TooManyOpen, Refused."""
    found = queries.one(export_id, by=by, lock=True)
    if found.state in rules.OPEN:
        return found
    rules.check_may(found.state, rules.AGAIN)
    queries.check_still_may(found, by)
    one, asked = queries.asked_of(found)
    # what was made before has a number too, so that its parts are not taken for new ones; the sweep deletes their files
    db.session().execute(delete(ExportPart).where(ExportPart.export_id == found.id))
    found.state, found.failure, found.ended_at, found.expires_at = State.QUEUED, None, None, None
    found.asked_at = clock.now()
    found.rows = found.size = found.parts = found.tries = 0
    found.place, found.total = None, one.count(asked, by) if one.count else None
    db.session().flush()
    _check_not_too_many(by)
    audit.record("export.asked", found.id, by=by.account_id, list=found.listing, file=found.file, filters=found.told)
    jobs.defer(making.make, found.id)
    return found


def _check_not_too_many(by: Actor) -> None:
    waiting = Export.account_id == by.account_id, Export.state.in_(rules.OPEN)
    if (db.session().scalar(select(func.count()).select_from(Export).where(*waiting)) or 0) > rules.OPEN_AT_MOST:
        raise rules.TooManyOpen
