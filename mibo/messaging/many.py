"""Promising many messages in one statement, such as the reminders of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import column, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import ReturningInsert

from mibo import db
from mibo.messaging import templates
from mibo.messaging.actions import climbs_until, to_whom
from mibo.messaging.models import Message
from mibo.messaging.rules import NO_WISHES, Wishes
from mibo.messaging.wording import Wording

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Promised:
    """One message, as `tell` takes it. The timetable rings for it."""

    wording: Wording
    phone: str
    name: str
    dedupe_key: str
    about_id: int
    centre_id: int | None = None
    not_after: datetime | None = None
    concerns_at: datetime | None = None
    wishes: Wishes = NO_WISHES

    @property
    def row(self) -> dict[str, object]:
        """As it stands in the outbox."""
        template, values = self.wording.put(self.wishes.language, discreet=self.wishes.discreet)
        climbs = climbs_until(template, self.wishes, self.concerns_at)
        return {
            **to_whom(self.wishes, self.phone), "dedupe_key": self.dedupe_key, "kind": templates.kind_of(template),
            "template": template, "name": self.name, "body": values, "link": self.wording.link, "about_id": self.about_id,
            "centre_id": self.centre_id, "not_after": self.not_after.isoformat() if self.not_after else None,
            "climbs_until": climbs.isoformat() if climbs else None,
        }  # fmt: skip


KEPT = (
    "dedupe_key", "kind", "language", "template", "phone", "name", "body", "link", "about_id", "patient_id", "centre_id",
    "not_after", "channel", "email", "climbs_until",
)  # fmt: skip


def _statement(promised: Sequence[Promised]) -> ReturningInsert[tuple[int]]:
    """All rows as one value: a statement with thousands of gaps is slow to read, on both sides."""
    outbox = Message.metadata.tables[Message.__tablename__]
    columns = [column(name, outbox.c[name].type) for name in KEPT]
    given = func.jsonb_to_recordset(literal([one.row for one in promised], JSONB))
    rows = given.table_valued(*columns).render_derived(with_types=True)
    said = insert(outbox).from_select(KEPT, select(*(rows.c[name] for name in KEPT)))
    return said.on_conflict_do_nothing().returning(outbox.c.id)


def tell_all(promised: Sequence[Promised]) -> int:
    """Promise them, each once for its key; how many are new. One that the database will not have stops no other."""
    if not promised:
        return 0
    session = db.session()
    try:
        with session.begin_nested():
            return len(session.scalars(_statement(promised)).all())
    except DBAPIError as error:
        if len(promised) == 1:
            log.error("messages.not_promised", about=promised[0].about_id, constraint=db.violated(error))
            return 0
    half = len(promised) // 2
    return tell_all(promised[:half]) + tell_all(promised[half:])
