"""Asking for money, taking it, and opening refunds, on a real database."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mibo import clock, db, payments
from mibo.clinics.policy import Policy
from mibo.errors import Invalid
from mibo.identity.permissions import Role
from mibo.payments import AlreadyPaid, Attempt, FeeMissing, Payment, Refund, RefundReason
from mibo.people import Patient
from tests import make

POLICY = Policy(registration_fee_paise=100_00)
pytestmark = pytest.mark.usefixtures("database")


def opened(patient: Patient, kind: str = "ORDER") -> Payment:
    return payments.open_payment(patient, make.clinician(), POLICY, kind, clock.now())


def desk() -> object:
    return make.actor(make.staff(Role.FRONT_DESK), Role.FRONT_DESK)


def refunds() -> list[tuple[int, str]]:
    rows = db.session().execute(select(Refund.paise, Refund.reason).order_by(Refund.id))
    return [(row.paise, row.reason) for row in rows]


def test_what_a_booking_owes_is_frozen_in_two_lines_with_one_open_attempt() -> None:
    with db.transaction():
        payment = opened(make.patient())
    assert (payment.consultation_paise, payment.registration_paise, payment.status) == (160_000, 10_000, "PENDING")
    assert [(a.kind, a.paise, a.currency, a.status) for a in payment.attempts] == [("ORDER", 170_000, "INR", "OPEN")]


def test_a_registered_patient_is_not_asked_for_registration_again() -> None:
    with db.transaction():
        assert opened(make.patient(registered=True)).amount_paise == 160_000


def test_a_clinician_without_a_fee_cannot_be_booked() -> None:
    with db.transaction(), pytest.raises(FeeMissing):
        payments.open_payment(make.patient(), make.clinician(fee_paise=None), POLICY, "ORDER", None)


def test_cash_closes_what_was_open_and_uses_up_the_registration_at_once() -> None:
    with db.transaction():
        patient = make.patient()
        payment = opened(patient, "LINK")
        payments.take_at_desk(payment, "CASH", "Paid in full", by=desk(), centre_id=make.centre().id)
    with db.reading() as session:
        stands = session.get_one(Payment, payment.id)
        assert (stands.status, stands.method, stands.paid_at is not None) == ("PAID", "CASH", True)
        tries = session.execute(select(Attempt.kind, Attempt.status, Attempt.paise).order_by(Attempt.id)).all()
        assert [tuple(row) for row in tries] == [("LINK", "VOID", 170_000), ("DESK", "PAID", 170_000)]
        assert session.get_one(Patient, patient.id).registration_paid_at == stands.paid_at


def test_money_is_taken_once_at_the_desk() -> None:
    with db.transaction():
        payment, who = opened(make.patient()), desk()
        payments.take_at_desk(payment, "UPI", None, by=who, centre_id=make.centre().id)
    with pytest.raises(AlreadyPaid), db.transaction():
        payments.take_at_desk(payment, "UPI", None, by=who, centre_id=make.centre().id)


@pytest.mark.parametrize(("method", "note"), [("ONLINE", None), ("cheque", None), ("CARD", "4111 1111 1111 1111")])
def test_the_desk_takes_three_methods_and_no_card_numbers(method: str, note: str | None) -> None:
    with pytest.raises(Invalid), db.transaction():
        payments.take_at_desk(opened(make.patient()), method, note, by=desk(), centre_id=make.centre().id)


def test_the_second_of_two_unpaid_bookings_falls_in_price_when_the_first_is_paid() -> None:
    with db.transaction():
        patient = make.patient()
        first, second = opened(patient), opened(patient)
        assert payments.record_paid(first.attempts[0], "pay_1", "ONLINE", clock.now()) == "paid"
    assert (first.registration_paise, second.registration_paise) == (10_000, 0)
    assert [(a.status, a.paise) for a in second.attempts] == [("VOID", 170_000), ("OPEN", 160_000)]


def test_the_old_price_paid_all_the_same_is_accepted_and_the_difference_goes_back() -> None:
    with db.transaction():
        patient = make.patient()
        first, second = opened(patient), opened(patient)
        payments.record_paid(first.attempts[0], "pay_1", "ONLINE", clock.now())
        old = second.attempts[0]
        assert payments.record_paid(old, "pay_2", "ONLINE", clock.now()) == "paid"
        assert refunds() == [(10_000, "PRICE_FELL")]
        assert (second.status, second.amount_paise, old.status) == ("PAID", 160_000, "PAID")


def test_a_booking_made_while_registration_was_being_paid_heals_when_it_is_asked_for() -> None:
    with db.transaction():
        patient = make.patient()
        payment = opened(patient)
        patient.registration_paid_at = clock.now()
    with db.transaction():
        attempt = payments.ask_by("ORDER", payment.id, clock.now())
        assert (attempt.paise, attempt.status) == (160_000, "OPEN")


def test_the_same_money_twice_is_noted_once() -> None:
    with db.transaction():
        payment = opened(make.patient())
        attempt = payment.attempts[0]
        assert payments.record_paid(attempt, "pay_1", "ONLINE", clock.now()) == "paid"
        assert payments.record_paid(attempt, "pay_1", "ONLINE", clock.now()) == "already"
        assert refunds() == []


def test_other_money_for_a_paid_booking_is_surplus_and_goes_back() -> None:
    with db.transaction():
        payment = opened(make.patient())
        payments.record_paid(payment.attempts[0], "pay_1", "ONLINE", clock.now())
        assert payments.record_paid(payment.attempts[0], "pay_2", "ONLINE", clock.now()) == "surplus"
        assert refunds() == [(170_000, "PAID_TWICE")]
        rows = db.session().execute(select(Attempt.status, Attempt.provider_payment_id).order_by(Attempt.id)).all()
        assert [tuple(row) for row in rows] == [("PAID", "pay_1"), ("SURPLUS", "pay_2")]


def test_a_refund_is_opened_once_for_each_attempt_and_reason() -> None:
    with db.transaction():
        attempt = opened(make.patient()).attempts[0]
        for _ in range(3):
            payments.open_refund(attempt, 500, RefundReason.PRICE_FELL)
        assert refunds() == [(500, "PRICE_FELL")]


def test_a_failure_is_noted_and_never_after_the_money_came() -> None:
    with db.transaction():
        attempt = opened(make.patient()).attempts[0]
        payments.record_failure(attempt, "payment_cancelled")
        assert (attempt.failure, attempt.status) == ("payment_cancelled", "OPEN")
        payments.record_paid(attempt, "pay_1", "ONLINE", clock.now())
        attempt.failed_at = attempt.failure = None
        payments.record_failure(attempt, "payment_failed")
        assert attempt.failed_at is None


def test_the_database_itself_refuses_a_second_success() -> None:
    with db.transaction():
        payment = opened(make.patient())
        payments.record_paid(payment.attempts[0], "pay_1", "ONLINE", clock.now())
    with pytest.raises(IntegrityError, match="uq_attempt_paid_once"), db.transaction() as session:
        session.add(Attempt(payment_id=payment.id, kind="DESK", paise=1, status="PAID"))


def test_the_database_itself_refuses_registration_twice() -> None:
    with db.transaction() as session:
        patient = make.patient()
        payments.record_paid(opened(patient).attempts[0], "pay_1", "ONLINE", clock.now())
        again = Payment(
            patient_id=patient.id,
            consultation_paise=1,
            registration_paise=10_000,
            status="PAID",
            paid_at=clock.now(),
        )
        session.add(again)
        with pytest.raises(IntegrityError, match="uq_payment_registration_once"):
            session.flush()
        session.rollback()


def test_where_a_patient_stands_with_registration() -> None:
    with db.transaction():
        assert payments.registration(make.patient(), POLICY) == payments.Registration(False, 10_000)
        assert payments.registration(make.patient(registered=True), POLICY) == payments.Registration(True, 0)


@pytest.mark.parametrize("told", [None, "", "mibo-", "mibo-x", "other-1", "mibo-99999999999999999999"])
def test_a_reference_that_is_not_ours_finds_nothing(told: str | None, work: Callable[[], None]) -> None:
    with db.transaction():
        assert payments.attempt_by_reference(told) is None


def test_our_reference_finds_its_attempt() -> None:
    with db.transaction():
        attempt = opened(make.patient()).attempts[0]
        assert payments.attempt_by_reference(payments.reference(attempt.id)) is attempt
