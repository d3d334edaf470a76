"""Discounts and waivers: with a reason, by somebody who may, and what costs nothing is settled (R-PAY-6, 7)."""

import pytest
from sqlalchemy import select

from mibo import booking, clinics, clock, db, payments
from mibo.clinics import PolicyVersion
from mibo.errors import Conflict, Invalid, Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.payments import AlreadyPaid, Payment, RefundReason
from mibo.people import Patient
from tests import make
from tests.booking.money import Held, Standing, held, standing
from tests.invariants import broken

pytestmark = pytest.mark.usefixtures("database", "sandbox")


@pytest.fixture
def boss() -> Actor:
    with db.transaction():
        return make.actor(make.staff(Role.MANAGER), Role.MANAGER)


def adjust(waiting: Held, kind: str, by: Actor, paise: int | None = None, reason: str = "Hardship") -> None:
    with db.transaction():
        booking.adjusting.adjust_price(waiting.id, kind, paise, reason, by=by)


def unbroken() -> dict[str, list[object]]:
    return broken(db.write_engine().url.render_as_string(hide_password=False))


def test_a_discount_is_the_new_price_for_whoever_asks_for_money(boss: Actor) -> None:
    waiting = held()
    old = booking.open_order(waiting.id, by=waiting.by)
    adjust(waiting, "DISCOUNT", boss, 60_000)
    assert booking.open_order(waiting.id, by=waiting.by).paise == 110_000
    assert old.paise == 170_000
    with db.transaction():
        booking.pay_at_desk(waiting.id, "CASH", None, by=waiting.desk, shown_paise=110_000)
    assert standing(waiting).attempts[-1] == ("DESK", "PAID", 110_000)
    assert unbroken() == {}


def test_the_old_price_paid_after_a_discount_goes_back_by_the_difference(boss: Actor) -> None:
    waiting = held()
    adjust(waiting, "DISCOUNT", boss, 60_000)
    with db.transaction() as session:
        payment = session.get_one(Payment, waiting.appointment.payment_id)
        first = payments.locked(payment.id).attempts[0]
        payments.record_paid(first, "pay_1", "ONLINE", clock.now())
    assert standing(waiting).refunds == [(60_000, RefundReason.PRICE_FELL)]


def test_a_booking_waived_to_nothing_is_confirmed_without_any_money(boss: Actor) -> None:
    waiting = held(kind="LINK")
    adjust(waiting, "WAIVE_REGISTRATION", boss)
    adjust(waiting, "WAIVE_CONSULTATION", boss)
    assert standing(waiting) == Standing(
        "CONFIRMED", "PAID", [("LINK", "VOID", 170_000), ("LINK", "VOID", 160_000)], []
    )
    with db.reading() as session:
        assert session.get_one(Patient, waiting.patient.id).registration_paid_at is not None
        noted = payments.adjustments_of(waiting.appointment.payment_id)
        assert [(one.kind, one.paise, one.reason) for one in noted] == [
            ("WAIVE_REGISTRATION", 10_000, "Hardship"), ("WAIVE_CONSULTATION", 160_000, "Hardship"),
        ]  # fmt: skip
    with pytest.raises(AlreadyPaid):
        adjust(waiting, "DISCOUNT", boss, 100)
    with db.transaction():
        booking.call_off(waiting.id, reason="The clinician is ill", by=boss)
    assert standing(waiting).refunds == []
    assert unbroken() == {}


def test_a_waived_registration_is_waived_for_life_and_on_every_unpaid_booking(boss: Actor) -> None:
    first = held()
    second = held(beside=first, at="12:00", patient=first.patient)
    adjust(first, "WAIVE_REGISTRATION", boss)
    assert standing(first).attempts[-1] == ("ORDER", "OPEN", 160_000)
    assert standing(second).attempts == [("ORDER", "VOID", 170_000), ("ORDER", "OPEN", 160_000)]
    with pytest.raises(Conflict, match="not owed"):
        adjust(second, "WAIVE_REGISTRATION", boss)


def test_a_registration_paid_elsewhere_is_asked_for_no_more(boss: Actor) -> None:
    first = held()
    second = held(beside=first, at="12:00", patient=first.patient)

    def note(by: Actor, reason: str = "Paper receipt 118 of 2019") -> None:
        with db.transaction():
            payments.registration_paid_elsewhere(first.patient.id, reason, by=by)

    with pytest.raises(Refused):
        note(first.desk)
    with pytest.raises(Invalid):
        note(boss, "x")
    note(boss)
    with pytest.raises(Conflict, match="already"):
        note(boss)
    for one in (first, second):
        assert standing(one).attempts[-1] == ("ORDER", "OPEN", 160_000)


def test_what_was_taken_off_by_mistake_is_owed_again(boss: Actor) -> None:
    waiting = held()
    adjust(waiting, "DISCOUNT", boss, 60_000)
    adjust(waiting, "WAIVE_REGISTRATION", boss)
    with db.reading():
        noted = payments.adjustments_of(waiting.appointment.payment_id)
    for one in [*noted, noted[0]]:
        with db.transaction():
            booking.adjusting.undo_price(waiting.id, one.id, by=boss)
    assert standing(waiting).attempts[-1] == ("ORDER", "OPEN", 170_000)
    with db.reading() as session:
        assert session.get_one(Patient, waiting.patient.id).registration_paid_at is None
        assert payments.adjustments_of(waiting.appointment.payment_id) == []
    with pytest.raises(Conflict), db.transaction():
        booking.adjusting.undo_price(held().id, noted[0].id, by=boss)


@pytest.mark.parametrize(
    ("kind", "paise", "reason", "field"),
    [
        ("DISCOUNT", 0, "Hardship", "rupees"),
        ("DISCOUNT", -100, "Hardship", "rupees"),
        ("DISCOUNT", None, "Hardship", "rupees"),
        ("DISCOUNT", 160_001, "Hardship", "rupees"),
        ("DISCOUNT", 10**14, "Hardship", "rupees"),
        ("PAID_ELSEWHERE", 100, "Hardship", "kind"),
        ("WAIVE_CONSULTATION", None, "", "reason"),
        ("WAIVE_CONSULTATION", None, "x" * 201, "reason"),
        ("WAIVE_CONSULTATION", None, "card 4111 1111 1111 1111", "reason"),
    ],
)
def test_what_cannot_be_taken_off_is_said_at_its_field(
    boss: Actor, kind: str, paise: int | None, reason: str, field: str
) -> None:
    waiting = held()
    with pytest.raises(Invalid) as refused:
        adjust(waiting, kind, boss, paise, reason)
    assert refused.value.problems[0].field == field
    assert standing(waiting).attempts == [("ORDER", "OPEN", 170_000)]


def test_the_desk_gives_no_discount_unless_the_policy_grants_it_and_never_beyond() -> None:
    waiting = held()
    with pytest.raises(Refused, match="Only a manager"):
        adjust(waiting, "DISCOUNT", waiting.desk, 100)
    with db.transaction() as session:
        session.add(PolicyVersion(numbers={"desk_discount_percent": 10}, reason="For the test", decided_by=None))
    clinics.forget_policy()
    adjust(waiting, "DISCOUNT", waiting.desk, 10_000)
    with pytest.raises(Refused, match="₹160 at most"):
        adjust(waiting, "DISCOUNT", waiting.desk, 6_001)
    adjust(waiting, "DISCOUNT", waiting.desk, 6_000)
    with pytest.raises(Refused):
        adjust(waiting, "WAIVE_REGISTRATION", waiting.desk)
    with db.reading() as session:
        assert session.scalars(select(Payment.consultation_paise)).one() == 144_000
    elsewhere = held().desk
    with pytest.raises(Missing):
        adjust(waiting, "DISCOUNT", elsewhere, 100)
