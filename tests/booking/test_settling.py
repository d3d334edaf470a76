"""What the provider tells of money, in every order, forged, late, twice or never: one effect."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Outcome, Status
from mibo.integrations.razorpay import ProviderPayment
from mibo.payments import Attempt, ProviderEvent
from mibo.payments.heard import Mismatch
from mibo.people import Patient
from tests.booking.money import PAID, Held, Standing, held, standing, told

pytestmark = pytest.mark.usefixtures("database")

_numbers = count(1)


def asked(waiting: Held, **ids: str) -> Attempt:
    """The booking's attempt, as if the provider had been asked for an order or a link."""
    with db.transaction() as session:
        wanted = select(Attempt).where(Attempt.payment_id == waiting.appointment.payment_id, Attempt.status == "OPEN")
        attempt = session.scalars(wanted).one()
        if attempt.kind == "ORDER":
            attempt.provider_order_id = ids.get("order_id", f"order_{attempt.id}")
        else:
            attempt.provider_link_id = ids.get("link_id", f"plink_{attempt.id}")
    return attempt


def paid_for(attempt: Attempt, **more: Any) -> ProviderPayment:
    """The provider's payment of exactly what the attempt asked for."""
    exactly = ProviderPayment(
        id=f"pay_{next(_numbers):08d}",
        order_id=attempt.provider_order_id,
        link_id=attempt.provider_link_id,
        status="captured",
        paise=attempt.paise,
        currency="INR",
        method="upi",
        error_code=None,
        error_text=None,
        created_at=clock.now(),
    )
    return replace(exactly, **more)


def entity(payment: ProviderPayment, status: str | None = None) -> dict[str, Any]:
    return {
        "id": payment.id, "entity": "payment", "order_id": payment.order_id, "status": status or payment.status,
        "amount": payment.paise, "currency": payment.currency, "method": "upi", "description": None,
        "error_code": "BAD_REQUEST_ERROR" if status == "failed" else None, "error_description": None,
        "error_reason": "payment_failed" if status == "failed" else None, "created_at": 1_790_000_000,
    }  # fmt: skip


def event(kind: str, **entities: dict[str, Any]) -> int:
    """An event as the hook keeps it."""
    body = {"entity": "event", "event": kind, "payload": {name: {"entity": what} for name, what in entities.items()}}
    with db.transaction() as session:
        kept = ProviderEvent(provider="razorpay", event_id=f"e{next(_numbers)}", kind=kind, body=json.dumps(body))
        session.add(kept)
        session.flush()
    return kept.id


def outcome(event_id: int) -> str | None:
    with db.reading() as session:
        return session.get_one(ProviderEvent, event_id).outcome


def settled(event_id: int) -> str | None:
    booking.settle(event_id)
    return outcome(event_id)


def test_money_for_a_hold_confirms_it_and_the_patient_is_told() -> None:
    waiting = held()
    payment = paid_for(asked(waiting))
    assert settled(event("payment.captured", payment=entity(payment))) == "CONFIRMED"
    assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"])
    with db.reading() as session:
        assert session.get_one(Patient, waiting.patient.id).registration_paid_at is not None


def test_the_same_event_settled_again_does_nothing() -> None:
    waiting = held()
    told_once = event("payment.captured", payment=entity(paid_for(asked(waiting))))
    for _ in range(3):
        assert settled(told_once) == "CONFIRMED"
    assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"])


def test_a_failure_does_not_end_the_hold_and_the_late_capture_confirms() -> None:
    waiting = held()
    attempt = asked(waiting)
    payment = paid_for(attempt)
    assert settled(event("payment.failed", payment=entity(payment, "failed"))) == "FAILED"
    assert standing(waiting) == Standing("PENDING", "PENDING", [("ORDER", "OPEN", 170_000)], [])
    with db.reading() as session:
        assert session.get_one(Attempt, attempt.id).failure == "payment_failed"
    assert settled(event("payment.captured", payment=entity(payment))) == "CONFIRMED"
    assert standing(waiting) == PAID


@pytest.mark.parametrize(
    "wrong",
    [
        {"paise": 1_00},
        {"paise": 170_001},
        {"paise": 0},
        {"paise": -170_000},
        {"paise": 10**12},
        {"currency": "USD"},
        {"order_id": "order_of_nobody"},
    ],
)
def test_money_that_does_not_match_confirms_nothing_and_is_parked(wrong: dict[str, Any]) -> None:
    waiting = held()
    attempt = asked(waiting)
    payment = paid_for(attempt, **wrong)
    assert settled(event("payment.captured", payment=entity(payment))) == "PARKED"
    # told again, by whomever, it waits once
    settled(event("order.paid", payment=entity(payment)))
    booking.settle_payment(attempt.id, payment, told_by="BROWSER")
    booking.settle_payment(attempt.id, payment, told_by="RECONCILER")
    with db.reading() as session:
        found = session.scalars(select(Mismatch)).all()
    reasons = {"paise": "WRONG_AMOUNT", "currency": "WRONG_CURRENCY", "order_id": "NOT_OURS"}
    expected = [reasons[next(iter(wrong))]] + (["WRONG_ORDER"] if "order_id" in wrong else [])
    assert [(each.reason, each.about, each.told_paise) for each in found] == [
        (reason, payment.id, payment.paise) for reason in expected
    ]
    assert found[0].told_by == "WEBHOOK"
    assert standing(waiting) == Standing("PENDING", "PENDING", [("ORDER", "OPEN", 170_000)], [])
    assert told(waiting) == []


def test_what_the_provider_says_beyond_what_we_can_keep_is_parked_all_the_same() -> None:
    waiting = held()
    payment = paid_for(asked(waiting), paise=10**30, currency="R" * 300, id="pay_" + "x" * 300)
    assert settled(event("payment.captured", payment=entity(payment))) == "PARKED"
    with db.reading() as session:
        one = session.scalars(select(Mismatch)).one()
    assert (one.told_paise, one.told_currency, len(one.about)) == (None, "R" * 10, 120)


def test_money_that_we_could_not_place_settles_by_itself_when_its_booking_is_known() -> None:
    waiting = held(kind="LINK")
    attempt = asked(waiting)
    payment = paid_for(attempt, order_id="order_of_the_link")
    early = entity(payment) | {"description": None}
    assert settled(event("payment.captured", payment=early)) == "PARKED"
    order = {"id": "order_of_the_link", "receipt": f"mibo-{attempt.id}"}
    assert settled(event("order.paid", payment=early, order=order)) == "CONFIRMED"
    assert settled(event("payment.captured", payment=early)) == "ALREADY"
    with db.reading() as session:
        one = session.scalars(select(Mismatch)).one()
    assert (one.reason, one.resolution, one.resolved_by) == ("NOT_OURS", "SETTLED", None)


@pytest.mark.parametrize("status", ["created", "authorized"])
def test_money_that_is_only_promised_confirms_nothing(status: str) -> None:
    waiting = held()
    payment = paid_for(asked(waiting))
    assert settled(event("payment.authorized", payment=entity(payment, status))) == "WAITING"
    assert standing(waiting).appointment == "PENDING"


def test_a_payment_given_back_before_we_heard_of_it_confirms_nothing() -> None:
    waiting = held()
    payment = paid_for(asked(waiting))
    assert settled(event("payment.captured", payment=entity(payment, "refunded"))) == "PARKED"
    assert standing(waiting).appointment == "PENDING"


@pytest.mark.parametrize("body", ["", "{}", "[]", "not json", '{"event": "payment.captured", "payload": []}'])
def test_an_event_that_cannot_be_read_is_kept_and_does_no_harm(body: str) -> None:
    with db.transaction() as session:
        kept = ProviderEvent(provider="razorpay", event_id="odd", kind="payment.captured", body=body)
        session.add(kept)
        session.flush()
    assert settled(kept.id) in ("NOTED", "PARKED")


def test_the_news_of_a_link_finds_it_by_its_id_by_the_payments_mark_or_by_our_reference() -> None:
    marked, by_id, unheard = (held(kind="LINK") for _ in range(3))
    one, two = asked(marked, link_id="plink_AAAA000011112222"), asked(by_id)
    first = entity(paid_for(one, order_id="order_1")) | {"description": "#AAAA000011112222"}
    assert settled(event("payment.captured", payment=first)) == "CONFIRMED"
    assert settled(event("payment_link.paid", **link_paid(two, two.provider_link_id))) == "CONFIRMED"
    with db.reading() as session:
        third = session.scalars(select(Attempt).where(Attempt.payment_id == unheard.appointment.payment_id)).one()
    assert settled(event("payment_link.paid", **link_paid(third, "plink_never_heard_of"))) == "CONFIRMED"
    for each in (marked, by_id, unheard):
        assert standing(each) == replace(PAID, attempts=[("LINK", "PAID", 170_000)])


def link_paid(attempt: Attempt, link_id: str | None) -> dict[str, dict[str, Any]]:
    link = {
        "id": link_id, "reference_id": f"mibo-{attempt.id}", "status": "paid", "amount": attempt.paise,
        "amount_paid": attempt.paise, "short_url": "https://pay.example/l/1",
    }  # fmt: skip
    return {
        "payment_link": link,
        "order": {"id": "WithoutItsPrefix"},
        "payment": entity(paid_for(attempt, order_id=f"order_of_{attempt.id}")),
    }


def test_a_link_that_ended_is_only_noted() -> None:
    waiting = held(kind="LINK")
    attempt = asked(waiting)
    link = {
        "id": attempt.provider_link_id,
        "reference_id": f"mibo-{attempt.id}",
        "status": "expired",
        "amount": 170_000,
    }
    assert settled(event("payment_link.expired", payment_link=link)) == "NOTED"
    assert standing(waiting).appointment == "PENDING"


def test_money_late_for_a_time_that_is_still_free_takes_it_again() -> None:
    late = held(status=Status.EXPIRED)
    assert settled(event("payment.captured", payment=entity(paid_for(asked(late))))) == "RESEATED"
    assert (standing(late), told(late)) == (PAID, ["booking_confirmed"])


def test_money_late_for_a_time_that_is_taken_goes_back_and_the_patient_is_told() -> None:
    late = held(status=Status.EXPIRED)
    rival = held(beside=late, status=Status.CONFIRMED)
    payment = paid_for(asked(late))
    assert settled(event("payment.captured", payment=entity(payment))) == "TOO_LATE"
    assert settled(event("order.paid", payment=entity(payment))) == "ALREADY"
    assert standing(late) == Standing(
        "EXPIRED", "PENDING", [("ORDER", "SURPLUS", 170_000)], [(170_000, "PAID_TOO_LATE")]
    )
    assert told(late) == ["late_payment_refund"]
    assert standing(rival).appointment == "CONFIRMED"
    with db.reading() as session:
        assert session.get_one(Patient, late.patient.id).registration_paid_at is None


def test_money_late_for_a_time_that_another_hold_stood_on_and_left_takes_it_again() -> None:
    late = held(status=Status.EXPIRED)
    held(beside=late, minutes_left=-1)
    assert settled(event("payment.captured", payment=entity(paid_for(asked(late))))) == "RESEATED"


def test_money_that_comes_after_the_time_itself_goes_back() -> None:
    late = held(status=Status.EXPIRED)
    told_late = event("payment.captured", payment=entity(paid_for(asked(late))))
    with time_machine.travel(late.appointment.starts_at + timedelta(minutes=1)):
        assert settled(told_late) == "TOO_LATE"
    assert standing(late).appointment == "EXPIRED"


def test_money_in_time_for_a_hold_that_the_worker_has_not_ended_yet_confirms_it() -> None:
    ended = held(minutes_left=-1)
    assert settled(event("payment.captured", payment=entity(paid_for(asked(ended))))) == "CONFIRMED"


def test_money_for_a_cancelled_booking_goes_back_and_the_patient_is_told() -> None:
    gone = held(status=Status.CANCELLED)
    assert settled(event("payment.captured", payment=entity(paid_for(asked(gone))))) == "TOO_LATE"
    assert standing(gone) == Standing(
        "CANCELLED", "PENDING", [("ORDER", "SURPLUS", 170_000)], [(170_000, "PAID_AFTER_CANCELLATION")]
    )
    assert told(gone) == ["late_payment_refund"]


def test_a_link_paid_although_cash_was_taken_goes_back() -> None:
    waiting = held(kind="LINK")
    attempt = asked(waiting)
    with db.transaction():
        booking.pay_at_desk(waiting.id, "CASH", None, by=waiting.desk)
    assert settled(event("payment_link.paid", **link_paid(attempt, attempt.provider_link_id))) == "SURPLUS"
    assert standing(waiting) == Standing(
        "CONFIRMED", "PAID", [("LINK", "SURPLUS", 170_000), ("DESK", "PAID", 170_000)], [(170_000, "PAID_TWICE")]
    )


def test_two_captures_of_one_order_keep_one_and_give_the_other_back() -> None:
    waiting = held()
    attempt = asked(waiting)
    outcomes = [settled(event("payment.captured", payment=entity(paid_for(attempt)))) for _ in range(2)]
    assert outcomes == ["CONFIRMED", "SURPLUS"]
    assert standing(waiting) == Standing(
        "CONFIRMED", "PAID", [("ORDER", "PAID", 170_000), ("ORDER", "SURPLUS", 170_000)], [(170_000, "PAID_TWICE")]
    )
    assert told(waiting) == ["booking_confirmed"]


def test_two_unpaid_bookings_with_registration_pay_it_once() -> None:
    first = held()
    second = held(beside=first, at="12:00", patient=first.patient)
    one, two = asked(first), asked(second)
    for attempt in (one, two):
        settled(event("payment.captured", payment=entity(paid_for(attempt))))
    assert standing(first) == PAID
    # the second was asked for before its price fell, and paid at the old one
    assert standing(second) == Standing(
        "CONFIRMED", "PAID", [("ORDER", "PAID", 170_000), ("ORDER", "VOID", 160_000)], [(10_000, "PRICE_FELL")]
    )


def together(*acts: Any) -> list[Any]:
    """All at the same moment, each in its own thread."""
    gate = Barrier(len(acts))

    def act(one: Any) -> Any:
        gate.wait()
        return one()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


@pytest.mark.parametrize("expired", [False, True])
def test_webhook_browser_and_reconciler_at_the_same_moment_have_one_effect(expired: bool) -> None:
    waiting = held(status=Status.EXPIRED if expired else Status.PENDING)
    attempt = asked(waiting)
    payment = paid_for(attempt)
    same = event("payment.captured", payment=entity(payment))
    other = event("order.paid", payment=entity(payment))
    together(
        lambda: booking.settle(same),
        lambda: booking.settle(same),
        lambda: booking.settle(other),
        lambda: booking.settle_payment(attempt.id, payment, told_by="RECONCILER"),
        lambda: booking.settle_payment(attempt.id, payment, told_by="RECONCILER"),
    )
    assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"])


def test_two_bookings_of_a_patient_paid_at_the_same_moment_do_not_wait_for_each_other_for_ever() -> None:
    for _ in range(3):
        first = held()
        second = held(beside=first, at="12:00", patient=first.patient)
        third = held(beside=first, at="14:00", patient=first.patient)
        attempts = [asked(each) for each in (first, second, third)]
        together(
            *[lambda a=attempt: booking.settle_payment(a.id, paid_for(a), told_by="RECONCILER") for attempt in attempts]
        )
        stands = [standing(each) for each in (first, second, third)]
        assert [(each.appointment, each.payment) for each in stands] == [("CONFIRMED", "PAID")] * 3
        assert sorted(refund for each in stands for refund in each.refunds) == [(10_000, "PRICE_FELL")] * 2


def test_money_and_the_end_of_the_hold_at_the_same_moment_leave_one_of_two_good_ends() -> None:
    for _ in range(3):
        waiting = held(minutes_left=-0.01)
        attempt = asked(waiting)
        together(
            booking.expire_holds, lambda a=attempt: booking.settle_payment(a.id, paid_for(a), told_by="RECONCILER")
        )
        stands = standing(waiting)
        assert (stands.appointment, stands.payment, stands.refunds) == ("CONFIRMED", "PAID", [])


def test_what_the_bell_missed_the_timetable_settles(work) -> None:
    waiting = held()
    missed = event("payment.captured", payment=entity(paid_for(asked(waiting))))
    with time_machine.travel(clock.now() + timedelta(seconds=20)):
        booking.settle_waiting()
        booking.settle_waiting()
        work()
        booking.settle_waiting()
        work()
    assert (outcome(missed), told(waiting)) == ("CONFIRMED", ["booking_confirmed"])


def test_a_storm_of_a_hundred_tellings_of_a_hundred_events_confirms_once() -> None:
    waiting = held()
    payment = paid_for(asked(waiting))
    events = [event("payment.captured", payment=entity(payment)) for _ in range(100)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(booking.settle, events))
    assert (standing(waiting), told(waiting)) == (PAID, ["booking_confirmed"])
    assert sorted({outcome(each) for each in events}) == ["ALREADY", "CONFIRMED"]


def test_every_outcome_fits_its_column() -> None:
    assert all(len(each) <= 30 for each in Outcome)
