"""The provider is asked to give money back, once however often we ask; what it tells of it has one effect, whatever
the order.

Between the commit that says so and the call, and between the call and the note of it, the process may die: the refund
stands in the database with its key, so it is asked for again, and the provider knows it by that key.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import structlog
from sqlalchemy import select

from mibo import clock, db, jobs, payments
from mibo.booking import actions, telling
from mibo.booking.models import Appointment
from mibo.integrations import razorpay
from mibo.integrations.http import ProviderError
from mibo.integrations.razorpay import ProviderRefund
from mibo.jobs import job
from mibo.payments import InHand, Refund, RefundState

Settled = Literal["NOTED", "ALREADY", "PARKED"]

LEASE = timedelta(minutes=2)  # longer than any call takes: who is asking now is not asked over
ASK_AGAIN = timedelta(hours=6)  # for what is on its way; webhooks tell sooner
BATCH = 50
REFUSALS = {
    "FULLY_REFUNDED": "The provider says that all of this payment has been given back already, though not by Mibo.",
    "KEY_REUSED": "The provider knows this refund with another amount. Please look in its dashboard.",
    "AUTHENTICATION_FAILED": "The provider does not accept our keys. Please tell whoever runs Mibo.",
    "NOT_CONFIGURED": "No payment provider is set up. Please tell whoever runs Mibo.",
    "BAD_ID": "The provider does not know this payment.",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Wanted:
    """What the provider is to be asked, as it stood when we took it on."""

    refund_id: int
    payment: str
    paise: int
    round: int
    tries: int
    on_its_way: bool
    booking: str

    @property
    def key(self) -> str:
        return payments.key_of(self.refund_id, self.round)

    @property
    def asked_before(self) -> bool:
        return self.tries > 1 or self.round > 1


@job
def send_due_refunds() -> None:
    """Ring for the refunds that are to be sent now, or tried again, or asked about because nobody told us of them."""
    due = select(Refund.id).where(Refund.status.in_(("APPROVED", "SENT")), Refund.next_try_at <= clock.now())
    with db.reading() as session:
        found = session.scalars(due.order_by(Refund.next_try_at).limit(BATCH)).all()
    for refund_id in found:
        jobs.ring(send_refund, refund_id)


@job
def send_refund(refund_id: int) -> None:
    """Ask the provider to give this money back, or how that stands; note what it answers."""
    wanted = _take_on(refund_id)
    if wanted is None:
        return
    db.between_steps()
    try:
        told = _ask(wanted)
    except ProviderError as error:
        _note_trouble(wanted, error)
        return
    if told is None:
        log.warning("refunds.unknown_there", refund=refund_id)
        return
    outcome = settle_refund(told, refund_id=refund_id)
    log.info("refunds.asked", refund=refund_id, outcome=outcome)
    if outcome == "PARKED":
        _park(told, refund_id)


def _park(told: ProviderRefund, refund_id: int) -> None:
    """Money may have left twice: that waits for a person, beside all else that does not match."""
    with db.transaction() as session:
        attempt_id = session.scalar(select(Refund.attempt_id).where(Refund.id == refund_id))
        payments.parking.park_refund(told, told_by="RECONCILER", attempt_id=attempt_id)


def _take_on(refund_id: int) -> _Wanted | None:
    """Nobody else asks for it meanwhile; None where there is nothing to ask."""
    with db.transaction():
        held = payments.refund_locked(refund_id)
        refund, paid_by = held.refund, held.attempt.provider_payment_id
        due = refund.next_try_at is not None and refund.next_try_at <= clock.now()
        if refund.status not in ("APPROVED", "SENT") or not due or not paid_by:
            return None
        on_its_way = refund.status == RefundState.SENT
        refund.tries += not on_its_way
        refund.next_try_at = clock.now() + (ASK_AGAIN if on_its_way else LEASE)
        name = db.session().scalar(select(Appointment.reference).where(Appointment.payment_id == refund.payment_id))
        return _Wanted(refund.id, paid_by, refund.paise, refund.round, refund.tries, on_its_way, name or "")


def _ask(wanted: _Wanted) -> ProviderRefund | None:
    """The provider's refund: what it made before, or makes now. Raises ProviderError."""
    if (wanted.on_its_way or wanted.asked_before) and (made := _made_before(wanted, razorpay.refunds(wanted.payment))):
        return made
    if wanted.on_its_way:
        return None
    try:
        return razorpay.refund(wanted.payment, wanted.paise, wanted.key, {"booking": wanted.booking})
    except ProviderError as error:
        if error.code == "FULLY_REFUNDED" and (by_hand := _given_by_hand(wanted)):
            return by_hand
        raise


def _made_before(wanted: _Wanted, known: list[ProviderRefund]) -> ProviderRefund | None:
    """Of all rounds of this refund the one that counts: what has left, or else what failed in this round."""
    ours = [(payments.read_key(each.key), each) for each in known]
    mine = [(key[1], each) for key, each in ours if key and key[0] == wanted.refund_id and each.paise == wanted.paise]
    left = [each for _, each in mine if each.status != "failed"]
    this_round = [each for round_, each in mine if round_ == wanted.round]
    return next(iter(left + this_round), None)


def _given_by_hand(wanted: _Wanted) -> ProviderRefund | None:
    """Somebody gave the very sum back on the provider's own pages: that was it."""
    made = [each for each in razorpay.refunds(wanted.payment) if each.paise == wanted.paise and each.status != "failed"]
    others = [each for each in made if payments.read_key(each.key) is None]
    with db.reading() as session:
        taken = set(session.scalars(select(Refund.provider_refund_id).where(Refund.attempt_id == _attempt(wanted))))
    return next((each for each in others if each.id not in taken), None)


def _attempt(wanted: _Wanted) -> object:
    return select(Refund.attempt_id).where(Refund.id == wanted.refund_id).scalar_subquery()


def _note_trouble(wanted: _Wanted, error: ProviderError) -> None:
    """A refusal is a person's to see to; whatever else went wrong is tried again, by the same key."""
    with db.transaction():
        refund = payments.refund_locked(wanted.refund_id).refund
        if refund.status != RefundState.APPROVED or refund.tries != wanted.tries:
            return  # news of it was faster, or it is asked for anew
        if error.kind == "refused":
            log.error("refunds.refused", refund=refund.id, error=str(error))
            payments.note_refusal(refund, REFUSALS.get(error.code, f"The provider refused: {error.code}."))
        else:
            log.warning("refunds.not_answered", refund=refund.id, error=str(error))
            payments.note_no_answer(refund, f"The provider did not answer ({error.code}).", error.retry_after)


def settle_refund(told: ProviderRefund, *, refund_id: int | None = None) -> Settled:
    """What the provider tells of a refund: by its answer, its webhook or on our asking, in any order and number."""
    with db.transaction() as session:
        key = payments.read_key(told.key)
        known = session.scalar(select(Refund.id).where(Refund.provider_refund_id == told.id))
        found = known or refund_id or (key[0] if key else None)
        if found is None or session.get(Refund, found) is None:
            log.error("refunds.of_nothing", provider_refund=told.id)
            return "PARKED"
        held = payments.refund_locked(found)
        if key and key[1] < held.refund.round and told.status != "processed":
            return "NOTED"  # of an earlier round of it, which failed, as we know
        if why := _does_not_fit(held, told):
            log.error("refunds.parked", refund=found, provider_refund=told.id, why=why)
            return "PARKED"
        now = payments.note_news(held, told.id, told.status, clock.now())
        if now is None:
            return "ALREADY"
        _tell(held, now)
        return "NOTED"


def _does_not_fit(held: InHand, told: ProviderRefund) -> str:
    """Why this is no news of this refund, or why a person must see it: money may have left twice."""
    refund = held.refund
    if (held.attempt.provider_payment_id, refund.paise) != (told.payment_id, told.paise):
        return "another payment or amount"
    if refund.status in (RefundState.REQUESTED, RefundState.DECLINED):
        return "not approved"
    if refund.provider_refund_id not in (None, told.id):
        return "two refunds for one"
    if refund.way == "DESK" and told.status != "failed":
        return "given back at the desk"
    return ""


def _tell(held: InHand, now: RefundState) -> None:
    """The patient hears what is true: that it has left, or has arrived. What failed the clinic sees to first."""
    about = select(Appointment.id).where(Appointment.payment_id == held.payment.id)
    one = actions.in_full(db.session().scalars(about).one())
    if now == RefundState.SENT:
        telling.refund_sent(one, held.refund)
    elif now == RefundState.DONE:
        telling.refund_done(one, held.refund)
    elif now == RefundState.FAILED:
        log.error("refunds.failed", refund=held.refund.id)
