"""Patients pay (api-contract.md 3.9); what is paid is asked of the provider, never taken from a browser."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, db, payments, people
from mibo.booking import NotVouchedFor, Outcome
from mibo.errors import Conflict
from mibo.identity import Permission
from mibo.web.access import actor, may
from mibo.web.api import dialect, payment_shapes
from mibo.web.api.answers import part_of, said, the_id
from mibo.web.api.document import documented
from mibo.web.api.payment_shapes import OrderShown, PaymentList, PaymentShown, RegistrationShown, Verified
from mibo.web.api.shown import Done, Part
from mibo.web.inputs.lists import OwnFilter
from mibo.web.inputs.paying import CheckoutFailure, CheckoutReturn, PaymentWish

bp = Blueprint("payments", __name__)

GOES_BACK = (Outcome.SURPLUS, Outcome.TOO_LATE)


class MoneyGoesBack(Conflict):
    """The money is here, but there is no booking any more that it could pay for."""

    code = "PAYMENT_RETURNED"
    message = "Your payment reached us after the time was given up. We are returning all of it."


@bp.post("/payments/create-order")
@bp.post("/payment/create-order")
@documented(gives=OrderShown, body=PaymentWish, tag="Payments", refuses=(404, 503))
@may(Permission.BOOK_OWN, own_transactions=True)
def create_order(told: PaymentWish) -> ResponseReturnValue:
    """Open the one order of an appointment for the provider's checkout; asked twice it is the same."""
    by = actor()
    order = booking.open_order(told.appointment_id, by=by)
    with db.reading():
        about = booking.own_appointment(by, appointment_id=told.appointment_id)
        return said(payment_shapes.order(order, about), "Payment order created successfully")


@bp.post("/payments/verify")
@bp.post("/payment/verify")
@documented(gives=Verified, body=CheckoutReturn, tag="Payments", refuses=(404, 409))
@may(Permission.BOOK_OWN, own_transactions=True)
def verify(told: CheckoutReturn) -> ResponseReturnValue:
    """The checkout says that it was paid: its signature is checked and the provider asked (security.md line 62)."""
    by = actor()
    outcome = booking.return_from_checkout(
        told.appointment_id, told.razorpay_order_id, told.razorpay_payment_id, told.razorpay_signature, by=by
    )
    if outcome in (Outcome.FAILED, Outcome.PARKED):
        raise NotVouchedFor
    if outcome in GOES_BACK:
        raise MoneyGoesBack
    with db.reading():
        about = booking.own_appointment(by, appointment_id=told.appointment_id)
        return said(payment_shapes.verified(about), _words(outcome))


def _words(outcome: Outcome) -> str:
    waits = outcome is Outcome.WAITING
    return "We are confirming your payment" if waits else "Payment verified successfully"


@bp.post("/payments/failure")
@bp.post("/payment/failure")
@documented(gives=Done, body=CheckoutFailure, tag="Payments", refuses=(404,))
@may(Permission.BOOK_OWN)
def fail(told: CheckoutFailure) -> ResponseReturnValue:
    """The checkout was closed or refused: the held time is let go. Told twice, or of a paid one, it changes nothing."""
    by = actor()
    booking.note_failure(told.appointment_id, told.razorpay_order_id, told.error_code, told.error_description, by=by)
    booking.give_up(told.appointment_id, by=by)
    return said(message="Payment failure recorded")


@bp.get("/payments/history")
@bp.get("/payment/history")
@documented(gives=Part[PaymentList], query=OwnFilter, tag="Payments")
@may(Permission.SEE_OWN)
def list_own(asked: OwnFilter) -> ResponseReturnValue:
    """One's own payments, newest first."""
    state = dialect.payment_state(asked.status)
    found = [
        one
        for one in booking.own_appointments(actor())
        if state is None or payment_shapes.status_of_payment(one.payment) == state
    ]
    found.sort(key=lambda one: one.payment.id, reverse=True)
    rows, meta = part_of(found, asked)
    shown = [payment_shapes.payment_row(one) for one in rows]
    return said(PaymentList(payments=shown, total=len(shown)), meta=meta)


@bp.get("/payments/registration-fee-status")
@bp.get("/payment/registration-fee-status")
@documented(gives=RegistrationShown, tag="Payments", refuses=(404,))
@may(Permission.SEE_OWN)
def show_registration() -> ResponseReturnValue:
    """Whether the registration fee is paid, and what is still to pay of it."""
    who = actor()
    stands = payments.registration(people.own_patient(who.account_id, by=who), clinics.policy_in_force())
    return said(RegistrationShown(has_paid_registration_fee=stands.paid, registration_fee=stands.due_paise))


@bp.get("/payments/<appointment_id>")
@bp.get("/payment/<appointment_id>")
@documented(gives=PaymentShown, tag="Payments", refuses=(404,))
@may(Permission.SEE_OWN)
def show(appointment_id: str) -> ResponseReturnValue:
    """The payment of one of one's own appointments."""
    return said(payment_shapes.payment(booking.own_appointment(actor(), appointment_id=the_id(appointment_id))))
