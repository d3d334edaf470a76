"""Documents of money: numbers without a gap, amounts that sum, and nothing that changes afterwards (M16)."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from mibo import booking, clock, db, payments
from mibo.booking import Appointment, Status
from mibo.errors import Invalid
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.money import in_words
from mibo.payments import Payment, Receipt, ReceiptCounter, Refund, RefundReason
from mibo.payments import receipt_rules as rules
from mibo.payments.billing import billing_for
from mibo.payments.receipt_rules import CONSULTATION, REGISTRATION, Kind, Line
from tests import make
from tests.booking.money import Held, held
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")
GSTIN = "32AAAAA0000A1Z" + rules.check_digit("32AAAAA0000A1Z")
NOON = datetime(2026, 11, 29, 6, 30, tzinfo=UTC)
DONE = {"status": "DONE", "way": "DESK", "method": "CASH", "decided_at": NOON, "done_at": NOON}
PAISE = st.integers(1, 10**12)
RATE = st.sampled_from(rules.RATES)


def make_staff() -> Account:
    with db.transaction():
        return make.staff(Role.MANAGER)


def pay(one: Held, method: str = "CASH") -> None:
    with db.transaction():
        booking.pay_at_desk(one.id, method, None, by=one.desk)


def documents() -> list[Receipt]:
    with db.reading() as session:
        return list(session.scalars(select(Receipt).order_by(Receipt.kind, Receipt.year, Receipt.number)))


def taxed(one: Held, *, consultation: int = 0, registration: int = 0, prefix: str = "KOC") -> None:
    with db.transaction():
        payments.set_billing(
            one.centre.id,
            {
                "legal_name": "Mibo Care LLP", "gstin": GSTIN, "prefix": prefix, "consultation_sac": "999312",
                "consultation_rate_bp": consultation, "registration_sac": "999319",
                "registration_rate_bp": registration,
            },
            by=one.desk.account_id,
        )  # fmt: skip


def give_back(one: Held, paise: int, reason: RefundReason = RefundReason.CANCELLED_BY_CLINIC) -> int:
    """A refund that has been carried out."""
    with db.transaction() as session:
        attempt = payments.newest_attempt(one.appointment.payment_id)
        assert attempt
        made = Refund(payment_id=attempt.payment_id, attempt_id=attempt.id, paise=paise, reason=reason, **DONE)
        session.add(made)
        session.flush()
        return made.id


def credit(refund_id: int) -> Receipt | None:
    with db.transaction():
        return payments.issue_credit_note(refund_id)


def test_what_is_paid_at_the_desk_has_a_receipt_of_the_same_moment() -> None:
    one = held()
    pay(one)
    (made,) = documents()
    assert (made.kind, made.number, made.total_paise) == (Kind.RECEIPT, 1, 170_000)
    assert made.code == f"{made.prefix}/R{made.year % 100}{(made.year + 1) % 100}/00001"
    words = [(line["words"], line["paise"]) for line in made.content["lines"]]
    assert words == [("Consultation", 160_000), ("Registration, once", 10_000)]
    assert made.content["paid"] == [{"method": "CASH", "paise": 170_000, "reference": None}]
    assert made.content["patient"] == {"name": "Asha Menon", "mrn": None}
    assert made.content["clinician"]["registration_number"] == "RCI-1001"
    assert "mental" not in str(made.content).lower()
    with db.transaction():
        again = payments.issue_receipt(one.appointment.payment_id)
    assert again is not None
    assert again.id == made.id


def test_what_was_taken_off_stands_as_its_own_line() -> None:
    one = held()
    manager = make.actor(make_staff(), Role.MANAGER)
    with db.transaction():
        payments.adjust(one.appointment.payment_id, "DISCOUNT", 20_000, "long in care", by=manager)
        payments.adjust(one.appointment.payment_id, "WAIVE_REGISTRATION", None, "of the house", by=manager)
    pay(one)
    (made,) = documents()
    words = [(line["words"], line["paise"]) for line in made.content["lines"]]
    assert words == [
        ("Consultation", 160_000), ("Discount", -20_000), ("Registration, once", 10_000),
        ("Registration waived", -10_000),
    ]  # fmt: skip
    assert made.total_paise == 140_000
    note = credit(give_back(one, 140_000))
    assert note is not None
    assert [(line["words"], line["paise"]) for line in note.content["lines"]] == [("Consultation", 140_000)]


def test_the_tax_of_the_centre_decides_what_the_document_is() -> None:
    exempt = held()
    taxed(exempt)
    pay(exempt)
    taxable = held(beside=exempt, at="11:00")
    taxed(taxable, registration=1800)
    pay(taxable)
    bill, invoice = documents()
    assert (bill.kind, bill.content["taxes"], bill.content["issuer"]["gstin"]) == (Kind.BILL_OF_SUPPLY, [], GSTIN)
    assert (invoice.kind, invoice.number) == (Kind.INVOICE, 1)
    assert invoice.content["taxes"] == [{"rate_bp": 1800, "taxable_paise": 8474, "half_paise": 763}]


def test_what_is_set_is_checked() -> None:
    one, other = held(), held()
    taxed(one)
    told = {
        "legal_name": "Somebody else", "gstin": None, "prefix": "KOC", "consultation_sac": "999312",
        "consultation_rate_bp": 0, "registration_sac": "999312", "registration_rate_bp": 0,
    }  # fmt: skip
    for wrong, field in (({}, "prefix"), ({"prefix": "BLR", "consultation_rate_bp": 1800}, "gstin")):
        with db.transaction(), pytest.raises(Invalid) as refused:
            payments.set_billing(other.centre.id, told | wrong, by=one.desk.account_id)
        assert refused.value.problems[0].field == field
    assert rules.check_gstin(GSTIN.lower()) == GSTIN
    for typed in (GSTIN[:-1] + ("0" if GSTIN[-1] != "0" else "1"), "", "32AAAAA0000A1Z", "X" * 15):
        with pytest.raises(Invalid):
            rules.check_gstin(typed)


def test_fifty_at_once_across_the_new_financial_year_leave_no_gap() -> None:
    with db.transaction():
        where = make.centre()
        who, asha = make.clinician(where), make.patient(registered=True)
        many = [
            make.appointment(
                asha, who, where, make.at(f"{9 + n % 8:02d}:00", make.tomorrow() + timedelta(days=n // 8)), kind="LINK",
                paid=n == 0, status=Status.CONFIRMED,
            )
            for n in range(51)
        ]  # fmt: skip
        first = many[0]
        payments.issue_receipt(first.payment_id)
    midnight = datetime(2027, 3, 31, 18, 30, tzinfo=UTC)

    def one_of(each: Appointment) -> object:
        with db.transaction() as session:
            session.execute(
                update(Payment).where(Payment.id == each.payment_id)
                .values(status="PAID", method="CASH", paid_at=clock.now())
            )  # fmt: skip
            made = payments.issue_receipt(each.payment_id)
            assert made
            if each.id % 5 == 0:
                raise RuntimeError("it came to nothing after all")
        return made.code

    with time_machine.travel(midnight - timedelta(seconds=1), tick=False) as clocks:
        acts = [lambda each=each: one_of(each) for each in many[1:]]
        done = at_once(*acts[:8])
        done += at_once(*acts[8:25], lambda: clocks.move_to(midnight), *acts[25:42])
        done += at_once(*acts[42:])
    came_to_nothing = sum(each.id % 5 == 0 for each in many[1:])
    assert done.count("RuntimeError") == came_to_nothing
    made = [one for one in documents() if one.payment_id != first.payment_id]
    assert len(made) == 50 - came_to_nothing
    for year in (2026, 2027):
        of_year = [one for one in made if one.year == year]
        assert [one.number for one in of_year] == list(range(of_year[0].number, of_year[0].number + len(of_year)))
        assert of_year[0].number in (1, 2)
        assert all((one.issued_on < date(2027, 4, 1)) == (year == 2026) for one in of_year)
    with db.reading() as session:
        for counted in session.scalars(select(ReceiptCounter)):
            assert counted.last == max(one.number for one in documents() if one.year == counted.year)


def test_nothing_that_was_issued_changes_or_goes() -> None:
    one = held()
    pay(one)
    for statement in (
        "delete from receipt", "truncate receipt cascade", "update receipt set total_paise = 1",
        "update receipt set cancelled_at = now(), code = 'ABC/R2627/00099'",
    ):  # fmt: skip
        with pytest.raises(IntegrityError) as refused, db.transaction() as session:
            session.execute(text(statement))
        assert isinstance(refused.value.orig, psycopg.errors.CheckViolation)
    assert documents()[0].total_paise == 170_000


def test_a_payment_noted_by_mistake_cancels_its_receipt_and_the_next_has_a_number_of_its_own() -> None:
    one = held()
    pay(one)
    with db.transaction():
        payments.unsay_desk_payment(one.appointment.payment_id, by=one.desk)
    with db.transaction():
        payments.take_at_desk(
            db.session().get_one(Payment, one.appointment.payment_id), "UPI", None, one.desk, centre_id=one.centre.id
        )
    first, second = documents()
    assert (first.cancelled_at is not None, first.cancelled_by) == (True, one.desk.account_id)
    assert (second.number, second.cancelled_at) == (2, None)
    with pytest.raises(IntegrityError), db.transaction() as session:
        session.execute(text("update receipt set cancelled_at = null"))


def test_what_goes_back_is_credited_to_the_paisa_and_never_more_than_was_billed() -> None:
    one = held()
    taxed(one, consultation=1800, registration=1800)
    pay(one)
    refund = give_back(one, 50_001, RefundReason.CANCELLED_IN_TIME)
    note, again = credit(refund), credit(refund)
    assert note is not None
    assert again is not None
    assert note.id == again.id
    assert (note.kind, note.number, note.total_paise) == (Kind.CREDIT_NOTE, 1, 50_001)
    rest = credit(give_back(one, 119_999))
    assert rest is not None
    assert [line["about"] for line in rest.content["lines"]] == [CONSULTATION, REGISTRATION]
    bill = next(each for each in documents() if each.kind == Kind.INVOICE)
    assert sum(each.total_paise for each in documents() if each.against_id == bill.id) == bill.total_paise
    assert note.content["against"]["code"] == bill.code


def test_money_that_no_document_was_issued_for_is_not_credited() -> None:
    one = held()
    pay(one)
    with db.transaction() as session:
        attempt = payments.newest_attempt(one.appointment.payment_id)
        assert attempt
        payments.record_surplus(attempt, "pay_second", clock.now(), RefundReason.PAID_TWICE)
        session.execute(update(Refund).values(**DONE))
        (refund,) = payments.refunds_of(attempt.payment_id)
    assert credit(refund.id) is None
    assert credit(1) is None


def test_a_centre_that_set_nothing_gets_a_prefix_nobody_has() -> None:
    with db.transaction():
        names = ("Kochi", "Kochi North", "കൊച്ചി", "K 1")
        prefixes = [billing_for(make.centre(name)).prefix for name in names]
    assert prefixes == ["KOC", "KO1", "CLN", "KCL"]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([CONSULTATION, REGISTRATION]), RATE, PAISE), min_size=1, max_size=4))
def test_tax_within_a_price_sums_to_the_price(parts: list[tuple[str, int, int]]) -> None:
    lines = [Line(about, about, "999312", rate, paise) for about, rate, paise in parts]
    for tax in rules.taxes_of(lines):
        of_rate = sum(line.paise for line in lines if line.rate_bp == tax.rate_bp)
        assert tax.taxable_paise + 2 * tax.half_paise == of_rate
        assert abs(2 * tax.half_paise - of_rate * tax.rate_bp / (10_000 + tax.rate_bp)) <= 1


@settings(max_examples=50)
@given(st.integers(1, 10**7), st.integers(0, 10**5), st.lists(st.integers(1, 10**6), max_size=6), st.integers(0, 10**5))
def test_credits_of_any_refunds_never_exceed_the_bill(
    consultation: int, registration: int, refunds: list[int], beyond: int
) -> None:
    lines = [Line(CONSULTATION, "", "", 0, consultation)]
    lines += [Line(REGISTRATION, "", "", 0, registration)] if registration else []
    bill = consultation + registration
    money, back, noted = bill + beyond, 0, list[Line]()
    for refund in refunds:
        back += min(refund, money - back)
        paise = rules.to_credit(bill, money, back, sum(line.paise for line in noted))
        noted += rules.credited(lines, noted, paise, registration_first=refund % 2 == 0)
        assert bill - sum(line.paise for line in noted) == min(bill, money - back)


def test_the_financial_year_turns_on_the_first_of_april() -> None:
    assert [rules.year_of(date(2027, 3, 31)), rules.year_of(date(2027, 4, 1))] == [2026, 2027]
    assert rules.year_shown(2099) == "2099-00"
    assert len(rules.code_of("KOC", Kind.INVOICE, 2026, 999_999)) == 16


ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
UNITS = {word: n for n, word in enumerate(ONES.split())}
UNITS |= {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}  # noqa: SIM905
STEPS = {"hundred": 100, "thousand": 1_000, "lakh": 100_000}


def read_back(words: str) -> int:
    """The number that words say, read by another rule than they were written by."""
    crores, _, words = words.rpartition(" crore") if " crore" in words else ("", "", words)
    total = read_back(crores) * 10_000_000 if crores else 0
    part = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            part *= 100
        elif word in STEPS:
            total, part = total + part * STEPS[word], 0
        else:
            part += UNITS[word]
    return total + part


@settings(max_examples=200)
@given(st.integers(0, 10**13) | st.integers(0, 10**7))
def test_an_amount_in_words_reads_back_as_itself(paise: int) -> None:
    words = in_words(paise).lower().removesuffix(" only")
    rupees, _, rest = words.partition(" and ") if " and " in words else (words, "", "")
    if rupees.endswith(" paise"):
        rupees, rest = "", rupees
    told = read_back(rupees.removeprefix("rupees ")) * 100 if rupees else 0
    told += read_back(rest.removesuffix(" paise")) if rest else 0
    assert told == paise


def test_amounts_in_words_read_as_people_write_them() -> None:
    assert in_words(170_000) == "Rupees one thousand seven hundred only"
    assert in_words(1_20_000_50) == "Rupees one lakh twenty thousand and fifty paise only"
    assert in_words(75) == "Seventy-five paise only"
    assert in_words(0) == "Rupees zero only"
