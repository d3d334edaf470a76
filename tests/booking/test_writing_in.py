"""What somebody gave back at the provider itself is written into the books, once, and never above what was paid."""

import pytest
from sqlalchemy import select

from mibo import booking, db, payments
from mibo.booking import mismatches, settling, writing_in
from mibo.errors import Invalid, Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.integrations import razorpay
from mibo.payments import Attempt, Receipt, Refund
from mibo.payments.heard import Mismatch
from mibo.payments.rules import AlreadyResolved
from tests import make
from tests.booking.money import Held, standing, told
from tests.booking.parked import newest
from tests.booking.refunds import called_off, manager_of, paid_online
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database", "sandbox")

WHY = "Paid twice, Ravi gave it back on Monday"


def given_back_there(waiting: Held, paise: int, key: str = "from-the-dashboard") -> int:
    """Somebody gives so much back in the provider's dashboard, and we hear of it: the mismatch that stands for it."""
    with db.reading() as session:
        of = Attempt.payment_id == waiting.appointment.payment_id, Attempt.provider_payment_id.is_not(None)
        paid_by = session.scalars(select(Attempt.provider_payment_id).where(*of)).one()
    made = razorpay.refund(paid_by or "", paise, key, {})
    assert settling.hear_of_refund(made, told_by="WEBHOOK") == "PARKED"
    return newest().id


def refunds(waiting: Held) -> list[tuple[int, str, str, str | None]]:
    with db.reading() as session:
        of = Refund.payment_id == waiting.appointment.payment_id
        found = session.scalars(select(Refund).where(of).order_by(Refund.id)).all()
        return [(each.paise, each.reason, each.status, each.way) for each in found]


def stands(mismatch_id: int) -> str | None:
    with db.reading() as session:
        return session.get_one(Mismatch, mismatch_id).resolution


def test_a_part_given_back_there_stands_in_the_books_once_and_the_patient_is_told(sandbox: Sandbox) -> None:
    waiting, manager = paid_online(sandbox), manager_of()
    parked = given_back_there(waiting, 500_00)
    made = writing_in.write_in(parked, WHY, by=manager)
    assert refunds(waiting) == [(500_00, "BY_MANAGER", "DONE", "PROVIDER")]
    assert (made.note, made.opened_by, made.decided_by) == (WHY, manager.account_id, manager.account_id)
    assert (standing(waiting).payment, stands(parked)) == ("PAID", "WRITTEN_IN")
    assert told(waiting)[-1] == "refund_done"
    with pytest.raises(AlreadyResolved):
        writing_in.write_in(parked, WHY, by=manager)
    # its webhook comes once more, and the daily look finds it: both know it
    again = razorpay.refunds(newest().provider_payment_id or "")
    assert [settling.hear_of_refund(each, told_by="RECONCILER") for each in again] == ["ALREADY"]
    with db.reading() as session:
        credited = session.scalars(select(Receipt.total_paise).where(Receipt.kind == "CREDIT_NOTE")).all()
    assert credited == [500_00]


def test_all_of_it_given_back_there_closes_the_payment(sandbox: Sandbox) -> None:
    waiting = paid_online(sandbox)
    parked = given_back_there(waiting, 1_700_00)
    writing_in.write_in(parked, WHY, by=manager_of())
    assert (standing(waiting).payment, refunds(waiting)) == (
        "REFUNDED", [(1_700_00, "BY_MANAGER", "DONE", "PROVIDER")],
    )  # fmt: skip


def test_it_is_taken_for_the_refund_of_that_sum_that_waits_on_the_list(sandbox: Sandbox) -> None:
    for approved in (False, True):
        waiting = paid_online(sandbox)
        back = called_off(waiting)
        if approved:
            back.do(booking.giving_back.approve)
        parked = given_back_there(waiting, 1_700_00, key=f"by-hand-{approved}")
        writing_in.write_in(parked, WHY, by=back.manager)
        assert refunds(waiting) == [(1_700_00, "CANCELLED_BY_CLINIC", "DONE", "PROVIDER")]


def test_what_waits_to_be_decided_is_lessened_so_that_together_no_more_goes_back_than_was_paid(
    sandbox: Sandbox,
) -> None:
    waiting = paid_online(sandbox)
    back = called_off(waiting)
    parked = given_back_there(waiting, 500_00)
    writing_in.write_in(parked, WHY, by=back.manager)
    assert refunds(waiting) == [
        (1_200_00, "CANCELLED_BY_CLINIC", "REQUESTED", None), (500_00, "BY_MANAGER", "DONE", "PROVIDER"),
    ]  # fmt: skip
    back.do(booking.giving_back.approve)
    more = given_back_there(waiting, 600_00, key="by-hand-again")
    with pytest.raises(mismatches.DoesNotFit, match="₹600 more would go back than was paid"):
        writing_in.write_in(more, WHY, by=back.manager)
    assert (stands(more), len(refunds(waiting))) == (None, 2)


def test_it_needs_a_reason_a_right_and_money_that_has_left(sandbox: Sandbox) -> None:
    waiting, manager = paid_online(sandbox), manager_of()
    parked = given_back_there(waiting, 500_00)
    for nothing in ("", " ok ", "4111 1111 1111 1111", "x" * 501):
        with pytest.raises(Invalid):
            writing_in.write_in(parked, nothing, by=manager)
    with pytest.raises(Refused):
        writing_in.write_in(parked, WHY, by=waiting.desk)
    with pytest.raises(Missing):
        writing_in.write_in(waiting.id, WHY, by=manager)
    sandbox.fault("razorpay", "500", times=1)
    with pytest.raises(mismatches.NotAnswered):
        writing_in.write_in(parked, WHY, by=manager)
    sandbox.clear_faults()
    assert (refunds(waiting), stands(parked)) == ([], None)


def test_looking_again_settles_what_our_books_know_by_now(sandbox: Sandbox) -> None:
    waiting, manager = paid_online(sandbox), manager_of()
    parked = given_back_there(waiting, 500_00)
    assert mismatches.look_again(parked, by=manager) == mismatches.Look.AS_BEFORE
    told_of = newest().about
    with db.transaction() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.status == "PAID")).one()
        opened = payments.open_refund_by_hand(attempt, 500_00, WHY, by=manager)
        payments.approve(payments.refund_locked(opened.id), "PROVIDER", by=manager)
        opened.provider_refund_id = told_of
    assert mismatches.look_again(parked, by=manager) == mismatches.Look.SETTLED
    assert stands(parked) == "SETTLED"


def test_books_that_differed_are_compared_anew(sandbox: Sandbox) -> None:
    waiting = paid_online(sandbox)
    with db.transaction() as session:
        manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
        attempt = session.scalars(select(Attempt).where(Attempt.payment_id == waiting.appointment.payment_id)).one()
        attempt.paise = 1_600_00
        payments.parking.park_payment(
            razorpay.payment(attempt.provider_payment_id or ""), "BOOKS_DIFFER", told_by="RECONCILER",
            attempt_id=attempt.id,
        )  # type: ignore[arg-type]  # fmt: skip
    parked = newest().id
    assert _looked(parked, manager) == ("AS_BEFORE", None)
    with db.transaction() as session:
        session.get_one(Attempt, attempt.id).paise = 1_700_00
    assert _looked(parked, manager) == ("SETTLED", "SETTLED")


def _looked(parked: int, by: Actor) -> tuple[str, str | None]:
    return mismatches.look_again(parked, by=by), stands(parked)
