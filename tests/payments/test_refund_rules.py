"""What a refund may become: forward only, whatever the order of the news."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mibo.errors import Invalid
from mibo.payments.refund_rules import (
    ALLOWED,
    RefundNotAllowed,
    RefundState,
    after_news,
    check_amount,
    check_may_decline,
    check_may_hand_over,
    check_may_take_back,
    check_step,
    due_on,
    key_of,
    read_key,
    wait_after,
)
from mibo.payments.rules import RefundReason

S = RefundState
NEWS = ("pending", "processed", "failed")


def folded(state: str, news: tuple[str, ...]) -> str:
    for told in news:
        state = after_news(state, told)
    return state


@given(st.lists(st.sampled_from(NEWS), max_size=6))
def test_news_in_any_order_and_number_comes_to_the_same(told: list[str]) -> None:
    ends = {folded(S.APPROVED, order) for order in permutations(told[:5])}
    assert len(ends) == 1
    assert folded(ends.pop(), tuple(told[:5])) in S
    ranks = [[S.APPROVED, S.SENT, S.FAILED, S.DONE].index(S(folded(S.APPROVED, tuple(told[:n])))) for n in range(7)]
    assert ranks == sorted(ranks)


def test_what_arrived_stays_so_and_what_nobody_approved_no_news_can_change() -> None:
    assert {after_news(S.DONE, told) for told in NEWS} == {S.DONE}
    assert {after_news(state, told) for state in (S.REQUESTED, S.DECLINED) for told in NEWS} == {
        S.REQUESTED, S.DECLINED,
    }  # fmt: skip


def test_a_person_may_take_the_steps_of_the_table_and_no_others() -> None:
    for current in S:
        for wanted in S:
            if wanted in ALLOWED[current]:
                check_step(current, wanted)
            else:
                with pytest.raises(RefundNotAllowed):
                    check_step(current, wanted)


@pytest.mark.parametrize("reason", RefundReason)
def test_what_is_owed_whatever_anybody_thinks_cannot_be_declined(reason: RefundReason) -> None:
    free = (RefundReason.CANCELLED_IN_TIME, RefundReason.CANCELLED_LATE, RefundReason.BY_MANAGER)
    if reason in free:
        check_may_decline(S.REQUESTED, reason)
    else:
        with pytest.raises(RefundNotAllowed):
            check_may_decline(S.REQUESTED, reason)


def test_the_desk_hands_over_only_what_no_provider_may_be_sending() -> None:
    check_may_hand_over(S.APPROVED, "DESK")
    check_may_hand_over(S.FAILED, "PROVIDER")
    for state, way in ((S.APPROVED, "PROVIDER"), (S.SENT, "PROVIDER"), (S.REQUESTED, None), (S.DONE, "DESK")):
        with pytest.raises(RefundNotAllowed):
            check_may_hand_over(state, way)


def test_an_approval_is_taken_back_until_the_provider_was_asked() -> None:
    check_may_take_back(S.APPROVED, 0)
    with pytest.raises(RefundNotAllowed, match="has been asked"):
        check_may_take_back(S.APPROVED, 1)


@pytest.mark.parametrize(
    ("paise", "left", "words"),
    [
        (0, 170_000, "one rupee"), (-500, 170_000, "one rupee"), (99, 170_000, "one rupee"),
        (170_001, 170_000, "Only ₹1,700 is left"), (10**14, 1_00_000_00, "Only ₹1,00,000 is left"),
        (100, 0, "goes back already"),
    ],
)  # fmt: skip
def test_no_more_goes_back_than_is_left_and_no_less_than_a_rupee(paise: int, left: int, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        check_amount(paise, left)


def test_the_last_rupee_may_go_back() -> None:
    check_amount(100, 100)
    check_amount(170_000, 170_000)


def test_banks_do_not_work_at_the_weekend() -> None:
    friday = date(2026, 11, 27)
    assert due_on(friday, 1) == date(2026, 11, 30)
    assert due_on(friday, 7) == date(2026, 12, 8)
    assert due_on(date(2026, 11, 28), 5) == date(2026, 12, 4)


def test_a_key_says_which_refund_and_which_round_and_nothing_else_is_one() -> None:
    assert read_key(key_of(4711, 2)) == (4711, 2)
    wrong = (None, "", "mibo-refund-", "mibo-refund-x-1", "mibo-refund-4711", "mibo-4711", "rfnd_1")
    assert {read_key(told) for told in wrong} == {None}
    assert len(key_of(2**63 - 1, 99)) <= 40


def test_the_provider_is_asked_again_later_each_time_but_within_the_hour() -> None:
    waits = [int(wait_after(tries).total_seconds()) for tries in (1, 2, 3, 8, 100)]
    assert waits == [30, 60, 120, 3600, 3600]
