"""A person's own exports, and one as its file."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import select

from mibo import clock, db, sealing
from mibo.errors import Missing, Refused
from mibo.exports.describing import Listing, listing
from mibo.exports.models import Export, ExportPart
from mibo.exports.reach import reach_of
from mibo.exports.rules import State
from mibo.identity import Actor
from mibo.integrations import storage

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that may be taken along now, in its sealed parts."""

    name: str
    file: str
    rows: int
    size: int
    made_at: datetime
    key: bytes
    about: str
    parts: Sequence[str]

    def pieces(self) -> Iterator[bytes]:
        """What is in it, part by part. Raises ProviderError, NotKept."""
        for number, where in enumerate(self.parts):
            yield sealing.open_file(self.key, storage.get(where), f"{self.about}/part/{number}")


def own(*, by: Actor) -> Sequence[Export]:
    """One's own exports, the newest first."""
    wanted = select(Export).where(Export.account_id == by.account_id).order_by(Export.id.desc()).limit(SHOWN)
    return db.session().scalars(wanted).all()


def one(export_id: int, *, by: Actor, lock: bool = False) -> Export:
    """One of them. Raises Missing, also for somebody else's."""
    wanted = select(Export).where(Export.id == export_id, Export.account_id == by.account_id)
    found = db.session().scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise Missing("We could not find that export.")
    return found


def opened(export_id: int, *, by: Actor) -> Opened:
    """Its file, for whoever made it, as long as they may see what is in it. Raises Missing, Refused."""
    found = one(export_id, by=by)
    check_still_may(found, by)
    if found.state != State.DONE or found.ended_at is None or (found.expires_at or clock.now()) <= clock.now():
        raise Missing("This file is not there. Files are kept for seven days.")
    parts = select(ExportPart.store_key).where(ExportPart.export_id == found.id).order_by(ExportPart.number)
    keys = db.session().scalars(parts).all()
    return Opened(
        found.listing, found.file, found.rows, found.size, found.ended_at, found.key, found.about, keys
    )  # fmt: skip


def check_still_may(found: Export, by: Actor) -> None:
    """Whether somebody may still see all of what they asked for. Raises Refused."""
    if not by.may(listing(found.listing).permission) or reach_of(by) != found.reach:
        raise Refused("What you may see has changed since this file was asked for. Please make it again.")


def asked_of(found: Export) -> tuple[Listing, BaseModel]:
    """Which list, and what was asked of it. Raises InvalidToken when its key is gone, Missing when it is forgotten."""
    if found.filters is None:
        raise Missing("What was asked for is not kept any more. Please make it again from its list.")
    which = listing(found.listing)
    told = json.loads(sealing.open_file(found.key, found.filters, f"{found.about}/filters"))
    return which, which.asks.model_validate(told)
