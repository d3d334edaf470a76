"""Appointments as a list: looked for, filtered, sorted, and paged from where the last page ended.

A page takes three statements at most, and two where nothing is typed. Pages begin at an instant and an id, not after a
count of rows, so that none is skipped or shown twice while others are booked.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select, true, tuple_, union
from sqlalchemy.sql.selectable import Subquery

from mibo import clock, db
from mibo.booking import seeking
from mibo.booking.models import Appointment
from mibo.booking.queries import _in_full, _own, within_reach
from mibo.booking.rows import AppointmentRow, columns
from mibo.booking.rules import Status
from mibo.booking.seeking import Meant
from mibo.identity import Actor
from mibo.payments import Payment

PAGE = 50
COUNTED_TO = 1_000
SPANS = ("today", "upcoming", "past", "all")
ORDERS = ("starts", "-starts", "booked", "-booked")

One = TypeVar("One")


@dataclass(frozen=True, kw_only=True)
class ListWish:
    """Which appointments are wanted, and in which order; a minus is the latest first. Empty asks for all."""

    typed: str = ""
    centre_id: int | None = None
    clinician_id: int | None = None
    patient_id: int | None = None
    states: frozenset[Status] = frozenset()
    source: str = ""
    payment: str = ""
    span: str = "all"
    first: date | None = None
    last: date | None = None
    order: str = "-starts"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the instant by which the list is sorted, and the id; `back` asks for the page before it."""

    at: datetime
    id: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list. `total` and `hidden` (what the filters keep from being seen) are counted up to a thousand."""

    rows: Sequence[AppointmentRow]
    before: Place | None
    after: Place | None
    total: int
    hidden: int


def page(wish: ListWish, *, by: Actor, place: Place | None = None, size: int = PAGE) -> ListPage:
    """A page of the appointments within reach, and how many more there would be without the filters (P21)."""
    with db.planned_anew():
        meant = seeking.meant(wish.typed, by=by) if wish.typed else None
        rows = _rows(wish, meant, by, place, size + 1)
        whole = len(rows) if place is None and len(rows) <= size else None
        total, hidden = _counts(wish, meant, by, whole)
    more, rows = len(rows) > size, rows[:size]
    if place and place.back:
        rows.reverse()
    return ListPage(rows, *around(rows, place, lambda row: place_of(row, wish.order), more=more), total, hidden)


def every(wish: ListWish, *, by: Actor, limit: int, place: Place | None = None) -> Sequence[AppointmentRow]:
    """All of them in order, from a place on, for a file."""
    with db.planned_anew():
        return _rows(wish, seeking.meant(wish.typed, by=by) if wish.typed else None, by, place, limit)


def appointments(
    wish: ListWish, *, by: Actor, place: Place | None = None, limit: int | None = None
) -> Sequence[Appointment]:
    """The same as whole appointments, for programs; nothing is counted."""
    found = _wanted(wish, None, by, place, limit)
    wanted = _in_full().join(found, found.c.id == Appointment.id).order_by(*_order(wish, Appointment))
    return db.session().scalars(wanted).all()


def how_many(wish: ListWish, *, by: Actor) -> int:
    """How many there are in all."""
    wanted = select(func.count()).select_from(Appointment).where(*_asked(wish, by))
    return db.session().scalar(wanted) or 0


def states_of(wish: ListWish, *, by: Actor) -> Mapping[Status, int]:
    """How many there are in each state now."""
    ended = and_(Appointment.status == Status.PENDING, Appointment.held_until <= clock.now())
    state = case((ended, Status.EXPIRED.value), else_=Appointment.status)
    counted = select(state, func.count()).where(*_asked(wish, by)).group_by(literal_column("1"))
    return {Status(row[0]): row[1] for row in db.session().execute(counted)}


def place_of(row: AppointmentRow | Appointment, order: str) -> Place:
    """Where the list stands at this row."""
    return Place(row.created_at if order.endswith("booked") else row.starts_at, row.id)


def is_in(states: frozenset[Status], now: datetime) -> ColumnElement[bool]:
    """Whether an appointment is in one of these states now; a hold that ran out has ended, tidied away or not (P6)."""
    plain = states - {Status.PENDING, Status.EXPIRED}
    ways: list[ColumnElement[bool]] = [Appointment.status == state for state in sorted(plain)]
    if Status.PENDING in states:
        ways.append(and_(Appointment.status == Status.PENDING, Appointment.held_until > now))
    if Status.EXPIRED in states:
        ended = and_(Appointment.status == Status.PENDING, Appointment.held_until <= now)
        ways.append(or_(Appointment.status == Status.EXPIRED, ended))
    return or_(*ways)


def around(
    rows: Sequence[One], place: Place | None, at: Callable[[One], Place], *, more: bool
) -> tuple[Place | None, Place | None]:
    """Where the pages before and after this one begin; None where there is none. `at` says where a row stands."""
    if not rows:
        return None, None
    back = bool(place and place.back)
    has_before, has_after = (more, True) if back else (place is not None, more)
    return replace(at(rows[0]), back=True) if has_before else None, at(rows[-1]) if has_after else None


def _rows(wish: ListWish, meant: Meant | None, by: Actor, place: Place | None, limit: int) -> list[AppointmentRow]:
    found = _wanted(wish, meant, by, place, limit)
    order = _order(wish, Appointment, turned=bool(place and place.back))
    wanted = columns().join(found, found.c.id == Appointment.id).order_by(*order)
    return [AppointmentRow(*row) for row in db.session().execute(wanted)]


def _wanted(wish: ListWish, meant: Meant | None, by: Actor, place: Place | None, limit: int | None) -> Subquery:
    """The ids of a page. Each way in which what was typed may be meant has its own index, so each is asked apart."""
    ways = meant.ways() if meant else [true()]
    asked = [*_asked(wish, by), *_beyond(wish, place)]
    turned = bool(place and place.back)
    parts = [
        select(Appointment.id, _key(wish, Appointment).label("key"))
        .where(*asked, way)
        .order_by(*_order(wish, Appointment, turned=turned))
        .limit(limit)
        for way in ways
    ]
    if len(parts) == 1:
        return parts[0].subquery()
    together = union(*(select(part.subquery()) for part in parts)).subquery()
    return select(together.c.id).order_by(*_sorted(together.c.key, together.c.id, wish, turned)).limit(limit).subquery()


def _asked(wish: ListWish, by: Actor) -> list[ColumnElement[bool]]:
    now = clock.now()
    return [_reach(by), *_span(wish, now), *_filters(wish, now)]


def _reach(by: Actor) -> ColumnElement[bool]:
    return _own(by) if by.audience == "PATIENT" else within_reach(by)


def _span(wish: ListWish, now: datetime) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wish.span == "today":
        asked += _days(clock.clinic_day(now), clock.clinic_day(now))
    elif wish.span == "upcoming":
        asked.append(Appointment.starts_at >= now)
    elif wish.span == "past":
        asked.append(Appointment.starts_at < now)
    return [*asked, *_days(wish.first, wish.last)]


def _days(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """From the beginning of one of the clinic's days to the end of another (R-TIME-2)."""
    asked: list[ColumnElement[bool]] = []
    if first:
        asked.append(Appointment.starts_at >= clock.day_span(first)[0])
    if last:
        asked.append(Appointment.starts_at < clock.day_span(last)[1])
    return asked


def _filters(wish: ListWish, now: datetime) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wish.centre_id is not None:
        asked.append(Appointment.centre_id == wish.centre_id)
    if wish.clinician_id is not None:
        asked.append(Appointment.clinician_id == wish.clinician_id)
    if wish.patient_id is not None:
        asked.append(Appointment.patient_id == wish.patient_id)
    if wish.states:
        asked.append(is_in(wish.states, now))
    if wish.source:
        asked.append(Appointment.source == wish.source)
    if wish.payment:
        owed = select(Payment.id).where(Payment.id == Appointment.payment_id, Payment.status == wish.payment)
        asked.append(owed.exists())
    return asked


def _counts(wish: ListWish, meant: Meant | None, by: Actor, whole: int | None) -> tuple[int, int]:
    """How many fit, and how many more the filters hide: of what was typed, or else of the days that are looked at.

    A list that fits on its first page (`whole`) is counted already.
    """
    now = clock.now()
    typed = or_(*meant.ways()) if meant else true()
    spanned, filters = _span(wish, now), _filters(wish, now)
    asked: list[Any] = []
    if whole is None:
        asked.append(_counted([_reach(by), typed, *spanned, *filters]))
    if filters or (meant and spanned):
        asked.append(_counted([_reach(by), typed] if meant else [_reach(by), *spanned]))
    found = tuple(db.session().execute(select(*asked)).one()) if asked else ()
    total = found[0] if whole is None else min(whole, COUNTED_TO)
    return total, max(0, *found, total) - total


def _counted(asked: Sequence[ColumnElement[bool]]) -> Any:
    """How many they are, up to a thousand."""
    few = select(Appointment.id).where(*asked).limit(COUNTED_TO).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


def _key(wish: ListWish, of: Any) -> Any:
    return of.created_at if wish.order.endswith("booked") else of.starts_at


def _order(wish: ListWish, of: Any, *, turned: bool = False) -> list[ColumnElement[Any]]:
    return _sorted(_key(wish, of), of.id, wish, turned)


def _sorted(key: Any, row_id: Any, wish: ListWish, turned: bool) -> list[ColumnElement[Any]]:
    downwards = wish.order.startswith("-") != turned
    return [key.desc(), row_id.desc()] if downwards else [key.asc(), row_id.asc()]


def _beyond(wish: ListWish, place: Place | None) -> list[ColumnElement[bool]]:
    """What comes after a place in the order, or before it."""
    if place is None:
        return []
    here = tuple_(_key(wish, Appointment), Appointment.id)
    there = tuple_(place.at, place.id)
    return [here < there if wish.order.startswith("-") != place.back else here > there]


def references_of(ids: Collection[int]) -> dict[int, str]:
    """What people read out, of those of these ids that are appointments."""
    if not ids:
        return {}
    found = db.session().execute(select(Appointment.id, Appointment.reference).where(Appointment.id.in_(ids)))
    return {row.id: row.reference for row in found}
