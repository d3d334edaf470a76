"""Somebody owes less: a discount, a fee that is waived, a registration that was paid elsewhere (R-PAY-6, 7)."""

from collections.abc import Sequence

from sqlalchemy import select

from mibo import audit, clinics, clock, db
from mibo.errors import Conflict, Invalid, Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import actions
from mibo.payments.models import WHY_LENGTH, Adjustment, Payment
from mibo.payments.rules import AdjustmentKind, AlreadyPaid, check_may_adjust, refuse_card_number, taken_off
from mibo.people import Patient

SHORTEST_WHY = 3
OF_THE_CONSULTATION = (AdjustmentKind.DISCOUNT, AdjustmentKind.WAIVE_CONSULTATION)


class NothingToWaive(Conflict):
    """The fee that would be waived is not owed."""

    code = "NOTHING_TO_WAIVE"
    message = "This fee is not owed any more, so there is nothing to waive."


def adjust(payment_id: int, kind: str, paise: int | None, reason: str, *, by: Actor) -> Payment:
    """Take a discount of so many paise off the consultation, or waive it, or the registration, whole.

    What asks for the former price asks no more. A waived registration is settled for life.
    Raises Refused, AlreadyPaid, NothingToWaive, Invalid.
    """
    why = worded(reason)
    payment = actions.locked(payment_id)
    if payment.status != "PENDING":
        raise AlreadyPaid
    off = taken_off(kind, paise, payment.consultation_paise, payment.registration_paise)
    if off <= 0:
        raise NothingToWaive
    _check_may(payment, kind, off, by)
    if kind in OF_THE_CONSULTATION:
        payment.consultation_paise -= off
        actions.ask_anew(payment)
    db.session().add(_noted(kind, off, why, by, patient_id=payment.patient_id, payment_id=payment.id))
    if kind == AdjustmentKind.WAIVE_REGISTRATION:
        actions.settle_registration(payment.patient_id, clock.now())
    audit.record("payment.adjusted", payment.id, by=by.account_id, kind=kind, paise=off, reason=why)
    db.session().flush()
    return payment


def settle_free(payment_id: int, *, by: Actor) -> None:
    """Nothing is left to pay, so it is settled without any money. Raises Conflict where something is."""
    payment = actions.locked(payment_id)
    if payment.amount_paise or payment.status != "PENDING":
        raise Conflict
    actions.void_open(payment.attempts)
    payment.status, payment.paid_at = "PAID", clock.now()
    audit.record("payment.settled_free", payment.id, by=by.account_id)
    db.session().flush()


def undo_adjustment(adjustment_id: int, payment_id: int, *, by: Actor) -> Payment:
    """While it is not paid yet, what was taken off is owed again. Undone twice it is undone once.

    Raises Refused, Conflict, AlreadyPaid.
    """
    payment = actions.locked(payment_id)
    one = db.session().get(Adjustment, adjustment_id, populate_existing=True)
    if one is None or one.payment_id != payment.id:
        raise Conflict("That discount stands no more.")
    if one.undone_at is not None:
        return payment
    if payment.status != "PENDING":
        raise AlreadyPaid
    if not by.may(Permission.ADJUST_PRICE) and one.by_account_id != by.account_id:
        raise Refused("Only a manager may take this back.")
    one.undone_at, one.undone_by = clock.now(), by.account_id
    if one.kind in OF_THE_CONSULTATION:
        payment.consultation_paise += one.paise
    else:
        db.session().get_one(Patient, payment.patient_id).registration_paid_at = None
        payment.registration_paise += one.paise
    actions.ask_anew(payment)
    audit.record("payment.adjustment_undone", payment.id, by=by.account_id, kind=one.kind, paise=one.paise)
    db.session().flush()
    return payment


def registration_paid_elsewhere(patient_id: int, reason: str, *, by: Actor) -> None:
    """The fee was paid before Mibo knew them, so it is asked for no more, on no booking (R-PAY-6). Noted once.

    Raises Refused, Missing, Conflict, Invalid.
    """
    if not by.may(Permission.ADJUST_PRICE):
        raise Refused("Only a manager may note that the registration was paid elsewhere.")
    why = worded(reason)
    patient = db.session().get(Patient, patient_id, with_for_update={"key_share": True}, populate_existing=True)
    if patient is None:
        raise Missing("We could not find that patient.")
    if patient.registration_paid_at is not None:
        raise Conflict("The registration of this patient is settled already.")
    db.session().add(_noted(AdjustmentKind.PAID_ELSEWHERE, 0, why, by, patient_id=patient.id))
    actions.settle_registration(patient.id, clock.now())
    audit.record("patient.registration_settled", patient.id, by=by.account_id, reason=why)


def adjustments_of(payment_id: int) -> Sequence[Adjustment]:
    """What was taken off the price of a booking and stands, in its order."""
    stands = Adjustment.payment_id == payment_id, Adjustment.undone_at.is_(None)
    return db.session().scalars(select(Adjustment).where(*stands).order_by(Adjustment.id)).all()


def worded(reason: str | None, field: str = "reason") -> str:
    """A reason as it is kept. Raises Invalid."""
    words = " ".join((reason or "").split())
    if len(words) < SHORTEST_WHY:
        raise Invalid.field(field, "Give the reason in a few words.")
    if len(words) > WHY_LENGTH:
        raise Invalid.field(field, f"Keep the reason to {WHY_LENGTH} letters.")
    refuse_card_number(words, field)
    return words


def _noted(kind: str, paise: int, why: str, by: Actor, *, patient_id: int, payment_id: int | None = None) -> Adjustment:
    return Adjustment(
        patient_id=patient_id, payment_id=payment_id, kind=kind, paise=paise, reason=why, by_account_id=by.account_id
    )


def _check_may(payment: Payment, kind: str, off: int, by: Actor) -> None:
    if by.may(Permission.ADJUST_PRICE):
        return
    before = sum(one.paise for one in adjustments_of(payment.id) if one.kind in OF_THE_CONSULTATION)
    grant = clinics.policy_in_force().desk_discount_percent if by.may(Permission.TAKE_PAYMENT) else 0
    check_may_adjust(kind, before + off, payment.consultation_paise + before, grant)
