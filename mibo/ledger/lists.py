"""Payments as a list: looked for, filtered, sorted, added up, and paged from where the last page ended.

Pages begin at an instant and an id, not after a count of rows, so that none is skipped or shown twice meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, select, true, tuple_, union
from sqlalchemy.sql.selectable import Subquery

from mibo import clock, db
from mibo.booking import lists as appointments
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.ledger import seeking
from mibo.ledger.money import came_by
from mibo.ledger.reach import payments_within_reach
from mibo.ledger.rows import PaymentRow, State, columns, is_in, total_of
from mibo.ledger.seeking import Meant
from mibo.payments import Payment, Refund

Place = appointments.Place
PAGE = 50
COUNTED_TO = 1_000
ADDED_UP_TO = 2_000
ORDERS = ("made", "-made", "paid", "-paid")
REFUND_STATES = {
    "any": ("REQUESTED", "APPROVED", "SENT", "DONE", "FAILED", "DECLINED"), "waiting": ("REQUESTED", "APPROVED", "SENT"),
    "failed": ("FAILED",), "declined": ("DECLINED",),
}  # fmt: skip
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # where what is not paid stands among what is
PAID_AT: ColumnElement[Any] = literal_column("coalesce(payment.paid_at, timestamptz '1970-01-01 00:00:00+00')")


@dataclass(frozen=True, kw_only=True)
class PaymentWish:
    """Which payments are wanted, and in which order; a minus is the latest first. Empty asks for all."""

    typed: str = ""
    centre_id: int | None = None
    clinician_id: int | None = None
    state: State | None = None
    method: str = ""
    refund: str = ""
    dates: str = "made"
    first: date | None = None
    last: date | None = None
    order: str = "-made"
    every_sum: bool = False  # add them up however many they are


@dataclass(frozen=True, slots=True)
class Sums:
    """What all that fits comes to, in paise."""

    payments: int
    came_in_paise: int
    returned_paise: int

    @property
    def net_paise(self) -> int:
        """What is kept (R-PAY-17)."""
        return self.came_in_paise - self.returned_paise


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page. `total` and `hidden` are counted up to a thousand; no `sums` for those who may not see them, nor of
    more than two thousand payments unless it is wished."""

    rows: Sequence[PaymentRow]
    before: Place | None
    after: Place | None
    total: int
    hidden: int
    sums: Sums | None


def page(wish: PaymentWish, *, by: Actor, place: Place | None = None, size: int = PAGE) -> ListPage:
    """A page of the payments within reach, how many more there would be without the filters, and what they come to."""
    with db.planned_anew():
        meant = seeking.meant(wish.typed, by=by) if wish.typed else None
        rows = _rows(wish, meant, by, place, size + 1)
        total, hidden, sums = _counts(wish, meant, by)
    more, rows = len(rows) > size, rows[:size]
    if place and place.back:
        rows.reverse()
    return ListPage(
        rows, *appointments.around(rows, place, lambda row: place_of(row, wish.order), more=more), total, hidden, sums
    )


def every(wish: PaymentWish, *, by: Actor, limit: int, place: Place | None = None) -> Sequence[PaymentRow]:
    """All of them in order, from a place on, for a file."""
    with db.planned_anew():
        return _rows(wish, seeking.meant(wish.typed, by=by) if wish.typed else None, by, place, limit)


def place_of(row: PaymentRow, order: str) -> Place:
    """Where the list stands at this row."""
    return Place((row.paid_at or NEVER) if order.endswith("paid") else row.made_at, row.id)


def _rows(wish: PaymentWish, meant: Meant | None, by: Actor, place: Place | None, limit: int) -> list[PaymentRow]:
    found = _wanted(wish, meant, by, place, limit)
    turned = bool(place and place.back)
    wanted = columns().join(found, found.c.id == Payment.id).order_by(*_sorted(_key(wish), Payment.id, wish, turned))
    return [PaymentRow(*row) for row in db.session().execute(wanted)]


def _wanted(wish: PaymentWish, meant: Meant | None, by: Actor, place: Place | None, limit: int) -> Subquery:
    """The ids of a page. Each way in which what was typed may be meant has its own index, so each is asked apart."""
    turned = bool(place and place.back)
    asked = [payments_within_reach(by), *_days(wish), *_filters(wish), *_beyond(wish, place)]
    parts = [
        select(Payment.id, _key(wish).label("key"))
        .where(*asked, way)
        .order_by(*_sorted(_key(wish), Payment.id, wish, turned))
        .limit(limit)
        for way in (meant.ways() if meant else [true()])
    ]
    if len(parts) == 1:
        return parts[0].subquery()
    together = union(*(select(part.subquery()) for part in parts)).subquery()
    return select(together.c.id).order_by(*_sorted(together.c.key, together.c.id, wish, turned)).limit(limit).subquery()


def _days(wish: PaymentWish) -> list[ColumnElement[bool]]:
    """From the beginning of one of the clinic's days to the end of another (R-TIME-2)."""
    at = PAID_AT if wish.dates == "paid" else Payment.created_at
    asked: list[ColumnElement[bool]] = []
    if wish.first:
        asked.append(at >= clock.day_span(wish.first)[0])
    if wish.last:
        asked.append(at < clock.day_span(wish.last)[1])
    if wish.dates == "paid" and asked:
        asked.append(Payment.paid_at.is_not(None))
    return asked


def _filters(wish: PaymentWish) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wish.centre_id is not None:
        asked.append(Payment.centre_id == wish.centre_id)
    if wish.clinician_id is not None:
        asked.append(Payment.clinician_id == wish.clinician_id)
    if wish.state:
        asked.append(is_in(wish.state))
    if wish.method:
        asked.append(came_by(wish.method))
    if wish.refund:
        asked += _goes_back(wish.refund)
    return asked


def _goes_back(how: str) -> list[ColumnElement[bool]]:
    if how == "done":
        return [Payment.returned_paise > 0]
    goes = select(Refund.id).where(Refund.payment_id == Payment.id, Refund.status.in_(REFUND_STATES[how])).exists()
    return [Payment.to_return_paise > 0, goes] if how in ("waiting", "failed") else [goes]


def _counts(wish: PaymentWish, meant: Meant | None, by: Actor) -> tuple[int, int, Sums | None]:
    """How many fit, how many more the filters hide (of what was typed, or of the days looked at), and the sums."""
    days, filters, reach = _days(wish), _filters(wish), payments_within_reach(by)
    adds_up = by.may(Permission.SEE_REVENUE)
    of: Select[Any] = select(Payment.id)
    if adds_up:
        of = of.add_columns(Payment.came_in_paise, Payment.returned_paise)
    limit = (None if wish.every_sum else ADDED_UP_TO + 1) if adds_up else COUNTED_TO
    fits = _meant_by(of.where(reach, *days, *filters), meant, limit).subquery()
    sums = [total_of(each) for each in fits.c[1:]]
    asked: Select[Any] = select(func.count(), *sums).select_from(fits)
    if filters or (meant and days):
        bare = _meant_by(select(Payment.id).where(reach, *([] if meant else days)), meant, COUNTED_TO).subquery()
        asked = asked.add_columns(select(func.count()).select_from(bare).scalar_subquery())
    found = db.session().execute(asked).one()
    told = Sums(*found[:3]) if adds_up and (wish.every_sum or found[0] <= ADDED_UP_TO) else None
    total = min(found[0], COUNTED_TO)
    bare_total = found[-1] if filters or (meant and days) else total
    return total, max(bare_total, total) - total, told


def _meant_by(of: Select[Any], meant: Meant | None, limit: int | None) -> Select[Any]:
    """Those that what was typed may mean, each way asked apart: of two that lie in two tables one question has no index."""
    ways = meant.ways() if meant else [true()]
    if len(ways) == 1:
        return of.where(ways[0]).limit(limit)
    together = union(*(select(of.where(way).limit(limit).subquery()) for way in ways)).subquery()
    return select(together).limit(limit)


def _key(wish: PaymentWish) -> Any:
    return PAID_AT if wish.order.endswith("paid") else Payment.created_at


def _sorted(key: Any, row_id: Any, wish: PaymentWish, turned: bool) -> list[ColumnElement[Any]]:
    downwards = wish.order.startswith("-") != turned
    return [key.desc(), row_id.desc()] if downwards else [key.asc(), row_id.asc()]


def _beyond(wish: PaymentWish, place: Place | None) -> list[ColumnElement[bool]]:
    """What comes after a place in the order, or before it."""
    if place is None:
        return []
    here, there = tuple_(_key(wish), Payment.id), tuple_(place.at, place.id)
    return [and_(here < there if wish.order.startswith("-") != place.back else here > there)]
