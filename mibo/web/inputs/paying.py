"""What apps say about money: what to pay for, and what the provider's checkout told them. Never how much."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from mibo.payments import DESK_NOTE_LENGTH
from mibo.web.inputs.base import AnyCase, BlankIsNone, Id, Input, Names

MOST_RUPEES = 10_000_000
LONGEST_WORDS = 2000
WORD = "^[A-Za-z0-9_]{1,60}$"


def _cut(sent: object) -> object:
    """The provider's own words may be long; they never stand in the way of letting a time go."""
    return sent[:LONGEST_WORDS] if isinstance(sent, str) else sent


Told = Annotated[Annotated[str, Field(max_length=LONGEST_WORDS)] | None, BlankIsNone, BeforeValidator(_cut)]


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
    error_code: Told = None
    error_description: Told = None


class DeskMoney(Input):
    """How the money came to the desk; how much is never told but known."""

    payment_method: Annotated[Literal["CASH", "CARD", "UPI"], AnyCase]
    payment_notes: Annotated[str | None, BlankIsNone] = Field(None, max_length=DESK_NOTE_LENGTH)

    also: ClassVar[Names] = {"payment_method": ("method",), "payment_notes": ("notes", "note")}


class LinkToMake(PaymentWish):
    """The booking a link is made for. Who pays, how much and in which currency stands in its record: a sensible amount
    in rupees may be sent and changes nothing, one that makes no sense is refused (security.md line 41).
    """

    amount: Annotated[int | None, BlankIsNone] = Field(None, gt=0, le=MOST_RUPEES)


class LinkToSend(PaymentWish):
    """The booking whose link is sent; it goes to the phone on file, whatever else was sent."""
