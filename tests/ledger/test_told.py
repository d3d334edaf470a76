"""What a payment is told for lists is always what stands beside it, whoever wrote it and in whatever order."""

import pytest
from sqlalchemy import select, text

from mibo import db
from mibo.booking import Appointment
from mibo.payments import Attempt, Payment, Refund
from tests import make
from tests.invariants import rules
from tests.ledger.money import World
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")
TOLD = next(asked for name, asked in rules() if "is told for lists" in name)


def wrongly_told() -> list[int]:
    with db.reading() as session:
        return list(session.scalars(text(TOLD)))


def told(payment_id: int) -> tuple[object, ...]:
    known = (Payment.centre_id, Payment.clinician_id, Payment.taken_by)
    sums = (Payment.came_in_paise, Payment.returned_paise, Payment.to_return_paise)
    with db.reading() as session:
        return tuple(session.execute(select(*known, *sums).where(Payment.id == payment_id)).one())


@pytest.mark.parametrize(
    "change",
    [
        "update attempt set status = 'VOID' where status = 'PAID'",
        "update attempt set taken_by = null",
        "update attempt set paise = paise + 100 where status = 'SURPLUS'",
        "delete from refund",
        "update refund set paise = 1 where status <> 'DONE'",
        "update refund set status = 'DECLINED', decided_reason = 'no', decided_at = now() where status = 'REQUESTED'",
        "update appointment set clinician_id = (select max(id) from clinician)",
        "update appointment set centre_id = (select max(id) from centre)",
    ],
)
def test_whatever_is_written_beside_a_payment_is_told_to_it(change: str) -> None:
    World()
    assert wrongly_told() == []
    with db.reading() as session:
        before = session.execute(text("select sum(centre_id), sum(clinician_id), sum(taken_by), sum(came_in_paise),"
                                      " sum(returned_paise), sum(to_return_paise) from payment")).one()  # fmt: skip
    with db.transaction() as session:
        session.execute(text(change))
    with db.reading() as session:
        after = session.execute(text("select sum(centre_id), sum(clinician_id), sum(taken_by), sum(came_in_paise),"
                                     " sum(returned_paise), sum(to_return_paise) from payment")).one()  # fmt: skip
    assert before != after
    assert wrongly_told() == []


def test_money_that_comes_and_goes_at_the_same_moment_is_all_counted() -> None:
    world = World(rows=1)
    one = world.made[0]
    with db.reading() as session:
        paise = session.scalars(select(Attempt.paise).where(Attempt.payment_id == one.payment_id)).one()

    def come() -> None:
        with db.transaction() as session:
            attempt = Attempt(payment_id=one.payment_id, kind="ORDER", paise=700, status="SURPLUS", method="ONLINE")
            session.add(attempt)
            session.flush()
            session.add(
                Refund(payment_id=one.payment_id, attempt_id=attempt.id, paise=300, reason="PAID_TWICE")
            )  # fmt: skip

    assert at_once(*[come] * 6) == [None] * 6
    assert told(one.payment_id)[3:] == (paise + 6 * 700, 0, 6 * 300)
    assert wrongly_told() == []


def test_a_booking_tells_its_payment_where_and_with_whom_it_is() -> None:
    world = World(rows=0)
    with db.transaction() as session:
        one = make.appointment(world.patients[0], world.ravi, world.mumbai, make.at("11:00"))
        session.flush()
        booked = session.get_one(Appointment, one.id)
    assert told(booked.payment_id)[:3] == (world.mumbai.id, world.ravi.id, None)
