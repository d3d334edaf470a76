"""What the clinic took: by way and centre, of some days; and each line that a sum is made of (R-PAY-17, P20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from mibo import clock, db
from mibo.booking import Appointment
from mibo.clinics import Centre
from mibo.errors import Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.ledger.money import METHODS, moved
from mibo.ledger.reach import payments_within_reach
from mibo.ledger.rows import total_of
from mibo.payments import Attempt, Payment
from mibo.people import Patient
from mibo.turns import in_turn

LINES_AT_MOST = 2_000


@dataclass(frozen=True, kw_only=True)
class TakingsWish:
    """Which days' takings, at which centre and in which way; empty for all of them."""

    first: date
    last: date
    centre_id: int | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came in one way at one centre, and what of it went back, in paise."""

    centre_id: int
    centre_name: str
    method: str
    came_in_paise: int
    returned_paise: int

    @property
    def net_paise(self) -> int:
        """What is kept."""
        return self.came_in_paise - self.returned_paise


@dataclass(frozen=True, slots=True)
class TakingsLine:
    """One line that a sum is made of; what went back is less than nothing."""

    kind: str
    payment_id: int
    reference: str
    patient_name: str
    centre_name: str
    at: datetime
    method: str
    paise: int
    id: int  # of what was handed over, or went back


def takings(wish: TakingsWish, *, by: Actor) -> Sequence[Taken]:
    """The sums by centre and way, centres in the order of their names. Raises Refused for whoever may not know."""
    lines = moved(*_within(wish, by))
    came, gone = (total_of(lines.c.paise, lines.c.kind == kind) for kind in ("IN", "BACK"))
    summed = (
        select(Payment.centre_id, lines.c.method, came.label("came"), (-gone).label("gone"))
        .select_from(lines)
        .join(Payment, Payment.id == lines.c.payment_id)
        .where(*_filters(wish, by, lines))
        .group_by(Payment.centre_id, lines.c.method)
        .subquery()
    )
    wanted = select(Centre.id, Centre.short_name, summed.c.method, summed.c.came, summed.c.gone).join(
        summed, summed.c.centre_id == Centre.id
    )
    found = [Taken(*row) for row in db.session().execute(wanted)]
    return sorted(found, key=lambda one: (one.centre_name, METHODS.index(one.method)))


def lines_of(wish: TakingsWish, *, by: Actor) -> tuple[Sequence[TakingsLine], int]:
    """The lines in the order in which they came, two thousand at most, and what all of them come to, in paise."""
    wanted, lines, order = _lines(wish, by)
    found = [TakingsLine(*row) for row in db.session().execute(wanted.order_by(*order).limit(LINES_AT_MOST + 1))]
    if len(found) <= LINES_AT_MOST:
        return found, sum(line.paise for line in found)
    all_of_them = wanted.with_only_columns(total_of(lines.c.paise))
    return found[:LINES_AT_MOST], db.session().scalar(all_of_them) or 0


def some_lines(wish: TakingsWish, *, by: Actor, limit: int, made_after: int | None = None) -> Sequence[TakingsLine]:
    """Some of the lines for a file, in their order or as they were made (`turns`)."""
    wanted, lines, order = _lines(wish, by)
    ordered = in_turn(wanted, lines.c.id, made_after, *order).limit(limit)
    return [TakingsLine(*row) for row in db.session().execute(ordered)]


def _lines(wish: TakingsWish, by: Actor) -> tuple[Select[*tuple[Any, ...]], Any, tuple[Any, ...]]:
    lines = moved(*_within(wish, by))
    wanted = (
        select(
            lines.c.kind, lines.c.payment_id, Appointment.reference, Patient.full_name, Centre.short_name, lines.c.at,
            lines.c.method, lines.c.paise, lines.c.id,
        )
        .select_from(lines)
        .join(Payment, Payment.id == lines.c.payment_id)
        .join(Appointment, Appointment.payment_id == Payment.id)
        .join(Centre, Centre.id == Payment.centre_id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(*_filters(wish, by, lines))
    )  # fmt: skip
    return wanted, lines, (lines.c.at, lines.c.payment_id, lines.c.kind.desc(), lines.c.method)


def _within(wish: TakingsWish, by: Actor) -> list[ColumnElement[bool]]:
    """The clinic's days, of those who may know what it takes."""
    if not by.may(Permission.SEE_REVENUE):
        raise Refused
    begins, ends = clock.day_span(wish.first, wish.last)
    return [Attempt.paid_at >= begins, Attempt.paid_at < ends]


def _filters(wish: TakingsWish, by: Actor, lines: Any) -> list[ColumnElement[bool]]:
    asked = [payments_within_reach(by)]
    if wish.centre_id is not None:
        asked.append(Payment.centre_id == wish.centre_id)
    if wish.method:
        asked.append(lines.c.method == wish.method)
    return asked
