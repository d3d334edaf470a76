"""What is owed, and whether money that came is the money that was asked for."""

from dataclasses import dataclass, replace
from functools import reduce
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mibo.clinics.policy import Policy
from mibo.payments.rules import (
    Asked,
    Due,
    FeeMissing,
    Heard,
    Verdict,
    amount_due,
    fold,
    holds_card_number,
    matches,
    news_of,
    refund_of_own_cancellation,
    terms_of,
)

POLICY = Policy(registration_fee_paise=100_00)
ORDER = Asked("order_A", None, 1_700_00, "INR")
LINK = Asked(None, "plink_A", 1_700_00, "INR")


@dataclass(frozen=True)
class Payment:
    """A payment as a provider tells it."""

    order_id: str | None = "order_A"
    link_id: str | None = None
    status: str = "captured"
    paise: int = 1_700_00
    currency: str = "INR"


def test_a_first_booking_owes_the_fee_and_the_registration() -> None:
    assert amount_due(1_600_00, False, POLICY) == Due(1_600_00, 100_00)
    assert amount_due(1_600_00, False, POLICY).paise == 1_700_00


def test_a_registered_patient_owes_the_fee_alone() -> None:
    assert amount_due(1_600_00, True, POLICY) == Due(1_600_00, 0)


@pytest.mark.parametrize("fee", [None, 0])
def test_a_missing_fee_blocks_the_booking_and_says_to_call(fee: int | None) -> None:
    with pytest.raises(FeeMissing, match="call the clinic"):
        amount_due(fee, False, POLICY)


@given(st.integers(1, 10**9), st.booleans(), st.integers(0, 10_000_00))
def test_the_amount_is_the_sum_of_its_lines_in_whole_paise(fee: int, registered: bool, registration: int) -> None:
    due = amount_due(fee, registered, Policy(registration_fee_paise=registration))
    assert due.paise == due.consultation_paise + due.registration_paise == fee + (0 if registered else registration)


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (Payment(), Verdict.PAID),
        (Payment(order_id="order_B"), Verdict.WRONG_ORDER),
        (Payment(order_id=None), Verdict.WRONG_ORDER),
        (Payment(paise=1_00), Verdict.WRONG_AMOUNT),
        (Payment(paise=1_700_01), Verdict.WRONG_AMOUNT),
        (Payment(currency="USD"), Verdict.WRONG_CURRENCY),
        (Payment(status="created"), Verdict.NOT_YET),
        (Payment(status="authorized"), Verdict.NOT_YET),
        (Payment(status="a word of next year"), Verdict.NOT_YET),
        (Payment(status="failed"), Verdict.FAILED),
        (Payment(status="refunded"), Verdict.GIVEN_BACK),
        (Payment(order_id="order_B", status="failed"), Verdict.WRONG_ORDER),
    ],
)
def test_only_a_full_capture_of_our_own_order_pays(told: Payment, verdict: Verdict) -> None:
    assert matches(ORDER, told) == verdict


def test_a_payment_of_a_link_is_known_by_the_link() -> None:
    assert matches(LINK, Payment("order_of_the_link", "plink_A")) == Verdict.PAID
    assert matches(LINK, Payment("order_of_the_link", "plink_B")) == Verdict.WRONG_ORDER
    assert matches(LINK, Payment("order_of_the_link", None)) == Verdict.WRONG_ORDER


def test_an_attempt_that_asked_nobody_is_paid_by_nothing() -> None:
    assert matches(Asked(None, None, 1, "INR"), Payment(None, None, paise=1)) == Verdict.WRONG_ORDER


@given(
    st.builds(
        Payment,
        st.sampled_from(["order_A", "order_B", None]),
        st.sampled_from(["plink_A", None]),
        st.sampled_from(["created", "authorized", "captured", "refunded", "failed"]),
        st.integers(0, 2_000_00),
        st.sampled_from(["INR", "USD"]),
    )
)
def test_nothing_but_the_very_payment_asked_for_ever_pays(told: Payment) -> None:
    assert (matches(ORDER, told) == Verdict.PAID) == (replace(told, link_id=None) == Payment())


def test_news_in_every_order_and_any_number_of_times_ends_the_same() -> None:
    told = ["authorized", "captured", "captured", "captured", "failed", "authorized"]
    for order in set(permutations(told)):
        for twice in product((1, 2), repeat=2):
            heard = [news_of(word) for word in order for _ in range(twice[word == "failed"])]
            assert reduce(fold, heard, Heard.NOTHING) is Heard.PAID


def test_a_failure_before_the_late_capture_informs_and_does_not_stay() -> None:
    assert fold(Heard.NOTHING, Heard.FAILED) is Heard.FAILED
    assert fold(Heard.FAILED, Heard.PAID) is Heard.PAID
    assert fold(Heard.PAID, Heard.FAILED) is Heard.PAID


@given(st.lists(st.sampled_from(Heard)), st.randoms())
def test_folding_never_depends_on_the_order(news: list[Heard], chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = news[:]
    chance.shuffle(shuffled)
    assert reduce(fold, news, Heard.NOTHING) == reduce(fold, shuffled + shuffled[:2], Heard.NOTHING)


@pytest.mark.parametrize("typed", ["4111 1111 1111 1111", "4111-1111-1111-1111", "card 5555555555554444 ok"])
def test_a_card_number_is_seen_however_it_is_written(typed: str) -> None:
    assert holds_card_number(typed)


@pytest.mark.parametrize(
    "typed", ["", "UPI ref 123456789012", "4111 1111 1111 1112", "call 98765 43210", "ends in 1111"]
)
def test_other_numbers_are_left_alone(typed: str) -> None:
    assert not holds_card_number(typed)


@pytest.mark.parametrize(
    ("fee", "in_time", "later", "back"),
    [
        (1_600_00, 100, 0, (1_600_00, 0)),
        (1_600_00, 50, 25, (800_00, 400_00)),
        (1_600_01, 50, 0, (800_01, 0)),  # half a paisa is the patient's
        (99, 33, 1, (33, 1)),
    ],
)
def test_a_patient_who_cancels_gets_back_the_share_of_the_consultation_and_no_registration_fee(
    fee: int, in_time: int, later: int, back: tuple[int, int]
) -> None:
    terms = terms_of(Policy(refund_in_time_percent=in_time, refund_late_percent=later))
    due = Due(fee, 100_00)
    assert back == tuple(refund_of_own_cancellation(due, terms, in_time=early) for early in (True, False))


@given(fee=st.integers(1, 10_000_00), share=st.integers(0, 100))
def test_a_share_is_never_more_than_the_whole(fee: int, share: int) -> None:
    back = refund_of_own_cancellation(Due(fee, 0), terms_of(Policy(refund_in_time_percent=share)), in_time=True)
    assert 0 <= back <= fee
    assert (back == fee) or share < 100
