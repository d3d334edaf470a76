"""A patient's inbox: every message about their visits and their money stands in it for ninety days, also where they want
none on their phone. A message that was taken back in time is not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import contains_eager

from mibo import clock, db, jobs, messaging
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.messaging import Message, Wishes, Wording
from mibo.people import guardians, queries
from mibo.people.inbox_models import Notice
from mibo.people.models import Patient
from mibo.phrases import phrase

KEPT_FOR = timedelta(days=90)
STILL_TRUE = (
    messaging.UNWANTED,
    "TOO_LATE",
    messaging.ladder.OTHER_WAY,
    messaging.ladder.ARRIVED_OTHERWISE,
)  # why a message did not leave, though what it says holds

Asking = TypeVar("Asking", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Asked:
    """Which notices are wanted: the unread ones only, those of some templates or of none of them, those of
    appointments that closed time cancelled or of others, those of some days.
    """

    unread: bool = False
    of: frozenset[str] | None = None
    not_of: frozenset[str] = frozenset()
    blocked: bool | None = None
    since: date | None = None
    until: date | None = None


def tell(
    told: Wording,
    patient: Patient,
    *,
    dedupe_key: str,
    about_id: int | None,
    centre_id: int,
    not_after: datetime | None = None,
    wait_s: int = 0,
    concerns_at: datetime | None = None,
    block_id: int | None = None,
) -> int | None:
    """Promise a patient a message and put it into their inbox; once for each `dedupe_key`, as `messaging.tell`."""
    message_id = messaging.tell(
        told, phone=patient.phone, name=patient.full_name, dedupe_key=dedupe_key, about_id=about_id,
        not_after=not_after, wait_s=wait_s, wishes=_wishes(patient), centre_id=centre_id, concerns_at=concerns_at,
    )  # fmt: skip
    if message_id is not None:
        shows_at = clock.now() + timedelta(seconds=wait_s)
        db.session().add(Notice(patient_id=patient.id, message_id=message_id, shows_at=shows_at, block_id=block_id))
        db.session().flush()
    return message_id


def _wishes(patient: Patient) -> Wishes:
    """As they wish; discreetly where the phone is still that of who acts for them no longer."""
    return replace(patient.wishes, discreet=True) if guardians.has_left(patient, clock.today()) else patient.wishes


def notices(asked: Asked, *, by: Actor, limit: int, offset: int = 0) -> Sequence[Notice]:
    """What they and their family were told, the newest first."""
    found = _own(select(Notice), by).where(*_wanted(asked)).options(contains_eager(Notice.message))
    found = found.options(contains_eager(Notice.patient)).order_by(Notice.shows_at.desc(), Notice.id.desc())
    return db.session().scalars(found.limit(limit).offset(offset)).all()


def how_many(asked: Asked, *, by: Actor) -> int:
    """How many there are of these."""
    return db.session().scalar(_counted(asked, by)) or 0


def unread_count(by: Actor) -> Select[int]:
    """Asks how many they have not read, for a statement that asks for more."""
    return _counted(Asked(unread=True), by)


def unread(*, by: Actor) -> int:
    """How many they have not read."""
    return how_many(Asked(unread=True), by=by)


def mark_read(notice_id: int, *, by: Actor) -> Notice:
    """They have read it; read again nothing changes. Raises Missing for one that is not theirs."""
    one = _own(select(Notice), by).where(Notice.id == notice_id).options(contains_eager(Notice.message))
    found = db.session().scalar(one.with_for_update(of=Notice))
    if found is None:
        raise Missing(phrase("We could not find that notice."))
    found.read_at = found.read_at or clock.now()
    return found


def mark_all_read(*, by: Actor) -> None:
    """They have read all that is shown to them now."""
    unread_ones = _own(select(Notice.id), by).where(Notice.read_at.is_(None)).scalar_subquery()
    db.session().execute(
        update(Notice).where(Notice.id.in_(unread_ones)).values(read_at=clock.now()).execution_options(
            synchronize_session=False
        )
    )  # fmt: skip


@jobs.job
def forget_notices() -> None:
    """What is older than ninety days is not shown any more, and goes."""
    with db.transaction() as session:
        session.execute(delete(Notice).where(Notice.created_at < func.now() - KEPT_FOR))


def _counted(asked: Asked, by: Actor) -> Select[int]:
    return _own(select(func.count(Notice.id)), by).where(*_wanted(asked))


def _own(what: Asking, by: Actor) -> Asking:
    """Those of everybody this account books for that are shown by now and were not taken back."""
    taken_back = (Message.status == "DROPPED") & func.coalesce(Message.last_error, "").not_in(STILL_TRUE)
    now = clock.now()
    return (
        what.join(Message, Message.id == Notice.message_id)
        .join(Patient, Patient.id == Notice.patient_id)
        .where(
            queries.acted_for(by.account_id), Patient.active, ~taken_back, Notice.shows_at <= now,
            Notice.shows_at > now - KEPT_FOR,
        )
    )  # fmt: skip


def _wanted(asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.not_of:
        wanted.append(Message.template.not_in(asked.not_of))
    if asked.of is not None:
        wanted.append(Message.template.in_(asked.of))
    if asked.blocked is not None:
        wanted.append(Notice.block_id.is_not(None) if asked.blocked else Notice.block_id.is_(None))
    if asked.unread:
        wanted.append(Notice.read_at.is_(None))
    if asked.since:
        wanted.append(Notice.shows_at >= clock.day_span(asked.since)[0])
    if asked.until:
        wanted.append(Notice.shows_at < clock.day_span(asked.until)[1])
    return wanted
