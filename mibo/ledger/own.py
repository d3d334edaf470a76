"""What a patient paid, owes and gets back, as they look at it themselves: theirs, and that of the family on their phone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select, tuple_

from mibo import db, people
from mibo.booking import Appointment
from mibo.identity import Actor
from mibo.ledger.lists import Place
from mibo.ledger.rows import PaymentRow, columns, is_owed
from mibo.payments import Payment, Refund

PAGE = 20


@dataclass(frozen=True)
class OwnPayment:
    """A payment, and what goes back of it."""

    row: PaymentRow
    refunds: Sequence[Refund]


def own_payments(
    by: Actor, *, after: Place | None = None, size: int = PAGE
) -> tuple[Sequence[OwnPayment], Place | None]:
    """A page, what was booked last first, and where the next one begins; two statements. What was never paid, and is
    owed no more, is nothing to look at.
    """
    own = people.ids_acted_for(by.account_id)
    matters = or_(Payment.status != "PENDING", is_owed(), Payment.came_in_paise > 0)
    wanted = columns().where(Appointment.patient_id.in_(own), matters)
    if after is not None:
        wanted = wanted.where(tuple_(Payment.created_at, Payment.id) < tuple_(after.at, after.id))
    newest = wanted.order_by(Payment.created_at.desc(), Payment.id.desc()).limit(size + 1)
    rows = [PaymentRow(*row) for row in db.session().execute(newest)]
    shown, more = rows[:size], len(rows) > size
    refunds: dict[int, list[Refund]] = defaultdict(list)
    of_these = select(Refund).where(Refund.payment_id.in_([row.id for row in shown])).order_by(Refund.id)
    for refund in db.session().scalars(of_these) if shown else ():
        refunds[refund.payment_id].append(refund)
    found = [OwnPayment(row, refunds[row.id]) for row in shown]
    return found, Place(shown[-1].made_at, shown[-1].id) if more else None
