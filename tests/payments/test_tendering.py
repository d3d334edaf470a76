"""Money handed over at the desk: parts that sum to what is owed, and a UPI reference that counts once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mibo import booking, db, payments
from mibo.audit import AuditEntry
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity.permissions import Role
from mibo.payments import Attempt, Handed, Payment, Tender
from mibo.payments.rules import main_method, reference_in, shares
from tests import make
from tests.booking.money import Held, held
from tests.invariants import broken
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database", "sandbox")
OWED = 170_000
METHODS = st.sampled_from(payments.DESK_METHODS)
SOME = st.integers(-5, OWED + 5) | st.none()


@settings(max_examples=60)
@given(parts=st.lists(st.tuples(METHODS, SOME), min_size=0, max_size=5), owed=st.integers(1, OWED))
def test_parts_come_to_exactly_what_is_owed_or_are_refused(parts: list[tuple[str, int | None]], owed: int) -> None:
    handed = [Handed(method, paise) for method, paise in parts]
    try:
        made = shares(handed, owed)
    except Invalid:
        return
    assert sum(one.paise or 0 for one in made) == owed
    assert all(one.paise and one.paise > 0 for one in made)
    assert [one.method for one in made] == [one.method for one in handed]
    assert main_method(made) in {one.method for one in made}


@pytest.mark.parametrize(
    ("method", "note", "reference"),
    [
        ("UPI", "412345678901", "412345678901"),
        ("UPI", "UTR: 4123 4567 8901", "412345678901"),
        ("UPI", "ref. 4123-4567-8901 ", "412345678901"),
        ("UPI", "called from 919876543210", None),
        ("UPI", "4123456789012", None),
        ("UPI", None, None),
        ("CASH", "412345678901", None),
    ],
)
def test_a_note_that_is_nothing_but_a_upi_reference_is_one(
    method: str, note: str | None, reference: str | None
) -> None:
    assert reference_in(method, note) == reference


@pytest.mark.parametrize(
    ("handed", "field", "words"),
    [
        ([Handed("CASH", reference="x" * 41)], "reference", "Keep it to 40"),
        ([Handed("UPI", reference="41234567890")], "reference", "12 digits"),
        ([Handed("CARD", reference="4111 1111 1111 1112")], "reference", "card number"),
        ([Handed("CASH"), Handed("UPI", OWED)], "also_1_rupees", "Only ₹1,700 is owed"),
        ([Handed("CASH"), Handed("UPI", 0)], "also_1_rupees", "at least ₹1"),
        ([Handed("CASH"), Handed("UPI", 10**14)], "also_1_rupees", "Only ₹1,700"),
        ([Handed("CASH"), Handed("UPI", 500, "123")], "also_1_reference", "12 digits"),
        ([Handed("CASH"), Handed("ONLINE", 500)], "also_1_method", "cash, card or UPI"),
        ([Handed("CASH", 100), Handed("UPI", 500)], "method", "come to"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(handed: list[Handed], field: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        shares(handed, OWED)
    assert refused.value.problems[0].field == field


def stands() -> list[tuple[str, int, str | None]]:
    with db.reading() as session:
        rows = session.scalars(select(Tender).where(Tender.voided_at.is_(None)).order_by(Tender.id)).all()
    return [(one.method, one.paise, one.reference) for one in rows]


def pay(waiting: Held, method: str = "UPI", **more: object) -> None:
    with db.transaction():
        booking.pay_at_desk(waiting.id, method, more.pop("note", None), by=more.pop("by", waiting.desk), **more)


def test_a_payment_in_three_ways_is_one_success_of_three_tenders() -> None:
    waiting = held()
    also = (Handed("UPI", 100_000, "4123 4567 8901"), Handed("CARD", 20_000, "Slip 482"))
    pay(waiting, "CASH", also=also, shown_paise=OWED)
    assert stands() == [("CASH", 50_000, None), ("UPI", 100_000, "412345678901"), ("CARD", 20_000, "Slip 482")]
    with db.reading() as session:
        assert session.scalars(select(Payment.method)).one() == "UPI"
        assert session.scalars(select(Attempt.paise).where(Attempt.status == "PAID")).one() == OWED
    assert broken(db.write_engine().url.render_as_string(hide_password=False)) == {}


def test_a_price_that_is_not_the_one_shown_takes_nothing() -> None:
    waiting = held()
    with pytest.raises(Conflict, match="₹1,700 is to pay now"):
        pay(waiting, "CASH", shown_paise=160_000)
    assert stands() == []


def test_a_upi_reference_used_before_is_refused_with_where_it_was_for_those_within_reach() -> None:
    first = held()
    second = held(beside=first, at="12:00")
    pay(first, reference="412345678901")
    with pytest.raises(Invalid, match=r"noted before: Asha Menon, MB-\w+, ₹1,700") as refused:
        pay(second, reference="4123-4567-8901")
    assert refused.value.problems[0].field == "reference"
    with pytest.raises(Invalid, match="noted before: Asha"):
        pay(second, note="UTR 412345678901")
    with pytest.raises(Invalid, match="noted before") as split:
        pay(second, "CASH", also=(Handed("UPI", 500, "412345678901"),))
    assert split.value.problems[0].field == "also_1_reference"
    elsewhere = held()
    with pytest.raises(Invalid, match="at another centre") as strange:
        pay(elsewhere, reference="412345678901")
    assert "Asha" not in strange.value.message
    assert len(stands()) == 1


def test_two_desks_that_note_one_upi_reference_at_once_are_told_apart() -> None:
    first = held()
    second = held(beside=first, at="12:00")
    outcomes = at_once(lambda: pay(first, reference="412345678901"), lambda: pay(second, reference="412345678901"))
    assert sorted(map(str, outcomes)) == ["Invalid", "None"]
    assert len(stands()) == 1


def test_two_desks_that_take_one_payment_at_once_take_it_once() -> None:
    waiting = held()
    outcomes = at_once(lambda: pay(waiting, "CASH"), lambda: pay(waiting, "CARD"), lambda: pay(waiting, "CASH"))
    assert sorted(map(str, outcomes)) == ["AlreadyPaid", "AlreadyPaid", "None"]
    assert len(stands()) == 1


def test_what_the_desk_unsays_frees_its_reference() -> None:
    first = held()
    second = held(beside=first, at="12:00")
    pay(first, reference="412345678901")
    with db.transaction() as session:
        who = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
        payments.unsay_desk_payment(session.scalars(select(Payment.id).where(Payment.status == "PAID")).one(), by=who)
    assert stands() == []
    pay(second, reference="412345678901")
    assert len(stands()) == 1


def without_reference(waiting: Held, *methods: str) -> list[Tender]:
    pay(waiting, methods[0], also=tuple(Handed(each, 50_000) for each in methods[1:]))
    with db.reading():
        return list(payments.tenders_of(waiting.appointment.payment_id))


def later(waiting: Held, tender: Tender, reference: str) -> str | None:
    with db.transaction():
        about = waiting.appointment.payment_id
        return booking.desk_money.add_reference(about, tender.id, reference, by=waiting.desk).reference


def test_a_reference_that_was_missing_is_noted_later_once_and_by_whoever_may() -> None:
    waiting, another = held(), held()
    card, upi = without_reference(waiting, "CARD", "UPI")
    (cash,) = without_reference(another, "CASH")
    for wrong in ("123", "", "4111 1111 1111 1111"):
        with pytest.raises(Invalid):
            later(waiting, upi, wrong)
    assert later(waiting, upi, "4123 4567-8901") == "412345678901"
    with pytest.raises(payments.ReferenceKnown):
        later(waiting, upi, "412345678902")
    assert later(waiting, card, "SLIP 77, 4242") == "SLIP 77, 4242"
    for elsewhere, part in ((another, cash), (another, card), (waiting, cash)):
        with pytest.raises(Missing):
            later(elsewhere, part, "412345678903")
    with db.reading() as session:
        acts = session.scalars(select(AuditEntry.by_account_id).where(AuditEntry.act == "payment.reference_added"))
        assert list(acts) == [waiting.desk.account_id] * 2


def test_a_upi_reference_noted_later_counts_once_as_well() -> None:
    first, second = held(), held()
    (one,), (two,) = without_reference(first, "UPI"), without_reference(second, "UPI")
    assert later(first, one, "412345678901") == "412345678901"
    with pytest.raises(Invalid, match="noted before"):
        later(second, two, "412345678901")
    assert later(second, two, "412345678902") == "412345678902"
