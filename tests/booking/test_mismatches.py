"""Money that does not match, and what a person does about it."""

import pytest
from sqlalchemy import select

from mibo import booking, db
from mibo.audit import AuditEntry
from mibo.booking import Outcome, Status, mismatches
from mibo.errors import Invalid
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.integrations import razorpay
from mibo.payments import Attempt
from mibo.payments.heard import Mismatch
from mibo.payments.rules import AlreadyResolved
from tests import make
from tests.booking.money import PAID, Standing, held, standing, told
from tests.booking.parked import heard, newest, paid, stray
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database", "sandbox")


@pytest.fixture
def manager(database: object) -> Actor:
    with db.transaction():
        return make.actor(make.staff(Role.MANAGER), Role.MANAGER)


def stands(mismatch_id: int) -> tuple[str | None, int | None]:
    with db.reading() as session:
        one = session.get_one(Mismatch, mismatch_id)
        return one.resolution, one.resolved_by


def audited(mismatch_id: int) -> list[tuple[str, int | None]]:
    with db.reading() as session:
        wanted = select(AuditEntry).where(AuditEntry.subject_id == mismatch_id).order_by(AuditEntry.id)
        return [(each.act, each.by_account_id) for each in session.scalars(wanted)]


def test_money_of_nobody_is_attached_to_the_booking_it_is_for(sandbox: Sandbox, manager: Actor) -> None:
    waiting = held()
    parked = heard(stray(sandbox))
    assert mismatches.attach(parked, waiting.appointment.reference.lower(), by=manager) == Outcome.CONFIRMED
    assert stands(parked) == ("ATTACHED", manager.account_id)
    assert standing(waiting) == Standing(
        "CONFIRMED", "PAID", [("ORDER", "VOID", 170_000), ("ORDER", "PAID", 170_000)], []
    )
    assert told(waiting) == ["booking_confirmed"]
    assert audited(parked) == [("mismatch.opened", None), ("mismatch.attached", manager.account_id)]
    with pytest.raises(AlreadyResolved):
        mismatches.attach(parked, waiting.appointment.reference, by=manager)


def test_money_is_attached_only_where_it_fits(sandbox: Sandbox, manager: Actor) -> None:
    waiting, settled = held(), held(status=Status.CONFIRMED)
    little = heard(stray(sandbox, paise=1_00))
    enough = heard(stray(sandbox, receipt="another"))
    for parked, booked, words in [(little, waiting, "another amount"), (enough, settled, "paid already")]:
        with pytest.raises(mismatches.DoesNotFit, match=words):
            mismatches.attach(parked, booked.appointment.reference, by=manager)
    with pytest.raises(Invalid, match="no booking of that reference"):
        mismatches.attach(enough, "MB-0000", by=manager)
    assert [stands(each) for each in (little, enough)] == [(None, None)] * 2
    assert standing(waiting).payment == "PENDING"


def test_money_attached_to_a_booking_whose_time_is_gone_goes_back(sandbox: Sandbox, manager: Actor) -> None:
    late = held(status=Status.EXPIRED)
    held(beside=late, status=Status.CONFIRMED)
    parked = heard(stray(sandbox))
    assert mismatches.attach(parked, late.appointment.reference, by=manager) == Outcome.TOO_LATE
    assert standing(late).refunds == [(170_000, "PAID_TOO_LATE")]
    assert stands(parked) == ("ATTACHED", manager.account_id)


def test_a_wrong_amount_goes_back_beside_its_booking_and_of_nobody_beside_the_one_named(
    sandbox: Sandbox, manager: Actor
) -> None:
    waiting = held()
    order = booking.open_order(waiting.id, by=waiting.by)
    little = paid(sandbox, order_id=order.order_id)
    wrong = heard(little, amount=5_00)
    # the provider is asked again before anything goes back, and what it says counts
    assert mismatches.give_back(wrong, None, by=manager) == 170_000
    assert standing(waiting).refunds == [(170_000, "NOT_ASKED_FOR")]
    nobodys = heard(stray(sandbox, paise=9_00))
    with pytest.raises(Invalid, match="no booking of that reference"):
        mismatches.give_back(nobodys, None, by=manager)
    assert mismatches.give_back(nobodys, waiting.appointment.reference, by=manager) == 9_00
    assert standing(waiting).refunds == [(170_000, "NOT_ASKED_FOR"), (9_00, "NOT_ASKED_FOR")]
    assert [stands(each)[0] for each in (wrong, nobodys)] == ["GIVEN_BACK", "GIVEN_BACK"]
    # told of once more, it is known
    with db.reading() as session:
        known = session.scalars(select(Attempt.provider_payment_id).where(Attempt.status == "SURPLUS")).all()
    assert little.id in known


def test_looking_again_finds_the_order_whose_answer_was_lost_by_our_own_reference(
    sandbox: Sandbox, manager: Actor
) -> None:
    waiting = held()
    with db.reading() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.payment_id == waiting.appointment.payment_id)).one()
    order = razorpay.open_order(f"mibo-{attempt.id}", attempt.paise, {})  # and the process dies here
    parked = heard(paid(sandbox, order_id=order.id))
    assert mismatches.look_again(parked, by=manager) == mismatches.Look.SETTLED
    assert (standing(waiting), stands(parked)) == (PAID, ("SETTLED", None))


def test_looking_again_changes_nothing_where_nothing_has_changed(sandbox: Sandbox, manager: Actor) -> None:
    parked = heard(stray(sandbox))
    assert mismatches.look_again(parked, by=manager) == mismatches.Look.AS_BEFORE
    assert stands(parked) == (None, None)
    sandbox.fault("razorpay", "500", times=1)
    with pytest.raises(mismatches.NotAnswered):
        mismatches.look_again(parked, by=manager)
    sandbox.clear_faults()
    payment = newest().provider_payment_id
    razorpay.refund(payment or "", 170_000, "from-the-dashboard", {})
    assert mismatches.look_again(parked, by=manager) == mismatches.Look.GIVEN_BACK
    assert stands(parked) == ("GIVEN_BACK", manager.account_id)
    with pytest.raises(AlreadyResolved):
        mismatches.look_again(parked, by=manager)


def test_money_that_is_not_there_any_more_is_not_given_back_twice(sandbox: Sandbox, manager: Actor) -> None:
    waiting = held()
    payment = stray(sandbox)
    parked = heard(payment)
    razorpay.refund(payment.id, 170_000, "from-the-dashboard", {})
    for act in (mismatches.attach, mismatches.give_back):
        with pytest.raises(mismatches.DoesNotFit):
            act(parked, waiting.appointment.reference, by=manager)
    assert standing(waiting).refunds == []


def test_setting_aside_needs_a_reason_and_stays_so_however_often_it_is_told(sandbox: Sandbox, manager: Actor) -> None:
    payment = stray(sandbox)
    parked = heard(payment)
    for nothing in ("", "  ok ", "4111 1111 1111 1111"):
        with pytest.raises(Invalid):
            mismatches.set_aside(parked, nothing, by=manager)
    mismatches.set_aside(parked, "The clinic's own test payment", by=manager)
    booking.settle(heard_again(payment))
    assert (newest().id, stands(parked)) == (parked, ("SET_ASIDE", manager.account_id))


def heard_again(payment: razorpay.ProviderPayment) -> int:
    from mibo.payments import ProviderEvent

    with db.transaction() as session:
        event = session.scalars(select(ProviderEvent)).one()
        again = ProviderEvent(provider="razorpay", event_id="again", kind=event.kind, body=event.body)
        session.add(again)
        session.flush()
    return again.id
