"""Drawers as their pages show them: whose, what went through, how they were counted. Scoped to whom they concern (R-ACL-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from mibo import clock, db
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments.drawer_models import Drawer, DrawerClosing, DrawerEntry
from mibo.payments.drawer_rules import Flow, Flows
from mibo.payments.models import Attempt, Payment, Tender
from mibo.people import Patient
from mibo.turns import in_turn

PAGE = 50


@dataclass(frozen=True, slots=True)
class DrawerRow:
    """A line of the list; the difference is of its last count, in paise."""

    id: int
    account_id: int
    centre_id: int
    opened_at: datetime
    closed_at: datetime | None
    taken_paise: int
    given_back_paise: int
    difference_paise: int | None


@dataclass(frozen=True, slots=True)
class Taken:
    """One tender of a drawer, and what it was for."""

    id: int
    at: datetime
    method: str
    paise: int
    reference: str | None
    shared: bool
    payment_id: int
    patient: str


def drawers_on(
    first: date,
    last: date,
    *,
    by: Actor,
    centre_id: int | None = None,
    open_only: bool = False,
    after: int = 0,
    limit: int = PAGE,
    made_after: int | None = None,
) -> tuple[list[DrawerRow], bool]:
    """Drawers that were open on some of these days, newest first, from an offset on; or as they were made (`turns`). And
    whether there are more.
    """
    since, until = clock.day_span(first)[0], clock.day_span(last)[1]
    wanted = (
        select(
            Drawer.id, Drawer.account_id, Drawer.centre_id, Drawer.opened_at, Drawer.closed_at,
            _sum(Tender.paise, Tender.drawer_id == Drawer.id, Tender.voided_at.is_(None)),
            _sum(DrawerEntry.paise, DrawerEntry.drawer_id == Drawer.id, DrawerEntry.kind == "REFUND"),
            _difference(),
        )
        .where(_theirs(by), Drawer.opened_at < until, or_(Drawer.closed_at.is_(None), Drawer.closed_at >= since))
        .offset(after)
        .limit(limit + 1)
    )  # fmt: skip
    if centre_id is not None:
        wanted = wanted.where(Drawer.centre_id == centre_id)
    if open_only:
        wanted = wanted.where(Drawer.closed_at.is_(None))
    ordered = in_turn(wanted, Drawer.id, made_after, Drawer.opened_at.desc(), Drawer.id.desc())
    rows = [DrawerRow(*row) for row in db.session().execute(ordered).all()]
    return rows[:limit], len(rows) > limit


def drawer(drawer_id: int, *, by: Actor) -> Drawer:
    """One of theirs. Raises Missing."""
    found = db.session().scalar(select(Drawer).where(Drawer.id == drawer_id, _theirs(by)))
    if found is None:
        raise Missing("We could not find that drawer.")
    return found


def own_open(*, by: Actor, centre_id: int | None = None) -> Sequence[Drawer]:
    """Their open drawers, here or at every centre."""
    mine = [Drawer.account_id == by.account_id, Drawer.closed_at.is_(None)]
    if centre_id is not None:
        mine.append(Drawer.centre_id == centre_id)
    return db.session().scalars(select(Drawer).where(*mine).order_by(Drawer.id)).all()


def flows_of(one: Drawer) -> Flows:
    """What went through a drawer, method by method, in one statement."""
    zero = literal(0)
    tenders = select(
        Tender.method.label("method"), Tender.paise.label("taken"), zero.label("back"), zero.label("into"),
        zero.label("out"), literal(1).label("times"),
    ).where(Tender.drawer_id == one.id, Tender.voided_at.is_(None))  # fmt: skip
    entries = select(
        DrawerEntry.method, zero, _if("REFUND"), _if("IN"), _if("OUT"), zero
    ).where(DrawerEntry.drawer_id == one.id)  # fmt: skip
    all_of_it = union_all(tenders, entries).subquery()
    columns = [func.sum(all_of_it.c[name]) for name in ("taken", "back", "into", "out", "times")]
    rows = db.session().execute(select(all_of_it.c.method, *columns).group_by(all_of_it.c.method)).all()
    return Flows(one.float_paise, {method: Flow(*map(int, sums)) for method, *sums in rows})


def taken_in(one: Drawer) -> list[Taken]:
    """Every tender of a drawer, in the order in which it came."""
    wanted = (
        select(
            Tender.id, Tender.taken_at, Tender.method, Tender.paise, Tender.reference, Tender.with_id.is_not(None),
            Attempt.payment_id, Patient.full_name,
        )
        .join(Attempt, Attempt.id == Tender.attempt_id)
        .join(Payment, Payment.id == Attempt.payment_id)
        .join(Patient, Patient.id == Payment.patient_id)
        .where(Tender.drawer_id == one.id, Tender.voided_at.is_(None))
        .order_by(Tender.taken_at, Tender.id)
    )  # fmt: skip
    return [Taken(*row) for row in db.session().execute(wanted).all()]


def entries_of(one: Drawer) -> Sequence[DrawerEntry]:
    """What was given back, put in and taken out, in its order."""
    return db.session().scalars(
        select(DrawerEntry).where(DrawerEntry.drawer_id == one.id).order_by(DrawerEntry.at, DrawerEntry.id)
    ).all()  # fmt: skip


def closings_of(one: Drawer) -> Sequence[DrawerClosing]:
    """How it was counted, the last time first."""
    return db.session().scalars(
        select(DrawerClosing).where(DrawerClosing.drawer_id == one.id).order_by(DrawerClosing.id.desc())
    ).all()  # fmt: skip


def _theirs(by: Actor) -> ColumnElement[bool]:
    """One's own, wherever; a manager's reach beside."""
    own = and_(Drawer.account_id == by.account_id, literal(by.may(Permission.SEE_DRAWERS)))
    if not by.may(Permission.REOPEN_DRAWERS):
        return own
    return literal(True) if by.everywhere else or_(own, Drawer.centre_id.in_(by.centre_ids))


def _sum(column: InstrumentedAttribute[int], *which: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.coalesce(func.sum(column), 0)).where(*which).scalar_subquery()


def _difference() -> ColumnElement[int]:
    counted = DrawerClosing.counted_cash_paise + DrawerClosing.counted_card_paise + DrawerClosing.counted_upi_paise
    expected = DrawerClosing.expected_cash_paise + DrawerClosing.expected_card_paise + DrawerClosing.expected_upi_paise
    stands = DrawerClosing.drawer_id == Drawer.id, DrawerClosing.reopened_at.is_(None)
    return select(counted - expected).where(*stands).scalar_subquery()


def _if(kind: str) -> ColumnElement[int]:
    return case((DrawerEntry.kind == kind, DrawerEntry.paise), else_=0)
