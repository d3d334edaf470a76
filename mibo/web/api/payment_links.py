"""Payment links for apps of the desk: made, sent, and asked about (api-contract.md rows 61 and 62, 5.5).

A link is always for a booking, at the price of the booking and in its currency, whatever somebody sends as either.
"""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking
from mibo.booking import links
from mibo.identity import Permission
from mibo.web.access import actor, may
from mibo.web.api.answers import said
from mibo.web.api.document import documented
from mibo.web.api.shown import Id, Instant, Rupees, Shown
from mibo.web.inputs.paying import LinkToMake, LinkToSend

bp = Blueprint("payment_links", __name__)


class LinkMade(Shown):
    """A link, under every name that clients know it by."""

    payment_link: str
    short_url: str
    payment_link_id: str
    order_id: str
    appointment_id: Id
    amount: Rupees
    expires_at: Instant


class LinkSent(Shown):
    """A link that is on its way to the patient's phone on file."""

    payment_link: str
    payment_link_id: str
    whatsapp_sent: bool = True
    amount: Rupees
    currency: str = "INR"
    status: str = "created"
    expires_at: Instant


class LinkStanding(Shown):
    """How a link stands: `created`, `paid`, `cancelled` or `expired`."""

    id: str
    status: str
    amount: Rupees
    amount_paid: Rupees
    currency: str
    payment_id: str | None
    paid_at: Instant | None


@bp.post("/payments/create-link")
@bp.post("/payment/create-link")
@documented(gives=LinkMade, body=LinkToMake, status=201, tag="Payments", refuses=(400, 404, 503))
@may(Permission.TAKE_PAYMENT, own_transactions=True)
def create_link(told: LinkToMake) -> ResponseReturnValue:
    """Make the one payment link of an appointment, or answer the one that stands; nothing is sent."""
    link = booking.open_link(told.appointment_id, by=actor())
    made = LinkMade(
        payment_link=link.url, short_url=link.url, payment_link_id=link.link_id, order_id=link.link_id,
        appointment_id=told.appointment_id, amount=link.paise, expires_at=link.expires_at,
    )  # fmt: skip
    return said(made, "Payment link created successfully", 201)


@bp.post("/payments/send-link")
@bp.post("/payment/send-link")
@bp.post("/payments/send-payment-link")
@bp.post("/payment/send-payment-link")
@documented(gives=LinkSent, body=LinkToSend, tag="Payments", refuses=(400, 404, 503))
@may(Permission.TAKE_PAYMENT, own_transactions=True)
def send_link(told: LinkToSend) -> ResponseReturnValue:
    """Send the link to the phone on file; the former one stops working (R-BOOK-9)."""
    link = booking.resend_link(told.appointment_id, by=actor())
    sent = LinkSent(payment_link=link.url, payment_link_id=link.link_id, amount=link.paise, expires_at=link.expires_at)
    return said(sent, "Payment link sent successfully")


@bp.get("/payments/verify/<link_id>")
@bp.get("/payment/verify/<link_id>")
@bp.get("/payments/link-status/<link_id>")
@bp.get("/payment/link-status/<link_id>")
@documented(gives=LinkStanding, tag="Payments", refuses=(404,))
@may(Permission.SEE_PAYMENT_LINKS)
def link_status(link_id: str) -> ResponseReturnValue:
    """How a link stands, for whoever may pay by it and for the desk."""
    one = links.standing(link_id, by=actor())
    return said(
        LinkStanding(
            id=link_id, status=one.status, amount=one.paise, amount_paid=one.paid_paise, currency=one.currency,
            payment_id=one.provider_payment_id, paid_at=one.paid_at,
        )
    )  # fmt: skip
