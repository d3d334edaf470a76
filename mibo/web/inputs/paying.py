"""What apps say about money: what to pay for, and what the provider's checkout told them. Never how much."""

from typing import Annotated

from pydantic import Field

from mibo.web.inputs.base import BlankIsNone, Id, Input

WORD = "^[A-Za-z0-9_]{1,60}$"


class PaymentWish(Input):
    """What to pay for."""

    appointment_id: Id


class CheckoutReturn(PaymentWish):
    """What the provider's checkout handed back when it was paid."""

    razorpay_order_id: str = Field(pattern=WORD)
    razorpay_payment_id: str = Field(pattern=WORD)
    razorpay_signature: str = Field(pattern="^[0-9a-f]{64}$")


class CheckoutFailure(PaymentWish):
    """What the provider's checkout said when it was closed or refused."""

    razorpay_order_id: str = Field(pattern=WORD)
    error_code: Annotated[str | None, BlankIsNone] = Field(None, max_length=200)
    error_description: Annotated[str | None, BlankIsNone] = Field(None, max_length=2000)
