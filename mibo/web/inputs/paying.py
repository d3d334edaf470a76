"""What apps say about money: what to pay for, and what the provider's checkout told them. Never how much."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mibo.payments import DESK_NOTE_LENGTH
from mibo.web.inputs.base import AnyCase, BlankIsNone, Id, Input, Names

MOST_RUPEES = 10_000_000
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


class DeskMoney(Input):
    """How the money came to the desk; how much is never told but known."""

    payment_method: Annotated[Literal["CASH", "CARD", "UPI"], AnyCase]
    payment_notes: Annotated[str | None, BlankIsNone] = Field(None, max_length=DESK_NOTE_LENGTH)

    also: ClassVar[Names] = {"payment_method": ("method",), "payment_notes": ("notes", "note")}


class LinkToMake(PaymentWish):
    """The booking a link is made for. Who pays stands in its record, and how much; an amount in rupees is compared."""

    amount: Annotated[float | None, BlankIsNone] = Field(None, gt=0, le=MOST_RUPEES, allow_inf_nan=False)


class LinkToSend(PaymentWish):
    """The booking whose link is sent; it goes to the phone on file, whatever else was sent."""
