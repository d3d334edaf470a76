"""The rows behind a figure: as many as it says, or adding up to it; the latest first, a page at a time (P20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mibo import db
from mibo.analytics.counting import IS_FIRST, PLANNED, WAITED, ZONE
from mibo.analytics.figures import Asked, values
from mibo.errors import Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission

PAGE = 50
_SHOWN = "order by {0}at desc, {0}id desc, {0}amount desc"  # as the page shows them
_MADE = "order by {0}key"  # by what never changes (`turns`)

_DAYS = f"""{{}} >= (%(first)s::date::timestamp at time zone '{ZONE}')
   and {{}} < ((%(last)s::date + 1)::timestamp at time zone '{ZONE}') and (%(everywhere)s or a.centre_id = any(%(centres)s))"""
_PEOPLE = """join patient p on p.id = a.patient_id join clinician c on c.id = a.clinician_id join centre z on z.id = a.centre_id"""
_WHO = "a.id as appointment_id, a.reference, p.full_name as patient, c.full_name as clinician, z.short_name as centre"
_LEAD = f"greatest((a.starts_at at time zone '{ZONE}')::date - (a.created_at at time zone '{ZONE}')::date, 0)"
_WAIT = "greatest(floor(extract(epoch from a.started_at - a.arrived_at) / 60), 0)"


def _days(instant: str) -> str:
    return _DAYS.format(instant, instant)


class _Statements:
    """The statements of one figure: of its rows, cut before anybody's name is looked up, and of what they come to."""

    def __init__(self, cut: str, counted: str, of: str = "a.id") -> None:
        self.shown = self._named(cut, of, f"{_SHOWN.format('')} limit %(size)s offset %(skipped)s", _SHOWN)
        self.made = self._named(cut, of, f"where key > %(made_after)s {_MADE.format('')} limit %(size)s", _MADE)
        self.counted = counted

    @staticmethod
    def _named(cut: str, of: str, some: str, order: str) -> str:
        return f"""select {_WHO}, m.at, m.amount, m.key from (select * from ({cut}) k {some}) m
            join appointment a on {of} = m.id {_PEOPLE} {order.format("m.")}"""


def _visits(which: str, amount: str = "0") -> _Statements:
    where = f"{_days('a.starts_at')} and {which}"
    return _Statements(
        f"select a.id, a.starts_at as at, ({amount})::bigint as amount, a.id as key from appointment a where {where}",
        f"select count(*) as number, coalesce(sum({amount}), 0)::bigint as amount from appointment a where {where}",
    )


_AT = f"""at >= (%(first)s::date::timestamp at time zone '{ZONE}') and at < ((%(last)s::date + 1)::timestamp at time zone '{ZONE}')"""
# a payment has one appointment, and knows its centre; where all centres are asked for it need not be looked up
_MONEY = f"""from (
    select id as key, payment_id, paid_at as at, paise from attempt where status in ('PAID', 'SURPLUS')
    union all
    select f.id, t.payment_id, t.paid_at, -f.paise from refund f join attempt t on t.id = f.attempt_id
     where f.status = 'DONE' and t.status in ('PAID', 'SURPLUS')) m
 where {_AT} and (%(everywhere)s or (select p.centre_id from payment p where p.id = m.payment_id) = any(%(centres)s))"""
_BOOKED = f"""from follow_up f join appointment a on a.id = f.booked_id
 where f.status = 'BOOKED' and a.status not in ('CANCELLED', 'EXPIRED') and {_days("f.closed_at")}"""
_SEEN = f"from appointment a where a.status = 'COMPLETED' and {_days('a.starts_at')}"

_ROWS: dict[str, _Statements] = {
    "kept": _visits("a.status = 'COMPLETED'"),
    "missed": _visits("a.status = 'NO_SHOW'"),
    "new_patients": _visits(f"a.status = 'COMPLETED' and {IS_FIRST}"),
    "lead_time": _visits(PLANNED, _LEAD),
    "waiting": _visits(WAITED, _WAIT),
    "patients": _Statements(
        f"""select (array_agg(a.id order by a.starts_at desc, a.id desc))[1] as id, max(a.starts_at) as at,
            count(*) as amount, a.patient_id as key {_SEEN} group by a.patient_id""",
        f"select count(distinct a.patient_id) as number, count(*) as amount {_SEEN}",
    ),
    "follow_ups": _Statements(
        f"select a.id, f.closed_at as at, 0::bigint as amount, f.id as key {_BOOKED}",
        f"select count(*) as number, 0::bigint as amount {_BOOKED}",
    ),
    "revenue": _Statements(
        f"select payment_id as id, at, paise::bigint as amount, key {_MONEY}",
        f"select count(*) as number, coalesce(sum(paise), 0)::bigint as amount {_MONEY}",
        of="a.payment_id",
    ),
}  # fmt: skip
KEYS = tuple(_ROWS)


@dataclass(frozen=True, slots=True)
class Row:
    """One row behind a figure; `amount` is days, minutes, visits or paise, whatever the figure adds up."""

    appointment_id: int
    reference: str
    patient: str
    clinician: str
    centre: str
    at: datetime
    amount: int
    key: int  # what it counts: a visit, a patient, a follow-up, money that came or went


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of the rows, how many there are in all, and what all of them come to."""

    rows: Sequence[Row]
    number: int
    amount: int
    page: int
    pages: int


def behind(key: str, asked: Asked, page: int, *, by: Actor) -> Behind:
    """A page of the rows behind one figure. Raises Missing for a figure that has none, Refused for who may not see it."""
    number, amount = how_many(key, asked, by=by)
    pages = max(1, -(-number // PAGE))
    page = max(1, min(page, pages))
    return Behind(rows_of(key, asked, by=by, limit=PAGE, offset=(page - 1) * PAGE), number, amount, page, pages)


def how_many(key: str, asked: Asked, *, by: Actor) -> tuple[int, int]:
    """How many rows there are, and what they come to. Raises as `behind`."""
    (counted,) = db.rows(_known(key, by).counted, values(asked, by), anew=True)
    return counted.number, counted.amount


def rows_of(
    key: str, asked: Asked, *, by: Actor, limit: int, offset: int = 0, made_after: int | None = None
) -> Sequence[Row]:
    """Some of the rows, the latest first or as they were made (`turns`). Raises as `behind`."""
    told: dict[str, Any] = values(asked, by) | {"size": limit, "skipped": offset, "made_after": made_after}
    known = _known(key, by)
    return [Row(*row) for row in db.rows(known.shown if made_after is None else known.made, told, anew=True)]


def _known(key: str, by: Actor) -> _Statements:
    if key not in _ROWS:
        raise Missing("There is no such figure.")
    if key == "revenue" and not by.may(Permission.SEE_REVENUE):
        raise Refused
    return _ROWS[key]
