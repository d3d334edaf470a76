"""What the provider paid out to our bank: each settlement with what it is made of, and which lines wait for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased

from mibo import db
from mibo.booking import Appointment
from mibo.errors import Missing
from mibo.payments import Attempt, Refund, Settlement, SettlementFile, SettlementLine, heard
from mibo.turns import in_turn

SETTLEMENTS_PAGE = 25
LINES_PAGE = 100
NEWEST_FILES = 5
LATEST = (Settlement.settled_at.desc(), Settlement.id.desc())


@dataclass(frozen=True, slots=True)
class Settled:
    """One settlement. The sums of its lines come to `net_paise`, which is what reaches the bank."""

    id: int
    known_by: str
    utr: str
    settled_at: datetime
    lines: int
    came_paise: int
    back_paise: int
    fee_paise: int
    tax_paise: int
    net_paise: int
    waiting: int  # lines that do not match, and of which nobody has said what they are
    waiting_paise: int  # what they add to the settlement

    @property
    def other_paise(self) -> int:
        """What was taken off or added beside payments, refunds, fees and their tax."""
        return self.net_paise - (self.came_paise - self.back_paise - self.fee_paise - self.tax_paise)


@dataclass(frozen=True, slots=True)
class SettledLine:
    """A line of one, with the booking whose money it is and what does not match."""

    line: SettlementLine
    reference: str | None
    payment_id: int | None
    mismatch: heard.Mismatch | None


def settlements(*, offset: int = 0, limit: int = SETTLEMENTS_PAGE) -> tuple[Sequence[Settled], int]:
    """A page of them, the latest first, and how many there are."""
    total = db.session().scalar(select(func.count()).select_from(Settlement)) or 0
    return some_settlements(offset=offset, limit=limit), total


def some_settlements(*, limit: int, offset: int = 0, made_after: int | None = None) -> Sequence[Settled]:
    """Some of them, the latest first or as they were read (`turns`)."""
    page = in_turn(select(Settlement.id), Settlement.id, made_after, *LATEST)
    ids = db.session().scalars(page.limit(limit).offset(offset)).all()
    return _summed(Settlement.id.in_(ids), made_after)


def settlement(settlement_id: int) -> Settled:
    """One of them. Raises Missing."""
    found = _summed(Settlement.id == settlement_id)
    if not found:
        raise Missing("We could not find that settlement.")
    return found[0]


def files() -> Sequence[SettlementFile]:
    """The reports that were read last, the latest first."""
    newest = select(SettlementFile).order_by(SettlementFile.id.desc()).limit(NEWEST_FILES)
    return db.session().scalars(newest).all()


def lines_of_settlement(
    settlement_id: int,
    *,
    waiting: bool = False,
    offset: int = 0,
    limit: int = LINES_PAGE,
    made_after: int | None = None,
) -> Sequence[SettledLine]:
    """A page of its lines in the order of the report, or as they were read (`turns`); or those that wait for somebody."""
    wanted = _lines().where(SettlementLine.settlement_id == settlement_id, *([_waits()] if waiting else []))
    ordered = in_turn(wanted, SettlementLine.id, made_after, SettlementLine.file_id, SettlementLine.line)
    return [SettledLine(*row) for row in db.session().execute(ordered.limit(limit).offset(offset))]


def _waits() -> ColumnElement[bool]:
    return and_(heard.Mismatch.id.is_not(None), heard.Mismatch.resolved_at.is_(None))


def _summed(which: ColumnElement[bool], made_after: int | None = None) -> Sequence[Settled]:
    line = SettlementLine

    def total(value: Any, when: ColumnElement[bool] | None = None) -> ColumnElement[int]:
        counted = value if when is None else case((when, value), else_=0)
        return func.coalesce(func.sum(counted), 0)

    wanted = (
        select(
            Settlement.id, Settlement.known_by, Settlement.utr, Settlement.settled_at, func.count(line.id),
            total(line.paise, line.kind == "payment"), total(line.paise, line.kind == "refund"),
            total(line.fee_paise), total(line.tax_paise), total(line.net_paise),
            func.count(line.id).filter(_waits()), total(line.net_paise, _waits()),
        )
        .select_from(Settlement)
        .outerjoin(line, line.settlement_id == Settlement.id)
        .outerjoin(heard.Mismatch, heard.Mismatch.id == line.mismatch_id)
        .where(which)
        .group_by(Settlement.id)
    )  # fmt: skip
    rows = db.session().execute(in_turn(wanted, Settlement.id, made_after, *LATEST))
    return [Settled(*row[:4], *(int(each) for each in row[4:])) for row in rows]


def _lines() -> Any:
    """Each with its booking: by the payment, by the refund, or by what somebody said that it is."""
    line, came, said = SettlementLine, aliased(Attempt), aliased(Attempt)
    payment_id = func.coalesce(came.payment_id, Refund.payment_id, said.payment_id)
    return (
        select(line, Appointment.reference, payment_id, heard.Mismatch)
        .outerjoin(heard.Mismatch, heard.Mismatch.id == line.mismatch_id)
        .outerjoin(came, and_(line.kind == "payment", came.provider_payment_id == line.entity_id))
        .outerjoin(Refund, and_(line.kind == "refund", Refund.provider_refund_id == line.entity_id))
        .outerjoin(said, said.id == heard.Mismatch.attempt_id)
        .outerjoin(Appointment, Appointment.payment_id == payment_id)
    )
