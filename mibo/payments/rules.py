"""What is owed, whether money that came is the money that was asked for, and what must be given back. Pure."""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from mibo.clinics.policy import Policy
from mibo.errors import Conflict, Invalid

DESK_METHODS = ("CASH", "CARD", "UPI")
CARD_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


class FeeMissing(Conflict):
    """A clinician has no fee yet, so nothing can be booked with them (R-PAY-13)."""

    code = "FEE_MISSING"
    message = "We cannot book this clinician online yet. Please call the clinic."


class AlreadyPaid(Conflict):
    """There is nothing left to pay for this booking."""

    code = "ALREADY_PAID"
    message = "This booking is already paid."


class RefundReason(StrEnum):
    """Why money goes back."""

    PAID_TWICE = "PAID_TWICE"
    PAID_TOO_LATE = "PAID_TOO_LATE"
    PAID_AFTER_CANCELLATION = "PAID_AFTER_CANCELLATION"
    PRICE_FELL = "PRICE_FELL"
    CANCELLED_IN_TIME = "CANCELLED_IN_TIME"
    CANCELLED_LATE = "CANCELLED_LATE"
    CANCELLED_BY_CLINIC = "CANCELLED_BY_CLINIC"


class Verdict(StrEnum):
    """What a provider's payment means for the attempt it is about."""

    PAID = "PAID"
    NOT_YET = "NOT_YET"
    FAILED = "FAILED"
    GIVEN_BACK = "GIVEN_BACK"
    WRONG_ORDER = "WRONG_ORDER"
    WRONG_AMOUNT = "WRONG_AMOUNT"
    WRONG_CURRENCY = "WRONG_CURRENCY"


class Heard(IntEnum):
    """How far news of an attempt has gone; it only ever goes up."""

    NOTHING = 0
    FAILED = 1
    PAID = 2


@dataclass(frozen=True)
class Due:
    """What one booking costs, in paise (R-PAY-1)."""

    consultation_paise: int
    registration_paise: int

    @property
    def paise(self) -> int:
        """All of it."""
        return self.consultation_paise + self.registration_paise


@dataclass(frozen=True)
class Asked:
    """What an attempt asked for: by which order or link, how many paise."""

    order_id: str | None
    link_id: str | None
    paise: int
    currency: str


class Told(Protocol):
    """What a provider tells of a payment."""

    @property
    def order_id(self) -> str | None: ...
    @property
    def link_id(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def paise(self) -> int: ...
    @property
    def currency(self) -> str: ...


def amount_due(fee_paise: int | None, registration_paid: bool, policy: Policy) -> Due:
    """The clinician's fee, and the registration fee of a patient who never paid it (R-PAY-1, 2). Raises FeeMissing."""
    if not fee_paise:
        raise FeeMissing
    return Due(fee_paise, 0 if registration_paid else policy.registration_fee_paise)


def refund_of_own_cancellation(due: Due, policy: Policy, *, in_time: bool) -> int:
    """What a patient who cancels gets back, in paise: a share of the consultation, not the registration (R-PAY-15)."""
    share = policy.refund_in_time_percent if in_time else policy.refund_late_percent
    return (due.consultation_paise * share + 50) // 100


def matches(asked: Asked, told: Told) -> Verdict:
    """Whether this payment is of this attempt's order or link, and captured in full in its currency (R-PAY-11)."""
    if not _is_of(asked, told):
        return Verdict.WRONG_ORDER
    if told.status != "captured":
        return {"failed": Verdict.FAILED, "refunded": Verdict.GIVEN_BACK}.get(told.status, Verdict.NOT_YET)
    if told.currency != asked.currency:
        return Verdict.WRONG_CURRENCY
    return Verdict.PAID if told.paise == asked.paise else Verdict.WRONG_AMOUNT


def _is_of(asked: Asked, told: Told) -> bool:
    if asked.link_id:
        return told.link_id == asked.link_id
    return asked.order_id is not None and told.order_id == asked.order_id


def fold(heard: Heard, news: Heard) -> Heard:
    """What is known after more news, in whatever order it comes: paid is final, a failure only informs."""
    return max(heard, news)


def news_of(status: str) -> Heard:
    """What a provider's word for a payment tells."""
    return {"captured": Heard.PAID, "failed": Heard.FAILED}.get(status, Heard.NOTHING)


def refuse_card_number(note: str | None, field: str = "note") -> None:
    """Raises Invalid where somebody typed a card number: no field may keep one (security.md line 64)."""
    if note and holds_card_number(note):
        raise Invalid.field(field, "Please leave the card number out; its last four digits are enough.")


def holds_card_number(text: str) -> bool:
    """Whether a card number stands in a text."""
    return any(_luhn([int(digit) for digit in found if digit.isdigit()]) for found in CARD_NUMBER.findall(text))


def _luhn(digits: list[int]) -> bool:
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
