"""The closed time of clinicians and centres as it is listed: who, where, when, why, by whom (P1)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from mibo import clock, db
from mibo.booking.affected import Affected, affected_by, wall_clock
from mibo.booking.closable import blocks_in_reach, has_post
from mibo.booking.models import Appointment
from mibo.booking.queries import within_reach
from mibo.clinics import Centre
from mibo.errors import Missing
from mibo.identity import Account, Actor
from mibo.identity.permissions import Permission
from mibo.people import Clinician, ClinicianCentre, Patient
from mibo.scheduling import TimeBlock
from mibo.scheduling.spans import Span
from mibo.turns import in_turn

FAR_DAYS = 60  # a block so far ahead may be one that everybody forgot (P1)
_Author, _Lifter = aliased(Account), aliased(Account)


@dataclass(frozen=True, kw_only=True)
class BlockWish:
    """Which closed time is wanted; None means any. `live`: not opened again. `over`: whether it lies behind us."""

    clinician_id: int | None = None
    centre_id: int | None = None
    first: date | None = None
    last: date | None = None
    author_id: int | None = None
    live: bool | None = None
    over: bool | None = None
    far: bool = False
    exactly: bool = False  # only blocks of this very centre, not those of all centres


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block as it is listed."""

    id: int
    clinician_id: int | None
    clinician: str | None
    centre_id: int | None
    centre: str | None
    starts: datetime
    ends: datetime
    reason: str
    group_id: int | None
    created_by: int | None
    author: str | None
    created_at: datetime
    lifted_by: int | None
    lifter: str | None
    lifted_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether it closes anything, or has until it was over."""
        return self.lifted_at is None

    @property
    def is_over(self) -> bool:
        """Whether it lies behind us."""
        return self.ends <= wall_clock(clock.now())

    @property
    def span(self) -> Span:
        """On the wall clock."""
        return Span(self.starts, self.ends)


@dataclass(frozen=True, slots=True)
class Displaced:
    """An appointment that a block cancelled."""

    id: int
    reference: str
    patient: str
    starts_at: datetime


def blocks_page(wish: BlockWish, *, by: Actor, limit: int, offset: int = 0) -> tuple[Sequence[BlockRow], int]:
    """Some of the blocks within reach, and how many there are: what is ahead first to come, what is over last made."""
    total = db.session().scalar(select(func.count()).select_from(TimeBlock).where(*_conditions(wish, by))) or 0
    return some_blocks(wish, by=by, limit=limit, offset=offset), total


def some_blocks(
    wish: BlockWish, *, by: Actor, limit: int, offset: int = 0, made_after: int | None = None
) -> Sequence[BlockRow]:
    """Some of them, in the order of the page or as they were made (`turns`)."""
    ahead = (TimeBlock.starts_local.asc(), TimeBlock.id.asc())
    newest = (TimeBlock.created_at.desc(), TimeBlock.id.desc())
    wanted = _rows().where(*_conditions(wish, by))
    ordered = in_turn(wanted, TimeBlock.id, made_after, *(ahead if wish.over is False else newest))
    return _read(ordered.limit(limit).offset(offset))


def block(block_id: int, *, by: Actor) -> BlockRow:
    """One block. Raises Missing."""
    found = _read(_rows().where(TimeBlock.id == block_id, blocks_in_reach(by)))
    if not found:
        raise Missing("We could not find that closed time.")
    return found[0]


def made_with(one: BlockRow, *, by: Actor) -> Sequence[BlockRow]:
    """The blocks that were made at once with it, itself included."""
    if one.group_id is None:
        return [one]
    wanted = _rows().where(TimeBlock.group_id == one.group_id, blocks_in_reach(by))
    return _read(wanted.order_by(TimeBlock.starts_local, TimeBlock.id))


def blocks_of(block_ids: Collection[int], *, by: Actor) -> Sequence[BlockRow]:
    """Those of these that are within reach."""
    wanted = _rows().where(TimeBlock.id.in_(block_ids), blocks_in_reach(by))
    return _read(wanted.order_by(TimeBlock.starts_local, TimeBlock.id))


def authors(*, by: Actor) -> Sequence[tuple[int, str]]:
    """Who has closed time within reach, by name."""
    made = exists().where(TimeBlock.created_by == Account.id, blocks_in_reach(by))
    wanted = select(Account.id, Account.full_name).where(made).order_by(func.lower(Account.full_name), Account.id)
    return [(account_id, name) for account_id, name in db.session().execute(wanted)]


def displaced_by(block_ids: Collection[int], *, by: Actor) -> Sequence[Displaced]:
    """The appointments within reach that these blocks cancelled, in the order of their times."""
    wanted = (
        select(Appointment.id, Appointment.reference, Patient.full_name, Appointment.starts_at)
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(Appointment.displaced_by.in_(block_ids), within_reach(by))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return [Displaced(*row) for row in db.session().execute(wanted)]


def still_inside(blocks: Sequence[BlockRow], *, by: Actor) -> Sequence[Affected]:
    """Who, within reach, is still booked inside closed time: asked to move, kept, or not to be cancelled."""
    ahead = [one for one in blocks if one.is_live and not one.is_over]
    if not ahead:
        return ()
    now = wall_clock(clock.now())
    spans = [Span(max(one.starts, now), one.ends) for one in ahead]
    found = affected_by(ahead[0].clinician_id, ahead[0].centre_id, spans)
    return [one for one in found if _is_in_reach(one, by)]


def _is_in_reach(one: Affected, by: Actor) -> bool:
    here = by.reaches(one.centre_id) and has_post(by, Permission.SEE_APPOINTMENTS)
    return here or one.clinician_id == by.clinician_id


def _read(wanted: Select[*tuple[Any, ...]]) -> Sequence[BlockRow]:
    return [BlockRow(*row) for row in db.session().execute(wanted)]


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            TimeBlock.id, TimeBlock.clinician_id, Clinician.full_name, TimeBlock.centre_id, Centre.short_name,
            TimeBlock.starts_local, TimeBlock.ends_local, TimeBlock.reason, TimeBlock.group_id, TimeBlock.created_by,
            _Author.full_name, TimeBlock.created_at, TimeBlock.lifted_by, _Lifter.full_name, TimeBlock.lifted_at,
        )
        .outerjoin(Clinician, Clinician.id == TimeBlock.clinician_id)
        .outerjoin(Centre, Centre.id == TimeBlock.centre_id)
        .outerjoin(_Author, _Author.id == TimeBlock.created_by)
        .outerjoin(_Lifter, _Lifter.id == TimeBlock.lifted_by)
    )  # fmt: skip


def _conditions(wish: BlockWish, by: Actor) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [blocks_in_reach(by)]
    if wish.clinician_id is not None:
        asked.append(TimeBlock.clinician_id == wish.clinician_id)
    if wish.centre_id is not None:
        asked.append(TimeBlock.centre_id == wish.centre_id if wish.exactly else _concerns(wish.centre_id))
    if wish.author_id is not None:
        asked.append(TimeBlock.created_by == wish.author_id)
    if wish.live is not None:
        asked.append(TimeBlock.lifted_at.is_(None) if wish.live else TimeBlock.lifted_at.is_not(None))
    return asked + _when(wish)


def _when(wish: BlockWish) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wish.over is not None:
        now = wall_clock(clock.now())
        asked.append(TimeBlock.ends_local <= now if wish.over else TimeBlock.ends_local > now)
    if wish.first is not None:
        asked.append(TimeBlock.ends_local > datetime.combine(wish.first, time.min))
    if wish.last is not None:
        asked.append(TimeBlock.starts_local < datetime.combine(wish.last, time.min) + timedelta(days=1))
    if wish.far:
        far = datetime.combine(clock.today(), time.min) + timedelta(days=FAR_DAYS + 1)
        asked.append(TimeBlock.starts_local >= far)
    return asked


def _concerns(centre_id: int) -> ColumnElement[bool]:
    """A block of this centre, or of a clinician who works there at all of their centres."""
    working = select(ClinicianCentre.clinician_id).where(ClinicianCentre.centre_id == centre_id)
    everywhere = and_(TimeBlock.centre_id.is_(None), TimeBlock.clinician_id.in_(working))
    return or_(TimeBlock.centre_id == centre_id, everywhere)
