"""What is owed, whether money that came is the money that was asked for, and what must be given back. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Protocol

from mibo.clinics.policy import Policy
from mibo.errors import Conflict, Invalid, Refused
from mibo.money import rupees
from mibo.phrases import phrase

DESK_METHODS = ("CASH", "CARD", "UPI")
MOST_PARTS = 3
MOST_DIGITS = 12
REFERENCE_LENGTH = 40
UPI_REFERENCE = re.compile(r"[0-9]{12}")
ONLY_A_REFERENCE = re.compile(
    r"\s*(?:UPI|UTR|RRN|ref(?:erence)?|no|[.:# ])*\s*([0-9](?:[ -]?[0-9]){11})\s*", re.IGNORECASE
)
CARD_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


class FeeMissing(Conflict):
    """A clinician has no fee yet, so nothing can be booked with them (R-PAY-13)."""

    code = "FEE_MISSING"
    message = phrase("We cannot book this clinician online yet. Please call the clinic.")


class AlreadyPaid(Conflict):
    """There is nothing left to pay for this booking."""

    code = "ALREADY_PAID"
    message = phrase("This booking is already paid.")


class AlreadyResolved(Conflict):
    """Somebody has said what this money is."""

    code = "ALREADY_RESOLVED"
    message = phrase("This has been settled meanwhile. Please look at it again.")


class RefundReason(StrEnum):
    """Why money goes back."""

    PAID_TWICE = "PAID_TWICE"
    PAID_TOO_LATE = "PAID_TOO_LATE"
    PAID_AFTER_CANCELLATION = "PAID_AFTER_CANCELLATION"
    PRICE_FELL = "PRICE_FELL"
    NOT_ASKED_FOR = "NOT_ASKED_FOR"
    CANCELLED_IN_TIME = "CANCELLED_IN_TIME"
    CANCELLED_LATE = "CANCELLED_LATE"
    CANCELLED_BY_CLINIC = "CANCELLED_BY_CLINIC"
    BY_MANAGER = "BY_MANAGER"


class AdjustmentKind(StrEnum):
    """Why somebody owes less than the price."""

    DISCOUNT = "DISCOUNT"
    WAIVE_CONSULTATION = "WAIVE_CONSULTATION"
    WAIVE_REGISTRATION = "WAIVE_REGISTRATION"
    PAID_ELSEWHERE = "PAID_ELSEWHERE"


class MismatchReason(StrEnum):
    """Why money waits for a person: what came is not what we asked for, or not what our books say."""

    NOT_OURS = "NOT_OURS"
    WRONG_ORDER = "WRONG_ORDER"
    WRONG_AMOUNT = "WRONG_AMOUNT"
    WRONG_CURRENCY = "WRONG_CURRENCY"
    GIVEN_BACK = "GIVEN_BACK"
    UNREADABLE = "UNREADABLE"
    REFUND_NOT_OURS = "REFUND_NOT_OURS"
    BOOKS_DIFFER = "BOOKS_DIFFER"
    ADJUSTED = "ADJUSTED"


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


@dataclass(frozen=True)
class Terms:
    """On what terms a booking was made: until how many hours before it may be called off, and what share of the
    consultation goes back then, and later (M9).
    """

    cutoff_hours: int
    in_time_percent: int
    late_percent: int


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


def terms_of(policy: Policy) -> Terms:
    """The terms of a booking that is made under this policy."""
    return Terms(policy.patient_cutoff_hours, policy.refund_in_time_percent, policy.refund_late_percent)


def refund_of_own_cancellation(due: Due, terms: Terms, *, in_time: bool) -> int:
    """What a patient who cancels gets back, in paise: a share of the consultation, not the registration (R-PAY-15)."""
    share = terms.in_time_percent if in_time else terms.late_percent
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


@dataclass(frozen=True)
class Handed:
    """Money handed over in one way; without `paise` it is the rest of what is owed."""

    method: str
    paise: int | None = None
    reference: str | None = None


def shares(handed: Sequence[Handed], owed_paise: int) -> list[Handed]:
    """Every part with its paise and its reference as it is kept; together exactly what is owed. Raises Invalid.

    The first is named by `method` and `reference`, the next by `also_1_method` and so on.
    """
    if not 0 < len(handed) <= MOST_PARTS:
        raise Invalid.field("method", f"Take it in one to {MOST_PARTS} ways.")
    parts = [_part(one, _prefix(n)) for n, one in enumerate(handed)]
    told = sum(one.paise or 0 for one in parts)
    if parts[0].paise is None:
        if told >= owed_paise:
            raise Invalid.field(
                f"{_prefix(1)}rupees", f"Only {rupees(owed_paise)} is owed; leave a part of it for the first way."
            )
        parts[0] = replace(parts[0], paise=owed_paise - told)
    elif told != owed_paise:
        raise Invalid.field("method", f"The parts come to {rupees(told)}, and {rupees(owed_paise)} is owed.")
    return parts


def taken_off(kind: str, paise: int | None, consultation_paise: int, registration_paise: int) -> int:
    """How many paise come off the price; a waiver takes the whole fee. Raises Invalid."""
    if kind == AdjustmentKind.WAIVE_REGISTRATION:
        return registration_paise
    if kind == AdjustmentKind.WAIVE_CONSULTATION:
        return consultation_paise
    if kind != AdjustmentKind.DISCOUNT:
        raise Invalid.field("kind", "Choose a discount, or which fee is waived.")
    if paise is None or paise <= 0:
        raise Invalid.field("rupees", "Enter a discount of at least ₹1.")
    if paise > consultation_paise:
        raise Invalid.field("rupees", f"The consultation costs {rupees(consultation_paise)}; no more can be taken off.")
    return paise


def check_may_adjust(kind: str, off_paise: int, fee_paise: int, grant_percent: int) -> None:
    """Whether somebody who is no manager may: only a discount within what the policy grants the desk. Raises Refused."""
    if kind != AdjustmentKind.DISCOUNT or not grant_percent:
        raise Refused("Only a manager may give a discount or waive a fee.")
    if off_paise * 100 > fee_paise * grant_percent:
        most = rupees(fee_paise * grant_percent // 100)
        raise Refused(
            f"You may take off {most} at most, {grant_percent} percent of the consultation. Ask a manager for more."
        )


def main_method(parts: Sequence[Handed]) -> str:
    """The way in which most of it was paid; of two that are equal the first."""
    return max(parts, key=lambda one: one.paise or 0).method


def reference_in(method: str, note: str | None) -> str | None:
    """The UPI reference where a note is nothing but that."""
    found = ONLY_A_REFERENCE.fullmatch(note or "") if method == "UPI" else None
    return re.sub(r"\D", "", found[1]) if found else None


def _prefix(n: int) -> str:
    return f"also_{n}_" if n else ""


def _part(one: Handed, prefix: str) -> Handed:
    if one.method not in DESK_METHODS:
        raise Invalid.field(f"{prefix}method", "Choose cash, card or UPI.")
    if one.paise is None and prefix:
        raise Invalid.field(f"{prefix}rupees", "Enter how much is paid this way.")
    if one.paise is not None and one.paise <= 0:
        raise Invalid.field(f"{prefix}rupees", "Enter an amount of at least ₹1.")
    return replace(one, reference=kept_reference(one.method, one.reference, f"{prefix}reference"))


def kept_reference(method: str, told: str | None, field: str) -> str | None:
    """As it is kept: a UPI reference as its twelve digits, so that it is found again however it was typed.

    Raises Invalid.
    """
    typed = (told or "").strip()
    if not typed:
        return None
    if method == "UPI":
        digits = re.sub(r"[\s-]", "", typed)
        if not UPI_REFERENCE.fullmatch(digits):
            raise Invalid.field(
                field, "A UPI reference (UTR or RRN) has 12 digits. Look again in the payment's details."
            )
        return digits
    if len(re.sub(r"\D", "", typed)) > MOST_DIGITS:
        raise Invalid.field(field, "Please leave the card number out; its last four digits are enough.")
    if len(typed) > REFERENCE_LENGTH:
        raise Invalid.field(field, f"Keep it to {REFERENCE_LENGTH} letters.")
    return typed


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
