"""What is owed and not paid, by how long it has been so: visits that are over, and those still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, select

from mibo import clock, db
from mibo.booking import Appointment, within_reach
from mibo.identity import Actor
from mibo.ledger.rows import PaymentRow, columns, is_owed, total_of
from mibo.payments import Payment
from mibo.turns import in_turn

AT_MOST = 100


class Age(StrEnum):
    """How long ago the visit was that nobody paid, in the clinic's days."""

    TO_COME = "TO_COME"
    NEW = "NEW"  # today and yesterday
    WEEK = "WEEK"
    MONTH = "MONTH"
    OLDER = "OLDER"


DAYS = {Age.NEW: (0, 1), Age.WEEK: (2, 7), Age.MONTH: (8, 30), Age.OLDER: (31, None)}


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed of one age: how many payments, and paise."""

    age: Age
    payments: int
    paise: int


def owed_by_age(*, by: Actor, centre_id: int | None = None) -> dict[Age, Owed]:
    """How much is owed of each age, within reach."""
    age = case(*((_is_of(age), age.value) for age in Age))
    wanted = (
        select(age, func.count(), total_of(Payment.consultation_paise + Payment.registration_paise))
        .join(Appointment, Appointment.payment_id == Payment.id)
        .where(*_within(by, centre_id))
        .group_by(age)
    )
    found = {Age(row[0]): Owed(Age(row[0]), row[1], row[2]) for row in db.session().execute(wanted)}
    return {each: found.get(each, Owed(each, 0, 0)) for each in Age}


def owed_of(
    age: Age, *, by: Actor, centre_id: int | None = None, limit: int = AT_MOST, made_after: int | None = None
) -> Sequence[PaymentRow]:
    """The payments of one age, the visit longest ago (or next to come) first, or as they were made (`turns`)."""
    order = Appointment.ends_at, Payment.id
    owed = select(Payment.id).join(Appointment, Appointment.payment_id == Payment.id)
    owed = in_turn(owed.where(*_within(by, centre_id), _is_of(age)), Payment.id, made_after, *order)
    first = owed.limit(limit).subquery()
    wanted = in_turn(columns().join(first, first.c.id == Payment.id), Payment.id, made_after, *order)
    return [PaymentRow(*row) for row in db.session().execute(wanted)]


def _within(by: Actor, centre_id: int | None) -> list[ColumnElement[bool]]:
    here = [Payment.centre_id == centre_id] if centre_id is not None else []
    return [is_owed(), within_reach(by, Payment), *here]


def _is_of(age: Age) -> ColumnElement[bool]:
    if age is Age.TO_COME:
        return Appointment.ends_at > clock.now()
    least, most = DAYS[age]
    today = clock.today()
    ends: list[ColumnElement[bool]] = [Appointment.ends_at <= clock.now()]
    ends.append(Appointment.ends_at < clock.day_span(today - timedelta(days=least))[1])
    if most is not None:
        ends.append(Appointment.ends_at >= clock.day_span(today - timedelta(days=most))[0])
    return and_(*ends)
