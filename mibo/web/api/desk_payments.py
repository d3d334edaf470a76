"""The desk asks for money and takes it (api-contract.md 5.2): a payment link, or cash, card and UPI."""

from typing import Literal

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking
from mibo.booking import Status
from mibo.identity import Permission
from mibo.web.access import actor, may
from mibo.web.api.answers import plain, the_id
from mibo.web.api.document import documented
from mibo.web.api.payment_shapes import status_of_payment
from mibo.web.api.shown import Done, Id, Instant, PaymentStatus, Rupees, Shown
from mibo.web.inputs.paying import DeskMoney

bp = Blueprint("desk_payments", __name__, url_prefix="/appointments")


class LinkShown(Shown):
    """A page of the provider that a booking can be paid at, until the hold ends; it leaves by WhatsApp by itself."""

    success: Literal[True] = True
    payment_link: str
    whatsapp_sent: bool
    amount: Rupees
    expires_at: Instant


class LinkTold(LinkShown, Done):
    """The same beside the envelope and in it: programs read either (api-contract.md 5.2)."""

    data: LinkShown


class ConfirmedByDesk(Shown):
    """The appointment that now stands."""

    id: Id
    status: Status


class TakenAtDesk(Shown):
    """What was taken, and how."""

    id: Id
    amount: Rupees
    method: str
    status: PaymentStatus


class DirectPayment(Shown):
    """A booking that was paid at the desk."""

    success: Literal[True] = True
    appointment: ConfirmedByDesk
    payment: TakenAtDesk


class PaidAtDesk(DirectPayment, Done):
    """The same beside the envelope and in it."""

    data: DirectPayment


@bp.post("/<appointment_id>/send-payment-link")
@documented(gives=LinkTold, tag="Appointments", refuses=(400, 404, 503))
@may(Permission.TAKE_PAYMENT, own_transactions=True)
def send_payment_link(appointment_id: str) -> ResponseReturnValue:
    """Send the link, again or at last; the former one stops working (R-BOOK-9)."""
    link = booking.resend_link(the_id(appointment_id), by=actor())
    told = LinkShown(payment_link=link.url, whatsapp_sent=True, amount=link.paise, expires_at=link.expires_at)
    return plain(LinkTold(**dict(told), data=told, message="Payment link sent successfully").model_dump())


@bp.post("/<appointment_id>/confirm-direct-payment")
@documented(gives=PaidAtDesk, body=DeskMoney, tag="Appointments", refuses=(400, 404))
@may(Permission.TAKE_PAYMENT)
def confirm_direct_payment(appointment_id: str, told: DeskMoney) -> ResponseReturnValue:
    """Take all that is owed at the desk: the appointment is confirmed, and an open link is closed (R-BOOK-8)."""
    booking.pay_at_desk(the_id(appointment_id), told.payment_method, told.payment_notes, by=actor())
    one = booking.staff_appointment(the_id(appointment_id), by=actor())
    paid = one.payment
    taken = TakenAtDesk(
        id=paid.id, amount=paid.amount_paise, method=told.payment_method, status=status_of_payment(paid)
    )  # fmt: skip
    shown = DirectPayment(appointment=ConfirmedByDesk(id=one.id, status=Status(one.status)), payment=taken)
    return plain(PaidAtDesk(**dict(shown), data=shown, message="Payment confirmed successfully").model_dump())
