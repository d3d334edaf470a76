"""Money at the provider that nobody here asked for."""

import json

from sqlalchemy import select

from mibo import booking, db
from mibo.integrations import razorpay
from mibo.integrations.razorpay import ProviderPayment
from mibo.payments import ProviderEvent
from mibo.payments.heard import Mismatch
from tests.machine import Sandbox


def stray(sandbox: Sandbox, paise: int = 170_000, receipt: str = "somebody-elses") -> ProviderPayment:
    """An order that is not in our books, paid; its webhooks are lost."""
    order = razorpay.open_order(receipt, paise, {})
    return paid(sandbox, order_id=order.id)


def paid(sandbox: Sandbox, **what: str) -> ProviderPayment:
    """Paid at the provider, and nobody told us."""
    sandbox.fault("razorpay", "drop_webhook", times=9)
    fields = sandbox.pay(**what)
    sandbox.clear_faults()
    return razorpay.payment(fields["razorpay_payment_id"])


def heard(payment: ProviderPayment, **changed: object) -> int:
    """The webhook tells of it after all, with what is changed; the mismatch that stands afterwards."""
    entity = {
        "id": payment.id, "order_id": payment.order_id, "status": payment.status, "amount": payment.paise,
        "currency": payment.currency, "created_at": _seconds(payment), **changed,
    }  # fmt: skip
    body = {"event": "payment.captured", "payload": {"payment": {"entity": entity}}}
    with db.transaction() as session:
        kept = ProviderEvent(
            provider="razorpay", event_id=f"of-{payment.id}", kind="payment.captured", body=json.dumps(body)
        )
        session.add(kept)
        session.flush()
    booking.settle(kept.id)
    return newest().id


def _seconds(payment: ProviderPayment) -> int:
    assert payment.created_at
    return int(payment.created_at.timestamp())


def newest() -> Mismatch:
    with db.reading() as session:
        found = session.scalar(select(Mismatch).order_by(Mismatch.id.desc()).limit(1))
    assert found
    return found
