"""Money goes back once, whoever asks however often and whatever the provider answers; and the patient hears what is true."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mibo import booking, clock, db, payments
from mibo.audit import AuditEntry
from mibo.booking import ChangedMeanwhile, Status
from mibo.errors import Invalid, Missing, Refused
from mibo.identity.permissions import Role
from mibo.integrations import razorpay
from mibo.integrations.razorpay import ProviderRefund
from mibo.messaging import Message
from mibo.payments import ProviderEvent, Refund, RefundNotAllowed
from tests import make
from tests.booking.money import Held, held, told
from tests.booking.refunds import (
    Back,
    at_provider,
    called_off,
    manager_of,
    paid_online,
    refund_ids,
    time_to_undo_over,
    to_give_back,
)
from tests.machine import Sandbox
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database", "sandbox")


def sent_now(work: Callable[[], None], after_s: int = 60) -> None:
    """The time to undo is over, and what is due is done."""

    def ring_and_work() -> None:
        booking.sending_back.send_due_refunds()
        work()

    time_to_undo_over(ring_and_work, after_s)


def approved(sandbox: Sandbox) -> Back:
    back = to_give_back(sandbox)
    back.do(booking.giving_back.approve)
    return back


def event(kind: str, told_of: ProviderRefund) -> int:
    entity = {
        "id": told_of.id, "entity": "refund", "payment_id": told_of.payment_id, "amount": told_of.paise,
        "status": told_of.status, "receipt": told_of.key, "created_at": 1_790_000_000,
    }  # fmt: skip
    body = {"entity": "event", "event": kind, "payload": {"refund": {"entity": entity}}}
    with db.transaction() as session:
        kept = ProviderEvent(
            provider="razorpay", event_id=f"{kind}{told_of.id}{told_of.status}{clock.now()}", kind=kind,
            body=json.dumps(body),
        )  # fmt: skip
        session.add(kept)
        session.flush()
    return kept.id


def outcome(event_id: int) -> str | None:
    with db.reading() as session:
        return session.get_one(ProviderEvent, event_id).outcome


# the way through


def test_approved_it_leaves_once_the_time_to_undo_is_over_and_all_of_it_being_back_the_payment_says_so(sandbox, work):
    back = approved(sandbox)
    booking.sending_back.send_due_refunds()
    work()
    assert (back.now.status, at_provider(back)) == ("APPROVED", [])
    sent_now(work)
    refund = back.now
    assert (refund.status, refund.done_at is not None, at_provider(back)) == ("DONE", True, [(170_000, "processed")])
    assert (back.payment.status, back.registered) == ("REFUNDED", None)
    assert told(back.booking)[-3:] == ["booking_off", "refund_opened", "refund_done"]


def test_what_the_bank_takes_its_time_over_is_sent_first_and_done_when_the_provider_tells(sandbox, work):
    back = approved(sandbox)
    sandbox.fault("razorpay", "refund_pending")
    sent_now(work)
    assert (back.now.status, back.payment.status, told(back.booking)[-1]) == ("SENT", "PAID", "refund_sent")
    made = back.now.provider_refund_id
    done = ProviderRefund(made, paid_by(back), 170_000, "processed", payments.key_of(back.refund_id, 1), None)
    told_by = event("refund.processed", done)
    for _ in range(3):
        booking.settle(told_by)
    assert (back.now.status, back.payment.status) == ("DONE", "REFUNDED")
    assert told(back.booking).count("refund_done") == 1


def paid_by(back: Back) -> str:
    with db.reading() as session:
        return session.get_one(payments.Attempt, back.now.attempt_id).provider_payment_id or ""


def test_what_nobody_tells_us_of_is_asked_about(sandbox, work):
    back = approved(sandbox)
    sandbox.fault("razorpay", "refund_pending")
    sent_now(work)
    sandbox.fault("razorpay", "drop_webhook", times=9)
    sandbox.end_refund(back.now.provider_refund_id)
    sent_now(work, after_s=2 * 3600)
    assert back.now.status == "DONE"


def test_a_share_of_it_leaves_the_payment_paid_and_the_registration_with_it(sandbox, work):
    waiting = paid_online(sandbox)
    with db.transaction():
        booking.cancel(waiting.id, by=waiting.by)
    back = Back(waiting, refund_ids(waiting)[0], manager_of())
    back.do(booking.giving_back.approve)
    sent_now(work)
    assert (back.now.paise, back.now.status) == (160_000, "DONE")
    assert (back.payment.status, back.registered is not None) == ("PAID", True)


# in any order, and twice


def test_the_provider_may_tell_in_any_order_and_number_one_state_comes_of_it(sandbox, work):
    back = approved(sandbox)
    sandbox.fault("razorpay", "refund_pending")
    with db.transaction() as session:
        session.get_one(Refund, back.refund_id).next_try_at = None  # nobody asks: only the events tell
    made = ProviderRefund(
        "rfnd_ABCDEFGHIJKLMN", paid_by(back), 170_000, "pending", payments.key_of(back.refund_id, 1), None
    )
    news = [("refund.created", "pending"), ("refund.processed", "processed"), ("refund.failed", "failed")]
    ends = set()
    for order in permutations([*news, news[0]]):
        with db.transaction() as session:
            refund = session.get_one(Refund, back.refund_id)
            refund.status, refund.done_at, refund.provider_refund_id, refund.sent_at = "APPROVED", None, None, None
            session.get_one(payments.Payment, refund.payment_id).status = "PAID"
        for kind, status in order:
            booking.settle(event(kind, replace(made, status=status)))
        ends.add((back.now.status, back.payment.status))
    assert ends == {("DONE", "REFUNDED")}
    assert told(back.booking).count("refund_done") == 1


def test_news_that_is_faster_than_the_answer_is_found_by_our_key(sandbox, work):
    back = approved(sandbox)
    sandbox.fault("razorpay", "drop_webhook", times=9)
    sandbox.fault("razorpay", "timeout_after")  # it was made, but we do not hear so
    sent_now(work)
    assert (back.now.status, "did not answer" in (back.now.failure or "")) == ("APPROVED", True)
    made = razorpay.refunds(paid_by(back))
    booking.settle(event("refund.processed", made[0]))
    assert (back.now.status, back.now.failure) == ("DONE", None)
    sent_now(work, after_s=3600)
    assert at_provider(back) == [(170_000, "processed")]


@pytest.mark.parametrize(
    "trouble",
    ["timeout", "timeout_after", "reset", "reset_after", "500", "500_after", "503", "html502", "html502_after", "429",
     "409", "204", "truncated"],
)  # fmt: skip
def test_however_the_provider_misbehaves_the_money_leaves_once(trouble: str, sandbox, work):
    back = approved(sandbox)
    sandbox.fault("razorpay", trouble)
    sent_now(work)
    assert back.now.status in {"APPROVED", "DONE"}
    sent_now(work, after_s=2 * 3600)
    assert (back.now.status, at_provider(back)) == ("DONE", [(170_000, "processed")])


def test_who_dies_after_the_call_and_before_the_note_doubles_nothing(sandbox, work):
    back = approved(sandbox)
    time_to_undo_over(lambda: died_after_the_call(back))
    assert (back.now.status, back.now.tries, len(at_provider(back))) == ("APPROVED", 1, 1)
    sent_now(work, after_s=600)
    assert (back.now.status, len(at_provider(back))) == ("DONE", 1)


def died_after_the_call(back: Back) -> None:
    """As `send_refund` does it, up to the moment at which the process is killed."""
    from mibo.booking import sending_back

    wanted = sending_back._take_on(back.refund_id)
    assert wanted
    sending_back._ask(wanted)


def test_who_dies_before_the_call_loses_nothing(sandbox, work):
    from mibo.booking import sending_back

    back = approved(sandbox)
    time_to_undo_over(lambda: sending_back._take_on(back.refund_id))
    sent_now(work, after_s=600)
    assert (back.now.status, len(at_provider(back))) == ("DONE", 1)


def test_asked_for_at_the_same_moment_by_several_workers_it_leaves_once(sandbox, work):
    back = approved(sandbox)
    time_to_undo_over(lambda: at_once(*[lambda: booking.sending_back.send_refund(back.refund_id)] * 4))
    assert (back.now.status, back.now.tries, len(at_provider(back))) == ("DONE", 1, 1)


# refused, failed, and the way out


def test_what_the_bank_did_not_take_is_tried_again_as_another_refund(sandbox, work):
    back = approved(sandbox)
    sandbox.fault("razorpay", "refund_pending")
    sent_now(work)
    first = back.now.provider_refund_id
    sandbox.fault("razorpay", "drop_webhook", times=9)
    sandbox.end_refund(first, "failed")
    sent_now(work, after_s=2 * 3600)
    assert (back.now.status, back.now.failure) == ("FAILED", "The provider says that the bank did not take it.")
    back.do(booking.giving_back.retry)
    work()
    assert (back.now.status, back.now.round) == ("DONE", 2)
    assert sorted(at_provider(back)) == [(170_000, "failed"), (170_000, "processed")]
    # what the provider says once more of the one that failed changes nothing
    old = ProviderRefund(first, paid_by(back), 170_000, "failed", payments.key_of(back.refund_id, 1), None)
    again = event("refund.failed", old)
    booking.settle(again)
    assert (outcome(again), back.now.status) == ("NOTED", "DONE")


def test_what_the_provider_refuses_stands_as_failed_with_its_reason_and_is_given_back_at_the_desk(sandbox, work):
    back = approved(sandbox)
    sandbox.fault("razorpay", "403")
    sent_now(work)
    assert (back.now.status, back.now.next_try_at) == ("FAILED", None)
    assert (back.now.failure or "").startswith("The provider")
    with pytest.raises(Refused):
        back.do(booking.giving_back.hand_over, "CASH", None, by=back.booking.desk)
    back.do(booking.giving_back.hand_over, "UPI", "UPI 4471 0032")
    refund = back.now
    assert (refund.status, refund.way, refund.method, refund.reference) == ("DONE", "DESK", "UPI", "UPI 4471 0032")
    assert (refund.done_by, refund.centre_id) == (back.manager.account_id, back.booking.centre.id)
    assert (back.payment.status, told(back.booking)[-1]) == ("REFUNDED", "refund_done")
    sent_now(work, after_s=3600)
    assert at_provider(back) == []


def test_what_somebody_gave_back_on_the_providers_own_pages_is_recognised(sandbox, work):
    back = approved(sandbox)
    razorpay.refund(paid_by(back), 170_000, "by-hand-0001", {})
    sent_now(work)
    assert (back.now.status, len(at_provider(back))) == ("DONE", 1)


def test_what_was_given_back_there_in_another_sum_is_left_to_a_person(sandbox, work):
    back = approved(sandbox)
    razorpay.refund(paid_by(back), 100_000, "by-hand-0001", {})
    razorpay.refund(paid_by(back), 70_000, "by-hand-0002", {})
    sent_now(work)
    assert (back.now.status, "already" in (back.now.failure or "")) == ("FAILED", True)


@pytest.mark.parametrize(
    "wrong",
    [{"payment_id": "pay_SOMEBODYELSES1"}, {"paise": 1}, {"key": "mibo-refund-1-1", "id": "rfnd_NOBODYSREFUND"}],
)
def test_news_that_does_not_fit_is_kept_for_a_person_and_changes_nothing(wrong: dict[str, object], sandbox):
    back = approved(sandbox)
    made = ProviderRefund(
        "rfnd_ABCDEFGHIJKLMN", paid_by(back), 170_000, "processed", payments.key_of(back.refund_id, 1), None
    )
    told_by = event("refund.processed", replace(made, **wrong))
    booking.settle(told_by)
    assert (outcome(told_by), back.now.status) == ("PARKED", "APPROVED")


# decided by managers, handed over by the desk


def test_only_managers_decide_and_only_within_reach(sandbox):
    back = to_give_back(sandbox)
    with db.transaction():
        elsewhere = make.centre("Mibo Mumbai", city="mumbai")
        others = [
            make.actor(make.staff(role, back.booking.centre), role, centres=(back.booking.centre,))
            for role in (Role.CENTRE_MANAGER, Role.CLINICIAN, Role.CARE_COORDINATOR, Role.FRONT_DESK)
        ]
        far = make.actor(make.staff(Role.FRONT_DESK, elsewhere), Role.FRONT_DESK, centres=(elsewhere,))
    for who in (*others, back.booking.by):
        for verb, words in (
            (booking.giving_back.approve, ()),
            (booking.giving_back.decline, ("No",)),
            (booking.giving_back.retry, ()),
        ):
            with pytest.raises(Refused):
                back.do(verb, *words, by=who)
    back.do(booking.giving_back.approve, at_desk=True)
    with pytest.raises(Missing):
        back.do(booking.giving_back.hand_over, "CASH", None, by=far)
    back.do(booking.giving_back.hand_over, "CASH", None, by=back.booking.desk)
    assert (back.now.status, back.now.method, back.now.centre_id) == ("DONE", "CASH", back.booking.centre.id)


def test_two_managers_on_one_row_the_later_reads_who_was_quicker(sandbox):
    back, other = to_give_back(sandbox), manager_of("Suresh Warrier")
    seen = back.now.version
    back.do(booking.giving_back.approve, version=seen)
    with pytest.raises(ChangedMeanwhile, match="Maya approved this at"):
        back.do(booking.giving_back.decline, "Not owed", by=other, version=seen)
    with pytest.raises(RefundNotAllowed):
        back.do(booking.giving_back.approve, by=other)


def test_approved_by_two_at_the_same_moment_it_is_approved_once_and_leaves_once(sandbox, work):
    back, other = to_give_back(sandbox), manager_of("Suresh Warrier")
    both = at_once(
        *(lambda who=who: back.do(booking.giving_back.approve, by=who) and "done" for who in (back.manager, other))
    )
    assert sorted(map(str, both)) == ["RefundNotAllowed", "done"]
    sent_now(work)
    assert len(at_provider(back)) == 1


def test_an_approval_is_taken_back_while_nothing_has_left_and_not_after(sandbox, work):
    back = approved(sandbox)
    back.do(booking.giving_back.undo_approval)
    sent_now(work)
    assert (back.now.status, back.now.decided_by, at_provider(back)) == ("REQUESTED", None, [])
    back.do(booking.giving_back.approve)
    sent_now(work)
    with pytest.raises(RefundNotAllowed):
        back.do(booking.giving_back.undo_approval)


def test_a_share_may_be_declined_with_a_reason_and_the_patient_hears_so(sandbox):
    waiting = paid_online(sandbox)
    with db.transaction():
        booking.cancel(waiting.id, by=waiting.by)
    back = Back(waiting, refund_ids(waiting)[0], manager_of())
    with pytest.raises(Invalid):
        back.do(booking.giving_back.decline, "   ")
    back.do(booking.giving_back.decline, "Paid back in June already")
    assert (back.now.status, back.now.decided_reason) == ("DECLINED", "Paid back in June already")
    assert told(waiting)[-1] == "refund_declined"
    with db.reading() as session:
        opened = session.scalars(select(Message.status).where(Message.template == "mibo_refund_opened")).all()
    assert set(opened) <= {"DROPPED"}


def test_what_the_clinic_cancelled_cannot_be_declined(sandbox):
    back = to_give_back(sandbox)
    with pytest.raises(RefundNotAllowed, match="all of it goes back"):
        back.do(booking.giving_back.decline, "We would rather not")


def test_cash_goes_back_at_the_desk_with_its_number_checked():
    waiting = held()
    with db.transaction():
        booking.pay_at_desk(waiting.id, "UPI", None, by=waiting.desk)
    back = called_off(waiting)
    back.do(booking.giving_back.approve)
    assert (back.now.status, back.now.way, back.now.next_try_at) == ("APPROVED", "DESK", None)
    for method, reference, words in (
        ("CHEQUE", None, "Choose cash"), ("UPI", None, "reference number"), ("CARD", " ", "reference number"),
        ("CARD", "4111 1111 1111 1111", "card number"), ("UPI", "x" * 61, "60 characters"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=words):
            back.do(booking.giving_back.hand_over, method, reference, by=waiting.desk)
    back.do(booking.giving_back.hand_over, "UPI", "4471003298", by=waiting.desk)
    with pytest.raises(RefundNotAllowed):
        back.do(booking.giving_back.hand_over, "UPI", "4471003299", by=waiting.desk)
    other = held(beside=waiting, at="12:00", patient=waiting.patient)
    with db.transaction():
        booking.pay_at_desk(other.id, "CASH", None, by=waiting.desk)
    second = called_off(other)
    second.do(booking.giving_back.approve)
    with pytest.raises(Invalid, match="used for another refund"):
        second.do(booking.giving_back.hand_over, "UPI", "4471003298")


def test_a_refund_has_an_owner_who_may_decide_it(sandbox):
    back, other = to_give_back(sandbox), manager_of("Suresh Warrier")
    back.do(booking.giving_back.assign, back.manager.account_id)
    back.do(booking.giving_back.assign, other.account_id)
    assert back.now.assigned_to == other.account_id
    back.do(booking.giving_back.assign, None)
    with pytest.raises(Invalid):
        back.do(booking.giving_back.assign, back.booking.desk.account_id)
    assert back.now.assigned_to is None


# by a manager's hand


def by_hand(waiting: Held, paise: int, reason: str = "Waited two hours", who: object = None) -> Refund:
    with db.transaction():
        return booking.giving_back.open_by_hand(waiting.id, paise, reason, by=who or manager_of())  # type: ignore[arg-type]


def test_a_manager_gives_back_parts_until_nothing_is_left_and_never_more(sandbox):
    waiting = paid_online(sandbox)
    assert [by_hand(waiting, paise).paise for paise in (50_000, 50_000)] == [50_000, 50_000]
    for paise in (70_100, 0, -100, 50):
        with pytest.raises(Invalid):
            by_hand(waiting, paise)
    by_hand(waiting, 70_000)
    with pytest.raises(Invalid, match="goes back already"):
        by_hand(waiting, 100)
    with pytest.raises(Refused):
        by_hand(waiting, 100, who=waiting.desk)
    with pytest.raises(Invalid):
        by_hand(waiting, 100, reason=" ")


def test_cancelled_afterwards_only_what_is_left_goes_back(sandbox):
    waiting = paid_online(sandbox)
    by_hand(waiting, 50_000)
    with db.transaction():
        booking.call_off(waiting.id, reason="The clinician is ill", by=waiting.desk)
    with db.reading() as session:
        rows = session.execute(select(Refund.paise, Refund.reason).order_by(Refund.id)).all()
    assert [tuple(row) for row in rows] == [(50_000, "BY_MANAGER"), (120_000, "CANCELLED_BY_CLINIC")]


def test_several_at_the_same_moment_never_give_back_more_than_came(sandbox):
    waiting, who = paid_online(sandbox), manager_of()
    tried = at_once(*[lambda: by_hand(waiting, 60_000, who=who) and "opened"] * 6)
    assert sorted(map(str, tried)) == ["Invalid"] * 4 + ["opened"] * 2


def test_the_database_itself_refuses_to_give_back_more_than_came(sandbox):
    refund = to_give_back(sandbox).now
    with pytest.raises(IntegrityError) as refused, db.transaction() as session:
        session.add(Refund(payment_id=refund.payment_id, attempt_id=refund.attempt_id, paise=1, reason="BY_MANAGER"))
    assert db.violated(refused.value) == "refund_within_attempt"


def test_nothing_goes_back_of_what_was_not_paid():
    with pytest.raises(RefundNotAllowed):
        by_hand(held(), 100)


# what stands in the audit


def test_every_step_is_in_the_audit_without_a_patients_name(sandbox, work):
    approved(sandbox)
    sent_now(work)
    with db.reading() as session:
        acts = session.scalars(
            select(AuditEntry.act).where(AuditEntry.act.like("refund.%")).order_by(AuditEntry.id)
        ).all()
    assert [act for act in acts if act != "refund.assigned"] == ["refund.opened", "refund.approved", "refund.done"]


def test_the_registration_given_back_with_a_first_visit_is_asked_for_again(sandbox, work):
    back = approved(sandbox)
    sent_now(work)
    again = held(patient=back.booking.patient, beside=back.booking, at="14:00", status=Status.PENDING)
    with db.reading() as session:
        payment = session.get_one(payments.Payment, again.appointment.payment_id)
    assert payment.registration_paise == 10_000
